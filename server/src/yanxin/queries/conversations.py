"""Conversations as somebody sees them: one, a page of them, all that changed since a device was here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from sqlalchemy import ColumnElement, bindparam, select

from yanxin.access.conversations import look_into
from yanxin.domain.actors import Actor
from yanxin.domain.conversations import Conversation
from yanxin.domain.ids import ConversationId, Seq, UserId
from yanxin.domain.memberships import Membership
from yanxin.domain.times import rfc3339
from yanxin.protocol import SCHEMA, views, writing
from yanxin.queries import people
from yanxin.queries.paging import cursor_after, position_of
from yanxin.store import log, mentions, rows
from yanxin.store.prepared import Prepared, PreparedList
from yanxin.store.sealing import CannotOpen, SealingKey, key_of, title_place
from yanxin.store.tables import conversations, memberships
from yanxin.store.transactions import Reading

logger = structlog.get_logger()

PAGES = "conversations"
FRESH_MS = 15_000
"""Longer than any event takes from its commit to its announcement."""


def one(tx: Reading, actor: Actor, where: ConversationId) -> views.Conversation:
    """The conversation `where`. Raises Refused("conversation.not_found")."""
    return seen(tx, actor.user, [look_into(tx, actor, where)])[0]


def page(tx: Reading, actor: Actor, cursor: str | None, limit: int) -> views.Page[views.Conversation]:
    """The actor's conversations, those that moved last first. Raises Refused("page.bad_cursor")."""
    after = position_of(cursor, PAGES)
    which: ColumnElement[bool] = memberships.c.left.is_(None)
    if after is not None:
        moved_at, where = after
        which &= (conversations.c.moved_at < moved_at) | (
            (conversations.c.moved_at == moved_at) & (conversations.c.id < where)
        )
    found = _rows(tx, actor.user, which, limit + 1)
    more = found[limit - 1][0] if len(found) > limit else None
    return views.Page(
        items=seen(tx, actor.user, found[:limit]),
        next=None if more is None else cursor_after((more.moved_at, more.id), PAGES),
    )


def those(tx: Reading, user: UserId, wanted: Sequence[ConversationId]) -> list[views.Conversation]:
    """Those of `wanted` that `user` is a member of."""
    found = {row[0]: row for row in tx.each(_THOSE, wanted, user)}
    return seen(tx, user, [_split(found[where]) for where in wanted if where in found])


_WIDTH = len(rows.CONVERSATION_COLUMNS)
_JOINED = select(*rows.CONVERSATION_COLUMNS, *rows.MEMBERSHIP_COLUMNS).join(
    memberships, memberships.c.conversation == conversations.c.id
)
_THOSE = PreparedList(
    lambda ids: _JOINED.where(
        memberships.c.user == bindparam("user"), memberships.c.left.is_(None), memberships.c.conversation.in_(ids)
    ),
    "user",
)
_HEADS = Prepared(
    select(
        memberships.c.conversation,
        memberships.c.version,
        memberships.c.left,
        conversations.c.seq,
        conversations.c.moved_at,
    )
    .join(conversations, conversations.c.id == memberships.c.conversation)
    .where(memberships.c.user == bindparam("user")),
    "user",
)

_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


class Greeting(msgspec.Struct, frozen=True):
    """The answer to a hello, and for delivery: how far it reaches, and the same for what moved just now."""

    hello: views.Hello
    heads: dict[ConversationId, Seq]
    fresh: dict[ConversationId, Seq]


def hello(tx: Reading, actor: Actor, version: int, heads: dict[str, int]) -> Greeting:
    """What changed since a device held `version` and cached up to `heads`.

    `reset` when the device knows of more than there is, as after a restored backup: then
    everything is told anew.
    """
    me = people.me(tx, actor)
    # Narrow on purpose: most conversations did not move, and of those nothing more is read.
    narrow = tx.rows(_HEADS, actor.user)
    cached = {ConversationId(int(where)): seq for where, seq in heads.items() if _NUMBER.fullmatch(where)}
    reset = version > me.version
    moved: list[ConversationId] = []
    removed: list[ConversationId] = []
    reached: dict[ConversationId, Seq] = {}
    fresh: dict[ConversationId, Seq] = {}
    since = tx.now - FRESH_MS
    for where, changed, left, seq, moved_at in narrow:
        held = cached.pop(where, None)
        reset = reset or (held is not None and held > seq)
        if left is not None:
            if changed > version or held is not None:
                removed.append(where)
            continue
        reached[where] = seq
        if held is None or held < seq or changed > version:
            moved.append(where)
        if moved_at > since:
            fresh[where] = seq
    # What is left the device caches and is no member of.
    removed += cached
    if reset:
        # It knows of more than there is, as after a restored backup: everything is told anew.
        moved, removed = list(reached), [where for where, _, left, _, _ in narrow if left is not None]
    told = views.Hello(
        user=me,
        version=me.version,
        schema=SCHEMA,
        reset=reset,
        conversations=those(tx, actor.user, moved),
        removed=sorted(removed),
        now=rfc3339(tx.now),
    )
    return Greeting(
        hello=told,
        heads=reached,
        fresh=fresh,
    )


def seen(tx: Reading, user: UserId, found: Sequence[tuple[Conversation, Membership]]) -> list[views.Conversation]:
    """`found` as `user` sees them, in the same order."""
    maybe = [conversation.id for conversation, member in found if conversation.last_mention > member.cursor]
    mentioned = mentions.unread_in(tx, user, maybe)
    messages = log.messages_at(
        tx, [(each.id, each.last_message) for each, member in found if each.last_message >= member.first]
    )
    keys = tx.opened(each.title for each, _ in found if each.title is not None)
    made = []
    for conversation, member in found:
        title = None if conversation.title is None else _title(conversation, conversation.title, keys)
        last = messages.get(conversation.id)
        made.append(
            writing.conversation(
                conversation,
                member,
                title=title,
                mentions=mentioned.get(conversation.id, 0),
                last=None if last is None else writing.event(*last),
            )
        )
    return made


def _title(conversation: Conversation, sealed: bytes, keys: dict[int, SealingKey]) -> str | None:
    try:
        return keys[key_of(bytes(sealed))].open(bytes(sealed), title_place(conversation.id)).decode()
    except (KeyError, CannotOpen, UnicodeDecodeError):
        # One title that rotted must not take a person's whole list with it.
        logger.warning("conversation.title_unreadable", conversation=conversation.id)
        return None


def _rows(
    tx: Reading, user: UserId, which: ColumnElement[bool], limit: int | None
) -> list[tuple[Conversation, Membership]]:
    query = (
        _JOINED.where(memberships.c.user == user, which)
        .order_by(conversations.c.moved_at.desc(), conversations.c.id.desc())
        .limit(limit)
    )
    return [_split(tuple(row)) for row in tx.sql.execute(query)]


def _split(row: Any) -> tuple[Conversation, Membership]:
    return rows.conversation(row[:_WIDTH]), rows.membership(row[_WIDTH:])
