"""The log as somebody may read it: runs of events as they stand now."""

from __future__ import annotations

from collections.abc import Sequence

from yanxin.access.conversations import look_into
from yanxin.domain.actors import Actor
from yanxin.domain.events import Event, Kind
from yanxin.domain.ids import ConversationId, Seq
from yanxin.domain.reading import as_it_stands
from yanxin.domain.refusals import Refused
from yanxin.protocol import views, writing
from yanxin.store import log
from yanxin.store.transactions import Reading

MOST_CHARACTERS = 256 * 1024
"""Of texts and reactions in one page, as they stand: an edit may be far longer than what it replaced."""


def run(
    tx: Reading,
    actor: Actor,
    where: ConversationId,
    *,
    after: int | None = None,
    before: int | None = None,
    around: int | None = None,
    limit: int,
) -> views.Events:
    """At most `limit` events after, before or around a seq, rising, from the member's first on.

    `around` gives half of them before the seq, which is among the rest.
    Raises Refused: conversation.not_found, events.one_of.
    """
    conversation, member = look_into(tx, actor, where)
    if (after is not None) + (before is not None) + (around is not None) != 1:
        raise Refused("events.one_of")
    floor = Seq(member.first - 1)
    earlier: list[Event] = []
    later: list[Event] = []
    if after is not None:
        later = log.tail(tx, where, Seq(max(after, floor)), limit)
    elif before is not None:
        earlier = log.before(tx, where, Seq(before), member.first, limit)
    else:
        middle = Seq(around or 0)
        earlier = log.before(tx, where, middle, member.first, limit // 2)
        later = log.tail(tx, where, Seq(max(middle - 1, floor)), limit - len(earlier))
    seen = as_seen(tx, where, [*earlier, *later], member.first)
    # From the asked place outwards on either side, as far as a page of bearable size reaches.
    near = _bearable(seen[: len(earlier)][::-1])[::-1] + _bearable(seen[len(earlier) :])
    return views.Events(items=near, head=views.Head(conversation.seq, conversation.ordinal))


def _bearable(seen: list[views.Event]) -> list[views.Event]:
    """The first of `seen` that make an answer of bearable size together; one at least."""
    size = 0
    for place, event in enumerate(seen):
        size += len(getattr(event.body, "text", "")) + 8 * sum(len(each.users) for each in event.reactions)
        if size > MOST_CHARACTERS and place:
            return seen[:place]
    return seen


def as_seen(tx: Reading, where: ConversationId, found: Sequence[Event], first: Seq) -> list[views.Event]:
    """`found`, a run of `where`, as a member sees them who came at `first`."""
    stands = log.standings(tx, where, found)
    seen = []
    for event in found:
        if writing.is_hidden_before(event, first):
            seen.append(writing.hidden(event))
        elif event.kind is Kind.EDIT and event.target is not None:
            seen.append(writing.event(as_it_stands(event, stands[event.target][1])))
        elif event.seq in stands:
            seen.append(writing.event(event, stands[event.seq][1]))
        else:
            seen.append(writing.event(event))
    return seen
