"""The audience of a conversation: its members folded up to a place in its log."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from yanxin.domain.bodies import Members
from yanxin.domain.events import Event, Kind
from yanxin.domain.ids import Seq, UserId


class Audience:
    """Who hears of the events of one conversation.

    `reached` is the seq announced last; `as_of` the place up to which joining and leaving are
    folded in. Members stand in an array, eight bytes each: there may be a million of them on a node.
    """

    __slots__ = ("as_of", "late", "reached", "users", "waiting")

    def __init__(self) -> None:
        self.users: array[int] = array("q")
        self.late: dict[int, Seq] = {}  # the members who may not read from the start, and from where they may
        self.as_of = Seq(0)
        self.reached: Seq | None = None
        self.waiting: list[Event] | None = []  # events that wait until the members, or what lies before, are read

    def know(self, as_of: Seq, firsts: dict[UserId, Seq]) -> None:
        """The members are those of `firsts`, as the log stood at `as_of`."""
        self.as_of = as_of
        self.users = array("q", firsts)
        self.late = {user: first for user, first in firsts.items() if first > 1}

    def hears(self, event: Event) -> Iterable[int]:
        """Whom `event` is for: the members at its place, and whom it adds or removes. Folds it in."""
        changed = event.body.user_ids if isinstance(event.body, Members) else []
        if event.kind == Kind.MEMBER_JOINED and event.seq > self.as_of:
            there = set(self.users)
            for user in changed:
                if user not in there:
                    self.users.append(user)
                if event.seq > 1:
                    self.late[user] = event.seq
        elif event.kind == Kind.MEMBER_LEFT:
            before = array("q", self.users)
            before.extend(user for user in changed if user not in self.users)
            if event.seq > self.as_of:
                for user in changed:
                    if user in self.users:
                        self.users.remove(user)
                    self.late.pop(user, None)
            self.as_of = Seq(max(self.as_of, event.seq))
            return before
        self.as_of = Seq(max(self.as_of, event.seq))
        return self.users
