"""Data keys: one for each conversation and month, sealed under the master key, read when they are needed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from tests.store.opened import MASTER, Opened, opened
from yanxin.domain.actors import Actor
from yanxin.domain.bodies import Text
from yanxin.domain.ids import ConversationId, Seq
from yanxin.queries import conversations as seen
from yanxin.queries import events as log_seen
from yanxin.store import dialects, log
from yanxin.store.database import Database
from yanxin.store.keyring import Keyring
from yanxin.store.sealing import key_of
from yanxin.store.tables import conversations, data_keys, events
from yanxin.store.transactions import Reading, Writing


def keys(tx: Reading) -> list[tuple[int, int]]:
    """(conversation, month) of every key."""
    query = select(data_keys.c.conversation, data_keys.c.month).order_by(data_keys.c.id)
    return [tuple(row) for row in tx.sql.execute(query)]


async def texts(store: Opened, who: Actor, where: ConversationId) -> list[Any]:
    run = await store.database.read(lambda tx: log_seen.run(tx, who, where, after=0, limit=200))
    return [event.body.text for event in run.items if isinstance(event.body, Text)]


async def test_each_conversation_and_month_has_a_key_of_its_own(store: Opened) -> None:
    alice, bob = await store.people(2)
    one, other = await store.group(alice, bob), await store.group(alice, bob)
    for _ in range(3):
        await store.say(alice, one, "november")
    store.clock.passes(days=8)
    await store.say(alice, one, "december")
    await store.say(alice, one, "december again")

    assert await store.database.read(keys) == [(one, 202611), (other, 202611), (one, 202612)]
    assert await texts(store, bob, one) == ["november"] * 3 + ["december", "december again"]

    def sealed_under(tx: Reading) -> list[int]:
        query = select(events.c.body).where(events.c.conversation == one).order_by(events.c.seq)
        return [key_of(body) for body in tx.sql.execute(query).scalars()]

    used = await store.database.read(sealed_under)
    assert len(set(used[:4])) == len(set(used[4:])) == 1
    assert used[0] != used[-1]


async def test_a_key_of_a_work_that_failed_is_not_used_later(store: Opened) -> None:
    """It would seal what nobody could open any more."""
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    store.clock.passes(days=8)

    def fails(tx: Writing) -> None:
        tx.sealing_key(where)
        raise LookupError

    with pytest.raises(LookupError):
        await store.database.write(fails)
    assert await store.database.read(keys) == [(where, 202611)]
    await store.say(alice, where, "december")

    assert await store.database.read(keys) == [(where, 202611), (where, 202612)]
    store.database.keyring.__init__(MASTER)  # type: ignore[misc]
    assert await texts(store, bob, where) == ["december"]


async def test_a_wrong_master_key_opens_nothing(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob, title="午饭")
    await store.say(alice, where, "lunch?")
    engine = dialects.engine(store.url, connections=12)
    wrong = Database(engine, Keyring(bytes(32)), store.clock, lambda _: None)

    try:
        read = await wrong.read(lambda tx: log.tail(tx, where, Seq(0), 10))
        assert [event.body for event in read] == [None, None]
        assert (await wrong.read(lambda tx: seen.one(tx, alice, where))).title is None
    finally:
        await wrong.close()


@pytest.mark.parametrize("swap", ["events", "conversations", "titles", "keys"])
async def test_rows_that_were_swapped_do_not_open(store: Opened, swap: str) -> None:
    """Whoever can write to the database cannot put one person's words into another's mouth: they are empty then."""
    alice, bob = await store.people(2)
    one, other = await store.group(alice, bob, title="one"), await store.group(alice, bob, title="other")
    await store.say(alice, one, "in one")
    await store.say(alice, one, "again")
    await store.say(alice, other, "in other")

    def body(where: ConversationId, seq: int) -> Any:
        return (events.c.conversation == where) & (events.c.seq == seq)

    places = {
        "events": (events, events.c.body, body(one, 2), body(one, 3)),
        "conversations": (events, events.c.body, body(one, 2), body(other, 2)),
        "titles": (conversations, conversations.c.title, conversations.c.id == one, conversations.c.id == other),
        "keys": (data_keys, data_keys.c.wrapped, data_keys.c.conversation == one, data_keys.c.conversation == other),
    }

    def swaps(tx: Writing) -> None:
        table, column, here, there = places[swap]
        first = tx.sql.execute(select(column).where(here)).scalar_one()
        second = tx.sql.execute(select(column).where(there)).scalar_one()
        tx.sql.execute(update(table).where(here).values({column.name: second}))
        tx.sql.execute(update(table).where(there).values({column.name: first}))

    await store.database.write(swaps)

    async with opened(store.kind, store.url, store.folder) as again:
        read = await again.database.read(lambda tx: log.tail(tx, one, Seq(0), 10))
        told = await again.database.read(lambda tx: seen.one(tx, alice, one))
    expected: dict[str, list[object]] = {
        "events": [None, None],
        "conversations": [None, Text("again")],
        "titles": [Text("in one"), Text("again")],
        "keys": [None, None],
    }
    assert [event.body for event in read[1:]] == expected[swap]
    assert told.title == (None if swap in ("titles", "keys") else "one")
