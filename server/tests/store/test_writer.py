"""The writer: works that come together share a commit; what fails undoes itself alone."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, text

from tests.store.opened import Opened, opened, refused
from yanxin.actions import conversations, cursors, members, messages
from yanxin.actions.conversations import Wishes
from yanxin.domain.actors import Actor
from yanxin.domain.bodies import Text
from yanxin.domain.events import Kind
from yanxin.domain.ids import ConversationId, Seq
from yanxin.domain.news import Appended, News
from yanxin.domain.refusals import Refused
from yanxin.store import log, pace, rows
from yanxin.store.database import hot
from yanxin.store.rows import CONVERSATION_COLUMNS, MEMBERSHIP_COLUMNS
from yanxin.store.tables import conversations as heads
from yanxin.store.tables import events, memberships, sessions, users
from yanxin.store.transactions import Reading, Writing


async def places(store: Opened, where: ConversationId) -> list[tuple[int, int, int, int, str]]:
    """(seq, ordinal, nth, sender, kind) of the whole log, as it is on disk."""
    columns = (events.c.seq, events.c.ordinal, events.c.nth, events.c.sender, events.c.kind)

    def look(tx: Reading) -> list[Any]:
        return [
            tuple(row)
            for row in tx.sql.execute(select(*columns).where(events.c.conversation == where).order_by(events.c.seq))
        ]

    return await store.database.read(look)


async def memory_is_disk(store: Opened) -> None:
    """What the writer holds of heads, memberships and versions is what the tables say."""

    def look(tx: Writing) -> None:
        tx.settle()
        for row in tx.sql.execute(select(*CONVERSATION_COLUMNS)).all():
            assert tx.conversations.get(row.id) == rows.conversation(row)
        for row in tx.sql.execute(select(*MEMBERSHIP_COLUMNS)).all():
            assert tx.memberships.get((row.conversation, row.user)) == rows.membership(row)
        for user, version in tx.sql.execute(select(users.c.id, users.c.version)).all():
            held = tx.versions.get(user)
            assert held is not None
            assert held.value == version

    await store.database.write(look)


async def test_a_log_has_no_hole_however_many_speak_at_once(store: Opened) -> None:
    people = await store.people(8)
    where = [await store.group(people[0], *people[1:]) for _ in range(3)]

    async def speaks(who: Actor, room: ConversationId) -> None:
        for _ in range(5):
            said = await store.say(who, room, "x")
            await store.database.write(cursors.set_to(who, room, said.seq))
            await store.database.write(conversations.keep(who, room, Wishes(muted=True)))

    await asyncio.gather(*(speaks(who, room) for who in people for room in where))

    for room in where:
        log_ = await places(store, room)
        assert [seq for seq, *_ in log_] == list(range(1, 42))
        ordinal, nths = 0, Counter[int]()
        for _, at, nth, sender, kind in log_:
            if kind == "message":
                ordinal += 1
                nths[sender] += 1
                assert nth == nths[sender]
            assert at == ordinal
    await memory_is_disk(store)


async def test_news_are_told_in_the_order_of_the_log(store: Opened) -> None:
    people = await store.people(6)
    where = await store.group(people[0], *people[1:])

    await asyncio.gather(*(store.say(who, where, "x") for who in people for _ in range(10)))

    assert [each.event.seq for each in store.news if isinstance(each, Appended)] == list(range(1, 62))


async def test_a_repeated_send_is_one_message_even_when_all_come_at_once(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)

    sent = await asyncio.gather(*(store.say(alice, where, "lunch?", "one") for _ in range(20)))

    assert len({(each.seq, each.ordinal, each.at) for each in sent}) == 1
    assert sum(not each.repeated for each in sent) == 1
    assert len(await places(store, where)) == 2


async def test_a_client_id_is_its_senders_own_and_for_one_thing_for_ever(store: Opened) -> None:
    alice, bob = await store.people(2)
    where, elsewhere = await store.group(alice, bob), await store.group(alice, bob)
    await store.say(alice, where, "lunch?", "one")

    assert not (await store.say(bob, where, "lunch?", "one")).repeated
    with refused("message.client_id_reused"):
        await store.say(alice, where, "dinner?", "one")
    with refused("message.client_id_reused"):
        await store.say(alice, elsewhere, "lunch?", "one")
    assert len(await places(store, where)) == 3
    assert len(await places(store, elsewhere)) == 1
    await memory_is_disk(store)


async def test_a_client_id_may_not_stand_twice_in_the_database_itself(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    await store.say(alice, where, "lunch?", "one")

    with refused("message.client_id_used"):
        await store.database.write(
            lambda tx: log.append(tx, where, alice.user, Kind.MESSAGE, Text("again"), client_id="one")
        )

    assert len(await places(store, where)) == 2
    await memory_is_disk(store)


async def test_a_work_that_fails_undoes_itself_alone(store: Opened) -> None:
    """In the middle of a batch; the others of the batch are committed, with no hole where it failed."""
    alice, bob, carol = await store.people(3)
    where = await store.group(alice, bob)

    def fails(tx: Writing) -> None:
        members.add(alice, where, [carol.user])(tx)
        messages.send(alice, where, "lost", Text("lost"))(tx)
        raise LookupError("after it changed all it could")

    results = await asyncio.gather(
        store.say(alice, where, "before"),
        store.database.write(fails),
        store.say(bob, where, "between"),
        store.database.write(fails),
        store.say(alice, where, "after"),
        return_exceptions=True,
    )

    assert [isinstance(each, LookupError) for each in results] == [False, True, False, True, False]
    assert [kind for *_, kind in await places(store, where)] == ["member_joined", "message", "message", "message"]
    assert len([each for each in store.news if isinstance(each, Appended)]) == 4
    with refused("conversation.not_found"):
        await store.say(carol, where, "hello")
    await memory_is_disk(store)


async def test_a_hot_work_that_breaks_takes_nobody_with_it(store: Opened) -> None:
    """It has no savepoint: the whole batch is undone, and each work of it is done again by itself."""
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)

    @hot
    def breaks(tx: Writing) -> None:
        tx.conversations.edit(where).seq = Seq(99)
        tx.cursor.execute("SELECT 1 FROM nowhere")

    results = await asyncio.gather(
        store.say(alice, where, "before"),
        store.database.write(breaks),
        store.say(bob, where, "after"),
        return_exceptions=True,
    )

    assert [isinstance(each, Exception) for each in results] == [False, True, False]
    assert sorted(each.seq for each in results if isinstance(each, messages.Placed)) == [2, 3]
    assert len([each for each in store.news if isinstance(each, Appended)]) == 3
    await memory_is_disk(store)


async def test_a_refused_hot_work_changes_nothing(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    before = await places(store, where)

    @hot
    def refuses(tx: Writing) -> None:
        tx.conversations.edit(where).seq = Seq(99)
        raise Refused("message.empty")

    results = await asyncio.gather(
        *(store.database.write(refuses) for _ in range(3)), store.say(alice, where, "x"), return_exceptions=True
    )

    assert [isinstance(each, Refused) for each in results] == [True, True, True, False]
    assert len(await places(store, where)) == len(before) + 1
    await memory_is_disk(store)


async def test_a_commit_that_fails_undoes_the_batch_and_tries_each_alone(store: Opened) -> None:
    """A foreign key that is checked at the commit: only there does anybody learn that it is wrong."""
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    if store.kind == "postgresql":
        with store.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(text("ALTER TABLE sessions ALTER CONSTRAINT fk_sessions_user_id DEFERRABLE"))

    def fails_at_commit(tx: Writing) -> None:
        tx.sql.exec_driver_sql(
            "PRAGMA defer_foreign_keys=ON" if store.kind == "sqlite" else "SET CONSTRAINTS ALL DEFERRED"
        )
        messages.send(alice, where, "lost", Text("lost"))(tx)
        values = {"user_id": 9_999, "token_hash": b"x", "device": "", "address": "", "created_at": 0, "last_seen_at": 0}
        tx.sql.execute(sessions.insert().values(values))

    results = await asyncio.gather(
        store.say(alice, where, "before"),
        store.database.write(fails_at_commit),
        store.say(bob, where, "after"),
        return_exceptions=True,
    )

    assert [isinstance(each, Exception) for each in results] == [False, True, False]
    assert [seq for seq, *_ in await places(store, where)] == [1, 2, 3]
    assert len([each for each in store.news if isinstance(each, Appended)]) == 3
    await memory_is_disk(store)
    assert not (await store.say(alice, where, "lost", "lost")).repeated


async def test_nothing_is_answered_before_it_is_on_disk(store: Opened) -> None:
    """Whoever reads over another connection finds what was just answered."""
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)

    for _ in range(20):
        said = await store.say(alice, where, "x")
        with store.engine.connect() as connection:
            assert connection.execute(select(heads.c.seq).where(heads.c.id == where)).scalar_one() == said.seq


async def test_where_many_write_seldom_at_once_they_share_commits(
    store: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = threading.Event()
    pause = pace.Pace.pause

    def paused(self: pace.Pace, waiting: int, now: float) -> float:
        left = pause(self, waiting, now)
        if left > 0:
            waits.set()
        return left

    monkeypatch.setattr(pace, "DISTANCE_SECONDS", 0.5)
    monkeypatch.setattr(pace.Pace, "pause", paused)
    people = await store.people(pace.MANY_PEOPLE)
    where = await store.group(*people)
    heard: list[list[News]] = []
    monkeypatch.setattr(store.database, "_heard", heard.append)

    for person in people:
        await store.say(person, where, "once")
    first = asyncio.ensure_future(store.say(people[0], where, "early"))
    assert await asyncio.to_thread(waits.wait, 10), "the writer waits for company"
    await asyncio.gather(first, store.say(people[1], where, "a little later"))

    assert len(heard[-1]) == 2


async def test_what_is_on_disk_is_there_after_opening_again(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob, title="午饭")
    said = await store.say(alice, where, "lunch?")
    url = store.url.replace("+psycopg", "")

    async with opened(store.kind, url, store.folder) as again:
        events_ = await again.database.read(lambda tx: log.tail(tx, where, Seq(0), 10))
        assert [event.body for event in events_][1] == Text("lunch?")
        if store.kind == "postgresql":  # there two nodes may share a database; SQLite has one writer
            assert (await again.say(bob, where, "yes")).seq == said.seq + 1
            assert (await store.say(alice, where, "good")).seq == said.seq + 2
            await memory_is_disk(again)
    await memory_is_disk(store)


async def test_a_reader_sees_one_moment(store: Opened) -> None:
    """What is committed while somebody reads is not half seen by them."""
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    loop = asyncio.get_running_loop()
    begun, written = asyncio.Event(), asyncio.Event()

    def look(tx: Reading) -> tuple[int, int]:
        head = tx.sql.execute(select(heads.c.seq).where(heads.c.id == where)).scalar_one()
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(written.wait(), loop).result(30)
        return head, len(log.tail(tx, where, Seq(0), 100))

    reading = asyncio.create_task(store.database.read(look))
    await begun.wait()
    await store.say(alice, where, "meanwhile")
    written.set()

    head, length = await reading
    assert head == length == 1


async def test_after_the_end_works_are_refused(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    under_way = [asyncio.create_task(store.say(alice, where, "x")) for _ in range(5)]
    await asyncio.sleep(0)

    await store.database.close()

    assert sorted(each.seq for each in await asyncio.gather(*under_way)) == [2, 3, 4, 5, 6]
    with refused("server.busy"):
        await store.say(alice, where, "too late")


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_a_full_disk_is_said_and_forgotten_when_there_is_room(store: Opened) -> None:
    """SQLite only: it can be told where the disk ends."""
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)

    def fills(tx: Writing) -> None:
        pages = tx.sql.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.sql.exec_driver_sql(f"PRAGMA max_page_count={pages}").scalar_one()
        messages.send(alice, where, "lost", Text("x" * 20_000))(tx)

    with refused("server.storage_full"):
        await store.database.write(fills)

    def empties(tx: Writing) -> None:
        tx.sql.exec_driver_sql("PRAGMA max_page_count=1073741823").scalar_one()

    await store.database.write(empties)
    assert (await store.say(alice, where, "x" * 20_000, "lost")).seq == 2
    await memory_is_disk(store)


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_lost_connections_are_made_again_and_nothing_is_done_twice(store: Opened) -> None:
    """PostgreSQL only: its connections end when it fails over."""
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)

    def ends_all(tx: Reading) -> None:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        tx.sql.execute(text(query)).all()

    for each in range(3):
        await store.database.read(ends_all)
        said = await asyncio.gather(*(store.say(who, where, "x") for who in (alice, bob)))
        assert sorted(one.seq for one in said) == [2 + 2 * each, 3 + 2 * each]
    assert len([each for each in store.news if isinstance(each, Appended)]) == 7
    await memory_is_disk(store)


async def test_works_that_wait_for_each_other_all_end(store: Opened) -> None:
    """Many people join and speak in the same two groups in opposite orders: no deadlock is left to anybody."""
    people = await store.people(6)
    one, other = await store.group(people[0], *people[1:]), await store.group(people[0], *people[1:])

    def both(who: Actor, first: ConversationId, second: ConversationId, name: str) -> Any:
        def work(tx: Writing) -> None:
            messages.send(who, first, f"{name}1", Text("x"))(tx)
            messages.send(who, second, f"{name}2", Text("x"))(tx)

        return work

    await asyncio.gather(
        *(
            store.database.write(both(who, *((one, other) if turn % 2 else (other, one)), f"{who.user}-{turn}-"))
            for who in people
            for turn in range(2)
        )
    )

    for room in (one, other):
        assert [seq for seq, *_ in await places(store, room)] == list(range(1, 14))
    await memory_is_disk(store)


async def test_members_come_and_go_under_load_and_the_count_is_right(store: Opened) -> None:
    people = await store.people(6)
    where = await store.group(people[0], *people[1:3])

    async def comes_and_goes(who: Actor) -> None:
        for _ in range(4):
            await store.database.write(members.add(people[0], where, [who.user]))
            await store.say(who, where, "here")
            await store.database.write(members.remove(who, where, who.user))

    await asyncio.gather(
        *(comes_and_goes(who) for who in people[3:]), *(store.say(people[0], where, "x") for _ in range(20))
    )

    def look(tx: Reading) -> tuple[int, int]:
        there = select(memberships.c.user).where(memberships.c.conversation == where, memberships.c.left.is_(None))
        count = tx.sql.execute(select(heads.c.members_count).where(heads.c.id == where)).scalar_one()
        return count, len(tx.sql.execute(there).all())

    assert await store.database.read(look) == (3, 3)
    await memory_is_disk(store)


async def test_a_work_that_is_refused_when_it_is_run_again_tells_nothing(store: Opened) -> None:
    """Its first run told of an event, which the batch took with it when it failed."""
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    send = messages.send(alice, where, "once", Text("never said"))
    runs = 0

    def refused_at_last(tx: Writing) -> object:
        nonlocal runs
        runs += 1
        if runs > 1:
            raise Refused("conversation.not_found")
        return send(tx)

    def breaks(tx: Writing) -> None:
        raise RuntimeError("a hot work that breaks takes its batch with it")

    store.news.clear()
    gate = threading.Event()

    def waits(tx: Writing) -> None:
        gate.wait(10)

    # While the first waits the others line up behind it, so that they come into one batch.
    works = [asyncio.create_task(store.database.write(hot(each))) for each in (waits, refused_at_last, breaks)]
    await asyncio.sleep(0)
    gate.set()
    _, *results = await asyncio.gather(*works, return_exceptions=True)

    assert [type(each) for each in results] == [Refused, RuntimeError]
    assert runs == 2
    assert store.news == []
    await memory_is_disk(store)
