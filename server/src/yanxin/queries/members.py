"""Who is in a conversation, and who of them has read what."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal_column, select

from yanxin.access.conversations import look_into
from yanxin.domain.actors import Actor
from yanxin.domain.events import Kind
from yanxin.domain.ids import ConversationId, Seq, UserId
from yanxin.domain.messages import require_message
from yanxin.domain.times import rfc3339
from yanxin.protocol import views
from yanxin.queries.paging import cursor_after, position_of
from yanxin.store import log
from yanxin.store.prepared import Prepared, PreparedList
from yanxin.store.tables import conversations, events, memberships
from yanxin.store.transactions import Reading

_WHERE: ColumnElement[Any] = bindparam("where")
_SENDERS = PreparedList(
    lambda seqs: select(events.c.seq, events.c.sender).where(
        events.c.conversation == _WHERE,
        events.c.kind == literal_column(f"'{Kind.MESSAGE.value}'"),
        events.c.seq.in_(seqs),
    ),
    "where",
)
_READ = Prepared(
    select(memberships.c.user, memberships.c.joined, memberships.c.cursor).where(
        memberships.c.conversation == _WHERE,
        memberships.c.left.is_(None),
        memberships.c.cursor >= bindparam("least"),
    ),
    "where",
    "least",
)
_HEAD = Prepared(select(conversations.c.seq).where(conversations.c.id == _WHERE), "where")
_FIRSTS = Prepared(
    select(memberships.c.user, memberships.c.first).where(
        memberships.c.conversation == _WHERE, memberships.c.left.is_(None)
    ),
    "where",
)


def page(tx: Reading, actor: Actor, where: ConversationId, cursor: str | None, limit: int) -> views.Page[views.Member]:
    """The members of `where`, by the order in which they came.

    Raises Refused: conversation.not_found, page.bad_cursor.
    """
    look_into(tx, actor, where)
    pages = f"members:{where}"
    after = position_of(cursor, pages)
    query = (
        select(memberships.c.user, memberships.c.role, memberships.c.joined)
        .where(memberships.c.conversation == where, memberships.c.left.is_(None))
        .order_by(memberships.c.joined, memberships.c.user)
        .limit(limit + 1)
    )
    if after is not None:
        joined, user = after
        query = query.where(
            (memberships.c.joined > joined) | ((memberships.c.joined == joined) & (memberships.c.user > user))
        )
    found = tx.sql.execute(query).all()
    return views.Page(
        items=[views.Member(*row) for row in found[:limit]],
        next=cursor_after((found[limit - 1].joined, found[limit - 1].user), pages) if len(found) > limit else None,
    )


def readers(tx: Reading, actor: Actor, where: ConversationId, seq: Seq) -> views.Readers:
    """Who has read the message at `seq`: of those who were there when it was said, less its sender.

    Raises Refused: conversation.not_found, message.not_found.
    """
    _, member = look_into(tx, actor, where)
    message = require_message(log.at(tx, where, seq), member)
    query = (
        select(memberships.c.user, memberships.c.cursor, memberships.c.cursor_at)
        .where(
            memberships.c.conversation == where,
            memberships.c.left.is_(None),
            memberships.c.joined < seq,
            memberships.c.user != message.sender,
        )
        .order_by(memberships.c.cursor_at, memberships.c.user)
    )
    found = tx.sql.execute(query).all()
    return views.Readers(
        read=[views.Reader(row.user, rfc3339(row.cursor_at)) for row in found if row.cursor >= seq],
        unread=sorted(row.user for row in found if row.cursor < seq),
    )


def read_counts(tx: Reading, where: ConversationId, seqs: Sequence[Seq]) -> list[views.ReadCount]:
    """How many have read each of the messages at `seqs`; a place without a message has none."""
    senders = dict(tx.each(_SENDERS, seqs, where))
    rows = tx.rows(_READ, where, min(seqs, default=0))
    # Whoever came at or after a message has a cursor beyond it, and is not among those who were there to read it.
    cursors = sorted(cursor for _, _, cursor in rows)
    joins = sorted(joined for _, joined, _ in rows)
    own = {user: (joined, cursor) for user, joined, cursor in rows}
    counts = []
    for seq in sorted(senders):
        read = (len(cursors) - bisect_left(cursors, seq)) - (len(joins) - bisect_left(joins, seq))
        joined, cursor = own.get(senders[seq], (seq, seq))
        counts.append(views.ReadCount(where, seq, read - (joined < seq <= cursor)))
    return counts


def present(tx: Reading, where: ConversationId) -> tuple[Seq, dict[UserId, Seq]]:
    """Up to where the log stands, and for each member the seq from which they may read; nobody where there is none."""
    head = tx.row(_HEAD, where)
    return (Seq(0), {}) if head is None else (head[0], dict(tx.rows(_FIRSTS, where)))
