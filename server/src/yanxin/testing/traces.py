"""Reads what strace saw, to judge whether acknowledgements follow the sync of their commits.

Nothing but the kernel's own account can show this: after `kill -9` the page cache still holds what
was never synced. Put `strace(…)` before a server's command. Traces are of one clock, so that those
of a server and of its database can be judged together.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_CALLS = "fdatasync,fsync,write,writev,pwrite64,sendto,sendmsg,read,recvfrom"
_SHOWN_BYTES = 4096


def strace(to: Path, user: str | None = None) -> list[str]:
    """The command to put before another, so that its calls are written to `to`; run as `user`, if given."""
    what = ["-f", "-y", "-ttt", "-T", "--seccomp-bpf", "-s", str(_SHOWN_BYTES), "-e", f"trace={_CALLS}"]
    return ["strace", *what, "-e", "signal=none", *(("-u", user) if user else ()), "-o", str(to)]


@dataclass(frozen=True)
class Call:
    """One system call that succeeded: when it began and ended (seconds), its name, on which file, with what."""

    began: float
    ended: float
    name: str
    path: str
    text: str


_LINE = re.compile(r"(?P<thread>\d+) +(?P<at>\d+\.\d+) (?P<rest>.*)")
_BEGUN = re.compile(r"(?P<name>\w+)\(\d+<(?P<path>.*?)>(?P<text>.*)")
_RESUMED = re.compile(r"<\.\.\. (?P<name>\w+) resumed>(?P<text>.*)")
_DONE = re.compile(r" = (?P<result>-?\d+).*?<(?P<took>\d+\.\d+)>$")


def calls(trace: Iterable[str]) -> Iterator[Call]:
    """The calls in the lines of a trace that succeeded, in the order of their ends."""
    unfinished: dict[str, tuple[float, str, str, str]] = {}
    for line in trace:
        parsed = _LINE.match(line)
        if parsed is None:
            continue
        thread, at, rest = parsed["thread"], float(parsed["at"]), parsed["rest"]
        if resumed := _RESUMED.match(rest):
            began, name, path, text = unfinished.pop(thread, (at, "", "", ""))
            text += resumed["text"]
        elif begun := _BEGUN.match(rest):
            began, name, path, text = at, begun["name"], begun["path"], begun["text"]
            if text.endswith("<unfinished ...>"):
                unfinished[thread] = (began, name, path, text)
                continue
        else:
            continue
        done = _DONE.search(rest)
        if name and done is not None and int(done["result"]) >= 0:
            yield Call(began, began + float(done["took"]), name, path, text)


@dataclass(frozen=True)
class Verdict:
    """How many acknowledgements were judged, and a sentence for each that came too soon."""

    acknowledgements: int
    violations: list[str]


_ACKNOWLEDGED = re.compile(r'\\"id\\":\d+,\\"result\\":\{\\"seq\\":(?P<seq>\d+)')
_READS = {"read", "recvfrom"}
_WRITES = {"write", "writev", "sendto", "sendmsg", "pwrite64"}
_SYNCS = {"fdatasync", "fsync"}


def judge(seen: Iterable[Call], is_log: Callable[[str], bool]) -> Verdict:
    """Whether each acknowledgement of a message follows a sync of what was written for it.

    `is_log` tells the files of the database's write-ahead log. Clients must ask one thing at a
    time: then the last read from a socket before an answer is what is answered. After it the log
    must have been written, and after that synced, before the answer is sent. With one client this
    is exact; with more, one's sync may cover for another's, so use many acknowledgements.
    """
    ordered = sorted(seen, key=lambda call: call.began)
    log_writes = [call for call in ordered if call.name in _WRITES and is_log(call.path)]
    writes_began = [call.began for call in log_writes]
    syncs = [call for call in ordered if call.name in _SYNCS and is_log(call.path)]
    syncs_began = [call.began for call in syncs]
    asked: dict[str, float] = {}
    count = 0
    violations = []
    for call in ordered:
        if "socket:" not in call.path and "TCP" not in call.path:
            continue
        if call.name in _READS:
            asked[call.path] = call.ended
        elif call.name in _WRITES:
            for answer in _ACKNOWLEDGED.finditer(call.text):
                count += 1
                seq, since = answer["seq"], asked.get(call.path, 0.0)
                write = bisect_left(writes_began, since)
                if write == len(log_writes) or log_writes[write].ended > call.began:
                    violations.append(f"seq {seq} was acknowledged before anything was written for it")
                    continue
                sync = bisect_left(syncs_began, log_writes[write].ended)
                if sync == len(syncs) or syncs[sync].ended > call.began:
                    violations.append(f"seq {seq} was acknowledged before what was written for it was synced")
    return Verdict(count, violations)
