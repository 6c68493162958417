"""The judge: holds what clients were told against the log as it is read afterwards.

It knows nothing of servers or sockets. It is given witnesses, one a client, and the record: the
logs, and what the server claims about unread. It gives sentences, one a broken promise; none means
that nothing acknowledged is missing, nothing is doubled, there is one order for all, nobody lacks
anything, and unread equals a recount.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from yanxin.protocol import views


@dataclass(frozen=True)
class Acknowledged:
    """A message that the server said it has, and where."""

    conversation: int
    client_id: str
    text: str
    seq: int
    ordinal: int


@dataclass
class Witness:
    """What one client was told.

    `held_from` is the last seq before the first that it had to hear of each conversation, and
    `received` what its application was given after that, in that order. The two counts are of
    pushes within one subscription, before the client mended them.
    """

    user: int
    held_from: dict[int, int] = field(default_factory=dict)
    received: dict[int, list[views.Event]] = field(default_factory=dict)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    holes_pushed: int = 0
    doubles_pushed: int = 0

    def heard(self, event: views.Event) -> None:
        self.received.setdefault(event.conversation, []).append(event)


@dataclass(frozen=True)
class Claim:
    """What the server says of one person's unread in one conversation."""

    user: int
    conversation: int
    cursor: int
    unread: int


@dataclass
class Record:
    """What is so, read after everything has come to rest: whole logs and claims."""

    logs: dict[int, list[views.Event]] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)


def violations(witnesses: list[Witness], record: Record) -> list[str]:
    """Every broken promise, as a sentence."""
    found: list[str] = []
    for conversation, log in sorted(record.logs.items()):
        found += _of_log(conversation, log)
    for witness in witnesses:
        found += _of_acknowledgements(witness, record)
        found += _of_hearing(witness, record)
        if witness.holes_pushed:
            found.append(f"user {witness.user} was pushed {witness.holes_pushed} holes, with no lagging before them")
        if witness.doubles_pushed:
            found.append(f"user {witness.user} was pushed {witness.doubles_pushed} events twice")
    found += _of_places(witnesses)
    found += _of_claims(record)
    return found


def _of_log(conversation: int, log: list[views.Event]) -> Iterator[str]:
    """A log counts from 1 without holes; ordinal and nth count messages; no client_id stands twice."""
    said = Counter((event.sender, event.client_id) for event in log if event.client_id is not None)
    for (sender, client_id), times in said.items():
        if times > 1:
            yield f"doubled: {client_id} of user {sender} stands {times} times in conversation {conversation}"
    ordinal = 0
    nths: Counter[int] = Counter()
    for place, event in enumerate(log, 1):
        if event.seq != place:
            yield f"conversation {conversation}: in place {place} stands seq {event.seq}"
            return
        if event.kind == "message":
            ordinal += 1
            nths[event.sender or 0] += 1
            if event.nth is not None and event.nth != nths[event.sender or 0]:
                yield f"conversation {conversation}: seq {place} has nth {event.nth}, counted {nths[event.sender or 0]}"
        if event.ordinal != ordinal:
            yield f"conversation {conversation}: seq {place} has ordinal {event.ordinal}, counted {ordinal}"


def _of_acknowledgements(witness: Witness, record: Record) -> Iterator[str]:
    """What was acknowledged stands where it was said to stand."""
    for ack in witness.acknowledged:
        log = record.logs.get(ack.conversation, [])
        event = log[ack.seq - 1] if 0 < ack.seq <= len(log) else None
        if event is None or (event.sender, event.client_id) != (witness.user, ack.client_id):
            elsewhere = [other.seq for other in log if (other.sender, other.client_id) == (witness.user, ack.client_id)]
            fate = f"it stands at {elsewhere}" if elsewhere else "it is nowhere"
            yield (
                f"missing: {ack.client_id} of user {witness.user} was acknowledged as seq {ack.seq} "
                f"of conversation {ack.conversation}; {fate}"
            )
        elif event.ordinal != ack.ordinal:
            yield f"conversation {ack.conversation}: seq {ack.seq} was acknowledged with ordinal {ack.ordinal}, has {event.ordinal}"
        elif event.edited_at is None and event.recalled_at is None and getattr(event.body, "text", None) != ack.text:
            yield f"conversation {ack.conversation}: seq {ack.seq} does not say what its sender said"


def _of_hearing(witness: Witness, record: Record) -> Iterator[str]:
    """A client was given each event once, in the order of the log, up to its head."""
    for conversation in sorted(witness.held_from.keys() | witness.received.keys()):
        where = f"user {witness.user}, conversation {conversation}"
        log = record.logs.get(conversation, [])
        position = witness.held_from.get(conversation, 0)
        for event in witness.received.get(conversation, []):
            if event.seq != position + 1:
                kind = "again" if event.seq <= position else "after a hole"
                yield f"{where}: seq {event.seq} came {kind}, {position} was held"
                break
            position = event.seq
            if event.seq > len(log):
                yield f"{where}: heard seq {event.seq}, which the log does not hold"
                break
            kept = log[event.seq - 1]
            if _identity(kept) != _identity(event) and "hidden" not in (kept.kind, event.kind):
                yield f"{where}: at seq {event.seq} heard {_identity(event)}, the log holds {_identity(kept)}"
                break
        else:
            if position < len(log):
                yield f"{where}: never heard of seq {position + 1} to {len(log)}"


def _identity(event: views.Event) -> tuple[object, ...]:
    """What of an event never changes."""
    return (event.kind, event.sender, event.client_id, event.ordinal, event.nth, event.at, event.target)


def _of_places(witnesses: list[Witness]) -> Iterator[str]:
    """No place was promised to two messages, and no message two places."""
    places: dict[tuple[int, int], tuple[int, str]] = {}
    promised: dict[tuple[int, str], tuple[int, int]] = {}
    for witness in witnesses:
        for ack in witness.acknowledged:
            place, message = (ack.conversation, ack.seq), (witness.user, ack.client_id)
            if places.setdefault(place, message) != message:
                yield f"conversation {place[0]}: seq {place[1]} was acknowledged to {places[place]} and to {message}"
            if promised.setdefault(message, place) != place:
                yield f"{message} was acknowledged at {promised[message]} and at {place}"


def _of_claims(record: Record) -> Iterator[str]:
    """Unread is what one counts: messages by others after the cursor."""
    for claim in record.claims:
        log = record.logs.get(claim.conversation, [])
        counted = sum(1 for event in log[claim.cursor :] if event.kind == "message" and event.sender != claim.user)
        if counted != claim.unread:
            yield f"user {claim.user}, conversation {claim.conversation}: unread is told as {claim.unread}, counted {counted}"
