"""`history`: 10,000 stored messages are read in pages of 50, backwards, as one does who scrolls up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from bench import report
from bench.machine import described
from bench.members import arrived, leave
from bench.running import Asked, Running, running
from bench.seeding import Wanted
from bench.wire import Rest, masked

STORED = 10_000
PAGE = 50
READERS = 4
TIMES = 2
"""Each of the readers reads everything so often, by each of the two ways."""


class _Event(msgspec.Struct):
    seq: int
    ordinal: int
    client_id: str | None
    kind: str


class _Head(msgspec.Struct):
    seq: int
    ordinal: int


class Page(msgspec.Struct):
    """A page as it comes."""

    items: list[_Event]
    head: _Head


_page = msgspec.json.Decoder(Page).decode

Fetch = Callable[[int, int], Awaitable[Page]]


async def run(asked: Asked) -> report.Report:
    """CPU per page by socket and by REST, with four who read at once."""
    stored = asked.scaled(STORED, PAGE)
    wanted = Wanted(people=50, groups=[list(range(50))], stored=stored)
    faults: list[str] = []
    async with running(wanted, asked, sockets=2 * READERS) as server:
        where = server.seeded.conversations[0]
        book = await arrived(server, range(READERS))
        doors: list[Rest] = []
        sizes: list[int] = []

        async def by_socket(reader: int, before: int) -> Page:
            asked_for = {"conversation": where, "before": before, "limit": PAGE}
            told = await book.members[reader].socket.asked("events.list", asked_for)
            sizes.append(len(bytes(told)))
            return _page(told)

        async def by_rest(reader: int, before: int) -> Page:
            return _page(await doors[reader].get(f"/api/v1/conversations/{where}/events?before={before}&limit={PAGE}"))

        figures, pages = [], 0
        for key, fetch in (("history.socket", by_socket), ("history.rest", by_rest)):
            if fetch is by_rest:
                # Not sooner: the server closes what nobody asks anything through.
                doors = [await server.rest(number) for number in range(READERS)]
            await _read(server, stored, fetch, 1, faults)
            with server.loaded() as span:
                pages = await _read(server, stored, fetch, TIMES, faults)
            figures.append((key, span.cpu_seconds / pages * 1000))
        for door in doors:
            door.transport.abort()
        faults += await book.close()
        leave(book)
        size = sorted(sizes)[len(sizes) // 2]
        floor = await server.floor_seconds(masked(1, bytes(size)), READERS, 500)
    return report.Report(
        "history",
        asked.scale,
        [report.figure(key, value, floor * 1000) for key, value in figures],
        {"stored": stored, "pages by each way": pages, "bytes a page": size},
        faults,
        described(),
    )


async def _read(server: Running, stored: int, fetch: Fetch, times: int, faults: list[str]) -> int:
    """Lets all readers read everything `times` times and counts the pages. What they read is compared with what is stored."""

    async def read_all(reader: int) -> int:
        pages = 0
        for _ in range(times):
            # The first event is the one by which the members came in.
            before, expected = stored + 2, stored + 1
            while before > 1:
                page = await fetch(reader, before)
                pages += 1
                seqs = [each.seq for each in page.items]
                if not seqs or seqs != list(range(expected - len(seqs) + 1, expected + 1)):
                    faults.append(f"the page before {before} has the events {seqs}")
                    return pages
                for each in page.items:
                    if each.kind == "message" and each.client_id != f"stored-{each.seq - 2}":
                        faults.append(f"at seq {each.seq} stands {each.client_id}")
                        return pages
                before = seqs[0]
                expected = before - 1
        return pages

    return sum(await asyncio.gather(*(read_all(reader) for reader in range(READERS))))
