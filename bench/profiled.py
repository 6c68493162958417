"""`python -m bench.profiled serve …`: the server under a profiler, for `--profile`.

SIGUSR1 begins what is looked at and SIGUSR2 ends it: then each thread's functions are written,
the dearest first, into the file that YANXIN_BENCH_PROFILE names. Time is the thread's own CPU
time, so waiting costs nothing; the profiler itself makes small functions look dearer than they are.
"""

from __future__ import annotations

import cProfile
import gc
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import CodeType
from typing import Any

MOST_LINES = 40

Entries = dict[Any, tuple[int, float, float]]


class Profiles:
    """A profile of each thread, from its beginning; looked at by difference."""

    def __init__(self, into: Path) -> None:
        self._into = into
        self._profiles: list[tuple[str, cProfile.Profile]] = []
        self._before: list[Entries] = []

    def watch_this_thread(self) -> None:
        profile = cProfile.Profile(time.thread_time)
        self._profiles.append((threading.current_thread().name, profile))
        profile.enable()

    def hook(self, _frame: Any, _event: str, _argument: Any) -> None:
        """Set for new threads: the first event of a thread puts the profile in its place."""
        self.watch_this_thread()

    def begin(self, *_: object) -> None:
        self._before = [_entries(profile) for _, profile in self._profiles]
        self._write("=== a phase begins")

    def end(self, *_: object) -> None:
        parts = []
        for index, (name, profile) in enumerate(self._profiles):
            before = self._before[index] if index < len(self._before) else {}
            spent = []
            for code, (calls, own, whole) in _entries(profile).items():
                was = before.get(code, (0, 0.0, 0.0))
                if calls > was[0]:
                    spent.append((own - was[1], whole - was[2], calls - was[0], _name(code)))
            spent.sort(key=lambda each: each[0], reverse=True)
            all_own = sum(each[0] for each in spent)
            if all_own < 0.005:
                continue
            parts.append(f"--- thread {name}: {all_own:.3f} s of its own\n   own s   own %  whole s     calls")
            for own, whole, calls, what in spent[:MOST_LINES]:
                parts.append(f"{own:8.3f} {100 * own / all_own:6.1f}% {whole:8.3f} {calls:9d}  {what}")
        self._write("\n".join([*parts, "=== the phase ends"]))

    def _write(self, text: str) -> None:
        """Whoever sent the signal waits for this."""
        with self._into.open("a") as file:
            file.write(text + "\n")


def _entries(profile: cProfile.Profile) -> Entries:
    # Its entries stand in a tree that every call turns: a finalizer that ran meanwhile would hide half of them.
    gc.disable()
    try:
        return {each.code: (each.callcount, each.inlinetime, each.totaltime) for each in profile.getstats()}
    finally:
        gc.enable()


def _name(code: CodeType | str) -> str:
    if isinstance(code, str):
        return code
    parts = Path(code.co_filename).parts
    return f"{'/'.join(parts[-2:])}:{code.co_firstlineno} {code.co_qualname}"


def main() -> None:
    """Runs the command line as it is, watched."""
    from yanxin.cli.main import main as run

    profiles = Profiles(Path(os.environ["YANXIN_BENCH_PROFILE"]))
    signal.signal(signal.SIGUSR1, profiles.begin)
    signal.signal(signal.SIGUSR2, profiles.end)
    threading.setprofile(profiles.hook)
    profiles.watch_this_thread()
    run(sys.argv[1:])


if __name__ == "__main__":
    main()
