"""What is kept, as it is said: domain values turned into the shapes of the wire."""

from __future__ import annotations

from yanxin.domain.conversations import Conversation, peer_of
from yanxin.domain.cursors import unread
from yanxin.domain.events import Event, Kind, Standing
from yanxin.domain.ids import Millis, Seq
from yanxin.domain.memberships import Membership
from yanxin.domain.times import rfc3339
from yanxin.protocol import views

_SPEAKS_OF_ANOTHER = frozenset((Kind.EDIT, Kind.RECALL, Kind.REACTION))


def event(what: Event, standing: Standing | None = None) -> views.Event:
    """`what` on the wire; `standing` is how it stands now, if it is a message."""
    if standing is None:
        return views.Event(
            conversation=what.conversation,
            seq=what.seq,
            ordinal=what.ordinal,
            kind=what.kind.value,
            nth=what.nth,
            at=rfc3339(what.at),
            sender=what.sender,
            client_id=what.client_id,
            target=what.target,
            reply_to=what.reply_to,
            body=what.body,
        )
    return views.Event(
        conversation=what.conversation,
        seq=what.seq,
        ordinal=what.ordinal,
        kind=what.kind.value,
        nth=what.nth,
        at=rfc3339(what.at),
        sender=what.sender,
        client_id=what.client_id,
        target=what.target,
        reply_to=what.reply_to,
        edited_at=_maybe(standing.edited_at),
        recalled_at=_maybe(standing.recalled_at),
        body=standing.body,
        reactions=[views.ReactionCount(each.emoji, list(each.users)) for each in standing.reactions],
    )


def hidden(what: Event) -> views.Event:
    """The place of `what` and no more."""
    return views.Event(what.conversation, what.seq, what.ordinal, Kind.HIDDEN.value)


def is_hidden_before(what: Event, first: Seq) -> bool:
    """Whether `what` speaks of an event before `first`, which a member who came at `first` may not see."""
    return what.kind in _SPEAKS_OF_ANOTHER and what.target is not None and what.target < first


def conversation(
    what: Conversation,
    member: Membership,
    *,
    title: str | None,
    mentions: int,
    last: views.Event | None,
) -> views.Conversation:
    """`what` as `member` sees it."""
    return views.Conversation(
        id=what.id,
        kind=what.kind,
        title=title,
        peer=peer_of(what, member.user),
        head=views.Head(what.seq, what.ordinal),
        first=member.first,
        cursor=views.Head(member.cursor, member.cursor_ordinal),
        nth=member.nth,
        cursor_nth=member.cursor_nth,
        unread=unread(what, member),
        mentions=mentions,
        last=last,
        members_count=what.members_count,
        my=views.My(member.role, member.muted, member.pinned, member.hidden, member.unread_mark),
        created_at=rfc3339(what.created_at),
        dismissed_at=_maybe(what.dismissed_at),
    )


def _maybe(moment: Millis | None) -> str | None:
    return None if moment is None else rfc3339(moment)
