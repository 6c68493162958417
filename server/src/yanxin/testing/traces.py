"""Reads what strace saw, to judge whether acknowledgements follow the sync of their commits.

Nothing but the kernel's own account can show this: after `kill -9` the page cache still holds what
was never synced. Put `strace(…)` before a server's command. Traces are of one clock, so that those
of a server and of its database can be judged together.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_CALLS = "fdatasync,fsync,write,writev,pwrite64,sendto,sendmsg"
_SHOWN_BYTES = 1 << 20


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
_WRITES = {"write", "writev", "sendto", "sendmsg", "pwrite64"}
_SYNCS = {"fdatasync", "fsync"}


def client_id(mark: str) -> str:
    """A client_id in which `judge` finds `mark` again, even where the log breaks a page inside it."""
    return f"{mark}.{mark}"


def judge(seen: Iterable[Call], is_log: Callable[[str], bool], marks: Mapping[int, str]) -> Verdict:
    """Whether each acknowledgement of a message follows a sync of the very commit that holds it.

    `is_log` tells the files of the database's write-ahead log. `marks` gives for each seq a word
    that stands in nothing but that message's client_id: client_ids are not sealed, so the write
    that holds a message is known by it. What was said by the message itself is not looked at.
    """
    ordered = sorted(seen, key=lambda call: call.began)
    syncs = [call for call in ordered if call.name in _SYNCS and is_log(call.path)]
    syncs_began = [call.began for call in syncs]
    written: dict[str, float] = {}
    any_mark = re.compile("|".join(map(re.escape, marks.values())))
    for call in ordered:
        if call.name in _WRITES and is_log(call.path):
            for mark in any_mark.findall(call.text):
                written.setdefault(mark, call.ended)
    count = 0
    violations = []
    for call in ordered:
        if call.name not in _WRITES or not call.path.startswith(("socket:", "TCP")):
            continue
        for answer in _ACKNOWLEDGED.finditer(call.text):
            count += 1
            seq = int(answer["seq"])
            ended = written.get(marks.get(seq, ""))
            if ended is None or ended > call.began:
                violations.append(f"seq {seq} was acknowledged before it was written")
                continue
            sync = bisect_left(syncs_began, ended)
            if sync == len(syncs) or syncs[sync].ended > call.began:
                violations.append(f"seq {seq} was acknowledged before what was written was synced")
    return Verdict(count, violations)
