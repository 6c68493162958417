"""The log: an event is appended at the head of its conversation, and runs of events are read.

The seq is taken under the conversation's row (held by the writer, or locked), so the events of
one conversation become visible in order and without a hole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_

from yanxin.domain import bodies, reading
from yanxin.domain.bodies import AnyBody
from yanxin.domain.events import Event, Kind, Standing
from yanxin.domain.ids import ConversationId, Ordinal, Seq, UserId
from yanxin.domain.news import Appended
from yanxin.domain.refusals import Refused
from yanxin.store.sealing import SealingKey, event_place
from yanxin.store.statements import EVENT_COLUMNS
from yanxin.store.tables import events
from yanxin.store.transactions import Reading, Writing

Place = tuple[ConversationId, Seq]

_COLUMNS = [events.c[name] for name in EVENT_COLUMNS]
_AT_ONCE = 200


def append(
    tx: Writing,
    where: ConversationId,
    sender: UserId,
    kind: Kind,
    body: AnyBody | None,
    *,
    client_id: str | None = None,
    target: Seq | None = None,
    reply_to: Seq | None = None,
) -> Event:
    """Puts an event at the head of `where`, moves the head, and tells of it.

    A message raises the sender's own running number too. The insert is the last thing that can fail.
    Raises Refused("message.client_id_used") when (sender, client_id) stands in a log already.
    """
    head = tx.conversations.get(where)
    if head is None:
        raise Refused("conversation.not_found")
    member = tx.memberships.get((where, sender))
    is_message = kind is Kind.MESSAGE
    seq = Seq(head.seq + 1)
    event = Event(
        conversation=where,
        seq=seq,
        ordinal=Ordinal(head.ordinal + is_message),
        nth=(member.nth if member else 0) + is_message,
        at=tx.now,
        sender=sender,
        kind=kind,
        client_id=client_id,
        target=target,
        reply_to=reply_to,
        body=body,
    )
    sealed = None
    if body is not None:
        sealed = tx.sealing_key(where).seal(bodies.encoded(body), event_place(where, seq))
    tx.cursor.execute(
        tx.hot.append,
        (where, seq, event.ordinal, event.nth, event.at, sender, kind.value, client_id, target, reply_to, sealed),
    )
    if tx.cursor.rowcount != 1:
        raise Refused("message.client_id_used")
    moved = tx.conversations.edit(where)
    moved.seq, moved.ordinal, moved.moved_at = seq, event.ordinal, tx.now
    if is_message:
        moved.last_message = seq
        if member is not None:
            mine = tx.memberships.edit((where, sender))
            mine.nth, mine.said = event.nth, seq
    tx.tell(Appended(event))
    return event


def sent_before(tx: Reading, sender: UserId, client_id: str) -> Event | None:
    """The event that `sender` once sent as `client_id`, wherever it stands."""
    rows = tx.sql.execute(select(*_COLUMNS).where(events.c.sender == sender, events.c.client_id == client_id)).all()
    return _events(tx, rows)[0] if rows else None


def at(tx: Reading, where: ConversationId, seq: Seq) -> Event | None:
    """The event at `seq` as it was written."""
    rows = tx.sql.execute(select(*_COLUMNS).where(events.c.conversation == where, events.c.seq == seq)).all()
    return _events(tx, rows)[0] if rows else None


def about(tx: Reading, where: ConversationId, target: Seq) -> list[Event]:
    """The events of `where` that speak of `target`, in rising seq."""
    return _about(tx, [(where, target)])[where, target]


def tail(tx: Reading, where: ConversationId, after: Seq, limit: int) -> list[Event]:
    """Events of `where` with seq > `after`, oldest first, at most `limit`. Consecutive: no seq is skipped."""
    return _run(tx, where, events.c.seq > after, limit, rising=True)


def before(tx: Reading, where: ConversationId, seq: Seq, first: Seq, limit: int) -> list[Event]:
    """The last `limit` events of `where` with `first` ≤ seq < `seq`, oldest first."""
    return _run(tx, where, (events.c.seq < seq) & (events.c.seq >= first), limit, rising=False)[::-1]


def standings(tx: Reading, seen: Sequence[Event]) -> dict[Place, tuple[Event, Standing]]:
    """How the messages stand now that are among `seen`, or that edits among `seen` speak of.

    By the message's place: the message, and what later events made of it.
    """
    messages = {(event.conversation, event.seq): event for event in seen if event.kind == Kind.MESSAGE}
    spoken_of = {(event.conversation, event.target) for event in seen if event.kind == Kind.EDIT and event.target}
    messages.update(_at(tx, [place for place in spoken_of if place not in messages]))
    later = _about(tx, list(messages))
    return {place: (message, reading.standing(message, later[place])) for place, message in messages.items()}


def messages_at(tx: Reading, places: Iterable[Place]) -> dict[ConversationId, tuple[Event, Standing]]:
    """The messages at `places`, one a conversation, as they stand now; place 0 has none."""
    found = _at(tx, [place for place in places if place[1] > 0])
    return {place[0]: stood for place, stood in standings(tx, list(found.values())).items()}


def ordinal_at(tx: Writing, where: ConversationId, seq: Seq) -> Ordinal:
    """At which ordinal the log of `where` stands at `seq`; 0 before the first."""
    if seq == 0:
        return Ordinal(0)
    tx.cursor.execute(tx.hot.ordinal_at, (where, seq))
    return Ordinal(tx.cursor.fetchone()[0])


def nth_at(tx: Writing, where: ConversationId, user: UserId, seq: Seq) -> int:
    """The running number of `user` in `where` at `seq`."""
    tx.cursor.execute(tx.hot.nth_at, (where, user, seq))
    return tx.cursor.fetchone()[0] or 0


def _run(tx: Reading, where: ConversationId, which: ColumnElement[bool], limit: int, *, rising: bool) -> list[Event]:
    order = events.c.seq.asc() if rising else events.c.seq.desc()
    query = select(*_COLUMNS).where(events.c.conversation == where, which).order_by(order).limit(limit)
    return _events(tx, tx.sql.execute(query).all())


def _at(tx: Reading, places: Sequence[Place]) -> dict[Place, Event]:
    found: dict[Place, Event] = {}
    pair = tuple_(events.c.conversation, events.c.seq)
    for start in range(0, len(places), _AT_ONCE):
        query = select(*_COLUMNS).where(pair.in_(places[start : start + _AT_ONCE]))
        found.update({(event.conversation, event.seq): event for event in _events(tx, tx.sql.execute(query).all())})
    return found


def _about(tx: Reading, places: Sequence[Place]) -> dict[Place, list[Event]]:
    found: dict[Place, list[Event]] = defaultdict(list)
    pair = tuple_(events.c.conversation, events.c.target)
    for start in range(0, len(places), _AT_ONCE):
        # "is not null" says nothing new, but SQLite takes the partial index only where it is said.
        query = (
            select(*_COLUMNS)
            .where(pair.in_(places[start : start + _AT_ONCE]), events.c.target.is_not(None))
            .order_by(events.c.conversation, events.c.seq)
        )
        for event in _events(tx, tx.sql.execute(query).all()):
            found[event.conversation, event.target or Seq(0)].append(event)
    return found


def _events(tx: Reading, rows: Sequence[Any]) -> list[Event]:
    keys = tx.opened(row[-1] for row in rows if row[-1] is not None)
    return [_event(row, keys) for row in rows]


def _event(row: Any, keys: dict[int, SealingKey]) -> Event:
    conversation, seq, ordinal, nth, at, sender, kind, client_id, target, reply_to, sealed = row
    body = None
    if sealed is not None:
        opened = keys[int.from_bytes(sealed[2:10], "big")].open(bytes(sealed), event_place(conversation, seq))
        body = bodies.decoded(opened)
    return Event(conversation, seq, ordinal, nth, at, sender, _KINDS[kind], client_id, target, reply_to, body)


_KINDS = {kind.value: kind for kind in Kind}
