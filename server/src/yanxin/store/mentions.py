"""Mentions: sparse rows, one for each person that a message speaks to, one for everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, func, insert, literal_column, or_, select

from yanxin.domain.ids import ConversationId, Seq, UserId
from yanxin.store.prepared import Prepared, PreparedList
from yanxin.store.tables import EVERYBODY, memberships, mentions
from yanxin.store.transactions import Reading, Writing

_FOR = or_(mentions.c.user == bindparam("user"), mentions.c.user == literal_column(str(EVERYBODY)))
_COUNT = func.count(func.distinct(mentions.c.seq))

_UNREAD = Prepared(
    select(_COUNT).where(
        mentions.c.conversation == bindparam("where"),
        mentions.c.seq > bindparam("after"),
        _FOR,
        mentions.c.sender != bindparam("user"),
    ),
    "where",
    "after",
    "user",
)
_UNREAD_IN = PreparedList(
    lambda ids: (
        select(mentions.c.conversation, _COUNT)
        .join(
            memberships,
            (memberships.c.conversation == mentions.c.conversation) & (memberships.c.user == bindparam("user")),
        )
        .where(
            _FOR,
            mentions.c.sender != bindparam("user"),
            mentions.c.seq > memberships.c.cursor,
            mentions.c.seq >= memberships.c.first,
            mentions.c.conversation.in_(ids),
        )
        .group_by(mentions.c.conversation)
    ),
    "user",
)
_PRESENT = PreparedList(
    lambda people: select(memberships.c.user).where(
        memberships.c.conversation == bindparam("where"),
        memberships.c.left.is_(None),
        memberships.c.user.in_(people),
    ),
    "where",
)


def unread(tx: Reading, where: ConversationId, user: UserId, after: Seq) -> int:
    """How many messages of `where` after a place, by others, speak to `user`; one that does so twice counts once."""
    return int(tx.row(_UNREAD, where, after, user)[0])


def unread_in(tx: Reading, user: UserId, wanted: Sequence[ConversationId]) -> dict[ConversationId, int]:
    """The same for the conversations `wanted`, after the cursor of `user` in each; one without is left out."""
    return dict(tx.each(_UNREAD_IN, wanted, user))


def note(
    tx: Writing, where: ConversationId, seq: Seq, sender: UserId, people: Iterable[UserId], everybody: bool
) -> None:
    """Notes for whom the message at `seq` is; who is not a member is not told of it."""
    users: list[int] = [EVERYBODY] if everybody else []
    others = sorted(set(people) - {sender})
    if others:
        tx.settle()
        users += sorted({row[0] for row in tx.each(_PRESENT, others, where)})
    if users:
        conversation = tx.conversations.edit(where)
        conversation.last_mention = Seq(max(conversation.last_mention, seq))
        tx.sql.execute(
            insert(mentions),
            [{"user": user, "conversation": where, "seq": seq, "sender": sender} for user in users],
        )


def forget(tx: Writing, where: ConversationId, seq: Seq) -> None:
    """The message at `seq` speaks to nobody any more."""
    tx.sql.execute(delete(mentions).where(mentions.c.conversation == where, mentions.c.seq == seq))
