"""The fold, written a second time: what one device makes of snapshots and events.

It knows the wire and nothing of the server. That it ends at what a reader is given later is the law.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from yanxin.domain.bodies import Members, Reaction, RoleChange, Text, Title
from yanxin.protocol import views


@dataclass
class Followed:
    """A conversation that a device follows: what it was told of it, and its log from `first` on.

    `held` is the last seq of the log without a hole; the conversation may be described further.
    """

    told: views.Conversation
    log: dict[int, views.Event] = field(default_factory=dict)
    held: int = 0


class Hole(Exception):
    """An event came before the one that it follows."""


@dataclass
class Mirror:
    """All that one device knows."""

    me: int
    version: int = 0
    settings: views.Settings = field(default_factory=views.Settings)
    followed: dict[int, Followed] = field(default_factory=dict)
    early: dict[int, list[views.Event]] = field(default_factory=dict)

    def greeted(self, hello: views.Hello) -> None:
        """Takes the answer to `hello`."""
        if hello.reset:
            self.followed.clear()
        self.version, self.settings = hello.version, hello.user.settings
        self._described(hello.conversations, hello.removed)

    def state(self, state: views.State) -> None:
        """Takes a `state`."""
        self.version = max(self.version, state.version)
        if state.settings is not None:
            self.settings = state.settings
        self._described(state.conversations, state.removed)

    def _described(self, told: list[views.Conversation], removed: list[int]) -> None:
        for each in told:
            held = self.followed.get(each.id)
            if held is None or held.told.first != each.first:
                self.followed[each.id] = Followed(each, held=each.first - 1)
            else:
                held.told = self._with_what_is_held(each, held)
        for gone in removed:
            self.followed.pop(gone, None)

    def _with_what_is_held(self, told: views.Conversation, held: Followed) -> views.Conversation:
        """`told` may have been described before the newest events that are held here were written."""
        for seq in range(told.head.seq + 1, held.held + 1):
            changed = self._after(told, held.log[seq], None)
            if changed is None:
                return told
            told = changed
        if held.held > told.head.seq - 1:
            told = replace(told, mentions=self._mentions(told, held.log))
            if told.last is not None:
                told = replace(told, last=held.log.get(told.last.seq, told.last))
        return told

    def _mentions(self, told: views.Conversation, log: dict[int, views.Event]) -> int:
        return sum(1 for event in log.values() if event.seq > told.cursor.seq and self._is_for_me(event))

    def missing(self) -> list[tuple[int, int]]:
        """(conversation, seq): of which conversations the log ends before what was described, and where."""
        return [(where, each.held) for where, each in self.followed.items() if each.held < each.told.head.seq]

    def pushed(self, event: views.Event) -> None:
        """Takes one event. One of a conversation not known yet waits for its description. Raises Hole."""
        followed = self.followed.get(event.conversation)
        if followed is None:
            self.early.setdefault(event.conversation, []).append(event)
            return
        if event.seq <= followed.held:
            return
        if event.seq > followed.held + 1:
            if followed.held < followed.told.head.seq:
                self.early.setdefault(event.conversation, []).append(event)
                return
            raise Hole(f"user {self.me}, conversation {event.conversation}: {event.seq} came after {followed.held}")
        self._take(followed, event)

    def read(self, page: views.Events, conversation: int) -> None:
        """Takes a part of the log that was asked for, then what waited for it."""
        followed = self.followed.get(conversation)
        for event in page.items if followed is not None else ():
            assert followed is not None
            if event.seq == followed.held + 1 and conversation in self.followed:
                self._take(followed, event)
        followed = self.followed.get(conversation)
        if followed is not None and followed.held >= followed.told.head.seq:
            # What was read stood as it stands now: an edit in it finds its message edited and changes no count.
            followed.told = replace(followed.told, mentions=self._mentions(followed.told, followed.log))
        waiting = self.early.pop(conversation, [])
        for event in sorted(waiting, key=lambda each: each.seq):
            self.pushed(event)

    def cursor_set(self, conversation: int, answer: views.Cursor) -> None:
        """Takes the answer to one's own `cursor.set`: it is told to the other devices only."""
        followed = self.followed.get(conversation)
        if followed is None:
            return
        told = replace(followed.told, my=replace(followed.told.my, unread_mark=False))
        if answer.seq > told.cursor.seq:
            # The answer may come before events that it counts in: its places are taken, its count is not.
            told = replace(told, cursor=views.Head(answer.seq, answer.ordinal), cursor_nth=answer.nth)
            told = replace(told, mentions=self._mentions(told, followed.log))
        followed.told = _counted(told)

    def _take(self, followed: Followed, event: views.Event) -> None:
        followed.held = event.seq
        before = None if event.target is None else followed.log.get(event.target)
        followed.log[event.seq] = event
        if before is not None:
            _speak_of(followed.log, before, event)
        if event.seq == followed.told.head.seq + 1:
            changed = self._after(followed.told, event, before)
            if changed is None:
                del self.followed[event.conversation]
            else:
                if changed.last is not None:
                    changed = replace(changed, last=followed.log.get(changed.last.seq, changed.last))
                followed.told = changed

    def _after(
        self, told: views.Conversation, event: views.Event, before: views.Event | None
    ) -> views.Conversation | None:
        """`told` after the event that follows its head, of which `before` is the target as it stood."""
        told = replace(told, head=views.Head(event.seq, event.ordinal))
        match event.kind, event.body:
            case "message", _:
                is_read = event.seq <= told.cursor.seq  # my cursor's answer may come before what it has read
                if event.sender == self.me:
                    told = replace(told, nth=event.nth or 0)
                elif not is_read:
                    told = replace(told, mentions=told.mentions + self._is_for_me(event))
                told = replace(told, last=event)
            case (("edit" | "recall"), _) if before is not None and before.seq > told.cursor.seq:
                now = _spoken_of(before, event)
                told = replace(told, mentions=told.mentions + self._is_for_me(now) - self._is_for_me(before))
            case "member_joined", Members(user_ids=users):
                told = replace(told, members_count=told.members_count + len(users))
            case "member_left", Members(user_ids=users):
                if self.me in users:
                    return None
                told = replace(told, members_count=told.members_count - len(users))
            case "renamed", Title(title=title):
                told = replace(told, title=title)
            case "role_changed", RoleChange(user_id=user, role=role) if user == self.me:
                told = replace(told, my=replace(told.my, role=role))
            case "dismissed", _:
                told = replace(told, dismissed_at=event.at)
        return _counted(told)

    def _is_for_me(self, event: views.Event) -> bool:
        if event.kind != "message" or event.sender == self.me or not isinstance(event.body, Text):
            return False
        return event.body.mention_all or self.me in event.body.mentions


def _counted(told: views.Conversation) -> views.Conversation:
    unread = (told.head.ordinal - told.cursor.ordinal) - (told.nth - told.cursor_nth)
    return replace(told, unread=unread)


def _spoken_of(message: views.Event, event: views.Event) -> views.Event:
    """`message` after an event that speaks of it."""
    match event.kind, event.body:
        case "edit", body if body is not None:
            return replace(message, body=body, edited_at=event.at)
        case "recall", _:
            return replace(message, body=None, recalled_at=event.at)
        case "reaction", Reaction(emoji=emoji, on=on):
            counts = {each.emoji: list(each.users) for each in message.reactions}
            users = counts.setdefault(emoji, [])
            sender = event.sender or 0
            if on and sender not in users:
                users.append(sender)
            if not on and sender in users:
                users.remove(sender)
            return replace(
                message, reactions=[views.ReactionCount(each, users) for each, users in counts.items() if users]
            )
    return message


def _speak_of(log: dict[int, views.Event], message: views.Event, event: views.Event) -> None:
    log[message.seq] = _spoken_of(message, event)
    if event.kind == "recall" or (event.kind == "edit" and event.body is not None):
        for seq, other in log.items():
            if other.kind == "edit" and other.target == message.seq and seq != event.seq:
                log[seq] = replace(other, body=None)


def shown(event: views.Event) -> dict[str, object]:
    """`event` for comparing: whatever field may be left out is there."""
    plain: dict[str, object] = msgspec.to_builtins(event)
    if event.kind != "message":
        plain["nth"] = None  # only a message has one; what stands there otherwise says nothing
    return plain
