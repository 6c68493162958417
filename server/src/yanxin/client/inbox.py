"""Where one person's device stands: its conversations, and up to where it holds each log.

Plain values, no I/O. The rule that everything else serves: a conversation's events are taken in
the order of their seq, each once. What comes too early is a hole, to be filled from the log.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from yanxin.domain.bodies import mentioned
from yanxin.domain.ids import UserId
from yanxin.protocol import views


class Arrival(Enum):
    """What an event is to a device that holds everything up to some seq."""

    NEXT = "next"
    """The one that follows."""
    KNOWN = "known"
    """Held already."""
    EARLY = "early"
    """Something before it is missing."""
    STRANGE = "strange"
    """Of a conversation that this device has not heard of yet."""


class Inbox:
    """The conversations of one person and the `positions` (last seq held) of one device."""

    def __init__(self, version: int = 0, positions: dict[int, int] | None = None) -> None:
        self.me = 0
        self.version = version
        self.positions: dict[int, int] = dict(positions or {})
        self.conversations: dict[int, views.Conversation] = {}
        self._is_greeted = False

    def greeted(self, answer: views.Hello) -> list[int]:
        """Takes the answer to `hello`; gives the conversations whose logs go on past what is held."""
        is_first, self._is_greeted = not self._is_greeted, True
        self.me = answer.user.id
        self.version = answer.version
        if answer.reset:
            # The server no longer knows what this device remembers (it was restored from a backup,
            # say). Positions beyond its heads would never see an event again, so they step back.
            self.conversations.clear()
            heads = {one.id: one.head.seq for one in answer.conversations}
            self.positions = {key: min(seq, heads[key]) for key, seq in self.positions.items() if key in heads}
        for one in answer.conversations:
            if is_first and one.id not in self.positions:
                # A device without a cache follows what happens from now on.
                self.positions[one.id] = one.head.seq
            self.learn(one)
        for gone in answer.removed:
            self.forget(gone)
        return [one.id for one in answer.conversations if self.positions.get(one.id, one.head.seq) < one.head.seq]

    def changed(self, state: views.State) -> list[int]:
        """Takes a `state`; gives the conversations that are new here and have a log to read.

        A head that merely moved is no reason to read: the pushes that moved it are on their way.
        """
        new = []
        for one in state.conversations:
            before = self.positions.get(one.id)
            self.learn(one)
            if self.positions[one.id] != before and self.positions[one.id] < one.head.seq:
                new.append(one.id)
        for gone in state.removed:
            self.forget(gone)
        self.version = max(self.version, state.version)
        return new

    def learn(self, told: views.Conversation) -> None:
        """Takes a conversation as the server describes it.

        A conversation not held yet, or joined anew, is followed from the first event that this
        member may read.
        """
        self.positions[told.id] = max(self.positions.get(told.id, 0), told.first - 1)
        held = self.conversations.get(told.id)
        if held is not None and held.head.seq > told.head.seq:
            # Described before the newest events that are held here were written.
            told = msgspec.structs.replace(told, head=held.head, nth=held.nth, last=held.last)
            told = msgspec.structs.replace(told, unread=_unread(told))
        self.conversations[told.id] = told

    def forget(self, conversation: int) -> None:
        """One is no longer a member there."""
        self.conversations.pop(conversation, None)
        self.positions.pop(conversation, None)

    def weigh(self, event: views.Event) -> Arrival:
        """What `event` is here; changes nothing."""
        position = self.positions.get(event.conversation)
        if position is None:
            return Arrival.STRANGE
        if event.seq <= position:
            return Arrival.KNOWN
        return Arrival.NEXT if event.seq == position + 1 else Arrival.EARLY

    def take(self, event: views.Event) -> None:
        """Takes the event that follows, and with it moves head, unread and mentions."""
        self.positions[event.conversation] = event.seq
        held = self.conversations.get(event.conversation)
        if held is None or held.head.seq >= event.seq:
            return
        nth, last, mentions = held.nth, held.last, held.mentions
        if event.kind == "message":
            last = event
            if event.sender == self.me:
                nth = event.nth if event.nth is not None else nth + 1
            else:
                people, everybody = mentioned(event.body)
                mentions += everybody or UserId(self.me) in people
        held = msgspec.structs.replace(
            held, head=views.Head(event.seq, event.ordinal), nth=nth, last=last, mentions=mentions
        )
        self.conversations[event.conversation] = msgspec.structs.replace(held, unread=_unread(held))


def _unread(of: views.Conversation) -> int:
    """Messages by others after the cursor: arithmetic over running numbers, so it cannot drift."""
    return max(0, (of.head.ordinal - of.cursor.ordinal) - (of.nth - of.cursor_nth))
