"""PostgreSQL for tests: a server of one's own in a temporary folder, and fresh databases in it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Self

import psycopg

from yanxin.testing.traces import strace

OWNER = "yanxin"
READY_WITHIN_SECONDS = 60.0


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _program(name: str) -> str:
    """`name` of the newest PostgreSQL here. Raises FileNotFoundError with what to install."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = shutil.which(name) or (str(versions[-1]) if versions else None)
    if found is None:
        raise FileNotFoundError(f"{name} is missing; on Debian and Ubuntu: sudo apt-get install postgresql")
    return found


def _unprivileged() -> str | None:
    """The user to run PostgreSQL as, which refuses to run as root; None where we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise LookupError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


class Postgres:
    """One PostgreSQL server on 127.0.0.1.

    `fsync` off makes it fast; a test that kills something needs it on. With `is_traced` the
    file `trace` tells its system calls (see `traces`).
    """

    def __init__(self, *, fsync: bool = False, is_traced: bool = False) -> None:
        self._fsync = fsync
        self._user = _unprivileged()
        # Not pytest's folder: that one is closed to everybody but its owner.
        self.folder = Path(tempfile.mkdtemp(prefix="yanxin-pg-"))
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.trace = self.folder / "trace" if is_traced else None
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        subprocess.run(
            [
                *(_program("initdb"), "-D", str(self.data), "-A", "trust", "-U", OWNER, "-E", "UTF8"),
                *("--locale=C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            check=True,
            capture_output=True,
            user=self._user,
            cwd=self.folder,
        )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The postmaster's."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        """Starts it and waits until it answers; also after a `kill`."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while True:
            # For a moment after a kill its children still hold the shared memory, and it refuses to start.
            if self._process is None or self._process.poll() is not None:
                self._launch()
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"PostgreSQL does not start:\n{self.log.read_text()[-3000:]}") from None
                time.sleep(0.05)
            else:
                return

    def _launch(self) -> None:
        settings = {
            "fsync": "on" if self._fsync else "off",
            "synchronous_commit": "on",
            "full_page_writes": "on" if self._fsync else "off",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "64MB",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        where = ["-D", str(self.data), "-h", "127.0.0.1", "-p", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*(strace(self.trace, self._user) if self.trace else ()), _program("postgres"), *where, *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                # strace needs the rights that it has, and changes the user itself.
                user=None if self.trace else self._user,
                cwd=self.folder,
            )

    def kill(self) -> None:
        """As a power cut would: SIGKILL to the postmaster, and its children find themselves orphans."""
        os.kill(self.pid, signal.SIGKILL)
        assert self._process is not None, "started before it is killed"
        self._process.wait(30)

    def stop(self) -> None:
        """Ends it, whoever is connected."""
        if self._process is None or self._process.poll() is not None:
            return
        os.kill(self.pid, signal.SIGINT)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(30)

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Runs one statement outside a transaction."""
        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=10) as connection:
            connection.execute(statement.encode())

    def create(self, template: str | None = None) -> str:
        """A fresh database, empty or copied from `template` (a name, with nobody connected); its URL."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drops the database at `url`, whoever is connected."""
        self.execute(f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")


def name_of(url: str) -> str:
    """The name of the database at `url`."""
    return url.rsplit("/", 1)[-1]
