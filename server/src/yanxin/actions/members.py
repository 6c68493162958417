"""Members of a group: add, change a role, remove, leave."""

from __future__ import annotations

from sqlalchemy import select

from yanxin.access.conversations import enter, fellow, known_before
from yanxin.access.people import require_active
from yanxin.domain.actors import Actor
from yanxin.domain.bodies import Members, Role, RoleChange
from yanxin.domain.conversations import MAX_MEMBERS, require_group, require_open
from yanxin.domain.events import Kind
from yanxin.domain.ids import ConversationId, UserId
from yanxin.domain.memberships import Membership, heir, joined, require_above, require_rank
from yanxin.domain.news import Personal
from yanxin.domain.refusals import Refused
from yanxin.store import log, rows
from yanxin.store.database import Work
from yanxin.store.tables import memberships
from yanxin.store.transactions import Writing


def add(actor: Actor, where: ConversationId, user_ids: list[int]) -> Work[list[UserId]]:
    """Brings people into a group; any member may. Who is there already stays as they are. Those who came.

    Raises Refused: conversation.*, user.not_found.
    """
    wanted = sorted({UserId(user) for user in user_ids})

    def work(tx: Writing) -> list[UserId]:
        conversation, _ = enter(tx, actor, where)
        require_group(conversation)
        require_open(conversation)
        require_active(tx, set(wanted))
        before = known_before(tx, where, wanted)
        coming = [user for user, row in before.items() if row is None or row.left is not None]
        if not coming:
            return []
        if conversation.members_count + len(coming) > MAX_MEMBERS:
            raise Refused("conversation.too_many_members", limit=MAX_MEMBERS)
        event = log.append(tx, where, actor.user, Kind.MEMBER_JOINED, Members(list(coming)))
        tx.conversations.edit(where).members_count += len(coming)
        tx.versions.load(coming)
        made = [
            joined(where, user, "member", event.seq, event.ordinal, now=tx.now, before=before[user]) for user in coming
        ]
        for each in made:
            each.version = tx.next_version(each.user)
            tx.tell(Personal(each.user, where, None))
        tx.add_memberships(made)
        return coming

    return work


def set_role(actor: Actor, where: ConversationId, user: UserId, role: Role) -> Work[None]:
    """Makes a member an admin, an ordinary member, or, transferring the group, its owner. The owner may.

    Raises Refused: conversation.*, member.not_found, member.not_allowed.
    """

    def work(tx: Writing) -> None:
        conversation, member = enter(tx, actor, where)
        require_group(conversation)
        require_open(conversation)
        require_rank(member, "owner")
        other = fellow(tx, where, user)
        if other.role == role:
            return
        if user == actor.user:
            # An owner steps down by naming who comes after, so that no group is without one.
            raise Refused("member.not_allowed", needs="owner")
        _give_role(tx, where, actor.user, user, role)
        if role == "owner":
            _give_role(tx, where, actor.user, actor.user, "admin")

    return work


def remove(actor: Actor, where: ConversationId, user: UserId) -> Work[None]:
    """Takes somebody out of a group: one's betters may. Oneself: leaves, and an owner is succeeded.

    Raises Refused: conversation.not_found, conversation.is_direct, member.not_found, member.not_allowed.
    """

    def work(tx: Writing) -> None:
        conversation, member = enter(tx, actor, where)
        require_group(conversation)
        other = fellow(tx, where, user)
        if user != actor.user:
            require_rank(member, "admin")
            require_above(member, other)
        elif member.role == "owner":
            successor = heir(_others(tx, where, user))
            if successor is not None:
                _give_role(tx, where, actor.user, successor.user, "owner")
        event = log.append(tx, where, actor.user, Kind.MEMBER_LEFT, Members([user]))
        gone = tx.memberships.edit((where, user))
        gone.left, gone.role = event.seq, "member"
        gone.version = tx.next_version(user)
        tx.conversations.edit(where).members_count -= 1
        tx.tell(Personal(user, where, None))

    return work


def _give_role(tx: Writing, where: ConversationId, by: UserId, to: UserId, role: Role) -> None:
    log.append(tx, where, by, Kind.ROLE_CHANGED, RoleChange(to, role))
    changed = tx.memberships.edit((where, to))
    changed.role = role
    changed.version = tx.next_version(to)
    tx.tell(Personal(to, where, None))


def _others(tx: Writing, where: ConversationId, user: UserId) -> list[Membership]:
    tx.settle()
    query = select(*rows.MEMBERSHIP_COLUMNS).where(
        memberships.c.conversation == where, memberships.c.user != user, memberships.c.left.is_(None)
    )
    return [rows.membership(row) for row in tx.sql.execute(query)]
