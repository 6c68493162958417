"""The log: an event is appended at the head of its conversation, and runs of events are read.

The seq is taken under the conversation's row (held by the writer, or locked), so the events of
one conversation become visible in order and without a hole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import structlog
from sqlalchemy import ColumnElement, bindparam, func, select

from yanxin.domain import bodies, reading
from yanxin.domain.bodies import AnyBody
from yanxin.domain.events import Event, Kind, Standing
from yanxin.domain.ids import ConversationId, Ordinal, Seq, UserId
from yanxin.domain.news import Appended
from yanxin.domain.refusals import Refused
from yanxin.store import dialects
from yanxin.store.prepared import Prepared, PreparedList, pairs
from yanxin.store.sealing import CannotOpen, SealingKey, event_place
from yanxin.store.tables import events
from yanxin.store.transactions import Reading, Writing

logger = structlog.get_logger()

Place = tuple[ConversationId, Seq]
MOST_PAGE_BYTES = 512 * 1024
"""Of sealed bodies: a page of the longest messages is short, whatever its limit."""

_NAMES = [column.name for column in events.columns]
_COLUMNS = list(events.columns)
_WHERE: ColumnElement[Any] = bindparam("where")
_UPTO: ColumnElement[Any] = bindparam("upto")

# ON CONFLICT instead of an error: on PostgreSQL an error would end the whole batch.
_APPEND = Prepared(
    lambda bind: (
        dialects.insert(bind, events).values({name: bindparam(name) for name in _NAMES}).on_conflict_do_nothing()
    ),
    *_NAMES,
)
_SENT = Prepared(
    select(*_COLUMNS).where(events.c.sender == bindparam("sender"), events.c.client_id == bindparam("client_id")),
    "sender",
    "client_id",
)
_AT = PreparedList(lambda places: select(*_COLUMNS).where(pairs(events.c.conversation, events.c.seq, places)), width=2)
# "is not null" says nothing new, but SQLite takes the partial index only where it is said.
_ABOUT = PreparedList(
    lambda places: (
        select(*_COLUMNS)
        .where(pairs(events.c.conversation, events.c.target, places), events.c.target.is_not(None))
        .order_by(events.c.conversation, events.c.seq)
    ),
    width=2,
)
_ABOUT_RUN = Prepared(
    select(*_COLUMNS)
    .where(
        events.c.conversation == _WHERE,
        events.c.target >= bindparam("since"),
        events.c.target <= _UPTO,
        events.c.target.is_not(None),
    )
    .order_by(events.c.seq),
    "where",
    "since",
    "upto",
)
_TAIL = Prepared(
    select(*_COLUMNS)
    .where(events.c.conversation == _WHERE, events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("most")),
    "where",
    "after",
    "most",
)
_BEFORE = Prepared(
    select(*_COLUMNS)
    .where(events.c.conversation == _WHERE, events.c.seq < bindparam("seq"), events.c.seq >= bindparam("first"))
    .order_by(events.c.seq.desc())
    .limit(bindparam("most")),
    "where",
    "seq",
    "first",
    "most",
)
_ORDINAL_AT = Prepared(
    select(events.c.ordinal).where(events.c.conversation == _WHERE, events.c.seq == _UPTO), "where", "upto"
)
_NTH_AT = Prepared(
    select(func.max(events.c.nth)).where(
        events.c.conversation == _WHERE, events.c.sender == bindparam("sender"), events.c.seq <= _UPTO
    ),
    "where",
    "sender",
    "upto",
)


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
    placed = (where, seq, event.ordinal, event.nth, event.at)
    if tx.run(_APPEND, *placed, sender, kind.value, client_id, target, reply_to, sealed) != 1:
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
    rows = tx.rows(_SENT, sender, client_id)
    return _events(tx, rows)[0] if rows else None


def at(tx: Reading, where: ConversationId, seq: Seq) -> Event | None:
    """The event at `seq` as it was written."""
    return _at(tx, [(where, seq)]).get((where, seq))


def about(tx: Reading, where: ConversationId, target: Seq) -> list[Event]:
    """The events of `where` that speak of `target`, in rising seq."""
    return _events(tx, tx.rows(_ABOUT_RUN, where, target, target))


def tail(tx: Reading, where: ConversationId, after: Seq, limit: int) -> list[Event]:
    """Events of `where` with seq > `after`, oldest first, at most `limit` and 512 KB. Consecutive: no seq is skipped."""
    return _events(tx, _page(tx.rows(_TAIL, where, after, limit)))


def before(tx: Reading, where: ConversationId, seq: Seq, first: Seq, limit: int) -> list[Event]:
    """The last `limit` events of `where` with `first` ≤ seq < `seq`, oldest first."""
    return _events(tx, _page(tx.rows(_BEFORE, where, seq, first, limit))[::-1])


def standings(tx: Reading, where: ConversationId, run: Sequence[Event]) -> dict[Seq, tuple[Event, Standing]]:
    """How the messages stand now that are in `run`, a run of `where`, or that edits in it speak of.

    By the message's seq: the message, and what later events made of it. One that nothing later
    speaks of stands as it was written, and is left out.
    """
    messages = {event.seq: event for event in run if event.kind is Kind.MESSAGE}
    later: dict[Seq, list[Event]] = defaultdict(list)
    if messages:
        for event in _events(tx, tx.rows(_ABOUT_RUN, where, min(messages), max(messages))):
            if event.target in messages:
                later[event.target].append(event)
    elsewhere = {event.target for event in run if event.kind is Kind.EDIT and event.target} - messages.keys()
    stood = {seq: (messages[seq], reading.standing(messages[seq], spoken)) for seq, spoken in later.items()}
    if elsewhere:
        found = _standings_at(tx, [(where, seq) for seq in elsewhere])
        stood.update({seq: stands for (_, seq), stands in found.items()})
    return stood


def messages_at(tx: Reading, places: Iterable[Place]) -> dict[ConversationId, tuple[Event, Standing]]:
    """The messages at `places`, one a conversation, as they stand now; place 0 has none."""
    return {where: stands for (where, _), stands in _standings_at(tx, [each for each in places if each[1] > 0]).items()}


def ordinal_at(tx: Writing, where: ConversationId, seq: Seq) -> Ordinal:
    """At which ordinal the log of `where` stands at `seq`; 0 before the first."""
    return Ordinal(0 if seq == 0 else tx.row(_ORDINAL_AT, where, seq)[0])


def nth_at(tx: Writing, where: ConversationId, user: UserId, seq: Seq) -> int:
    """The running number of `user` in `where` at `seq`."""
    return tx.row(_NTH_AT, where, user, seq)[0] or 0


def _standings_at(tx: Reading, places: Sequence[Place]) -> dict[Place, tuple[Event, Standing]]:
    messages = _at(tx, places)
    later: dict[Place, list[Event]] = defaultdict(list)
    for event in _events(tx, tx.each(_ABOUT, list(messages))):
        later[event.conversation, event.target or Seq(0)].append(event)
    return {place: (message, reading.standing(message, later[place])) for place, message in messages.items()}


def _at(tx: Reading, places: Sequence[Place]) -> dict[Place, Event]:
    return {(event.conversation, event.seq): event for event in _events(tx, tx.each(_AT, places))}


def _page(rows: Sequence[Any]) -> Sequence[Any]:
    """The first of `rows` that make a page of bearable size together; one at least."""
    size = 0
    for place, row in enumerate(rows):
        size += len(row[-1] or b"")
        if size > MOST_PAGE_BYTES and place:
            return rows[:place]
    return rows


def _events(tx: Reading, rows: Sequence[Any]) -> list[Event]:
    keys = tx.opened(row[-1] for row in rows if row[-1] is not None)
    return [_event(row, keys) for row in rows]


def _event(row: Any, keys: dict[int, SealingKey]) -> Event:
    conversation, seq, ordinal, nth, at, sender, kind, client_id, target, reply_to, sealed = row
    body = None
    if sealed is not None:
        try:
            opened = keys[int.from_bytes(sealed[2:10], "big")].open(bytes(sealed), event_place(conversation, seq))
            body = bodies.decoded(opened)
        except (KeyError, CannotOpen, msgspec.DecodeError) as error:
            # It rotted, was swapped, or a newer server wrote it: what stands beside it is read all the same.
            logger.warning("log.unreadable", conversation=conversation, seq=seq, why=type(error).__name__)
    return Event(conversation, seq, ordinal, nth, at, sender, _KINDS[kind], client_id, target, reply_to, body)


_KINDS = {kind.value: kind for kind in Kind}
