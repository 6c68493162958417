"""The truth, by brute force: what the log alone says of who is there, who may see what, and what is unread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from yanxin.domain.bodies import Members, Reaction, RoleChange, Text
from yanxin.domain.events import Event, Kind
from yanxin.domain.ids import ConversationId, Seq
from yanxin.store import log
from yanxin.store.tables import conversations, memberships
from yanxin.store.transactions import Reading


@dataclass
class Stay:
    """One stay of one person in one conversation: the events `joined` to `left` are theirs to hear of."""

    joined: int
    left: int | None = None


@dataclass
class Room:
    """One conversation, counted out of its log as it was written."""

    id: int
    kind: str
    log: list[Event]
    cursors: dict[int, int]
    stays: dict[int, list[Stay]] = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)

    def there(self) -> list[int]:
        """Who is a member now."""
        return sorted(user for user, stays in self.stays.items() if stays[-1].left is None)

    def first(self, user: int) -> int:
        """From where a member may read."""
        return max(1, self.stays[user][-1].joined)

    def audience(self, seq: int) -> set[int]:
        """Who hears of the event at `seq`."""
        return {
            user
            for user, stays in self.stays.items()
            if any(stay.joined <= seq and (stay.left is None or seq <= stay.left) for stay in stays)
        }

    def body(self, seq: int) -> Any:
        """What the message at `seq` says now; None where it was recalled."""
        said = self.log[seq - 1].body
        for event in self.log[seq:]:
            if event.target == seq and event.kind == Kind.EDIT:
                said = event.body
            if event.target == seq and event.kind == Kind.RECALL:
                return None
        return said

    def reactions(self, seq: int) -> dict[str, list[int]]:
        """Who holds which emoji on the message at `seq`, both in the order of coming."""
        held: dict[str, list[int]] = {}
        for event in self.log[seq:]:
            if event.target == seq and isinstance(event.body, Reaction):
                users = held.setdefault(event.body.emoji, [])
                if event.body.on and event.sender not in users:
                    users.append(event.sender)
                if not event.body.on and event.sender in users:
                    users.remove(event.sender)
                if not users:
                    del held[event.body.emoji]
        return held

    def unread(self, user: int) -> int:
        return sum(1 for event in self.log[self.cursors[user] :] if _is_by_another(event, user))

    def mentions(self, user: int) -> int:
        after = max(self.cursors[user], self.first(user) - 1)
        unread = [event for event in self.log[after:] if _is_by_another(event, user)]
        return sum(1 for event in unread if speaks_to(self.body(event.seq), user))

    def readers(self, seq: int) -> tuple[set[int], set[int]]:
        """Who has read the message at `seq` and who has not, of those who were there before it."""
        sender = self.log[seq - 1].sender
        asked = {user for user in self.there() if self.stays[user][-1].joined < seq and user != sender}
        return {user for user in asked if self.cursors[user] >= seq}, {
            user for user in asked if self.cursors[user] < seq
        }

    def secrets(self) -> set[str]:
        """Texts that stand no more: recalled, or edited since."""
        said = {event.body.text for event in self.log if isinstance(event.body, Text)}
        stand = {getattr(self.body(event.seq), "text", "") for event in self.log if event.kind == Kind.MESSAGE}
        return said - stand

    def broken(self) -> list[str]:
        """What is wrong with the log itself."""
        found = []
        ordinal, nths = 0, Counter[int]()
        for place, event in enumerate(self.log, 1):
            if event.kind == Kind.MESSAGE:
                ordinal += 1
                nths[event.sender] += 1
                if event.nth != nths[event.sender]:
                    found.append(f"{self.id}/{place}: nth {event.nth}, counted {nths[event.sender]}")
            if (event.seq, event.ordinal) != (place, ordinal):
                found.append(f"{self.id}/{place}: stands at {event.seq}, {event.ordinal}; counted {place}, {ordinal}")
        return found


def _is_by_another(event: Event, user: int) -> bool:
    return event.kind == Kind.MESSAGE and event.sender != user


def speaks_to(body: Any, user: int) -> bool:
    """Whether `body` speaks to `user`, who did not write it."""
    return isinstance(body, Text) and (body.mention_all or user in body.mentions)


def rooms(tx: Reading, wanted: list[int]) -> dict[int, Room]:
    """The conversations among `wanted`, each counted out of its log."""
    found = {}
    for row in tx.sql.execute(select(conversations).where(conversations.c.id.in_(wanted))).all():
        where = ConversationId(row.id)
        cursors = dict(
            tx.sql.execute(
                select(memberships.c.user, memberships.c.cursor).where(memberships.c.conversation == where)
            ).all()
        )
        room = Room(where, row.kind, log.tail(tx, where, Seq(0), 10_000), cursors)
        if row.kind == "direct":
            room.stays = {int(user): [Stay(0)] for user in set(row.direct_key.split(":"))}
            room.roles = dict.fromkeys(room.stays, "member")
        for event in room.log:
            _fold(room, event)
        found[row.id] = room
    return found


def _fold(room: Room, event: Event) -> None:
    match event.kind, event.body:
        case Kind.MEMBER_JOINED, Members(user_ids=users):
            for user in users:
                room.stays.setdefault(user, []).append(Stay(event.seq))
                room.roles[user] = "owner" if event.seq == 1 and user == event.sender else "member"
        case Kind.MEMBER_LEFT, Members(user_ids=users):
            for user in users:
                room.stays[user][-1].left = event.seq
                del room.roles[user]
        case Kind.ROLE_CHANGED, RoleChange(user_id=user, role=role):
            room.roles[user] = role
