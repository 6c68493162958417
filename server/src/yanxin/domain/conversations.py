"""A conversation: what kind it is, where its log has come to, and what may be done with it."""

from __future__ import annotations

from typing import Literal

import msgspec

from yanxin.domain.ids import ConversationId, Millis, Ordinal, Seq, UserId
from yanxin.domain.names import clean
from yanxin.domain.refusals import Refused

ConversationKind = Literal["direct", "group"]

MAX_MEMBERS = 10_000
MAX_TITLE = 100


class Conversation(msgspec.Struct, gc=False):
    """A conversation and the head of its log.

    `title` is sealed. `last_message` is the seq of the newest event of kind `message`, 0 if there
    is none; `last_mention` that of the newest that ever spoke to somebody. `moved_at` is when the
    head moved last.
    """

    id: ConversationId
    kind: ConversationKind
    direct_key: str | None
    title: bytes | None
    created_at: Millis
    created_by: UserId
    seq: Seq
    ordinal: Ordinal
    last_message: Seq
    last_mention: Seq
    members_count: int
    moved_at: Millis
    dismissed_at: Millis | None


def direct_key(one: UserId, other: UserId) -> str:
    """The name under which the direct conversation of two people is unique; of one with oneself too."""
    return f"{min(one, other)}:{max(one, other)}"


def peer_of(conversation: Conversation, user: UserId) -> UserId | None:
    """Whom `user` speaks with in a direct conversation (oneself in one's own); None in a group."""
    if conversation.direct_key is None:
        return None
    one, other = (UserId(int(part)) for part in conversation.direct_key.split(":"))
    return other if one == user else one


def require_open(conversation: Conversation) -> None:
    """Raises Refused if `conversation` was dismissed: it is read, but nothing is said there."""
    if conversation.dismissed_at is not None:
        raise Refused("conversation.dismissed")


def require_group(conversation: Conversation) -> None:
    """Raises Refused unless `conversation` is a group: a direct one has no title, members or end."""
    if conversation.kind != "group":
        raise Refused("conversation.is_direct")


def clean_title(title: str) -> str:
    """`title` without what deceives the eye; see `names.clean`."""
    return clean(title, "conversation.bad_title", MAX_TITLE)
