"""`storm`: 1,000 people drop and return at once.

Everybody is a member of 100 conversations, of which 20 moved meanwhile by a message each: 20
messages missed. A device comes back with the version and the heads that it held, is told which
conversations moved, and fetches the tail of each of them.
"""

from __future__ import annotations

import asyncio
import time

import msgspec

from bench import report
from bench.machine import described
from bench.members import Book, Greeted, Member, arrived, leave
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


async def run(asked: Asked) -> report.Report:
    """CPU per client over drop and return, and the time until the last one has everything."""
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
        book = await arrived(server, range(people))
        with server.loaded() as dropped:
            leave(book)
            await asyncio.gather(*(each.socket.closed for each in book.members))
            await asyncio.sleep(0.5)
        said = await _speak(server, herald, server.seeded.conversations[:moved_count])
        caught: list[float] = []
        frame = bytearray()
        with server.loaded() as span:
            began = time.perf_counter()
            await asyncio.gather(*(_return(server, each, said, began, caught, frame) for each in book.members))
        faults = await _judge(book, people, moved_count)
        leave(book)
        floor = await server.floor_seconds(bytes(frame), people, MOVED)
    caught.sort()
    return report.Report(
        "storm",
        asked.scale,
        [
            report.figure("storm.cpu", (dropped.cpu_seconds + span.cpu_seconds) / people * 1000, MOVED * floor * 1000),
            report.figure("storm.seconds", caught[-1] if len(caught) == people else float("inf")),
        ],
        {
            "clients": people,
            "caught up": len(caught),
            "half of them after seconds": caught[len(caught) // 2] if caught else 0,
            "ms of the drop alone": dropped.cpu_seconds / people * 1000,
        },
        faults,
        described(),
    )


async def _speak(server: Running, herald: int, conversations: list[int]) -> dict[int, str]:
    """One message in each conversation, while everybody is away."""
    book = await arrived(server, range(herald, herald + 1))
    said: dict[int, str] = {}
    ledger = book.begin()
    for number, where in enumerate(conversations):
        said[where] = f"m{number}"
        book.members[0].say(where, said[where], text_of(number))
    await book.whole()
    faults = ledger.judged()
    leave(book)
    if faults:
        raise Refusal("; ".join(faults))
    return said


async def _return(
    server: Running, member: Member, said: dict[int, str], began: float, caught: list[float], frame: bytearray
) -> None:
    """Comes back and catches up; what is wrong is written into the ledger."""
    try:
        greeted: Greeted = await member.arrive(server)
        moved = {each.id: each.head.seq for each in greeted.conversations}
        expected = {where for where in member.heads if where in said}
        if greeted.reset or set(moved) != expected:
            member.failed(f"is told that {len(moved)} conversations moved, {len(expected)} did")
            return
        answers = await asyncio.gather(
            *(
                member.socket.asked("events.list", {"conversation": where, "after": member.heads[where], "limit": 50})
                for where in moved
            )
        )
    except (Refusal, TimeoutError, OSError) as error:
        member.failed(f"does not come back: {error!r}")
        return
    for where, answer in zip(moved, answers, strict=True):
        found = [(each.seq, each.client_id) for each in _events(answer).items]
        if found != [(member.heads[where] + 1, said[where])]:
            member.failed(f"missed one message in conversation {where} and is given {found}")
            return
        member.heads[where] = moved[where]
    if not frame and answers:
        frame += bytes(answers[0])
    caught.append(time.perf_counter() - began)


async def _judge(book: Book, people: int, moved_count: int) -> list[str]:
    """Nothing was lost on the way, and nothing more is pushed to anybody."""
    await asyncio.sleep(0.3)
    if book.ledger.deliveries:
        book.ledger.fault(f"{book.ledger.deliveries} events were pushed that stood in the log before the hello")
    return book.ledger.faults
