"""The doorway to conversations: who is not a member learns nothing, not even that there is one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from yanxin.domain.actors import Actor
from yanxin.domain.conversations import Conversation
from yanxin.domain.ids import ConversationId, UserId
from yanxin.domain.memberships import Membership
from yanxin.domain.refusals import Refused
from yanxin.store import rows
from yanxin.store.prepared import Prepared
from yanxin.store.tables import conversations, memberships
from yanxin.store.transactions import Reading, Writing

_WIDTH = len(rows.CONVERSATION_COLUMNS)
_MINE = Prepared(
    select(*rows.CONVERSATION_COLUMNS, *rows.MEMBERSHIP_COLUMNS)
    .join(memberships, memberships.c.conversation == conversations.c.id)
    .where(
        conversations.c.id == bindparam("where"), memberships.c.user == bindparam("user"), memberships.c.left.is_(None)
    ),
    "where",
    "user",
)


def enter(tx: Writing, actor: Actor, where: ConversationId) -> tuple[Conversation, Membership]:
    """The conversation and the actor's membership, to act in it.

    Raises Refused("conversation.not_found") unless the actor is a member now.
    """
    conversation = tx.conversations.get(where)
    member = tx.memberships.get((where, actor.user))
    if conversation is None or member is None or member.left is not None:
        raise Refused("conversation.not_found")
    return conversation, member


def look_into(tx: Reading, actor: Actor, where: ConversationId) -> tuple[Conversation, Membership]:
    """The same, to read."""
    row = tx.row(_MINE, where, actor.user)
    if row is None:
        raise Refused("conversation.not_found")
    return rows.conversation(row[:_WIDTH]), rows.membership(row[_WIDTH:])


def known_before(tx: Writing, where: ConversationId, users: Sequence[UserId]) -> dict[UserId, Membership | None]:
    """The memberships of `users` in a conversation that was entered, also of those who have left."""
    tx.memberships.load([(where, user) for user in users])
    return {user: tx.memberships.get((where, user)) for user in users}


def fellow(tx: Writing, where: ConversationId, user: UserId) -> Membership:
    """Another member of a conversation that was entered. Raises Refused("member.not_found")."""
    member = tx.memberships.get((where, user))
    if member is None or member.left is not None:
        raise Refused("member.not_found")
    return member
