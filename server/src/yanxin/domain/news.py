"""News: what a committed change made happen, told to whoever delivers it."""

from __future__ import annotations

import msgspec

from yanxin.domain.events import Event
from yanxin.domain.ids import ConversationId, Seq, SessionId, UserId


class Appended(msgspec.Struct, frozen=True, gc=False):
    """An event stands in the log."""

    event: Event


class Personal(msgspec.Struct, frozen=True, gc=False):
    """What is personal to `user` changed: a membership, a cursor, a flag, settings.

    `by` is the connection that did it and already knows; None when it was not one's own doing, or not by a socket.
    """

    user: UserId
    conversation: ConversationId | None
    by: int | None


class CursorMoved(msgspec.Struct, frozen=True, gc=False):
    """`user` has read up to `seq`."""

    conversation: ConversationId
    user: UserId
    seq: Seq


class SessionsEnded(msgspec.Struct, frozen=True):
    """These sessions are dead: their sockets close and their tokens open nothing."""

    sessions: list[SessionId]


class RightsChanged(msgspec.Struct, frozen=True):
    """The rights of `user` are not what a cache may remember."""

    user: UserId


News = Appended | Personal | CursorMoved | SessionsEnded | RightsChanged
