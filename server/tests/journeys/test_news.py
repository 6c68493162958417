"""What devices are told while they are connected, and how they come back when they were not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.raw import socket_of
from yanxin.protocol import views
from yanxin.testing import office as offices
from yanxin.testing.office import Office, Person, gap
from yanxin.testing.servers import Server
from yanxin.testing.wires import Wire


def presence(user: Person, status: str) -> Callable[[Any], bool]:
    return lambda hint: hint == views.Presence(user.id, status)  # type: ignore[arg-type]


async def test_a_message_reaches_everybody_also_who_said_it(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    said = await alice.says("lunch?", to=bob)
    for person in (alice, bob):
        event = await person.hears(said)
        assert (event.sender, event.kind, event.nth, event.ordinal) == (alice.id, "message", 1, 1)
    assert await bob.unread(said) == 1
    assert await alice.unread(said) == 0


async def test_a_recalled_message_leaves_its_place_empty(office: Office) -> None:
    """Recalling keeps the seq, so nobody's unread count moves."""
    alice, bob = await office.people("alice", "bob")
    said = await alice.says("lunch?", to=bob)
    recalled = await alice.recalls(said)
    assert (await bob.hears(recalled)).target == said.seq
    assert await bob.sees(said) == [gap(said.seq)]
    assert await bob.unread(said) == 1


async def test_an_edit_is_told_and_read_as_it_stands_now(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    said = await alice.says("lunch at 12", to=bob)
    edited = await alice.edits(said, "lunch at 1")
    heard = await bob.hears(edited)
    assert (heard.kind, heard.target, heard.ordinal) == ("edit", said.seq, said.ordinal)
    assert await bob.sees(said) == ["lunch at 1"]
    assert b"lunch at 12" not in repr(await bob.log(said.conversation)).encode()


async def test_reactions_are_counted_by_who_came_first(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    said = await alice.says("done!", to=bob)
    await bob.device.react(said.conversation, said.seq, "🎉")
    await alice.device.react(said.conversation, said.seq, "🎉")
    await alice.device.react(said.conversation, said.seq, "👍")
    await alice.device.react(said.conversation, said.seq, "👍", on=False)
    (message,) = [event for event in await bob.log(said.conversation) if event.kind == "message"]
    assert message.reactions == [views.ReactionCount("🎉", [bob.id, alice.id])]


async def test_a_mention_counts_until_it_is_read(office: Office) -> None:
    from yanxin.domain.bodies import Text

    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("mentions", bob)
    await alice.says(Text("you there", mentions=[bob.id]), to=where)
    said = await alice.says(Text("all of you", mention_all=True), to=where)
    told = await bob.rest.conversation(where)
    assert (told.unread, told.mentions) == (2, 2)
    assert (await alice.rest.conversation(where)).mentions == 0
    cursor = await bob.reads(said)
    assert (cursor.seq, cursor.unread, cursor.mentions) == (said.seq, 0, 0)


async def test_presence_is_told_to_who_looks(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    (carol,) = await office.people("carol", online=False)
    states = await alice.device.watch_presence([bob.id, carol.id])
    assert {state.user: state.status for state in states} == {bob.id: "online", carol.id: "offline"}

    await carol.connects()
    await alice.notices(presence(carol, "online"), "carol online")
    await bob.disconnects()
    await alice.notices(presence(bob, "offline"), "bob offline")


async def test_who_hides_presence_is_not_seen(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    await bob.rest.settings(views.Settings(show_presence=False))
    await bob.connects()
    await alice.connects()
    assert [state.status for state in await alice.device.watch_presence([bob.id])] == ["offline"]


async def test_typing_is_told_to_the_others_and_to_no_stranger(office: Office) -> None:
    alice, bob, eve = await office.people("alice", "bob", "eve")
    where = await alice.founds("typing", bob)
    await eve.device.typing(where)
    await bob.device.typing(where)
    hint = await alice.notices(lambda hint: isinstance(hint, views.Typing), "typing")
    assert hint == views.Typing(where, bob.id), "and nothing of eve before it"
    await bob.device.ping()
    assert not any(isinstance(hint, views.Typing) for hint in bob.hints)


async def test_readers_are_listed_and_told_to_who_looks(office: Office) -> None:
    alice, bob, carol = await office.people("alice", "bob", "carol")
    where = await alice.founds("readers", bob, carol)
    said = await alice.says("please read", to=where)
    listed = await alice.device.readers(where, said.seq)
    assert (listed.read, sorted(listed.unread)) == ([], sorted([bob.id, carol.id]))

    assert await alice.device.watch_readers(where, [said.seq]) == [views.ReadCount(where, said.seq, 0)]
    await bob.reads(said)
    await alice.notices(lambda hint: hint == views.ReadCount(where, said.seq, 1), "one reader")
    listed = await alice.device.readers(where, said.seq)
    assert ([reader.user for reader in listed.read], listed.unread) == ([bob.id], [carol.id])
    await carol.reads(said)
    await alice.notices(lambda hint: hint == views.ReadCount(where, said.seq, 2), "two readers")


async def test_one_persons_devices_agree_on_what_is_read(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    said = await alice.says("hi", to=bob)
    async with socket_of(bob) as phone:
        await phone.asks("cursor.set", conversation=said.conversation, seq=said.seq)

    def is_read(hint: Any) -> bool:
        return isinstance(hint, views.State) and any(
            one.id == said.conversation and one.unread == 0 and one.cursor.seq == said.seq for one in hint.conversations
        )

    await bob.notices(is_read, "the cursor set on the phone")
    assert bob.device.conversations[said.conversation].unread == 0


async def test_s05_who_is_removed_hears_of_it_and_of_nothing_after(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("removal", bob)
    before = await alice.says("before", to=where)
    await bob.hears(before)
    await alice.rest.remove_member(where, bob.id)
    await bob.waits_for(
        lambda: next((event for event in bob.heard if event.kind == "member_left"), None), "the removal"
    )
    await bob.notices(lambda hint: isinstance(hint, views.State) and where in hint.removed, "the conversation gone")
    after = await alice.says("about bob", to=where)
    await alice.hears(after)
    await bob.device.ping()
    assert not any(event.conversation == where and event.seq >= after.seq for event in bob.heard)
    assert where not in bob.device.conversations


async def test_s06_who_comes_later_reads_from_there_and_sees_no_hole(office: Office) -> None:
    """What was said before stays unseen, also when somebody edits or recalls it later."""
    alice, bob, carol = await office.people("alice", "bob", "carol")
    where = await alice.founds("history", bob)
    old = await alice.says("before carol", to=where)
    await alice.rest.add_members(where, [carol.id])
    await alice.edits(old, "before carol, edited")
    await alice.device.react(where, old.seq, "👍")
    new = await alice.says("welcome", to=where)
    await carol.hears(new)

    told = await carol.rest.conversation(where)
    for events in (await carol.log(where), [event for event in carol.heard if event.conversation == where]):
        assert [event.seq for event in events] == list(range(told.first, new.seq + 1))
        assert [event.kind for event in events] == ["member_joined", "hidden", "hidden", "message"]
        assert "before" not in repr(events)
    assert told.unread == 1


async def test_who_joins_again_reads_from_the_new_first(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("again", bob)
    await alice.says("with bob", to=where)
    await alice.rest.remove_member(where, bob.id)
    between = await alice.says("without bob", to=where)
    await alice.rest.add_members(where, [bob.id])
    new = await alice.says("bob is back", to=where)
    await bob.hears(new)
    assert await bob.sees(where) == ["bob is back"]
    assert not any(event.seq == between.seq and event.conversation == where for event in bob.heard)
    assert bob.device.counts.holes_pushed == 0


async def test_a_dismissed_group_can_be_read_and_not_written(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("over", bob)
    await alice.says("last words", to=where)
    await alice.rest.dismiss(where)
    assert await bob.sees(where) == ["last words"]
    assert (await bob.rest.conversation(where)).dismissed_at is not None


async def test_an_owner_who_leaves_hands_over(office: Office) -> None:
    alice, bob, carol = await office.people("alice", "bob", "carol")
    where = await alice.founds("heirs", bob, carol)
    await alice.rest.set_role(where, carol.id, "admin")
    await alice.device.leave(where)
    roles = {member.user_id: member.role for member in await bob.rest.members(where)}
    assert roles == {bob.id: "member", carol.id: "owner"}


async def test_a_direct_conversation_is_one_and_so_is_that_with_oneself(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    assert await alice.talk_with(bob) == await bob.talk_with(alice)
    mine = await alice.rest.create("direct", [])
    assert (await alice.rest.create("direct", [alice.id])).id == mine.id
    assert mine.members_count == 1


async def test_a_cut_wire_loses_nothing_either_way(office: Office) -> None:
    """The connection breaks again and again in the middle of talk; the client mends it by itself."""
    alice, bob = await office.people("alice", "bob", online=False)
    where = await alice.founds("cuts", bob)
    await bob.connects()
    async with Wire(office.url) as wire:
        await alice.connects(via=wire.url)
        for round_ in range(5):
            sending = asyncio.gather(*(alice.says(f"{round_}.{number}", to=where) for number in range(10)))
            await wire.cut()
            said = await sending
        await bob.waits_for(lambda: bob.held.get(where, 0) >= said[-1].seq or None, "the last one")
        texts = await bob.sees(where)
        assert sorted(texts, key=str) == sorted(f"{round_}.{number}" for round_ in range(5) for number in range(10))
        assert alice.device.counts.connections >= 5
        await alice.waits_for(lambda: alice.held.get(where, 0) >= said[-1].seq or None, "the last one")
        heard = [event.seq for event in alice.heard if event.conversation == where]
        assert heard == sorted(set(heard)), "in order, each once"
        await alice.disconnects()


async def test_who_lags_is_told_and_misses_nothing(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    where = await alice.founds("lag", bob)
    await alice.connects()
    async with Wire(office.url) as wire:
        await bob.connects(via=wire.url)
        wire.stop()
        long = "很长" * 9_000
        said = [await alice.says(f"{number} {long}", to=where) for number in range(150)]
        wire.flow()
        await bob.waits_for(lambda: bob.held.get(where, 0) >= said[-1].seq or None, "the last one")
        assert bob.device.counts.laggings >= 1
        assert bob.device.counts.connections == 1, "lagging is no reason to connect anew"
        heard = [event.seq for event in bob.heard if event.conversation == where]
        assert heard == list(range(heard[0], said[-1].seq + 1))
        await bob.disconnects()


async def test_a_device_that_was_away_is_told_only_what_moved(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    moved, still = await alice.founds("moved", bob), await alice.founds("still", bob)
    for where in (moved, still):
        await bob.hears(await alice.says("first", to=where))
    version, heads = bob.device.version, bob.device.heads
    await bob.disconnects()
    bob.heard.clear()
    said = await alice.says("while you were away", to=moved)

    async with socket_of(bob, greets=False) as raw:
        answer = await raw.asks("hello", version=version, heads={str(key): seq for key, seq in heads.items()})
        hello = answer["result"]
        assert not hello["reset"]
        assert [one["id"] for one in hello["conversations"]] == [moved]
        assert hello["removed"] == []
    await bob.connects(version=version, heads=heads)
    await bob.hears(said)
    assert [event.seq for event in bob.heard] == [said.seq]


async def test_a_version_from_the_future_is_answered_with_a_reset(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = (await alice.says("hi", to=bob)).conversation
    async with socket_of(bob, greets=False) as raw:
        hello = (await raw.asks("hello", version=2**50, heads={str(where): 1}))["result"]
        assert hello["reset"]
        assert where in [one["id"] for one in hello["conversations"]]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_sigterm_says_goodbye_and_ends_in_ten_seconds(new_server: Callable[..., Server], kind: str) -> None:
    """Talk goes on across the restart, and nobody loses anything."""
    with new_server(kind) as server:
        server.set_up()
        async with offices.opened(server) as office:
            alice, bob = await office.people("alice", "bob")
            where = await alice.founds("restart", bob)
            await bob.hears(await alice.says("before", to=where))
            talking = asyncio.gather(*(alice.says(f"no. {number}", to=where) for number in range(50)))
            seconds = await asyncio.to_thread(server.terminate)
            assert seconds < 10
            for person in (alice, bob):
                goodbye = await person.notices(lambda hint: isinstance(hint, views.Goodbye), "goodbye")
                assert isinstance(goodbye, views.Goodbye)
                assert goodbye.retry_after_ms > 0
            await asyncio.to_thread(server.start)
            said = await talking
            last = max(each.seq for each in said)
            await bob.waits_for(lambda: bob.held.get(where, 0) >= last or None, "the last one")
            texts = await bob.sees(where)
            assert sorted(texts, key=str) == sorted(["before", *(f"no. {number}" for number in range(50))])


async def test_history_is_paged_both_ways_without_a_hole(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("pages", bob)
    for number in range(25):
        await alice.says(f"no. {number}", to=where)
    head = (await alice.rest.conversation(where)).head.seq
    down: list[int] = []
    before = head + 1
    while before > 1:
        page = await bob.device.events(where, before=before, limit=7)
        seqs = [event.seq for event in page.items]
        assert seqs == list(range(seqs[0], before))
        down, before = seqs + down, seqs[0]
    up = [event.seq for event in await bob.log(where)]
    assert down == up == list(range(1, head + 1))
    around = await bob.device.events(where, around=10, limit=5)
    assert 10 in [event.seq for event in around.items]
    assert len(around.items) == 5
