"""The import contract is the picture in docs/architecture.md, and it can fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
LAYERS = [[room.strip() for room in layer.split("|")] for layer in CONTRACTS[0]["layers"]]


def lint(packages: Path) -> subprocess.CompletedProcess[str]:
    """What the project's contract says of the `yanxin` in `packages`."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", ROOT / "pyproject.toml"],
        env=os.environ | {"PYTHONPATH": str(packages)},
        cwd=packages,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house with every room of the contract, all empty."""
    (tmp_path / "yanxin").mkdir()
    (tmp_path / "yanxin" / "__init__.py").touch()
    for room in (room for layer in LAYERS for room in layer):
        (tmp_path / "yanxin" / room).mkdir()
        (tmp_path / "yanxin" / room / "__init__.py").touch()
    return tmp_path


def write(house: Path, module: str, text: str) -> None:
    (house / Path(*module.split(".")).with_suffix(".py")).write_text(text)


def test_empty_rooms_keep_the_contract(house: Path) -> None:
    assert lint(house).returncode == 0


@pytest.mark.parametrize(
    ("room", "above"),
    [
        ("domain", "protocol"),
        ("domain", "telemetry"),
        ("store", "protocol"),
        ("store", "access"),
        ("access", "actions"),
        ("queries", "actions"),
        ("actions", "config"),
        ("delivery", "gateway"),
        ("gateway", "http"),
        ("control", "http"),
        ("http", "config"),
        ("config", "bootstrap"),
        ("bootstrap", "testing"),
        ("testing", "cli"),
    ],
)
def test_an_import_up_or_sideways_is_refused(room: str, above: str, house: Path) -> None:
    write(house, f"yanxin.{room}.inner", f"import yanxin.{above}")
    said = lint(house)
    assert said.returncode == 1
    assert f"yanxin.{room} is not allowed to import yanxin.{above}" in said.stdout


def test_an_import_for_types_alone_is_refused_too(house: Path) -> None:
    write(
        house,
        "yanxin.domain.inner",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from yanxin.store import __doc__\n",
    )
    assert lint(house).returncode == 1


def test_a_room_that_is_not_in_the_picture_is_refused(house: Path) -> None:
    write(house, "yanxin.services", "")
    said = lint(house)
    assert said.returncode == 1
    assert "services" in said.stdout


@pytest.mark.parametrize("room", ["store", "access", "delivery", "external"])
def test_the_client_knows_nothing_of_the_server(room: str, house: Path) -> None:
    write(house, "yanxin.client.inner", f"import yanxin.{room}")
    assert lint(house).returncode == 1


def test_the_client_knows_the_contract(house: Path) -> None:
    write(house, "yanxin.client.inner", "import yanxin.protocol\nimport yanxin.domain\n")
    assert lint(house).returncode == 0


@pytest.mark.parametrize("library", ["sqlalchemy", "asyncio", "socket"])
def test_the_domain_imports_no_library_that_does_things(library: str, house: Path) -> None:
    write(house, "yanxin.domain.inner", f"import {library}")
    assert lint(house).returncode == 1


def test_the_page_draws_the_contract() -> None:
    """Whoever changes the one sees here that the other is due."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    picture = re.search(r"## Layers\n.*?```\n(.*?)```", page, re.DOTALL)
    assert picture
    drawn = [re.split(r"\s{2,}", line)[0] for line in picture[1].splitlines() if line and not line.startswith(" ")]
    assert [[room.strip() for room in line.split("│")] for line in drawn] == LAYERS


def test_the_project_keeps_the_contract() -> None:
    said = lint(ROOT / "server" / "src")
    assert said.returncode == 0, said.stdout
