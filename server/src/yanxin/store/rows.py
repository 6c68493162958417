"""Heads, memberships and versions, between their tables and the writer's memory."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Protocol

import msgspec
from sqlalchemy import bindparam, select, update

from yanxin.domain.conversations import Conversation
from yanxin.domain.ids import ConversationId, UserId
from yanxin.domain.memberships import Membership
from yanxin.store.held import Held
from yanxin.store.prepared import Prepared, PreparedList, pairs
from yanxin.store.tables import conversations, memberships, users

MEMBERSHIP_COLUMNS = [memberships.c[field] for field in Membership.__struct_fields__]
CONVERSATION_COLUMNS = [conversations.c[field] for field in Conversation.__struct_fields__]


class Driven(Protocol):
    """What held rows need of a transaction that writes."""

    def locked(self, prepared: PreparedList, items: Sequence[Any]) -> list[Any]:
        """The rows, locked until the end of the transaction where others write too."""

    def run_many(self, prepared: Prepared, values: Sequence[Sequence[Any]]) -> None:
        """Runs a statement once for each of `values`."""


MOST_CONVERSATIONS = 50_000
MOST_MEMBERSHIPS = 300_000
MOST_VERSIONS = 100_000

_FLAGS = Membership.__struct_fields__.index("muted")
_PERSONAL = tuple(field for field in Membership.__struct_fields__ if field not in ("user", "conversation"))
_MOVED = ("title", "seq", "ordinal", "last_message", "last_mention", "members_count", "moved_at", "dismissed_at")


def membership(row: Any) -> Membership:
    """A row of MEMBERSHIP_COLUMNS as a membership; the driver of SQLite has 0 and 1 for the flags."""
    values = (*row[:_FLAGS], *map(bool, row[_FLAGS:-1]), row[-1])
    return Membership(*values)


_personal = attrgetter(*_PERSONAL)
_moved = attrgetter(*_MOVED)


def conversation(row: Any) -> Conversation:
    """A row of CONVERSATION_COLUMNS as a conversation."""
    return Conversation(*row)


_LOAD_CONVERSATIONS = PreparedList(
    lambda keys: select(*CONVERSATION_COLUMNS).where(conversations.c.id.in_(keys)).order_by(conversations.c.id)
)
_LOAD_MEMBERSHIPS = PreparedList(
    lambda keys: (
        select(*MEMBERSHIP_COLUMNS)
        .where(pairs(memberships.c.conversation, memberships.c.user, keys))
        .order_by(memberships.c.conversation, memberships.c.user)
    ),
    width=2,
)
_LOAD_VERSIONS = PreparedList(
    lambda keys: select(users.c.id, users.c.version).where(users.c.id.in_(keys)).order_by(users.c.id)
)
_MOVE = Prepared(
    update(conversations)
    .values({name: bindparam(f"new_{name}") for name in _MOVED})
    .where(conversations.c.id == bindparam("at")),
    *(f"new_{name}" for name in _MOVED),
    "at",
)
_CHANGE = Prepared(
    update(memberships)
    .values({name: bindparam(f"new_{name}") for name in _PERSONAL})
    .where(memberships.c.user == bindparam("at_user"), memberships.c.conversation == bindparam("at_conversation")),
    *(f"new_{name}" for name in _PERSONAL),
    "at_user",
    "at_conversation",
)
_COUNT = Prepared(
    update(users).values(version=bindparam("new_version")).where(users.c.id == bindparam("at")), "new_version", "at"
)


class Version(msgspec.Struct, gc=False):
    """Up to which version a person's own state has come."""

    user: UserId
    value: int


def conversations_held(database: Driven, *, keeps: bool) -> Held[ConversationId, Conversation]:
    """The heads. Where others write too they are locked when read, in the order of their ids."""

    def load(keys: list[ConversationId]) -> dict[ConversationId, Conversation]:
        return {row[0]: conversation(row) for row in database.locked(_LOAD_CONVERSATIONS, keys)}

    def flush(rows: list[Conversation]) -> None:
        database.run_many(_MOVE, [(*_moved(row), row.id) for row in rows])

    return Held(load, flush, keeps=keeps, most=MOST_CONVERSATIONS)


def memberships_held(database: Driven, *, keeps: bool) -> Held[tuple[ConversationId, UserId], Membership]:
    """The memberships that somebody spoke, read or was changed in."""

    def load(keys: list[tuple[ConversationId, UserId]]) -> dict[tuple[ConversationId, UserId], Membership]:
        found = (membership(row) for row in database.locked(_LOAD_MEMBERSHIPS, keys))
        return {(each.conversation, each.user): each for each in found}

    def flush(rows: list[Membership]) -> None:
        database.run_many(_CHANGE, [(*_personal(row), row.user, row.conversation) for row in rows])

    return Held(load, flush, keeps=keeps, most=MOST_MEMBERSHIPS)


def versions_held(database: Driven, *, keeps: bool) -> Held[UserId, Version]:
    """The versions of people's own state."""

    def load(keys: list[UserId]) -> dict[UserId, Version]:
        return {row[0]: Version(row[0], row[1]) for row in database.locked(_LOAD_VERSIONS, keys)}

    def flush(rows: list[Version]) -> None:
        database.run_many(_COUNT, [(row.value, row.user) for row in rows])

    return Held(load, flush, keeps=keeps, most=MOST_VERSIONS)
