"""`storm`: 1,000 people drop and return at once.

Everybody is a member of 100 conversations, of which 20 moved meanwhile by a message each: 20
messages missed. A device comes back with the version and the heads that it held and is told which
conversations moved, each with its newest message. Where that is all that it lacks, it has caught
up; elsewhere it asks for the tail. A second storm, with as many messages missed again, is of
devices that ask for every tail: what one pays where more was said than the newest message.
"""

from __future__ import annotations

import asyncio
import time

import msgspec

from bench import report
from bench.machine import described
from bench.members import Book, Greeting, Member, arrived, leave
from bench.running import Asked, Running, running
from bench.seeding import Wanted, circles, text_of
from bench.wire import Refusal

PEOPLE = 1000
MEMBERS = 50
CONVERSATIONS = 100
MOVED = 20


class _Event(msgspec.Struct):
    seq: int
    client_id: str | None


class _Events(msgspec.Struct):
    items: list[_Event]


_events = msgspec.json.Decoder(_Events).decode


class _Storm:
    """One drop and one return of everybody."""

    def __init__(self, server: Running, book: Book, herald: int, moved: list[int], *, asks_for_tails: bool) -> None:
        self._server = server
        self._book = book
        self._herald = herald
        self._moved = moved
        self._asks_for_tails = asks_for_tails
        self._prefix = "tail" if asks_for_tails else "last"
        self._said: dict[int, str] = {}
        self.caught: list[float] = []
        self.cpu_seconds = 0.0
        self.drop_seconds = 0.0
        self.asked_for = 0
        self.frame = b""

    async def blow(self) -> None:
        people = self._book.members
        with self._server.loaded() as dropped:
            leave(self._book)
            await asyncio.gather(*(each.socket.closed for each in people))
            await asyncio.sleep(0.5)
        await self._speak()
        with self._server.loaded() as span:
            began = time.perf_counter()
            await asyncio.gather(*(self._return(each, began) for each in people))
        self.drop_seconds = dropped.cpu_seconds
        self.cpu_seconds = dropped.cpu_seconds + span.cpu_seconds
        # Whatever is pushed now stood in the log before the hello.
        await asyncio.sleep(0.3)
        if self._book.ledger.deliveries:
            self._book.ledger.fault(f"{self._book.ledger.deliveries} events were told twice")
        self.caught.sort()

    @property
    def seconds(self) -> float:
        """Until the last one had everything."""
        return self.caught[-1] if len(self.caught) == len(self._book.members) else float("inf")

    async def _speak(self) -> None:
        """One message in each conversation that is to move, while everybody is away."""
        book = await arrived(self._server, range(self._herald, self._herald + 1))
        herald = book.members[0]
        for number, where in enumerate(self._moved):
            self._said[where] = f"{self._prefix}{number}"
            herald.say(where, self._said[where], text_of(number))
        await book.whole()
        faults = await book.close()
        leave(book)
        # What the herald heard, they hold too when they come again.
        self._server.people[self._herald].heads = dict(herald.heads)
        self._server.people[self._herald].version = herald.version
        if faults:
            raise Refusal("; ".join(faults))

    async def _return(self, member: Member, began: float) -> None:
        """Comes back and catches up; what is wrong is written into the ledger."""
        try:
            greeted = await member.arrive(self._server)
            expected = {where for where in member.heads if where in self._said}
            if greeted.reset or {each.id for each in greeted.conversations} != expected:
                member.failed(f"is told that {len(greeted.conversations)} conversations moved, {len(expected)} did")
                return
            missed = await asyncio.gather(*(self._missed(member, each) for each in greeted.conversations))
        except (Refusal, TimeoutError, OSError) as error:
            member.failed(f"does not come back: {error!r}")
            return
        for conversation, found in zip(greeted.conversations, missed, strict=True):
            where = conversation.id
            if found != [(member.heads[where] + 1, self._said[where])]:
                member.failed(f"missed one message in conversation {where} and is given {found}")
                return
            member.heads[where] = conversation.head.seq
        self.caught.append(time.perf_counter() - began)

    async def _missed(self, member: Member, conversation: Greeting) -> list[tuple[int, str | None]]:
        """The events of a conversation that moved which the device does not hold: seq and client_id."""
        held, last = member.heads[conversation.id], conversation.last
        if not self._asks_for_tails and last is not None and last.seq == conversation.head.seq == held + 1:
            return [(last.seq, last.client_id)]
        self.asked_for += 1
        answer = await member.socket.asked("events.list", {"conversation": conversation.id, "after": held, "limit": 50})
        self.frame = bytes(answer)
        return [(each.seq, each.client_id) for each in _events(answer).items]


async def run(asked: Asked) -> report.Report:
    """CPU per client over drop and return, and the time until the last one has everything, of both storms."""
    people = asked.scaled(PEOPLE, MEMBERS)
    groups = circles(people, MEMBERS, CONVERSATIONS)
    # One more, who is there while the others are away, is a member of what moves.
    herald = people
    moved_count = MOVED * (people // MEMBERS)
    wanted = Wanted(
        people=people + 1,
        groups=[[*group, herald] if number < moved_count else group for number, group in enumerate(groups)],
    )
    async with running(wanted, asked, sockets=2 * people + 10) as server:
        moved = server.seeded.conversations[:moved_count]
        book = await arrived(server, range(people))
        light = _Storm(server, book, herald, moved, asks_for_tails=False)
        await light.blow()
        heavy = _Storm(server, book, herald, moved, asks_for_tails=True)
        await heavy.blow()
        leave(book)
        floor = await server.floor_seconds(heavy.frame, people, MOVED)
    return report.Report(
        "storm",
        asked.scale,
        [
            report.figure("storm.cpu", light.cpu_seconds / people * 1000, floor * 1000),
            report.figure("storm.seconds", light.seconds),
            report.figure("storm.tails.cpu", heavy.cpu_seconds / people * 1000, MOVED * floor * 1000),
            report.figure("storm.tails.seconds", heavy.seconds),
        ],
        {
            "clients": people,
            "caught up": len(light.caught),
            "with every tail asked for": len(heavy.caught),
            "tails asked for": heavy.asked_for,
            "ms of the drop alone": light.drop_seconds / people * 1000,
        },
        book.ledger.faults,
        described(),
    )
