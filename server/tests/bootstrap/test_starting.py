"""Starting: what a server says when it serves, and the one sentence when it cannot."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from yanxin.testing.servers import yanxin

LOOPBACK = ("--listen", "127.0.0.1:0", "--redirect", "off")


def refused(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """The one sentence of a start that fails, and that it fails with 1 (or 2 for wrong use)."""
    ended = subprocess.run(
        [yanxin(), "serve", *arguments], capture_output=True, text=True, timeout=60, check=False, env=environment
    )
    assert ended.returncode in (1, 2), ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    said = [line for line in ended.stderr.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1, ended.stderr
    return said[0]


@contextmanager
def serving(*arguments: str) -> Iterator[dict[str, str]]:
    """A server, with the line that it prints when it serves; ended by SIGTERM, within ten seconds and with 0."""
    process = subprocess.Popen([yanxin(), "serve", *arguments, "--json"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said: dict[str, str] = json.loads(process.stdout.readline())
        yield said
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert process.stdout is not None
        process.stdout.close()


def started_once(folder: Path) -> Path:
    """A data folder in which a server ran; its database."""
    with serving("--data", str(folder), "--tls", "off", *LOOPBACK):
        pass
    return folder / "yanxin.sqlite3"


def test_it_serves_with_tls_that_its_own_root_vouches_for(tmp_path: Path) -> None:
    with serving("--data", str(tmp_path / "data"), *LOOPBACK) as said:
        host, port = said["url"].removeprefix("https://").rsplit(":", 1)
        trusting = ssl.create_default_context(cafile=said["ca"])
        with socket.create_connection((host, int(port))) as raw, trusting.wrap_socket(raw, server_hostname=host) as tls:
            assert tls.version() == "TLSv1.3"


def test_the_link_for_setting_up_is_given_until_it_is_done(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("--data", str(folder), "--tls", "off", *LOOPBACK) as said:
        first = said["setup_token"]
    with serving("--data", str(folder), "--tls", "off", *LOOPBACK) as said:
        assert said["setup_token"] not in (None, first)
    command = [yanxin(), "--data", str(folder), "user", "add", "chief", "--display-name", "Chief", "--admin"]
    subprocess.run([*command, "--password-stdin"], input="correct horse\n", text=True, check=True)
    with serving("--data", str(folder), "--tls", "off", *LOOPBACK) as said:
        assert said["setup_token"] is None


def test_what_it_prints_for_people_has_addresses_link_and_qr_code(tmp_path: Path) -> None:
    command = [yanxin(), "serve", "--data", str(tmp_path / "data"), *LOOPBACK]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    seen = ""
    while "▀▀▀▀▀▀▀▀▀▀▀▀▀▀" not in seen:
        line = process.stdout.readline()
        assert line, seen
        seen += line
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    process.stdout.close()
    assert "https://127.0.0.1:" in seen
    assert "/setup#" in seen
    assert "SHA-256" in seen


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        sentence = refused("--data", str(tmp_path / "data"), "--listen", f"127.0.0.1:{port}", "--tls", "off")
    assert f"127.0.0.1:{port}" in sentence
    assert "--listen" in sentence
    assert not (tmp_path / "data").exists()


def on_a_disk_of_its_own(disk: Path, options: str) -> str:
    """What a start says whose folder lies on a small file system mounted with `options`.

    A real mount, seen by this start alone; whoever may not mount gets a namespace in which they may.
    """
    disk.mkdir()
    serve = f"{yanxin()} serve --data {disk}/data --tls off {' '.join(LOOPBACK)}"
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    mount = f"mount -t tmpfs -o size=8m,{options} none {disk} && exec {serve}"
    ended = subprocess.run(
        ["unshare", "--mount", *mapped, "sh", "-c", mount], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    said = on_a_disk_of_its_own(tmp_path / "disk", "ro")
    assert f"{tmp_path}/disk/data cannot be written to" in said
    assert "--data" in said


def test_a_folder_in_use_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("--data", str(folder), "--tls", "off", *LOOPBACK):
        sentence = refused("--data", str(folder), "--tls", "off", *LOOPBACK)
    assert "Another Yanxin" in sentence


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    said = on_a_disk_of_its_own(tmp_path / "disk", "rw")
    assert "is full" in said
    assert "make room" in said


def test_a_clock_before_the_newest_event_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    database = started_once(folder)
    ahead = int((time.time() + 86_400) * 1000)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO conversations (kind, created_at, created_by, seq, ordinal, last_message, last_mention, members_count,"
            " moved_at)"
            " VALUES ('group', 0, 1, 0, 0, 0, 0, 0, ?)",
            (ahead,),
        )
    sentence = refused("--data", str(folder), "--tls", "off", *LOOPBACK)
    assert "clock" in sentence


def test_a_folder_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    database = started_once(folder)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = database.read_bytes()
    sentence = refused("--data", str(folder), "--tls", "off", *LOOPBACK)
    assert "newer Yanxin" in sentence
    assert database.read_bytes() == before


@pytest.mark.parametrize("damage", ["missing", "another", "damaged"])
def test_without_the_right_master_key_it_does_not_start(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "data"
    started_once(folder)
    key = tmp_path / "data.key"
    assert key.stat().st_mode & 0o777 == 0o600
    if damage == "missing":
        key.unlink()
    elif damage == "another":
        key.write_text("A" * 43 + "=\n")
    else:
        key.write_text("not a key\n")
    sentence = refused("--data", str(folder), "--tls", "off", *LOOPBACK)
    assert "master key" in sentence
    if damage == "missing":
        assert not key.exists()


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--listen", "nowhere"), "HOST:PORT"),
        (("--listen", "127.0.0.1:99999"), "HOST:PORT"),
        (("--tls", "off", "--listen", "0.0.0.0:0"), "loopback"),
        (("--tls", "cert.pem"), "CERTIFICATE,KEY"),
        (("--tls", "no.pem,no.key"), "no.pem"),
        (("--database", "mysql://x/y", *LOOPBACK), "--database"),
        (("--database", "postgresql://127.0.0.1:1/none", *LOOPBACK), "check that it is there"),
    ],
)
def test_a_setting_that_cannot_be_is_said_in_one_sentence(tmp_path: Path, options: tuple[str, ...], hint: str) -> None:
    assert hint in refused("--data", str(tmp_path / "data"), *options)


def test_settings_come_from_option_environment_and_file_in_this_order(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "yanxin.toml").write_text('tls = "off"\nlisten = "127.0.0.1:nope"\n')
    assert "127.0.0.1:nope" in refused("--data", str(folder))
    said = refused("--data", str(folder), environment={**os.environ, "YANXIN_LISTEN": "127.0.0.2:nope"})
    assert "127.0.0.2:nope" in said
    (folder / "yanxin.toml").write_text('lisen = "127.0.0.1:0"\n')
    assert "lisen" in refused("--data", str(folder))
