"""`direct`: 200 pairs talk, 50 messages of 120 characters each, the next when the last was heard and acknowledged."""

from __future__ import annotations

from bench import report
from bench.machine import described
from bench.members import Member, arrived, leave
from bench.running import Asked, running
from bench.seeding import Wanted, text_of
from bench.wire import Told

PAIRS = 200
MESSAGES = 50


async def run(asked: Asked) -> report.Report:
    """The two of a pair say their messages in turn."""
    pairs = asked.scaled(PAIRS)
    wanted = Wanted(people=2 * pairs, directs=[(2 * pair, 2 * pair + 1) for pair in range(pairs)])
    async with running(wanted, asked, sockets=2 * pairs) as server:
        book = await arrived(server, range(2 * pairs))
        conversations = server.seeded.conversations
        left = [MESSAGES] * pairs
        # A turn ends when its message was heard by the other and acknowledged to its sender.
        open_ends = [0] * pairs

        def turn(speaker: Member) -> None:
            pair = speaker.number // 2
            if not left[pair]:
                return
            left[pair] -= 1
            open_ends[pair] = 2
            number = pair * MESSAGES + left[pair]
            speaker.say(conversations[pair], f"d{number}", text_of(number), acknowledged)

        def acknowledged(speaker: Member) -> None:
            end(speaker.number // 2, book.members[speaker.number ^ 1])

        def heard(member: Member, told: Told) -> None:
            if told.sender != member.user:
                end(member.number // 2, member)

        def end(pair: int, following: Member) -> None:
            open_ends[pair] -= 1
            if not open_ends[pair]:
                turn(following)

        for each in book.members:
            each.then = heard
        # The conversations are read into memory by a first message of each, as a server that runs has them.
        ledger = book.begin()
        for pair in range(pairs):
            book.members[2 * pair].then = book.members[2 * pair + 1].then = None
            book.members[2 * pair].say(conversations[pair], f"w{pair}", text_of(pair))
        await book.whole()
        book.faults += ledger.judged()
        for each in book.members:
            each.then = heard
        ledger = book.begin()
        with server.loaded() as span:
            for pair in range(pairs):
                turn(book.members[2 * pair])
            await book.whole()
        faults = await book.close()
        frame = book.members[0].last_event
        leave(book)
        floor = await server.floor_seconds(frame, 2 * pairs, 20)
    messages = pairs * MESSAGES
    return report.Report(
        "direct",
        asked.scale,
        [report.figure("direct", span.cpu_seconds / messages * 1e6, 2 * floor * 1e6)],
        {"messages": messages, "deliveries": ledger.deliveries, "messages a second": messages / span.seconds},
        faults,
        described(),
    )
