"""A server under measurement: seeded, started in a process of its own, watched from outside."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import floor, machine, wire
from bench.seeding import Person, Seeded, Wanted, seeded
from yanxin.testing.servers import Server

PROFILED_WITHIN_SECONDS = 30.0


@dataclass(frozen=True)
class Asked:
    """How to run. `scale` makes fewer people of a scenario, never a shorter list of conversations of each.

    `seconds` replaces the length of phases that have one; `profile` shows where the server's time
    goes, and makes figures that are good for nothing else.
    """

    scale: float = 1.0
    seconds: float | None = None
    profile: bool = False
    database: str | None = None

    def scaled(self, number: int, of: int = 1) -> int:
        """`number` to scale, a multiple of `of`, at least one of that."""
        return max(1, round(number * self.scale / of)) * of


@dataclass
class Span:
    """What a loaded phase took: seconds on the wall, and seconds of the server's CPU."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0


@dataclass
class Running:
    """A server that runs over seeded data."""

    server: Server
    seeded: Seeded
    asked: Asked
    tls: ssl.SSLContext | None
    profile: Path | None = None
    """Where the profiler writes, if there is one."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    @property
    def people(self) -> list[Person]:
        return self.seeded.people

    def rss_bytes(self) -> int:
        """The memory of all its processes."""
        return machine.rss_bytes(self.server.pid)

    @contextlib.contextmanager
    def loaded(self) -> Iterator[Span]:
        """Measures what happens within it."""
        span = Span()
        gc.collect()
        self._profile(signal.SIGUSR1)
        cpu, began = machine.cpu_seconds(self.server.pid), time.perf_counter()
        try:
            yield span
        finally:
            span.seconds = time.perf_counter() - began
            span.cpu_seconds = machine.cpu_seconds(self.server.pid) - cpu
            self._profile(signal.SIGUSR2)

    def _profile(self, number: signal.Signals) -> None:
        """Has the profiler begin or end, and waits until it has."""
        if self.profile is None:
            return
        before = self.profile.stat().st_size
        os.kill(self.server.pid, number)
        until = time.monotonic() + PROFILED_WITHIN_SECONDS
        while self.profile.stat().st_size == before:
            if time.monotonic() > until:
                raise RuntimeError("the profiler does not answer")
            time.sleep(0.01)

    async def socket(
        self,
        number: int,
        told: Callable[[wire.Frame, bytes], None],
        failed: Callable[[str], None],
    ) -> wire.Socket:
        """An open socket of a person. Raises Refusal."""
        upgrade = wire.upgrade_of(self.host, self.people[number].token)
        made: wire.Socket = await wire.connect(
            "127.0.0.1", self.server.port, lambda: wire.Socket(upgrade, told, failed), self.tls, number
        )
        async with asyncio.timeout(wire.ANSWER_WITHIN_SECONDS):
            await made.opened
        return made

    async def rest(self, number: int) -> wire.Rest:
        """A person's connection for REST."""
        token = self.people[number].token
        made: wire.Rest = await wire.connect(
            "127.0.0.1", self.server.port, lambda: wire.Rest(self.host, token), self.tls, number
        )
        return made

    async def floor_seconds(self, data: bytes, sockets: int, rounds: int, every_seconds: float = 0.0) -> float:
        """The CPU seconds of sending `data` to one socket, when nothing else is done."""
        return await floor.seconds_per_send(floor.Asked(data, sockets, rounds, every_seconds))


@contextlib.asynccontextmanager
async def running(wanted: Wanted, asked: Asked, *, tls: bool = False, sockets: int) -> AsyncIterator[Running]:
    """A server over data as `wanted`, ended and forgotten afterwards. `sockets` is how many will be open at once."""
    machine.allow_files(sockets + 1000)
    with tempfile.TemporaryDirectory(prefix="yanxin-bench-run-") as folder:
        data = Path(folder) / "data"
        there = await seeded(wanted, data)
        profile = Path(folder) / "profile"
        if asked.profile:
            profile.touch()
        server = Server(
            data,
            program=(sys.executable, "-m", "bench.profiled") if asked.profile else (),
            options=("--tls", "auto" if tls else "off"),
            environment={"YANXIN_BENCH_PROFILE": str(profile)} if asked.profile else None,
        )
        with server:
            context = None
            if tls:
                assert server.started.ca is not None, "it made its own certificate"
                context = ssl.create_default_context(cafile=server.started.ca)
            made = Running(server, there, asked, context, profile if asked.profile else None)
            # The server brings up its REST side when it is first asked, or when it has time.
            door = await made.rest(0)
            await door.get("/api/v1/me")
            door.transport.abort()
            # What is there by now lives as long as the run: no collection disturbs the phases.
            gc.collect()
            gc.freeze()
            gc.disable()
            try:
                yield made
            finally:
                gc.enable()
                gc.unfreeze()
        if asked.profile:
            print(profile.read_text(), file=sys.stderr)
