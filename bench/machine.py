"""The machine: what a process costs it, how busy it is, and what it is."""

from __future__ import annotations

import os
import platform
import resource
import sqlite3
import time
from pathlib import Path

import msgspec


class Machine(msgspec.Struct, frozen=True):
    """What the figures were measured on. The load average is that of the last minute when it was asked for."""

    cores: int
    processor: str
    memory_gb: float
    kernel: str
    python: str
    sqlite: str
    load_average: float


def described() -> Machine:
    """This machine, now."""
    return Machine(
        cores=os.cpu_count() or 1,
        processor=_line_of("/proc/cpuinfo", "model name"),
        memory_gb=round(int(_line_of("/proc/meminfo", "MemTotal").split()[0]) / 1024**2, 1),
        kernel=platform.release(),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        load_average=load_average(),
    )


def load_average() -> float:
    """How many processes ran or wanted to, over the last minute."""
    return round(os.getloadavg()[0], 2)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of all that it started, those that ended included, to the nanosecond.

    A process's own clock counts every thread, also those that ended; ended children stand in its stat.
    """
    own = time.clock_gettime(_clock_of(pid))
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ended = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    return own + ended + sum(cpu_seconds(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def rss_bytes(pid: int) -> int:
    """The memory of a process that is in use, and of all that it started."""
    own = int(_line_of(f"/proc/{pid}/status", "VmRSS").split()[0]) * 1024
    return own + sum(rss_bytes(child) for child in children(pid))


def allow_files(wanted: int) -> None:
    """Lets this process, and those that it starts, open `wanted` files. Raises RuntimeError if it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
    except (ValueError, OSError):
        raise RuntimeError(
            f"{wanted} open files are needed and {hard} are allowed: `ulimit -Hn {wanted}` as root, or a smaller --scale."
        ) from None


def _clock_of(pid: int) -> int:
    """The number under which Linux keeps the CPU clock of a process (what clock_getcpuclockid gives)."""
    return (~pid << 3) | 2


def _line_of(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        if line.partition(":")[0].strip() == name:
            return line.partition(":")[2].strip()
    return ""
