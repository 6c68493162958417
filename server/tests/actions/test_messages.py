"""What may be said, changed and taken back, by whom and until when."""

from __future__ import annotations

from tests.store.opened import Opened, refused
from yanxin.actions import conversations, members, messages
from yanxin.domain.actors import Actor
from yanxin.domain.bodies import Code, Text
from yanxin.domain.ids import ConversationId, Seq
from yanxin.protocol import views
from yanxin.queries import conversations as seen
from yanxin.queries import events as log_seen


async def told(store: Opened, who: Actor, where: ConversationId) -> views.Conversation:
    return await store.database.read(lambda tx: seen.one(tx, who, where))


async def event(store: Opened, who: Actor, where: ConversationId, seq: Seq) -> views.Event:
    run = await store.database.read(lambda tx: log_seen.run(tx, who, where, around=seq, limit=1))
    (found,) = run.items
    assert found.seq == seq
    return found


async def test_a_message_may_be_recalled_for_two_minutes_and_no_longer(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(bob, alice)
    early, late = await store.say(alice, where, "early"), await store.say(alice, where, "late")
    store.clock.passes(minutes=2)
    await store.database.write(messages.recall(alice, where, early.seq))
    store.clock.passes(seconds=0.001)

    with refused("message.too_late"):
        await store.database.write(messages.recall(alice, where, late.seq))

    assert (await event(store, bob, where, early.seq)).recalled_at is not None
    assert (await event(store, bob, where, late.seq)).body == Text("late")


async def test_the_owner_of_a_group_recalls_anything_at_any_time_and_an_admin_does_not(store: Opened) -> None:
    owner, admin, member = await store.people(3)
    where = await store.group(owner, admin, member)
    await store.database.write(members.set_role(owner, where, admin.user, "admin"))
    said = await store.say(member, where, "old")
    store.clock.passes(days=400)

    with refused("message.not_yours"):
        await store.database.write(messages.recall(admin, where, said.seq))
    await store.database.write(messages.recall(owner, where, said.seq))

    assert (await event(store, member, where, said.seq)).body is None


async def test_a_direct_conversation_has_no_owner_who_could_recall_the_others_words(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = (await store.database.write(conversations.open_direct(alice, [bob.user]))).id
    said = await store.say(bob, where, "mine")

    with refused("message.not_yours"):
        await store.database.write(messages.recall(alice, where, said.seq))


async def test_a_recall_again_is_the_same_recall(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    said = await store.say(alice, where, "x")
    first = await store.database.write(messages.recall(alice, where, said.seq))
    again = await store.database.write(messages.recall(alice, where, said.seq, "another-name"))

    assert (again.seq, again.repeated) == (first.seq, True)
    assert (await told(store, bob, where)).head.seq == first.seq


async def test_what_was_recalled_is_neither_edited_nor_reacted_to(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    said = await store.say(alice, where, "x")
    await store.database.write(messages.recall(alice, where, said.seq))

    with refused("message.recalled"):
        await store.database.write(messages.edit(alice, where, said.seq, "e", Text("y")))
    with refused("message.recalled"):
        await store.database.write(messages.react(bob, where, said.seq, "👍", on=True))


async def test_a_repeat_is_answered_as_the_first_even_after_leaving_or_the_end(store: Opened) -> None:
    alice, bob, carol = await store.people(3)
    where = await store.group(carol, alice, bob)
    sends = [messages.send(who, where, "one", Text("x")) for who in (alice, bob)]
    edits = [messages.edit(who, where, Seq(2 + place), "two", Text("y")) for place, who in enumerate((alice, bob))]
    first = [await store.database.write(work) for work in [*sends, *edits]]
    await store.database.write(members.remove(alice, where, alice.user))
    await store.database.write(conversations.dismiss(carol, where))

    again = [await store.database.write(work) for work in [*sends, *edits]]

    assert [(each.seq, each.ordinal, each.at) for each in again] == [
        (each.seq, each.ordinal, each.at) for each in first
    ]
    assert all(each.repeated for each in again)
    for who, code in ((alice, "conversation.not_found"), (bob, "conversation.dismissed")):
        with refused(code):
            await store.database.write(messages.send(who, where, "three", Text("x")))


async def test_a_client_id_is_for_one_thing_whatever_it_was(store: Opened) -> None:
    """Another body, kind, target, quote or conversation is another thing."""
    alice, bob = await store.people(2)
    where, elsewhere = await store.group(alice, bob), await store.group(alice, bob)
    said = await store.say(alice, where, "x", "one")
    others = [
        messages.send(alice, where, "one", Text("X")),
        messages.send(alice, where, "one", Code("x")),
        messages.send(alice, where, "one", Text("x", mention_all=True)),
        messages.send(alice, where, "one", Text("x"), reply_to=said.seq),
        messages.send(alice, elsewhere, "one", Text("x")),
        messages.edit(alice, where, said.seq, "one", Text("x")),
    ]
    for other in others:
        with refused("message.client_id_reused"):
            await store.database.write(other)
    assert (await told(store, bob, where)).head.seq == said.seq


async def test_mentions_are_for_members_who_are_there_and_not_for_oneself(store: Opened) -> None:
    alice, bob, carol = await store.people(3)
    where = await store.group(alice, bob)
    everybody = [int(each.user) for each in (alice, bob, carol)]
    await store.database.write(messages.send(alice, where, "one", Text("hi", mentions=everybody)))
    await store.database.write(members.add(alice, where, [carol.user]))

    assert [(await told(store, who, where)).mentions for who in (alice, bob, carol)] == [0, 1, 0]
    await store.database.write(messages.send(bob, where, "two", Text("all", mentions=everybody, mention_all=True)))
    assert [(await told(store, who, where)).mentions for who in (alice, bob, carol)] == [1, 1, 1]


async def test_an_edit_moves_the_mention_and_a_recall_takes_it_away(store: Opened) -> None:
    alice, bob, carol = await store.people(3)
    where = await store.group(alice, bob, carol)
    sent = await store.database.write(messages.send(alice, where, "one", Text("@bob", mentions=[int(bob.user)])))

    await store.database.write(messages.edit(alice, where, sent.seq, "e", Text("@carol", mentions=[int(carol.user)])))
    assert [(await told(store, who, where)).mentions for who in (bob, carol)] == [0, 1]
    assert [(await told(store, who, where)).unread for who in (bob, carol)] == [1, 1]

    await store.database.write(messages.recall(alice, where, sent.seq))
    assert [(await told(store, who, where)).mentions for who in (bob, carol)] == [0, 0]
    assert [(await told(store, who, where)).unread for who in (bob, carol)] == [1, 1]


async def test_reactions_stand_in_the_order_of_coming_and_set_again_come_last(store: Opened) -> None:
    alice, bob, carol = await store.people(3)
    where = await store.group(alice, bob, carol)
    said = await store.say(alice, where, "x")
    for who, emoji, on in (
        (bob, "👍", True),
        (carol, "❤️", True),
        (carol, "👍", True),
        (bob, "👍", False),
        (bob, "👍", True),
        (carol, "❤️", False),
        (carol, "❤️", True),
    ):
        await store.database.write(messages.react(who, where, said.seq, emoji, on))

    reactions = (await event(store, alice, where, said.seq)).reactions
    assert reactions == [
        views.ReactionCount("👍", [int(carol.user), int(bob.user)]),
        views.ReactionCount("❤️", [int(carol.user)]),
    ]


async def test_a_reaction_that_is_so_already_is_no_event(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    said = await store.say(alice, where, "x")
    first = await store.database.write(messages.react(bob, where, said.seq, "👍", on=True))
    again = await store.database.write(messages.react(bob, where, said.seq, "👍", on=True))
    never = await store.database.write(messages.react(alice, where, said.seq, "👍", on=False))

    assert (again.seq, again.repeated) == (first.seq, True)
    assert (never.seq, never.repeated) == (said.seq, True)
    assert (await told(store, bob, where)).head.seq == first.seq


async def test_a_message_is_unread_by_others_and_never_by_its_sender(store: Opened) -> None:
    alice, bob = await store.people(2)
    where = await store.group(alice, bob)
    for text in "abc":
        await store.say(alice, where, text)
    await store.say(bob, where, "d")

    assert [(await told(store, who, where)).unread for who in (alice, bob)] == [1, 3]
