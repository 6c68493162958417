"""A membership: one person in one conversation, from which place, in which role, read up to where."""

from __future__ import annotations

import msgspec

from yanxin.domain.bodies import Role
from yanxin.domain.ids import ConversationId, Millis, Ordinal, Seq, UserId
from yanxin.domain.refusals import Refused

_RANK: dict[Role, int] = {"member": 0, "admin": 1, "owner": 2}


class Membership(msgspec.Struct, gc=False):
    """One person in one conversation.

    `first` is the seq from which this member may read; joining again sets it anew. `nth` numbers
    the member's own messages, `said` is the seq of the newest. The cursor is the place up to which
    the member has read, with the ordinal and the member's own nth there. `version` is the
    person's version at the last change of what is personal here. `left` is the seq at which the
    member left, None while there.
    """

    conversation: ConversationId
    user: UserId
    role: Role
    first: Seq
    joined: Seq
    left: Seq | None
    nth: int
    said: Seq
    cursor: Seq
    cursor_ordinal: Ordinal
    cursor_nth: int
    cursor_at: Millis
    muted: bool
    pinned: bool
    hidden: bool
    unread_mark: bool
    version: int


def joined(
    conversation: ConversationId,
    user: UserId,
    role: Role,
    at: Seq,
    ordinal: Ordinal,
    *,
    now: Millis,
    before: Membership | None,
) -> Membership:
    """The membership of somebody whose joining is the event `at`, which stands at `ordinal`.

    The cursor stands at the head, so nothing old is unread. Whoever was there `before` keeps
    their running number: it is theirs for ever.
    """
    nth = before.nth if before else 0
    return Membership(
        conversation=conversation,
        user=user,
        role=role,
        first=Seq(max(at, 1)),
        joined=at,
        left=None,
        nth=nth,
        said=before.said if before else Seq(0),
        cursor=at,
        cursor_ordinal=ordinal,
        cursor_nth=nth,
        cursor_at=now,
        muted=False,
        pinned=False,
        hidden=False,
        unread_mark=False,
        version=0,
    )


def require_rank(membership: Membership, least: Role) -> None:
    """Raises Refused unless the member is at least `least` in the group."""
    if _RANK[membership.role] < _RANK[least]:
        raise Refused("member.not_allowed", needs=least)


def require_above(membership: Membership, other: Membership) -> None:
    """Raises Refused unless the member outranks `other`: an admin does not remove an admin."""
    if _RANK[membership.role] <= _RANK[other.role]:
        raise Refused("member.not_allowed", needs="owner")


def heir(members: list[Membership]) -> Membership | None:
    """Who takes over from an owner who leaves: the admin, or else the member, of longest standing."""
    return min(members, key=lambda member: (-_RANK[member.role], member.joined, member.user), default=None)
