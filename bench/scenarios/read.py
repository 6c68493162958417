"""`read`: as `groups`, and everybody sets the cursor after each message that they hear.

A device does not ask twice at once: while a cursor.set is unanswered, the newest place waits and
is set next. Two of each group look at their group's newest messages and are told how many have
read them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from bench import report
from bench.ledger import Ledger
from bench.machine import described
from bench.members import Book, Member, arrived, leave
from bench.running import Asked, Running, running
from bench.scenarios.groups import MEMBERS, SECONDS, sorted_of, talk, wanted, warm
from bench.wire import Frame, Told

WATCHERS = 2
LOOKED_AT = 20
TOLD_WITHIN_SECONDS = 10.0


class _Stood(msgspec.Struct):
    seq: int
    unread: int


_stood = msgspec.json.Decoder(_Stood).decode


class _Reader:
    """Somebody who reads what they hear."""

    def __init__(self, member: Member, where: int) -> None:
        self.member = member
        self.where = where
        self.cursor = 0
        self.unread = 0
        self.newest = 0
        self.answered = 0
        self._is_asking = False

    def heard(self, _member: Member, told: Told) -> None:
        self.newest = told.seq
        if not self._is_asking:
            self._ask()

    def _ask(self) -> None:
        self._is_asking = True
        self.member.socket.ask("cursor.set", {"conversation": self.where, "seq": self.newest}, self._answer)

    def _answer(self, result: msgspec.Raw) -> None:
        stood = _stood(result)
        self.answered += 1
        if stood.seq < self.cursor:
            self.member.failed(f"the cursor went back from {self.cursor} to {stood.seq}")
        self.cursor, self.unread = stood.seq, stood.unread
        self._is_asking = False
        if self.newest > self.cursor:
            self._ask()


class _Watcher:
    """Somebody who looks at the newest messages, and looks again when ten more have come."""

    def __init__(self, member: Member, where: int) -> None:
        self.where = where
        self.member = member
        self.read: dict[int, int] = {}
        self.told = 0
        self._from = 0

    async def look(self, newest: int) -> None:
        """At the newest messages, from now on."""
        self._from = newest
        seqs = list(range(max(2, newest - LOOKED_AT + 1), newest + 1))
        answer = await self.member.socket.asked("readers.watch", {"conversation": self.where, "seqs": seqs})
        counts: dict[str, Any] = msgspec.json.decode(answer)
        # What was told between asking and the answer is younger than the answer, and counts only grow.
        told = self.read
        self.read = {each["seq"]: max(each["read"], told.get(each["seq"], 0)) for each in counts["items"]}

    def hint(self, _member: Member, frame: Frame) -> None:
        if frame.method == "readers" and frame.params is not None and frame.params.conversation == self.where:
            self.told += 1
            if frame.params.read < self.read.get(frame.params.seq, 0):
                self.member.failed(f"seq {frame.params.seq} had {self.read[frame.params.seq]} readers, then fewer")
            self.read[frame.params.seq] = frame.params.read

    def wants_more(self, newest: int) -> bool:
        return newest >= self._from + LOOKED_AT // 2


async def run(asked: Asked) -> report.Report:
    """A first phase without cursors tells what the deliveries cost; what the second costs beyond that is the cursors'.

    The figure is that, over the number of cursor.sets answered; everything over that number stands beside it.
    """
    those = wanted(asked)
    async with running(those, asked, sockets=those.people) as server:
        book = await arrived(server, range(those.people))
        await warm(server, book)
        seconds = asked.seconds or SECONDS
        plain, plain_ledger = await talk(server, book, seconds, "a", 1)
        await book.close()
        readers, watchers = _readers(server, book)
        for watcher in watchers:
            await watcher.look(watcher.member.listener.places[watcher.where])
        span, ledger = await talk(server, book, seconds, "b", 2)
        await _settle(ledger, readers, watchers)
        told = sum(each.told for each in watchers)
        faults = await book.close()
        frame = book.members[0].last_event
        leave(book)
        floor = await server.floor_seconds(frame, MEMBERS, 400, 0.002)
    answered = sum(each.answered for each in readers)
    per_delivery = plain.cpu_seconds / max(1, plain_ledger.deliveries)
    beyond = max(0.0, span.cpu_seconds - per_delivery * ledger.deliveries)
    p50, p99 = sorted_of(ledger)
    return report.Report(
        "read",
        asked.scale,
        [
            report.figure("read", beyond / max(1, answered) * 1e6, floor * 1e6),
            report.figure("read.whole", span.cpu_seconds / max(1, answered) * 1e6),
            report.figure("read.p50", p50),
            report.figure("read.p99", p99),
        ],
        {
            "deliveries": ledger.deliveries,
            "cursor.sets": answered,
            "readers told": told,
            "seconds": span.seconds,
            "cores used": span.cpu_seconds / span.seconds,
            "µs a delivery without cursors": per_delivery * 1e6,
        },
        faults,
        described(),
    )


def _readers(server: Running, book: Book) -> tuple[list[_Reader], list[_Watcher]]:
    readers, watchers = [], []
    for member in book.members:
        where = server.seeded.conversations[member.number // MEMBERS]
        reader = _Reader(member, where)
        readers.append(reader)
        member.then = reader.heard
        if member.number % MEMBERS < WATCHERS:
            watcher = _Watcher(member, where)
            watchers.append(watcher)
            member.other = watcher.hint
            member.then = _both(reader, watcher)
    return readers, watchers


def _both(reader: _Reader, watcher: _Watcher) -> Any:
    """What somebody does who reads and also looks at who has read."""
    looking: set[asyncio.Task[None]] = set()

    def heard(member: Member, told: Told) -> None:
        reader.heard(member, told)
        if not looking and watcher.wants_more(told.seq):
            task = asyncio.get_running_loop().create_task(watcher.look(told.seq))
            looking.add(task)
            task.add_done_callback(looking.discard)

    return heard


async def _settle(ledger: Ledger, readers: list[_Reader], watchers: list[_Watcher]) -> None:
    """Everybody has read everything in the end, and whoever looks is told so."""
    await _until(lambda: all(_is_settled(each) for each in readers))
    await _until(lambda: all(_is_told(each) for each in watchers))
    for reader in readers:
        if not _is_settled(reader):
            ledger.fault(
                f"{reader.member.listener.name} has heard {reader.newest}, "
                f"read up to {reader.cursor}, and has {reader.unread} unread"
            )
    for watcher in watchers:
        if not _is_told(watcher):
            ledger.fault(f"{watcher.member.listener.name} was told {watcher.read}, and all had read everything")


async def _until(holds: Callable[[], bool]) -> None:
    """Looks every 50 ms, and gives up in the end."""
    for _ in range(int(TOLD_WITHIN_SECONDS / 0.05)):
        if holds():
            return
        await asyncio.sleep(0.05)


def _is_settled(reader: _Reader) -> bool:
    return reader.cursor == reader.newest and reader.unread == 0


def _is_told(watcher: _Watcher) -> bool:
    return all(count == MEMBERS - 1 for count in watcher.read.values())
