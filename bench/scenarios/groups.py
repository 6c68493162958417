"""`groups`: 50 groups of 50 people online; each says 4 things within 20 seconds."""

from __future__ import annotations

import random

from bench import report
from bench.ledger import Ledger, percentile
from bench.machine import described
from bench.members import Book, arrived, every, leave
from bench.running import Asked, Running, Span, running
from bench.seeding import Wanted, text_of
from bench.targets import P99_MORE_MS, P99_OF_P50

GROUPS = 50
MEMBERS = 50
SECONDS = 20.0
EACH_SAYS_IN_20_SECONDS = 4


def wanted(asked: Asked) -> Wanted:
    """The groups; nobody is in two of them."""
    groups = asked.scaled(GROUPS)
    return Wanted(
        people=groups * MEMBERS,
        groups=[list(range(group * MEMBERS, (group + 1) * MEMBERS)) for group in range(groups)],
    )


async def talk(server: Running, book: Book, seconds: float, prefix: str, seed: int) -> tuple[Span, Ledger]:
    """One phase: everybody says what they have to say, in an order that chance makes, evenly over `seconds`."""
    said_by_each = max(1, round(EACH_SAYS_IN_20_SECONDS * seconds / SECONDS))
    turns = list(range(len(book.members))) * said_by_each
    random.Random(seed).shuffle(turns)
    conversations = server.seeded.conversations

    def say(turn: int) -> None:
        member = book.members[turns[turn]]
        member.say(conversations[member.number // MEMBERS], f"{prefix}{turn}", text_of(turn))

    ledger = book.begin()
    with server.loaded() as span:
        await every(seconds, len(turns), say)
        await book.whole()
    return span, ledger


async def warm(server: Running, book: Book) -> None:
    """A first message in each group, so that the server holds them as one that runs does."""
    ledger = book.begin()
    for number in range(0, len(book.members), MEMBERS):
        book.members[number].say(server.seeded.conversations[number // MEMBERS], f"w{number}", text_of(number))
    await book.whole()
    book.faults += ledger.judged()


async def run(asked: Asked) -> report.Report:
    """CPU per delivery, the sender's own copy counted as one, and the time from sending to hearing."""
    those = wanted(asked)
    async with running(those, asked, sockets=those.people) as server:
        book = await arrived(server, range(those.people))
        await warm(server, book)
        span, ledger = await talk(server, book, asked.seconds or SECONDS, "g", 1)
        faults = await book.close()
        frame = book.members[0].last_event
        leave(book)
        floor = await server.floor_seconds(frame, MEMBERS, 400, 0.002)
    latencies = sorted_of(ledger)
    p50, p99 = latencies
    return report.Report(
        "groups",
        asked.scale,
        [
            report.figure("groups", span.cpu_seconds / max(1, ledger.deliveries) * 1e6, floor * 1e6),
            report.figure("groups.p50", p50),
            report.figure("groups.p99", p99, limit=P99_OF_P50 * p50 + P99_MORE_MS),
        ],
        {"deliveries": ledger.deliveries, "seconds": span.seconds, "cores used": span.cpu_seconds / span.seconds},
        faults,
        described(),
    )


def sorted_of(ledger: Ledger) -> tuple[float, float]:
    """p50 and p99 of the time from sending to hearing, in milliseconds."""
    values = ledger.latencies
    ordered = type(values)("d", sorted(values))
    return percentile(ordered, 0.5) * 1000, percentile(ordered, 0.99) * 1000
