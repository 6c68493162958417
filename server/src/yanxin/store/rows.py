"""Heads, memberships and versions, between their tables and the writer's memory."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select, tuple_, update

from yanxin.domain.conversations import Conversation
from yanxin.domain.ids import ConversationId, UserId
from yanxin.domain.memberships import Membership
from yanxin.store import dialects
from yanxin.store.held import Held
from yanxin.store.tables import conversations, memberships, users

MEMBERSHIP_COLUMNS = [memberships.c[field.name] for field in fields(Membership)]
CONVERSATION_COLUMNS = [conversations.c[field.name] for field in fields(Conversation)]

MOST_CONVERSATIONS = 50_000
MOST_MEMBERSHIPS = 300_000
MOST_VERSIONS = 100_000

_MOVED = ("title", "seq", "ordinal", "last_message", "members_count", "moved_at", "dismissed_at")


def membership(row: Any) -> Membership:
    """A row of MEMBERSHIP_COLUMNS as a membership."""
    return Membership(*row)


def conversation(row: Any) -> Conversation:
    """A row of CONVERSATION_COLUMNS as a conversation."""
    return Conversation(*row)


class Statements:
    """What the held rows need of the database, compiled once for its driver."""

    def __init__(self, bind: Engine) -> None:
        lock = dialects.is_shared(bind)
        self.lock = lock
        self.move = dialects.driver_statement(
            bind,
            update(conversations)
            .values({name: bindparam(f"new_{name}") for name in _MOVED})
            .where(conversations.c.id == bindparam("at")),
            [*(f"new_{name}" for name in _MOVED), "at"],
        )
        names = [field.name for field in fields(Membership)]
        self.version = dialects.driver_statement(
            bind,
            update(users).values(version=bindparam("new_version")).where(users.c.id == bindparam("at")),
            ["new_version", "at"],
        )
        personal = [name for name in names if name not in ("user", "conversation")]
        self.membership = dialects.driver_statement(
            bind,
            update(memberships)
            .values({name: bindparam(f"new_{name}") for name in personal})
            .where(
                memberships.c.user == bindparam("at_user"), memberships.c.conversation == bindparam("at_conversation")
            ),
            [*(f"new_{name}" for name in personal), "at_user", "at_conversation"],
        )
        self.personal = personal


def conversations_held(sql: Connection, statements: Statements, *, keeps: bool) -> Held[ConversationId, Conversation]:
    """The heads. Where others write too they are locked when read, in the order of their ids."""

    def load(keys: list[ConversationId]) -> dict[ConversationId, Conversation]:
        query = select(*CONVERSATION_COLUMNS).where(conversations.c.id.in_(keys)).order_by(conversations.c.id)
        if statements.lock:
            query = query.with_for_update()
        return {row.id: conversation(row) for row in sql.execute(query)}

    def flush(rows: list[Conversation]) -> None:
        cursor: dialects.Cursor = sql.connection.cursor()
        cursor.executemany(statements.move, [(*(getattr(row, name) for name in _MOVED), row.id) for row in rows])

    return Held(load, flush, keeps=keeps, most=MOST_CONVERSATIONS)


def memberships_held(
    sql: Connection, statements: Statements, *, keeps: bool
) -> Held[tuple[ConversationId, UserId], Membership]:
    """The memberships that somebody spoke, read or was changed in."""

    def load(keys: list[tuple[ConversationId, UserId]]) -> dict[tuple[ConversationId, UserId], Membership]:
        query = select(*MEMBERSHIP_COLUMNS)
        if len(keys) == 1:
            where, user = keys[0]
            query = query.where(memberships.c.conversation == where, memberships.c.user == user)
        else:
            pair = tuple_(memberships.c.conversation, memberships.c.user)
            query = query.where(pair.in_(keys)).order_by(memberships.c.conversation, memberships.c.user)
        if statements.lock:
            query = query.with_for_update()
        return {(row.conversation, row.user): membership(row) for row in sql.execute(query)}

    def flush(rows: list[Membership]) -> None:
        cursor: dialects.Cursor = sql.connection.cursor()
        cursor.executemany(
            statements.membership,
            [(*(getattr(row, name) for name in statements.personal), row.user, row.conversation) for row in rows],
        )

    return Held(load, flush, keeps=keeps, most=MOST_MEMBERSHIPS)


class Version:
    """Up to which version a person's own state has come."""

    __slots__ = ("user", "value")

    def __init__(self, user: UserId, value: int) -> None:
        self.user = user
        self.value = value


def versions_held(sql: Connection, statements: Statements, *, keeps: bool) -> Held[UserId, Version]:
    """The versions of people's own state."""

    def load(keys: list[UserId]) -> dict[UserId, Version]:
        query = select(users.c.id, users.c.version).where(users.c.id.in_(keys)).order_by(users.c.id)
        if statements.lock:
            query = query.with_for_update()
        return {row.id: Version(row.id, row.version) for row in sql.execute(query)}

    def flush(rows: list[Version]) -> None:
        cursor: dialects.Cursor = sql.connection.cursor()
        cursor.executemany(statements.version, [(row.value, row.user) for row in rows])

    return Held(load, flush, keeps=keeps, most=MOST_VERSIONS)
