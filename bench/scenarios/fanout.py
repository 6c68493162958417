"""`fanout`: one group of 1,000 people online hears 100 messages, five a second and then as fast as they go."""

from __future__ import annotations

from bench import report
from bench.ledger import Ledger
from bench.machine import described
from bench.members import Book, arrived, every, leave
from bench.running import Asked, Running, Span, running
from bench.seeding import Wanted, text_of

PEOPLE = 1000
MESSAGES = 100
A_SECOND = 5.0
FULL_TIMES = 5
"""So often the 100 go at full speed: once takes too little time to be measured well."""


async def run(asked: Asked) -> report.Report:
    """CPU per delivery of both; the speaker hears every message too, as the 1,000th."""
    people = asked.scaled(PEOPLE, 10)
    wanted = Wanted(people=people, groups=[list(range(people))])
    async with running(wanted, asked, sockets=people) as server:
        book = await arrived(server, range(people))
        await _speak(server, book, "w", 1, 0.0)
        paced = asked.seconds or MESSAGES / A_SECOND
        slow, slow_ledger = await _speak(server, book, "p", max(1, round(paced * A_SECOND)), paced)
        fast, deliveries = Span(), 0
        for turn in range(FULL_TIMES):
            span, ledger = await _speak(server, book, f"f{turn}-", MESSAGES, 0.0)
            fast.cpu_seconds += span.cpu_seconds
            fast.seconds += span.seconds
            deliveries += ledger.deliveries
        frame = book.members[0].last_event
        leave(book)
        # As the scenario has it: a round every 0.2 s to sockets whose readers have gone to sleep, then without a pause.
        slow_floor = await server.floor_seconds(frame, people, 50, 1 / A_SECOND)
        fast_floor = await server.floor_seconds(frame, people, 50)
    slow_us = slow.cpu_seconds / max(1, slow_ledger.deliveries) * 1e6
    fast_us = fast.cpu_seconds / max(1, deliveries) * 1e6
    return report.Report(
        "fanout",
        asked.scale,
        [
            report.figure("fanout.paced", slow_us, slow_floor * 1e6),
            report.figure("fanout.full", fast_us, fast_floor * 1e6),
        ],
        {
            "deliveries at 5/s": slow_ledger.deliveries,
            "at full speed": deliveries,
            "deliveries a second": deliveries / fast.seconds,
        },
        book.faults,
        described(),
    )


async def _speak(server: Running, book: Book, prefix: str, messages: int, seconds: float) -> tuple[Span, Ledger]:
    """One phase: one of the people says `messages` things within `seconds`; 0 is all in one go."""
    where, speaker = server.seeded.conversations[0], book.members[0]

    def say(number: int) -> None:
        speaker.say(where, f"{prefix}{number}", text_of(number))

    ledger = book.begin()
    with server.loaded() as span:
        if seconds:
            await every(seconds, messages, say)
        else:
            for number in range(messages):
                say(number)
        await book.whole()
    await book.close()
    return span, ledger
