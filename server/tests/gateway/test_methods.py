"""Every method answers, and every notification tells, what the published schema says."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import jsonschema_rs
import pytest

from tests.laws.desks import Desk
from tests.security.doors import Doors, Person
from tests.store.opened import refused
from yanxin.actions import conversations, members, messages, settings
from yanxin.domain.bodies import Text
from yanxin.domain.ids import ConversationId, Seq
from yanxin.protocol import schema, views

DOCUMENT = schema.document()


def fits(value: Any, shape: dict[str, Any]) -> None:
    """Fails unless `value` is of `shape`; no field may be there that the shape does not name."""
    checked = {"$schema": DOCUMENT["$schema"], "$defs": DOCUMENT["$defs"], **shape}
    jsonschema_rs.validate(checked, value)
    name = shape.get("$ref", "").removeprefix("#/$defs/")
    if name in DOCUMENT["$defs"] and isinstance(value, dict):
        assert value.keys() <= DOCUMENT["$defs"][name].get("properties", {}).keys(), name


async def desk_of(doors: Doors, person: Person) -> Desk:
    person.desk = Desk(doors.house, person.actor)
    await person.desk.connects()
    return person.desk


async def test_a_whole_talk_fits_the_schema_frame_by_frame(doors: Doors) -> None:
    """Every method that answers, and every notification but `lagging` and `goodbye`."""
    alice, bob = await doors.person("alice"), await doors.person("bob")
    here, there = await desk_of(doors, alice), await desk_of(doors, bob)
    where = (await doors.do(conversations.open_group(alice.actor, [bob.id], "午饭"))).id
    await there.ask("presence.watch", users=[alice.id])
    said = await here.ask(
        "message.send",
        conversation=where,
        client_id="a",
        body={"type": "text", "text": "hi @bob", "mentions": [bob.id]},
    )
    code = {"type": "code", "text": "x", "language": "c"}
    await there.ask("message.send", conversation=where, client_id="b", body=code, reply_to=said["seq"])
    edited = {"type": "text", "text": "hi"}
    await here.ask("message.edit", conversation=where, target=said["seq"], client_id="c", body=edited)
    await there.ask("reaction.set", conversation=where, target=said["seq"], emoji="👍", on=True)
    await here.ask("readers.watch", conversation=where, seqs=[said["seq"]])
    await there.ask("cursor.set", conversation=where, seq=said["seq"])
    await here.ask("events.list", conversation=where, around=said["seq"], limit=3)
    await here.ask("message.recall", conversation=where, target=said["seq"])
    here.tells("typing", conversation=where)
    await here.ask("ping")
    await here.hears("readers")
    await doors.do(settings.choose(bob.actor, views.Settings(theme="dark")))
    await doors.do(members.remove(alice.actor, where, bob.actor.user))
    await there.hears("typing", "state", "event")
    for desk in (here, there):
        desk.drops()

    told = [json.loads(frame) for desk in (here, there) for frame in desk.heard]
    for frame in told:
        assert frame["jsonrpc"] == "2.0"
        if "method" in frame:
            fits(frame["params"], DOCUMENT["x-notifications"][frame["method"]])
    for desk in (here, there):
        for number, method in desk.asked.items():
            (answer,) = [frame for frame in map(json.loads, desk.heard) if frame.get("id") == number]
            if method == "events.list" and "error" in answer:
                continue  # bob's device read on while he was being removed
            fits(answer["result"], DOCUMENT["x-methods"][method]["result"])
    methods = {method for desk in (here, there) for method in desk.asked.values()}
    assert methods == DOCUMENT["x-methods"].keys() - {"typing"}
    assert {frame["method"] for frame in told if "method" in frame} >= {"event", "state", "typing", "readers"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "events.one_of"),
        ({"after": 0, "before": 3}, "events.one_of"),
        ({"after": 0, "around": 3, "before": 3}, "events.one_of"),
    ],
)
async def test_a_part_of_the_log_is_asked_for_in_one_way(doors: Doors, given: dict[str, int], code: str) -> None:
    alice = await doors.person("alice")
    desk = await desk_of(doors, alice)
    where = (await doors.do(conversations.open_group(alice.actor, [], None))).id
    with refused(code):
        await desk.ask("events.list", conversation=where, **given)
    desk.drops()


async def test_a_request_with_an_id_is_always_answered_and_one_without_never(doors: Doors) -> None:
    """Also `typing`, which is meant to come without one."""
    alice = await doors.person("alice")
    desk = await desk_of(doors, alice)
    where = (await doors.do(conversations.open_group(alice.actor, [], None))).id
    for method, params in {"typing": {"conversation": where}, "ping": {}}.items():
        await desk.ask(method, **params)
    before = len(desk.heard)
    desk.tells("ping")
    desk.tells("message.send", conversation=where, client_id="x", body={"type": "text", "text": "unanswered"})
    desk.tells("message.send", conversation=999, client_id="y", body={"type": "text", "text": "refused"})
    desk.tells("nothing")
    await desk.settles(lambda: where in desk.mirror.followed and desk.mirror.followed[where].held == 2)
    await desk.ask("ping")

    frames = [json.loads(frame) for frame in desk.heard[before:]]
    assert [frame["method"] for frame in frames if "id" not in frame and frame["method"] == "event"] == ["event"]
    answered = [desk.asked[frame["id"]] for frame in frames if "id" in frame]
    assert [method for method in answered if method != "events.list"] == ["ping"], "the device reads by itself"
    desk.drops()


async def test_answers_to_one_device_come_in_the_order_of_its_writes(doors: Doors) -> None:
    """What it sends in one go stands in the log as it was sent."""
    alice = await doors.person("alice")
    desk = await desk_of(doors, alice)
    where = (await doors.do(conversations.open_group(alice.actor, [], None))).id
    sent = await asyncio.gather(
        *(
            desk.ask(
                "message.send", conversation=where, client_id=f"c{number}", body={"type": "text", "text": f"{number}"}
            )
            for number in range(50)
        )
    )
    assert [each["seq"] for each in sent] == list(range(2, 52))
    desk.drops()


async def test_hello_tells_what_moved_since_and_nothing_else(doors: Doors) -> None:
    alice = await doors.person("alice")
    still = (await doors.do(conversations.open_group(alice.actor, [], "still"))).id
    moves = (await doors.do(conversations.open_group(alice.actor, [], "moves"))).id
    left = (await doors.do(conversations.open_group(alice.actor, [], "left"))).id
    desk = await desk_of(doors, alice)
    version, heads = desk.mirror.version, {str(where): 1 for where in (still, moves, left)}
    await desk.ask("message.send", conversation=moves, client_id="x", body={"type": "text", "text": "x"})
    await doors.do(members.remove(alice.actor, ConversationId(left), alice.actor.user))

    told = await desk.ask("hello", version=version, heads=heads, device="")
    assert ([each["id"] for each in told["conversations"]], told["removed"]) == ([moves], [left])
    assert (told["reset"], told["schema"]) == (False, 1)
    future = await desk.ask("hello", version=version + 99, heads=heads, device="")
    assert (future["reset"], {each["id"] for each in future["conversations"]}) == (True, {still, moves})
    beyond = await desk.ask("hello", version=version, heads={str(moves): 99}, device="")
    assert (beyond["reset"], {each["id"] for each in beyond["conversations"]}) == (True, {still, moves})
    foreign = await desk.ask(
        "hello", version=told["version"], heads={str(still): 1, str(moves): 2, "777": 3}, device=""
    )
    assert (foreign["conversations"], foreign["removed"], foreign["reset"]) == ([], [777], False)
    desk.drops()


async def test_what_is_said_while_a_hello_is_answered_comes_after_the_answer_once(doors: Doors) -> None:
    alice = await doors.person("alice")
    desk = await desk_of(doors, alice)
    where = (await doors.do(conversations.open_group(alice.actor, [], None))).id
    for turn in range(5):
        sends = [doors.do(_send(alice, where, f"c{turn}-{number}")) for number in range(8)]
        await asyncio.gather(desk.hello(), *sends)
    await desk.settles(lambda: where in desk.mirror.followed and desk.mirror.followed[where].held == 41)

    assert desk.wrong == []
    assert desk.mirror.followed[where].held == 41
    desk.drops()


def _send(who: Person, where: ConversationId, client_id: str) -> Any:
    return messages.send(who.actor, where, client_id, Text(client_id))


async def test_who_takes_nothing_is_told_lagging_and_then_nothing(doors: Doors) -> None:
    """Memory is bounded; a hello resumes, and what was missed is read from the log."""
    alice, bob = await doors.person("alice"), await doors.person("bob")
    where = (await doors.do(conversations.open_group(alice.actor, [bob.id], None))).id
    desk = await desk_of(doors, bob)
    await doors.do(_send(alice, where, "first"))
    await desk.hears("event")
    desk.may_lag = True
    desk.buffered = 10_000_000
    before = len(desk.heard)
    for number in range(5):
        await doors.do(_send(alice, where, f"c{number}"))
    await desk.hears("lagging")

    told = [json.loads(frame).get("method") for frame in desk.heard[before:]]
    assert told[:3] == ["event", "lagging", None], "after `lagging` comes nothing but the answer to the next hello"
    desk.buffered = 0
    await desk.settles(lambda: where in desk.mirror.followed and desk.mirror.followed[where].held == 7)
    assert desk.mirror.followed[where].held == 7
    desk.drops()


async def test_typing_and_counts_are_dropped_first(doors: Doors) -> None:
    """A busy wire is given what must come, and no hints."""
    alice, bob = await doors.person("alice"), await doors.person("bob")
    where = (await doors.do(conversations.open_group(alice.actor, [bob.id], None))).id
    typist, desk = await desk_of(doors, alice), await desk_of(doors, bob)
    desk.buffered = 200_000
    typist.tells("typing", conversation=where)
    await typist.ask("ping")
    await doors.do(_send(alice, where, "x"))
    await desk.hears("event")
    assert not any(json.loads(frame).get("method") == "typing" for frame in desk.heard)
    for each in (typist, desk):
        each.drops()


async def test_a_device_that_asks_too_much_at_once_is_read_no_more_until_half_is_answered(doors: Doors) -> None:
    alice = await doors.person("alice")
    desk = await desk_of(doors, alice)
    where = (await doors.do(conversations.open_group(alice.actor, [], None))).id
    body = {"type": "text", "text": "x"}
    asks = [desk.ask("message.send", conversation=where, client_id=f"c{number}", body=body) for number in range(70)]
    await asyncio.gather(*asks)

    assert desk.was_busy == [True, False]
    desk.drops()


async def test_a_device_that_floods_is_closed(doors: Doors) -> None:
    alice = await doors.person("alice")
    desk = await desk_of(doors, alice)
    # Five thousand at once, and five hundred more for each second that this takes.
    for _ in range(50_000):
        if desk.closed is not None:
            break
        desk.tells("ping")
    assert desk.closed == 4429
    desk.drops()


async def test_before_hello_nothing_is_done_and_nothing_is_told(doors: Doors) -> None:
    alice, bob = await doors.person("alice"), await doors.person("bob")
    where = (await doors.do(conversations.open_group(alice.actor, [bob.id], None))).id
    desk = Desk(doors.house, bob.actor)
    await desk.connects(greets=False)
    asked: dict[str, dict[str, Any]] = {
        "message.send": {"conversation": where, "client_id": "x", "body": {"type": "text", "text": "x"}},
        "events.list": {"conversation": where, "after": 0},
        "cursor.set": {"conversation": where, "seq": 1},
        "presence.watch": {"users": [alice.id]},
    }
    for method, params in asked.items():
        with refused("session.hello_first"):
            await desk.ask(method, **params)
    await doors.do(_send(alice, where, "x"))
    await desk.ask("ping")

    assert [frame for frame in desk.heard if b"method" in frame] == []
    await desk.hello()
    assert desk.mirror.followed[where].told.head.seq == 2
    desk.drops()


async def test_who_leaves_or_is_gone_is_no_longer_written_to(doors: Doors) -> None:
    alice, bob = await doors.person("alice"), await doors.person("bob")
    where = (await doors.do(conversations.open_group(alice.actor, [bob.id], None))).id
    here, desk = await desk_of(doors, alice), await desk_of(doors, bob)
    desk.drops()
    before = len(desk.heard)
    await here.ask("message.send", conversation=where, client_id="x", body={"type": "text", "text": "x"})
    await here.hears("event")

    assert desk.heard[before:] == []
    assert doors.house.gateway.office.crowd.by_user.keys() == {alice.id}
    here.drops()
    assert doors.house.gateway.office.crowd.by_user == {}
    assert doors.house.gateway.connections == set()


async def test_a_drain_says_goodbye_spread_over_a_window(doors: Doors) -> None:
    people = [await doors.person(f"p{number}") for number in range(5)]
    desks = [await desk_of(doors, person) for person in people]
    await doors.house.gateway.drain()

    for desk in desks:
        (goodbye,) = [json.loads(frame)["params"] for frame in desk.heard if b"goodbye" in frame]
        assert 200 <= goodbye["retry_after_ms"] <= 1_010
        fits(goodbye, DOCUMENT["x-notifications"]["goodbye"])
        assert desk.closed == 1001
        desk.drops()


async def test_readers_are_counted_for_whoever_looks(doors: Doors) -> None:
    alice, bob, carol = [await doors.person(name) for name in ("alice", "bob", "carol")]
    where = (await doors.do(conversations.open_group(alice.actor, [bob.id, carol.id], None))).id
    here, other = await desk_of(doors, alice), await desk_of(doors, bob)
    said = await here.ask("message.send", conversation=where, client_id="x", body={"type": "text", "text": "x"})
    now = await here.ask("readers.watch", conversation=where, seqs=[said["seq"], 1, 99])
    assert now["items"] == [{"conversation": where, "seq": said["seq"], "read": 0}]
    await other.ask("cursor.set", conversation=where, seq=Seq(said["seq"]))
    await here.hears("readers")

    (told,) = [json.loads(frame)["params"] for frame in here.heard if b'"readers"' in frame]
    assert told == {"conversation": where, "seq": said["seq"], "read": 1}
    for each in (here, other):
        each.drops()
