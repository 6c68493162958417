"""A real Yanxin server in a process of its own, started, killed and ended by its pid."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import httpx
import msgspec

from yanxin.client.rest import tls
from yanxin.protocol import requests, views

READY_WITHIN_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 10.0
CHIEF = "chief"
CHIEFS_PASSWORD = "correct horse battery"
ORGANISATION = "Yanxin Testing"


class Started(msgspec.Struct, frozen=True):
    """The first line that a server prints."""

    url: str
    ca: str | None
    setup_token: str | None
    pid: int


def yanxin() -> str:
    """The command, as installed beside this Python."""
    return str(Path(sys.executable).with_name("yanxin"))


class Server:
    """A server over the folder `data`.

    `database` is a URL, or None for SQLite in the folder. `program` replaces the command and
    `wrapped` is put before it (strace, say). Starting again takes the same port, as a service
    manager would, so that clients find it.
    """

    def __init__(
        self,
        data: Path,
        database: str | None = None,
        *,
        program: Sequence[str] = (),
        wrapped: Sequence[str] = (),
        options: Sequence[str] = ("--tls", "off"),
        environment: dict[str, str] | None = None,
    ) -> None:
        self.data = data
        self.database = database
        self.log = data.with_name(data.name + ".log")
        self._program = tuple(program) or (yanxin(),)
        self._wrapped = tuple(wrapped)
        self._options = tuple(options)
        self._environment = {key: value for key, value in os.environ.items() if not key.startswith("YANXIN_")}
        self._environment |= environment or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._drain: threading.Thread | None = None
        self.started = Started("", None, None, 0)
        self.port = 0
        self.token = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def url(self) -> str:
        return self.started.url

    @property
    def pid(self) -> int:
        return self.started.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> Started:
        """Starts it and waits for the line that says it serves. Raises RuntimeError with its log if it does not."""
        assert not self.is_running, "one process at a time over one folder"
        command = [*self._wrapped, *self._program, "serve", "--data", str(self.data), *self._options]
        command += ["--listen", f"127.0.0.1:{self.port}", "--redirect", "off", "--json"]
        if self.database is not None:
            command += ["--database", self.database]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=self._environment
            )
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        # Its output is taken to the end, or a full pipe would stop it one day.
        self._drain = threading.Thread(target=_drain, args=(self._process, lines), daemon=True)
        self._drain.start()
        try:
            self.started = msgspec.json.decode(lines.get(timeout=READY_WITHIN_SECONDS), type=Started)
        except (queue.Empty, msgspec.MsgspecError) as error:
            self._process.kill()
            self._process.wait(30)
            raise RuntimeError(f"the server does not start: {error!r}\n{self.log_tail()}") from error
        self.port = int(self.url.rsplit(":", 1)[1].rstrip("/"))
        return self.started

    def kill(self) -> None:
        """`kill -9`."""
        os.kill(self.pid, signal.SIGKILL)
        self._ended(30)

    def terminate(self) -> float:
        """SIGTERM; gives the seconds that it took to end. Raises TimeoutExpired when it does not."""
        began = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        self._ended(ENDS_WITHIN_SECONDS)
        return time.monotonic() - began

    def end(self) -> None:
        """Ends it for good, politely first."""
        if not self.is_running:
            return
        try:
            self.terminate()
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def _ended(self, within_seconds: float) -> None:
        assert self._process is not None, "started before it is ended"
        assert self._drain is not None, "its output is drained from the start"
        self._process.wait(within_seconds)
        self._drain.join(within_seconds)

    def memory_bytes(self) -> int:
        """What it holds of memory that is its own (RssAnon)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
        raise LookupError("the kernel does not tell RssAnon")

    def log_tail(self, lines: int = 30, characters: int = 2000) -> str:
        """The end of what it logged; long lines are cut."""
        if not self.log.exists():
            return ""
        logged = self.log.read_text("utf-8", errors="replace").splitlines()
        return "\n".join(line[:characters] for line in logged[-lines:])

    def faults(self, since_bytes: int = 0) -> list[str]:
        """What it logged as its own fault after the first `since_bytes` of its log."""
        if not self.log.exists():
            return []
        logged = self.log.read_bytes()[since_bytes:].decode("utf-8", errors="replace")
        return [line[:4000] for line in logged.splitlines() if '"level": "error"' in line or "Traceback" in line]

    def set_up(self) -> str:
        """Names the organisation and the chief; the chief's token. Once per data folder."""
        assert self.started.setup_token is not None, "set up before"
        wanted = requests.Setup(self.started.setup_token, ORGANISATION, CHIEF, CHIEFS_PASSWORD, "Chief")
        answer = httpx.post(
            f"{self.url}/api/v1/setup",
            content=msgspec.json.encode(wanted),
            headers={"Content-Type": "application/json"},
            verify=tls(self.url, self.started.ca) or False,
            trust_env=False,
            timeout=30,
        )
        if answer.status_code != 201:
            raise RuntimeError(f"set-up answers {answer.status_code}: {answer.text}")
        signed_in = msgspec.json.decode(answer.content, type=views.SignedIn)
        self.token = signed_in.token or ""
        return self.token

    def command(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs `yanxin --data DIR …` beside it."""
        return subprocess.run(
            [yanxin(), "--data", str(self.data), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=check,
            timeout=120,
            env=self._environment,
        )


def _drain(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes]) -> None:
    assert process.stdout is not None, "opened as a pipe"
    with process.stdout as output:
        lines.put(output.readline())
        for _ in output:
            pass
