"""Conversations: open one, rename it, keep it as one likes, dismiss it."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from yanxin.access.conversations import enter
from yanxin.access.people import require_active
from yanxin.domain.actors import Actor
from yanxin.domain.bodies import Members, Role, Title
from yanxin.domain.conversations import MAX_MEMBERS, clean_title, direct_key, require_group, require_open
from yanxin.domain.events import Kind
from yanxin.domain.ids import ConversationId, Ordinal, Seq, UserId
from yanxin.domain.memberships import joined, require_rank
from yanxin.domain.news import Personal
from yanxin.domain.refusals import Refused
from yanxin.store import dialects, log
from yanxin.store.database import Work
from yanxin.store.sealing import title_place
from yanxin.store.tables import conversations
from yanxin.store.transactions import Writing


class Opened(msgspec.Struct, frozen=True):
    """A conversation, and whether it was there already."""

    id: ConversationId
    existed: bool = False


class Wishes(msgspec.Struct, frozen=True):
    """What somebody wants a conversation to be for themselves; None leaves a thing as it is."""

    muted: bool | None = None
    pinned: bool | None = None
    hidden: bool | None = None
    unread_mark: bool | None = None


def open_direct(actor: Actor, member_ids: list[int]) -> Work[Opened]:
    """The conversation with one other person, or with oneself; made where there is none.

    Raises Refused: conversation.direct_needs_one, user.not_found.
    """
    others = {UserId(user) for user in member_ids} - {actor.user}
    if len(others) > 1:
        raise Refused("conversation.direct_needs_one")
    other = next(iter(others), actor.user)

    def work(tx: Writing) -> Opened:
        require_active(tx, {other})
        key = direct_key(actor.user, other)
        query = select(conversations.c.id).where(conversations.c.direct_key == key)
        found = tx.sql.execute(query).scalar_one_or_none()
        if found is not None:
            return Opened(found, existed=True)
        members = list(dict.fromkeys((actor.user, other)))
        where = _insert(tx, actor, "direct", key, len(members))
        if where is None:
            return Opened(tx.sql.execute(query).scalar_one(), existed=True)
        _join(tx, where, dict.fromkeys(members, "member"), Seq(0), Ordinal(0))
        return Opened(where)

    return work


def open_group(actor: Actor, member_ids: list[int], title: str | None) -> Work[Opened]:
    """A new group; the actor owns it.

    Raises Refused: conversation.bad_title, user.not_found, conversation.too_many_members.
    """
    named = None if title is None else clean_title(title)
    members = [actor.user, *sorted({UserId(user) for user in member_ids} - {actor.user})]
    if len(members) > MAX_MEMBERS:
        raise Refused("conversation.too_many_members", limit=MAX_MEMBERS)

    def work(tx: Writing) -> Opened:
        require_active(tx, set(members))
        where = _insert(tx, actor, "group", None, 0)
        assert where is not None
        conversation = tx.conversations.edit(where)
        conversation.members_count = len(members)
        if named is not None:
            conversation.title = tx.sealing_key(where).seal(named.encode(), title_place(where))
        event = log.append(tx, where, actor.user, Kind.MEMBER_JOINED, Members(list(members)))
        roles: dict[UserId, Role] = {user: "owner" if user == actor.user else "member" for user in members}
        _join(tx, where, roles, event.seq, event.ordinal)
        return Opened(where)

    return work


def rename(actor: Actor, where: ConversationId, title: str) -> Work[None]:
    """Gives a group another title. Its owner and admins may.

    Raises Refused: conversation.*, member.not_allowed.
    """
    named = clean_title(title)

    def work(tx: Writing) -> None:
        conversation, member = enter(tx, actor, where)
        require_group(conversation)
        require_open(conversation)
        require_rank(member, "admin")
        log.append(tx, where, actor.user, Kind.RENAMED, Title(named))
        tx.conversations.edit(where).title = tx.sealing_key(where).seal(named.encode(), title_place(where))

    return work


def keep(actor: Actor, where: ConversationId, wishes: Wishes) -> Work[None]:
    """Mutes, pins, hides or marks a conversation as unread, for oneself. Raises Refused("conversation.not_found")."""

    def work(tx: Writing) -> None:
        _, member = enter(tx, actor, where)
        changed = {
            name: wish
            for name, wish in msgspec.structs.asdict(wishes).items()
            if wish is not None and wish != getattr(member, name)
        }
        if not changed:
            return
        mine = tx.memberships.edit((where, actor.user))
        for name, wish in changed.items():
            setattr(mine, name, wish)
        mine.version = tx.next_version(actor.user)
        tx.tell(Personal(actor.user, where, None))

    return work


def dismiss(actor: Actor, where: ConversationId) -> Work[None]:
    """Ends a group: it can be read and nothing is said there any more. Its owner may; again: nothing.

    Raises Refused: conversation.not_found, conversation.is_direct, member.not_allowed.
    """

    def work(tx: Writing) -> None:
        conversation, member = enter(tx, actor, where)
        require_group(conversation)
        require_rank(member, "owner")
        if conversation.dismissed_at is not None:
            return
        log.append(tx, where, actor.user, Kind.DISMISSED, None)
        tx.conversations.edit(where).dismissed_at = tx.now

    return work


def _insert(tx: Writing, actor: Actor, kind: str, key: str | None, members: int) -> ConversationId | None:
    """The id of a new conversation; None if somebody made this direct one at the same moment."""
    statement = dialects.insert(tx.sql, conversations).values(
        kind=kind,
        direct_key=key,
        title=None,
        created_at=tx.now,
        created_by=actor.user,
        seq=0,
        ordinal=0,
        last_message=0,
        last_mention=0,
        members_count=members,
        moved_at=tx.now,
        dismissed_at=None,
    )
    return tx.sql.execute(statement.on_conflict_do_nothing().returning(conversations.c.id)).scalar_one_or_none()


def _join(tx: Writing, where: ConversationId, roles: dict[UserId, Role], at: Seq, ordinal: Ordinal) -> None:
    tx.versions.load(sorted(roles))
    made = [joined(where, user, role, at, ordinal, now=tx.now, before=None) for user, role in roles.items()]
    for each in made:
        each.version = tx.next_version(each.user)
        tx.tell(Personal(each.user, where, None))
    tx.add_memberships(made)
