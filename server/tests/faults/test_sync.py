"""An acknowledgement follows the sync of its commit: seen by the kernel, since `kill -9` cannot show it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.sabotage import sabotaged
from yanxin.testing import office as offices
from yanxin.testing.databases import Postgres
from yanxin.testing.office import Person
from yanxin.testing.servers import Server
from yanxin.testing.traces import Call, Verdict, calls, client_id, judge, strace

ALONE, TOGETHER, EACH = 40, 8, 25
MESSAGES = ALONE + TOGETHER * EACH


def seen(*traces: Path) -> list[Call]:
    found: list[Call] = []
    for trace in traces:
        with trace.open(errors="replace") as lines:
            found += calls(lines)
    return found


def is_sqlite_log(path: str) -> bool:
    return path.endswith("-wal")


def is_postgresql_log(path: str) -> bool:
    return "/pg_wal/" in path


async def talk(server: Server) -> dict[int, str]:
    """One person alone, then several at once, everybody one message at a time; the mark of each seq."""
    marks: dict[int, str] = {}
    async with offices.opened(server) as office:
        people = await office.people(*(f"p{number}" for number in range(TOGETHER)))
        where = await people[0].founds("traced", *people[1:])

        async def says(person: Person, times: int) -> None:
            for number in range(times):
                mark = f"mark{person.id:03}x{len(marks):05}x{number:03}"
                sent = await person.device.send(where, "traced", client_id=client_id(mark))
                marks[sent.seq] = mark

        await says(people[0], ALONE)
        await asyncio.gather(*(says(person, EACH) for person in people))
    return marks


async def trace_sqlite(new_server: Callable[..., Server], folder: Path, program: list[str]) -> Verdict:
    trace = folder / "trace"
    with new_server("sqlite", wrapped=strace(trace), program=program) as server:
        server.set_up()
        marks = await talk(server)
    return judge(seen(trace), is_sqlite_log, marks)


async def test_on_sqlite_every_acknowledgement_follows_its_fdatasync(
    new_server: Callable[..., Server], tmp_path: Path
) -> None:
    assert await trace_sqlite(new_server, tmp_path, []) == Verdict(MESSAGES, [])


async def test_on_postgresql_every_acknowledgement_follows_the_sync_of_the_log(
    new_server: Callable[..., Server], tmp_path: Path
) -> None:
    """Both are traced; the backend's log must be synced before our server answers."""
    with Postgres(fsync=True, is_traced=True) as database:
        ours = tmp_path / "trace"
        with new_server(database=database.create(), wrapped=strace(ours)) as server:
            server.set_up()
            marks = await talk(server)
        database.stop()
        assert database.trace is not None
        verdict = judge(seen(ours, database.trace), is_postgresql_log, marks)
    assert verdict == Verdict(MESSAGES, [])


@pytest.mark.parametrize("sin", ["does_not_sync", "acknowledges_before_the_commit"])
async def test_a_server_that_does_not_wait_for_the_disk_is_caught(
    new_server: Callable[..., Server], tmp_path: Path, sin: str
) -> None:
    """The judge can fail: it condemns every single acknowledgement of a server that does not wait."""
    verdict = await trace_sqlite(new_server, tmp_path, sabotaged(sin))
    assert (verdict.acknowledgements, len(verdict.violations)) == (MESSAGES, MESSAGES)
