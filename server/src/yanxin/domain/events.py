"""An event: one thing that happened in a conversation, at a place of its own."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from yanxin.domain.bodies import AnyBody
from yanxin.domain.ids import ConversationId, Millis, Ordinal, Seq, UserId


class Kind(StrEnum):
    """What happened. Only a `message` counts in `ordinal`."""

    MESSAGE = "message"
    EDIT = "edit"
    RECALL = "recall"
    REACTION = "reaction"
    MEMBER_JOINED = "member_joined"
    MEMBER_LEFT = "member_left"
    RENAMED = "renamed"
    ROLE_CHANGED = "role_changed"
    DISMISSED = "dismissed"
    HIDDEN = "hidden"
    EXPIRED = "expired"


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event as it was written; `target` is the seq that an edit, recall or reaction speaks of."""

    conversation: ConversationId
    seq: Seq
    ordinal: Ordinal
    nth: int
    at: Millis
    sender: UserId
    kind: Kind
    client_id: str | None
    target: Seq | None
    reply_to: Seq | None
    body: AnyBody | None


class Reacted(msgspec.Struct, frozen=True):
    """One emoji on a message and the people who set it, in the order in which they did."""

    emoji: str
    users: list[UserId]


class Standing(msgspec.Struct, frozen=True):
    """What later events made of a message: its newest body, when edited or recalled, reactions."""

    body: AnyBody | None
    edited_at: Millis | None = None
    edited_by: Seq | None = None
    recalled_at: Millis | None = None
    reactions: list[Reacted] = []
