"""Who may bring in, take out and raise whom; and how a group always has an owner."""

from __future__ import annotations

import itertools

import pytest

from tests.store.opened import Opened, refused
from yanxin.actions import conversations, cursors, members, people
from yanxin.actions.people import PersonChange
from yanxin.domain.actors import THE_SERVER, Actor
from yanxin.domain.bodies import Role
from yanxin.domain.ids import ConversationId, Seq
from yanxin.domain.refusals import Refused
from yanxin.protocol import views
from yanxin.queries import conversations as seen
from yanxin.queries import events as log_seen
from yanxin.queries import members as members_seen

RANKS: tuple[Role, ...] = ("member", "admin", "owner")


async def roles(store: Opened, who: Actor, where: ConversationId) -> dict[int, str]:
    page = await store.database.read(lambda tx: members_seen.page(tx, who, where, None, 200))
    return {each.user_id: each.role for each in page.items}


async def told(store: Opened, who: Actor, where: ConversationId) -> views.Conversation:
    return await store.database.read(lambda tx: seen.one(tx, who, where))


@pytest.mark.parametrize(("actor", "other"), list(itertools.product(RANKS, RANKS[:2])))
async def test_only_ones_betters_take_one_out(store: Opened, actor: Role, other: Role) -> None:
    owner, admin, member, second_admin, second = await store.people(5)
    where = await store.group(owner, admin, member, second_admin, second)
    for each in (admin, second_admin):
        await store.database.write(members.set_role(owner, where, each.user, "admin"))
    who = {"owner": owner, "admin": admin, "member": member}[actor]
    whom = {"admin": second_admin, "member": second}[other]

    removes = members.remove(who, where, whom.user)
    if RANKS.index(actor) > RANKS.index(other):
        await store.database.write(removes)
        assert whom.user not in await roles(store, owner, where)
    else:
        with refused("member.not_allowed"):
            await store.database.write(removes)
        assert whom.user in await roles(store, owner, where)


async def test_an_owner_names_who_comes_after_and_is_an_admin_then(store: Opened) -> None:
    owner, member = await store.people(2)
    where = await store.group(owner, member)

    with refused("member.not_allowed"):
        await store.database.write(members.set_role(owner, where, owner.user, "member"))
    await store.database.write(members.set_role(owner, where, member.user, "owner"))

    assert await roles(store, owner, where) == {owner.user: "admin", member.user: "owner"}
    with refused("member.not_allowed"):
        await store.database.write(members.set_role(owner, where, owner.user, "owner"))


async def test_whoever_is_longest_there_inherits_admins_first(store: Opened) -> None:
    owner, old, admin, last = await store.people(4)
    where = await store.group(owner, old)
    await store.database.write(members.add(owner, where, [last.user]))
    await store.database.write(members.add(owner, where, [admin.user]))
    await store.database.write(members.set_role(owner, where, admin.user, "admin"))

    await store.database.write(members.remove(owner, where, owner.user))
    assert await roles(store, old, where) == {old.user: "member", last.user: "member", admin.user: "owner"}
    await store.database.write(members.remove(admin, where, admin.user))
    assert await roles(store, old, where) == {old.user: "owner", last.user: "member"}


async def test_the_last_one_out_leaves_an_empty_group_that_nobody_finds(store: Opened) -> None:
    owner, stranger = await store.people(2)
    where = await store.group(owner)
    await store.database.write(members.remove(owner, where, owner.user))

    for who in (owner, stranger):
        with refused("conversation.not_found"):
            await told(store, who, where)
        with refused("conversation.not_found"):
            await store.database.write(members.add(who, where, [who.user]))


async def test_joining_again_begins_anew(store: Opened) -> None:
    """New `first`, cursor at the head, the role of a member; the running number is one's own for ever."""
    owner, alice = await store.people(2)
    where = await store.group(owner, alice)
    await store.database.write(members.set_role(owner, where, alice.user, "admin"))
    await store.say(alice, where, "one")
    await store.database.write(conversations.keep(alice, where, conversations.Wishes(muted=True, pinned=True)))
    await store.database.write(members.remove(alice, where, alice.user))
    await store.say(owner, where, "behind her back")
    await store.database.write(members.add(owner, where, [alice.user]))

    now = await told(store, alice, where)
    assert (now.first, now.cursor.seq, now.head.seq) == (6, 6, 6)
    assert (now.unread, now.nth, now.last) == (0, 1, None)
    assert now.my == views.My("member", False, False, False, False)
    run = await store.database.read(lambda tx: log_seen.run(tx, alice, where, before=99, limit=50))
    assert [event.seq for event in run.items] == [6]
    assert (await store.say(alice, where, "two")).seq == 7
    assert (await told(store, owner, where)).unread == 2


async def test_who_is_there_already_stays_as_they_are(store: Opened) -> None:
    owner, alice, bob = await store.people(3)
    where = await store.group(owner, alice)
    await store.database.write(members.set_role(owner, where, alice.user, "admin"))

    coming = await store.database.write(members.add(owner, where, [alice.user, bob.user, bob.user]))
    assert coming == [bob.user]
    assert (await roles(store, owner, where))[alice.user] == "admin"
    assert (await told(store, owner, where)).members_count == 3
    head = (await told(store, owner, where)).head
    assert await store.database.write(members.add(owner, where, [alice.user])) == []
    assert (await told(store, owner, where)).head == head


async def test_nobody_brings_in_who_is_not_there_or_disabled_and_then_nobody_comes(store: Opened) -> None:
    owner, gone, alice = await store.people(3)
    where = await store.group(owner)
    await store.database.write(people.change(THE_SERVER, gone.user, PersonChange(disabled=True)))

    for wanted in ([alice.user, gone.user], [alice.user, 999_999]):
        with refused("user.not_found"):
            await store.database.write(members.add(owner, where, [int(each) for each in wanted]))
        with refused("user.not_found"):
            await store.database.write(conversations.open_group(owner, [int(each) for each in wanted], None))
    assert await roles(store, owner, where) == {owner.user: "owner"}


async def test_a_group_has_ten_thousand_members_at_the_most(store: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number is made small here; the rule is the same."""
    for module in (conversations, members):
        monkeypatch.setattr(module, "MAX_MEMBERS", 3)
    owner, *others = await store.people(4)
    with pytest.raises(Refused, match="too_many"):
        await store.database.write(conversations.open_group(owner, [each.user for each in others], None))
    where = await store.group(owner, *others[:2])
    with refused("conversation.too_many_members"):
        await store.database.write(members.add(owner, where, [others[2].user]))


async def test_readers_are_those_who_were_there_when_it_was_said(store: Opened) -> None:
    owner, alice, late, gone = await store.people(4)
    where = await store.group(owner, alice, gone)
    said = await store.say(owner, where, "x")
    await store.database.write(members.add(owner, where, [late.user]))
    await store.database.write(members.remove(gone, where, gone.user))
    for who in (alice, late):
        head = (await told(store, who, where)).head.seq
        store.clock.passes(seconds=5)
        await store.database.write(cursors.set_to(who, where, Seq(head)))

    readers = await store.database.read(lambda tx: members_seen.readers(tx, owner, where, said.seq))
    assert ([each.user for each in readers.read], readers.unread) == ([alice.user], [])


async def test_a_cursor_goes_forth_and_never_back(store: Opened) -> None:
    owner, alice = await store.people(2)
    where = await store.group(owner, alice)
    for text in "abc":
        await store.say(owner, where, text)

    stood = await store.database.write(cursors.set_to(alice, where, Seq(3)))
    assert (stood.seq, stood.ordinal, stood.unread) == (3, 2, 1)
    back = await store.database.write(cursors.set_to(alice, where, Seq(1)))
    assert (back.seq, back.ordinal, back.unread) == (3, 2, 1)
    with refused("cursor.beyond_head"):
        await store.database.write(cursors.set_to(alice, where, Seq(5)))


async def test_marked_as_unread_is_a_flag_that_reading_takes_away(store: Opened) -> None:
    owner, alice = await store.people(2)
    where = await store.group(owner, alice)
    said = await store.say(owner, where, "x")
    await store.database.write(cursors.set_to(alice, where, said.seq))
    await store.database.write(conversations.keep(alice, where, conversations.Wishes(unread_mark=True)))

    now = await told(store, alice, where)
    assert (now.my.unread_mark, now.unread, now.cursor.seq) == (True, 0, said.seq)
    await store.database.write(cursors.set_to(alice, where, said.seq))
    assert not (await told(store, alice, where)).my.unread_mark
