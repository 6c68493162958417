"""`connect`: 10,000 TLS and 5,000 plain connections, idle; everybody is a member of 100 conversations."""

from __future__ import annotations

import asyncio

from bench import report
from bench.machine import described
from bench.members import arrived, leave
from bench.running import Asked, running
from bench.seeding import Wanted, circles

TLS = 10_000
PLAIN = 5_000
CONVERSATIONS = 100
MEMBERS = 50
IDLE_SECONDS = 5.0


async def run(asked: Asked) -> report.Report:
    """CPU per connect (TCP, TLS, upgrade, token, hello with the current version and heads) and memory per connection."""
    figures: list[report.Figure] = []
    counted: dict[str, float] = {}
    faults: list[str] = []
    people = asked.scaled(TLS, MEMBERS)
    wanted = Wanted(people=people, groups=circles(people, MEMBERS, CONVERSATIONS))
    for name, count, is_tls in (("plain", asked.scaled(PLAIN), False), ("tls", people, True)):
        async with running(wanted, asked, tls=is_tls, sockets=count + 50) as server:
            # The first of all pays for what is made once; it goes before the others come.
            first = await arrived(server, range(count, count + 50) if count + 50 <= people else range(50))
            leave(first)
            await asyncio.sleep(1.0)
            before = server.rss_bytes()
            with server.loaded() as span:
                book = await arrived(server, range(count))
            rss = server.rss_bytes()
            with server.loaded() as idle:
                await asyncio.sleep(asked.seconds or IDLE_SECONDS)
            faults += await book.close()
            leave(book)
            floor = await server.floor_seconds(bytes(400), min(count, 2000), 3)
        figures.append(report.figure(f"connect.{name}.cpu", span.cpu_seconds / count * 1000, floor * 1000))
        figures.append(report.figure(f"connect.{name}.rss", (rss - before) / count / 1024))
        counted |= {
            f"{name} connections": count,
            f"{name}: connects a second": count / span.seconds,
            f"{name}: idle, µs of CPU per connection and minute": idle.cpu_seconds / count / idle.seconds * 60 * 1e6,
        }
    return report.Report("connect", asked.scale, figures, counted, faults, described())
