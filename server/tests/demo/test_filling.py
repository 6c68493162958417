"""Filling: once, into an empty installation, on either database; afterwards all of it is as if it had been lived."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from tests.demo.test_plan import moment
from yanxin.actions import people
from yanxin.actions.people import NewPerson
from yanxin.bootstrap import core as cores
from yanxin.bootstrap.core import Core
from yanxin.bootstrap.demo import Demo, company
from yanxin.bootstrap.demo.company import VISITOR
from yanxin.bootstrap.demo.filling import DEMO, fill
from yanxin.bootstrap.demo.groups import DIRECTS, GROUPS
from yanxin.bootstrap.folder import CannotStart
from yanxin.config import settings
from yanxin.domain.actors import THE_SERVER, Actor
from yanxin.domain.ids import ConversationId, Millis, Seq
from yanxin.protocol import views
from yanxin.queries import conversations, events, members
from yanxin.queries import people as persons
from yanxin.queries.sessions import password_of, user_named
from yanxin.store.installation import keep
from yanxin.store.tables import conversations as table
from yanxin.store.tables import events as event_table
from yanxin.store.tables import users
from yanxin.store.transactions import Reading
from yanxin.testing.databases import Postgres
from yanxin.testing.plugin import BOTH

T = TypeVar("T")

NOW = moment("2026-11-24 15:00")


@dataclass(frozen=True)
class Place:
    """Where an installation is kept."""

    folder: Path
    database: str | None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Core]:
        core = await cores.opened(settings.read({"data": str(self.folder), "database": self.database}, {}), lambda: NOW)
        try:
            yield core
        finally:
            await core.close()

    async def looks(self, look: Callable[[Reading], T]) -> T:
        async with self.opened() as core:
            return await core.database.read(look)


@dataclass(frozen=True)
class Filled(Place):
    """One that was filled, and what was told of it."""

    demo: Demo

    async def sees(self, username: str = VISITOR) -> list[views.Conversation]:
        """The conversations of somebody, with the newest first."""
        return (await self.looks(lambda tx: conversations.page(tx, _actor(tx, username), None, 200))).items


def _actor(tx: Reading, username: str) -> Actor:
    return Actor(user_named(tx, username), None, is_admin=False)


@contextmanager
def place(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    """An empty place of either kind."""
    if kind == "sqlite":
        yield Place(folder, None)
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.create()
    try:
        yield Place(folder, url)
    finally:
        postgres.drop(url)


@pytest.fixture(scope="module", params=BOTH)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A demo that the tests of this module look at and do not change."""
    folder = tmp_path_factory.mktemp(f"demo-{request.param}") / "data"
    with place(request.param, folder, request) as empty:

        async def filling() -> Filled:
            async with empty.opened() as core:
                began = time.monotonic()
                demo = await fill(core, lambda: NOW)
                print(f"filled on {request.param} in {time.monotonic() - began:.2f} s")
            return Filled(empty.folder, empty.database, demo)

        yield asyncio.run(filling())


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    """An empty installation of a test's own."""
    return Place(tmp_path / "data", None)


def _count(tx: Reading) -> tuple[int, int, int]:
    """How many people, conversations and events there are."""
    counts = [
        tx.sql.execute(select(func.count()).select_from(each)).scalar_one() for each in (users, table, event_table)
    ]
    return counts[0], counts[1], counts[2]


async def test_filling_twice_is_filling_once(filled: Filled) -> None:
    before = await filled.looks(_count)

    async with filled.opened() as core:
        again = await fill(core, lambda: NOW)

    assert again == Demo(is_demo=True, password=None)
    assert await filled.looks(_count) == before
    assert before[0] == 200
    assert before[1] >= len(GROUPS) + len(DIRECTS)


async def test_everybody_has_the_password_that_was_told_and_nothing_keeps_it(filled: Filled) -> None:
    password = filled.demo.password
    assert password is not None
    assert len(password) >= 16

    async with filled.opened() as core:
        for username in (company.ADMIN, VISITOR, "chenyuhang"):
            found = await core.database.read(lambda tx, name=username: password_of(tx, name))  # type: ignore[misc]
            assert found is not None
            assert await core.passwords.matches(found[1], password)

    for file in filled.folder.iterdir():
        assert not file.is_file() or password.encode() not in file.read_bytes()


async def test_two_demos_have_two_passwords(filled: Filled, empty: Place) -> None:
    async with empty.opened() as core:
        other = await fill(core, lambda: NOW)

    assert other.password not in (None, filled.demo.password)


async def test_the_tree_of_departments_has_nobody_missing(filled: Filled) -> None:
    tree = await filled.looks(persons.department_tree)

    def flat(branches: list[views.Department]) -> list[views.Department]:
        return [one for branch in branches for one in (branch, *flat(branch.children))]

    assert [each.name for each in flat(tree) if not each.user_ids] == []
    assert len(flat(tree)) == len(company.DEPARTMENTS)
    assert any(each.children for each in tree)
    assert sum(len(each.user_ids) for each in flat(tree)) == 200
    me = await filled.looks(lambda tx: persons.me(tx, _actor(tx, VISITOR)))
    assert me.organisation == company.NAME


async def test_the_first_screen_is_alive(filled: Filled) -> None:
    """What the visitor has not read is what was planned, with mentions, what is pinned, muted and marked."""
    seen = await filled.sees()

    assert len(seen) == sum(VISITOR in each.named or each.everybody for each in GROUPS) + len(DIRECTS)
    assert sorted(each.unread for each in seen if each.unread) == sorted(
        each.unread for each in (*GROUPS, *DIRECTS) if each.unread
    )
    assert sum(each.mentions for each in seen) >= 5
    assert [each.title for each in seen if len(each.title or "") == 60]
    assert sum(each.my.pinned for each in seen) == 2
    assert sum(each.my.muted for each in seen) == 2
    assert sum(each.my.unread_mark for each in seen) == 1
    assert all(each.last is not None for each in seen)


@pytest.mark.parametrize("username", [VISITOR, "suwanqing", "lvqing"])
async def test_unread_equals_a_recount(filled: Filled, username: str) -> None:
    async with filled.opened() as core:
        actor = await core.database.read(lambda tx: _actor(tx, username))
        page = await core.database.read(lambda tx: conversations.page(tx, actor, None, 200))
        for seen in page.items:
            log = await _log(core, actor, seen)
            assert [event.seq for event in log] == list(range(1, seen.head.seq + 1))
            after = [event for event in log if event.seq > seen.cursor.seq and event.kind == "message"]
            assert seen.unread == sum(event.sender != actor.user for event in after), seen.title


async def _log(core: Core, actor: Actor, seen: views.Conversation) -> list[views.Event]:
    where, found = ConversationId(seen.id), list[views.Event]()
    while len(found) < seen.head.seq:
        at = len(found)
        page = await core.database.read(lambda tx, at=at: events.run(tx, actor, where, after=at, limit=200))  # type: ignore[misc]
        found += page.items
    return found


async def test_what_was_said_stands_in_the_past_in_rising_order(filled: Filled) -> None:
    def rows(tx: Reading) -> list[tuple[int, int]]:
        query = select(event_table.c.conversation, event_table.c.at)
        return [
            (row[0], row[1]) for row in tx.sql.execute(query.order_by(event_table.c.conversation, event_table.c.seq))
        ]

    found = await filled.looks(rows)

    assert found == sorted(found)
    assert max(at for _, at in found) < NOW
    moved = await filled.looks(lambda tx: tx.sql.execute(select(func.max(table.c.moved_at))).scalar_one())
    assert moved == max(at for _, at in found)


async def test_some_have_read_a_message_to_all_and_some_have_not(filled: Filled) -> None:
    everybody = next(each for each in await filled.sees() if each.members_count == 200)
    last = everybody.last
    assert last is not None

    readers = await filled.looks(
        lambda tx: members.readers(tx, _actor(tx, VISITOR), ConversationId(everybody.id), Seq(last.seq))
    )

    assert len(readers.read) > 100
    assert len(readers.unread) > 10
    assert len(readers.read) + len(readers.unread) == 199


async def test_a_folder_with_people_is_left_as_it_is(empty: Place) -> None:
    async with empty.opened() as core:
        await core.database.write(people.add(THE_SERVER, [NewPerson("alice", "Alice", None)]))

        assert await fill(core, lambda: NOW) == Demo(is_demo=False)

    assert await empty.looks(_count) == (1, 0, 0)


async def test_a_filling_that_was_broken_off_is_not_taken_for_a_demo(empty: Place) -> None:
    async with empty.opened() as core:
        await core.database.write(lambda tx: keep(tx, DEMO, "begun"))

        with pytest.raises(CannotStart, match="remove that folder"):
            await fill(core, lambda: NOW)


async def test_the_server_may_start_later_than_the_demo_was_filled(filled: Filled) -> None:
    """What the plan wrote is no news from the future for a clock that shows the moment of filling."""
    core = await cores.opened(
        settings.read({"data": str(filled.folder), "database": filled.database}, {}), lambda: Millis(NOW + 1)
    )
    await core.close()
