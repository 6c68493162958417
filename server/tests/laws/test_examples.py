"""protocol/examples: what they promise holds for this fold, and the real server says the same of such histories."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import insert, update

from tests.laws.mirror import Hole, Mirror, shown
from tests.store.opened import Clock, Opened, opened
from yanxin.actions import conversations, members, messages
from yanxin.domain import bodies
from yanxin.domain.actors import Actor
from yanxin.domain.bodies import Members, Reaction, RoleChange, Text, Title
from yanxin.domain.events import Kind
from yanxin.domain.ids import ConversationId, Millis, Seq, SessionId, UserId
from yanxin.domain.news import Appended
from yanxin.domain.refusals import Refused
from yanxin.domain.times import rfc3339
from yanxin.protocol import views, writing
from yanxin.queries import conversations as seen
from yanxin.queries import events as log_seen
from yanxin.store import tables
from yanxin.store.database import Work
from yanxin.store.sealing import event_place, title_place
from yanxin.store.tables import EVERYBODY
from yanxin.store.transactions import Reading, Writing

FOLDER = Path(__file__).parents[3] / "protocol" / "examples"


class Picture(msgspec.Struct):
    """What somebody sees of a conversation."""

    conversation: views.Conversation
    log: list[views.Event]


class Gap(msgspec.Struct):
    """What is to be asked for."""

    after: int


class Example(msgspec.Struct):
    """One file, as protocol/examples/README.md has it."""

    name: str
    about: str
    me: int
    before: Picture
    events: list[views.Event]
    after: Picture | None
    gap: Gap | None


EXAMPLES = [msgspec.json.decode(file.read_bytes(), type=Example) for file in sorted(FOLDER.glob("*.json"))]
UNWRITTEN = {"call", "hidden"}
"""Kinds that this server does not write: one of tomorrow, and what is only shown in another's place."""


def drawn(picture: Picture | None) -> Any:
    """`picture` for comparing."""
    if picture is None:
        return None
    told = msgspec.to_builtins(picture.conversation)
    told["last"] = None if picture.conversation.last is None else shown(picture.conversation.last)
    return told, [shown(event) for event in picture.log]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_fold_ends_where_the_example_says(example: Example) -> None:
    where = example.before.conversation.id
    device = Mirror(example.me)
    device.state(views.State(1, [example.before.conversation], [], None))
    device.read(views.Events(example.before.log, example.before.conversation.head), where)

    gap = None
    for event in example.events:
        try:
            device.pushed(event)
        except Hole:
            gap = Gap(device.followed[where].held)

    assert gap == example.gap
    followed = device.followed.get(where)
    now = None if followed is None else Picture(followed.told, list(followed.log.values()))
    assert drawn(now) == drawn(example.after)


@pytest_asyncio.fixture
async def office(kind: str, fresh: tuple[str, Path]) -> AsyncIterator[Opened]:
    url, folder = fresh
    async with opened(kind, url, folder, Clock()) as open_:
        yield open_


PLAYED = [each for each in EXAMPLES if each.gap is None and not UNWRITTEN & {event.kind for event in each.events}]


@pytest.mark.parametrize("example", PLAYED, ids=lambda example: example.name)
async def test_the_server_pushes_and_reads_what_the_example_says(office: Opened, example: Example) -> None:
    """The rows of `before` are put into the tables; then people do what the events tell of."""
    await office.database.write(lambda tx: _write(tx, example))
    assert drawn(await _picture(office, example)) == drawn(example.before)
    office.news.clear()

    pushed: list[views.Event] = []
    for event in example.events:
        if event.seq <= example.before.conversation.head.seq or event.seq in [each.seq for each in pushed]:
            continue  # it came again
        office.clock.now = _millis(event.at)
        await office.database.write(_act(event))
        pushed = [writing.event(each.event) for each in office.news if isinstance(each, Appended)]

    expected = {event.seq: event for event in example.events if event.seq > example.before.conversation.head.seq}
    assert [shown(event) for event in pushed] == [shown(expected[seq]) for seq in sorted(expected)]
    assert drawn(await _picture(office, example)) == drawn(example.after)


async def _picture(office: Opened, example: Example) -> Picture | None:
    where, me = ConversationId(example.before.conversation.id), Actor(UserId(example.me), SessionId(1), False)

    def look(tx: Reading) -> Picture | None:
        try:
            told = seen.one(tx, me, where)
        except Refused as refusal:
            if refusal.code != "conversation.not_found":
                raise
            return None
        return Picture(told, log_seen.run(tx, me, where, after=0, limit=200).items)

    return await office.database.read(look)


def _act(event: views.Event) -> Work[Any]:
    """What its sender did."""
    actor, where = Actor(UserId(event.sender or 0), SessionId(1), False), ConversationId(event.conversation)
    target, client_id = Seq(event.target or 0), event.client_id or ""
    match event.kind, event.body:
        case "message", bodies.Text() | bodies.Code() as body:
            reply_to = None if event.reply_to is None else Seq(event.reply_to)
            return messages.send(actor, where, client_id, body, reply_to)
        case "edit", bodies.Text() | bodies.Code() as body:
            return messages.edit(actor, where, target, client_id, body)
        case "recall", _:
            return messages.recall(actor, where, target, client_id or None)
        case "reaction", Reaction(emoji=emoji, on=on):
            return messages.react(actor, where, target, emoji, on)
        case "member_joined", Members(user_ids=users):
            return members.add(actor, where, list(users))
        case "member_left", Members(user_ids=[user]):
            return members.remove(actor, where, UserId(user))
        case "renamed", Title(title=title):
            return conversations.rename(actor, where, title)
        case "role_changed", RoleChange(user_id=user, role=role):
            return members.set_role(actor, where, UserId(user), role)
        case "dismissed", _:
            return conversations.dismiss(actor, where)
    raise AssertionError(f"nobody can do {event.kind}")


def _write(tx: Writing, example: Example) -> None:
    """Puts `before` into the tables, as those who are there have made it."""
    told, log = example.before.conversation, example.before.log
    created = _millis(told.created_at)
    tx.now = Millis(created)
    for user in range(1, 13):
        values = {"username": f"u{user}", "username_key": f"u{user}", "display_name": "U", "searched": ""}
        tx.sql.execute(insert(tables.users).values(id=user, is_admin=False, created_at=0, version=0, **values))
    where = ConversationId(told.id)
    founder = next(event.sender for event in log if event.kind == "member_joined")
    last = max((event.seq for event in log if event.kind == "message"), default=0)
    head = {
        "id": where,
        "kind": told.kind,
        "created_at": created,
        "created_by": founder,
        "seq": told.head.seq,
        "ordinal": told.head.ordinal,
        "last_message": last,
        "last_mention": last,
        "members_count": told.members_count,
        "moved_at": created,
    }
    tx.sql.execute(insert(tables.conversations).values(head))
    key = tx.sealing_key(where)
    if told.title is not None:
        title = key.seal(told.title.encode(), title_place(where))
        tx.sql.execute(update(tables.conversations).where(tables.conversations.c.id == where).values(title=title))
    for event in log:
        sealed = (
            None if event.body is None else key.seal(bodies.encoded(event.body), event_place(where, Seq(event.seq)))
        )
        row = {
            "conversation": where,
            "seq": event.seq,
            "ordinal": event.ordinal,
            "nth": event.nth or 0,
            "at": _millis(event.at),
            "sender": event.sender,
            "kind": event.kind,
            "client_id": event.client_id,
            "target": event.target,
            "reply_to": event.reply_to,
            "body": sealed,
        }
        tx.sql.execute(insert(tables.events).values(row))
        for user in _spoken_to(event):
            mention = {"user": user, "conversation": where, "seq": event.seq, "sender": event.sender}
            tx.sql.execute(insert(tables.mentions).values(mention))
    there = [user for event in log if isinstance(event.body, Members) for user in event.body.user_ids]
    for user in there:
        mine = [event for event in log if event.kind == "message" and event.sender == user]
        cursor = told.cursor if user == example.me else views.Head(0, 0)
        row = {
            "user": user,
            "conversation": where,
            "role": "owner" if user == founder else "member",
            "first": told.first if user == example.me else 1,
            "joined": 1,
            "nth": len(mine),
            "said": max((event.seq for event in mine), default=0),
            "cursor": cursor.seq,
            "cursor_ordinal": cursor.ordinal,
            "cursor_nth": told.cursor_nth if user == example.me else 0,
            "cursor_at": created,
            "muted": False,
            "pinned": False,
            "hidden": False,
            "unread_mark": False,
            "version": 0,
        }
        tx.sql.execute(insert(tables.memberships).values(row))


def _spoken_to(event: views.Event) -> list[int]:
    if event.kind != "message" or not isinstance(event.body, Text):
        return []
    people = [user for user in event.body.mentions if user != event.sender]
    return [*([EVERYBODY] if event.body.mention_all else []), *people]


def _millis(at: str | None) -> Millis:
    assert at is not None
    found = Millis(round(datetime.fromisoformat(at).timestamp() * 1000))
    assert rfc3339(found) == at
    return found


def test_every_kind_of_event_has_an_example() -> None:
    kinds = {event.kind for example in EXAMPLES for event in example.events}

    assert {kind.value for kind in Kind} - kinds == {"expired"}, "nothing expires yet"
