"""`kill -9` at any moment loses nothing that was acknowledged, and doubles nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator

import pytest

from tests.faults.sabotage import sabotaged
from yanxin.testing import office as offices
from yanxin.testing.databases import Postgres
from yanxin.testing.load import Load
from yanxin.testing.servers import Server

PEOPLE, GROUPS = 50, 12
KILLS = 20


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that syncs, as it does in earnest."""
    with Postgres(fsync=True) as server:
        yield server


async def restart(server: Server) -> None:
    server.kill()
    await asyncio.to_thread(server.start)


async def test_twenty_kills_on_sqlite(new_server: Callable[..., Server]) -> None:
    """Fifty clients talk while the server is killed twenty times."""
    luck = random.Random(20261124)
    with new_server("sqlite") as server:
        server.set_up()
        async with offices.opened(server) as office, await Load.gathered(office, PEOPLE, GROUPS, seed=1) as load:
            for _ in range(KILLS):
                await load.goes_on(luck.randrange(50, 300))
                await asyncio.sleep(luck.uniform(0, 0.02))  # Any instant, not one just after an answer.
                await restart(server)
            await load.goes_on(200)
            await load.falls_silent()
            assert all(talker.person.device.counts.connections > KILLS for talker in load.talkers)
            await restart(server)
            assert await load.verdict() == []


async def test_twenty_kills_on_postgresql(new_server: Callable[..., Server], durable_postgres: Postgres) -> None:
    """The same, and every fourth time the database's own server is killed, alone or with ours."""
    luck = random.Random(20261125)
    database = durable_postgres.create()
    with new_server(database=database) as server:
        server.set_up()
        async with offices.opened(server) as office, await Load.gathered(office, PEOPLE, GROUPS, seed=2) as load:
            for kill in range(KILLS):
                await load.goes_on(luck.randrange(50, 300))
                await asyncio.sleep(luck.uniform(0, 0.02))
                kills_database, kills_ours = kill % 4 == 3, kill % 8 != 7
                if kills_database:
                    durable_postgres.kill()
                if kills_ours:
                    server.kill()
                if kills_database:
                    await asyncio.to_thread(durable_postgres.start)
                if kills_ours:
                    await asyncio.to_thread(server.start)
            await load.goes_on(200)
            await load.falls_silent()
            await restart(server)
            assert await load.verdict() == []


async def test_a_server_that_acknowledges_before_the_commit_is_caught(new_server: Callable[..., Server]) -> None:
    """The checker can fail: what was acknowledged and not committed is named as missing."""
    with new_server(program=sabotaged("acknowledges_before_the_commit")) as server:
        server.set_up()
        async with offices.opened(server) as office, await Load.gathered(office, 10, 3, seed=3) as load:
            for _ in range(3):
                await load.goes_on(50)
                await restart(server)
            await load.falls_silent()
            found = await load.verdict(patience_seconds=5)
            assert any(sentence.startswith("missing:") for sentence in found), found


@pytest.mark.parametrize(
    ("sin", "named"),
    [
        ("forgets_pushes", "holes, with no lagging before them"),
        ("forgets_a_push_and_the_gap", "never heard of seq"),
        ("pushes_twice", "events twice"),
    ],
)
async def test_a_server_that_tells_too_little_or_too_much_is_caught(
    new_server: Callable[..., Server], sin: str, named: str
) -> None:
    with new_server(program=sabotaged(sin)) as server:
        server.set_up()
        async with offices.opened(server) as office, await Load.gathered(office, 10, 3, seed=4) as load:
            await load.goes_on(300)
            await load.falls_silent()
            found = await load.verdict(patience_seconds=5)
            assert any(named in sentence for sentence in found), found


async def test_an_honest_server_is_not_accused_in_the_same_office(new_server: Callable[..., Server]) -> None:
    """The counterpart of those above: without a sin the judge has nothing to say."""
    with new_server() as server:
        server.set_up()
        async with offices.opened(server) as office, await Load.gathered(office, 10, 3, seed=4) as load:
            await load.goes_on(300)
            await load.falls_silent()
            assert await load.verdict() == []
