"""What `make build` stands on: lock files that pin everything by hash, and steps that run only when due."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from tools import environment
from tools.environment import LOCK, ROOT, RUNTIME_LOCK, WEB, CannotGoOn, Step, name_other_platforms, pin_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins(lock: Path) -> dict[str, str]:
    """{package: version} of a lock file."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", lock.read_text("utf-8"), re.MULTILINE))


def named(requirement: str) -> str:
    return re.split(r"[\[<>=~! ]", requirement)[0]


@pytest.mark.parametrize("lock", [LOCK, RUNTIME_LOCK], ids=lambda lock: lock.name)
def test_s64_every_package_is_pinned_by_hash(lock: Path) -> None:
    entries = re.split(r"^(?=[a-z0-9])", lock.read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_s64_every_package_of_the_web_client_is_pinned_by_hash() -> None:
    """But for builds for platforms that the registry did not have, which no Linux machine installs."""
    packages = json.loads((WEB / "package-lock.json").read_text("utf-8"))["packages"]
    for path, package in packages.items():
        if path and "linux" in package.get("os", ["linux"]) and package.get("libc", ["glibc"]) != ["musl"]:
            assert package["integrity"].startswith("sha512-"), path


def test_the_locks_hold_what_the_project_names() -> None:
    runtime = {named(each) for each in PROJECT["project"]["dependencies"]}
    development = {named(each) for each in PROJECT["dependency-groups"]["dev"]}
    assert runtime <= pins(RUNTIME_LOCK).keys()
    assert runtime | development <= pins(LOCK).keys()


def test_what_runs_in_a_company_is_what_was_tested() -> None:
    tested = pins(LOCK)
    assert {name: tested.get(name) for name in pins(RUNTIME_LOCK)} == pins(RUNTIME_LOCK)


def test_the_servers_own_stack_brings_no_second_rust_core() -> None:
    """Decision 1: cryptography is the one that we accept."""
    assert not pins(RUNTIME_LOCK).keys() & {
        "pydantic",
        "pydantic-core",
        "orjson",
        "rpds-py",
        "jsonschema-rs",
        "granian",
    }


def test_a_pin_is_taken_from_the_lock_with_all_its_hashes() -> None:
    lock = (
        "uuid==1 \\\n    --hash=sha256:00\nuv==2 \\\n    --hash=sha256:11 \\\n    --hash=sha256:22\n    # via x\nx==3"
    )
    assert pin_of("uv", lock).splitlines() == ["uv==2 \\", "    --hash=sha256:11 \\", "    --hash=sha256:22"]
    with pytest.raises(CannotGoOn, match="does not pin nowhere"):
        pin_of("nowhere", lock)


def test_a_step_is_due_until_it_was_made_and_again_when_what_it_is_made_from_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "STAMPS", tmp_path / "made")
    source, result = tmp_path / "source", tmp_path / "result"
    source.write_text("one")

    def copy() -> None:
        result.write_text(source.read_text())

    step = Step("x", "X", source.read_text, result, copy)

    assert step.is_due()
    step.run()
    assert not step.is_due()

    source.write_text("two")
    assert step.is_due()
    step.run()
    assert result.read_text() == "two"

    result.unlink()
    assert step.is_due()


def test_a_step_that_failed_is_due_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "STAMPS", tmp_path / "made")
    result = tmp_path / "result"
    Step("x", "X", lambda: "key", result, result.touch).run()

    def fail() -> None:
        raise CannotGoOn("No.")

    failing = Step("x", "X", lambda: "key", result, fail)
    with pytest.raises(CannotGoOn):
        failing.run()
    assert failing.is_due()


def test_what_failed_is_said_with_what_it_said_itself() -> None:
    with pytest.raises(CannotGoOn, match=r"(?s)no such thing.*failed \(exit code 3\)"):
        environment.run(["sh", "-c", "echo no such thing >&2; exit 3"])


def test_npms_lock_names_the_builds_that_the_registry_did_not_have(tmp_path: Path) -> None:
    tool = {
        "version": "2.0.0",
        "dev": True,
        "optionalDependencies": {"@x/cli-linux-x64": "2.0.0", "@x/cli-win32-x64": "2.0.0"},
    }
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps({"packages": {"node_modules/@x/tool": tool, "node_modules/@x/cli-linux-x64": {}}}))

    name_other_platforms(lock)

    assert json.loads(lock.read_text())["packages"]["node_modules/@x/cli-win32-x64"] == {
        "version": "2.0.0",
        "cpu": ["x64"],
        "dev": True,
        "optional": True,
        "os": ["win32"],
    }
    once = lock.read_text()
    name_other_platforms(lock)
    assert lock.read_text() == once
