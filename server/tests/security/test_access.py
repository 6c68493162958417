"""Numbers 1 to 15 of the security checklist: who gets through which door. Default is deny."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.security.doors import ROLES, Doors, Scene
from yanxin.actions import conversations, cursors, members, messages
from yanxin.domain.bodies import Text
from yanxin.domain.ids import ConversationId, Seq
from yanxin.protocol.rpc import METHODS

PUBLISHED: Final = Path(__file__).parents[3] / "protocol" / "openapi.json"

Body = Callable[[Scene, str], Any]


def text(client_id: str) -> Body:
    return lambda _scene, role: {"client_id": f"{client_id}-{role}", "body": {"type": "text", "text": "hi"}}


def given(body: Any) -> Body:
    return lambda _scene, _role: body


nothing = given(None)

OUT: Final = "401 401 401 404 404 404"
"""Who is nobody, and who is not in it, the administrator of the server among them."""
ANYBODY: Final = "401 401 401 200 200 200 200 200 200"
BOSS_ONLY: Final = "401 401 401 {} 403 403 403 403 403"

# (method, path): the body, and the statuses in the order of ROLES.
# {c} is the conversation, {s} somebody else's message, {own} one's own, {fellow} another ordinary member.
RULES: Final[dict[tuple[str, str], tuple[Body, str]]] = {
    ("GET", "/conversations"): (nothing, ANYBODY),
    ("POST", "/conversations"): (
        lambda scene, _: {"kind": "group", "member_ids": [scene.fellow.id]},
        "401 401 401 201 201 201 201 201 201",
    ),
    ("GET", "/conversations/{c}"): (nothing, f"{OUT} 200 200 200"),
    ("PATCH", "/conversations/{c}"): (given({"title": "晚饭"}), f"{OUT} 403 200 200"),
    ("PATCH", "/conversations/{c}#my"): (given({"my": {"muted": True}}), f"{OUT} 200 200 200"),
    ("DELETE", "/conversations/{c}"): (nothing, f"{OUT} 403 403 204"),
    ("GET", "/conversations/{c}/members"): (nothing, f"{OUT} 200 200 200"),
    ("POST", "/conversations/{c}/members"): (
        lambda scene, _: {"user_ids": [scene.newcomer.id]},
        f"{OUT} 200 200 200",
    ),
    ("POST", "/conversations/{c}/members#oneself"): (
        lambda scene, role: {"user_ids": [scene.people[role].id]},
        f"{OUT} 200 200 200",
    ),
    ("PATCH", "/conversations/{c}/members/{fellow}"): (given({"role": "admin"}), f"{OUT} 403 403 204"),
    ("PATCH", "/conversations/{c}/members/{oneself}"): (given({"role": "owner"}), f"{OUT} 403 403 204"),
    ("DELETE", "/conversations/{c}/members/{fellow}"): (nothing, f"{OUT} 403 204 204"),
    ("DELETE", "/conversations/{c}/members/{owner}"): (nothing, f"{OUT} 403 403 204"),
    ("DELETE", "/conversations/{c}/members/{oneself}"): (nothing, f"{OUT} 204 204 204"),
    ("GET", "/conversations/{c}/events?after=0"): (nothing, f"{OUT} 200 200 200"),
    ("POST", "/conversations/{c}/messages"): (text("said"), f"{OUT} 201 201 201"),
    ("PATCH", "/conversations/{c}/messages/{s}"): (text("edit"), f"{OUT} 403 403 403"),
    ("PATCH", "/conversations/{c}/messages/{own}"): (text("own-edit"), f"{OUT} 200 200 200"),
    ("DELETE", "/conversations/{c}/messages/{s}"): (nothing, f"{OUT} 403 403 200"),
    ("DELETE", "/conversations/{c}/messages/{own}"): (nothing, f"{OUT} 200 200 200"),
    ("PUT", "/conversations/{c}/messages/{s}/reactions/👍"): (nothing, f"{OUT} 200 200 200"),
    ("DELETE", "/conversations/{c}/messages/{s}/reactions/👍"): (nothing, f"{OUT} 200 200 200"),
    ("PUT", "/conversations/{c}/cursor"): (given({"seq": 2}), f"{OUT} 200 200 200"),
    ("GET", "/conversations/{c}/messages/{s}/readers"): (nothing, f"{OUT} 200 200 200"),
    ("GET", "/me"): (nothing, ANYBODY),
    ("PATCH", "/me"): (given({"settings": {}}), ANYBODY),
    ("GET", "/me/sessions"): (nothing, ANYBODY),
    ("DELETE", "/me/sessions/{another's}"): (nothing, "401 401 401 404 404 404 404 404 404"),
    ("PUT", "/me/password"): (
        given({"old": "not this one", "new": "correct horse"}),
        "401 401 401 403 403 403 403 403 403",
    ),
    ("GET", "/users"): (nothing, ANYBODY),
    ("GET", "/users/{fellow}"): (nothing, ANYBODY),
    ("GET", "/departments"): (nothing, ANYBODY),
    ("POST", "/admin/users"): (
        lambda scene, role: {"username": f"n{scene.where}{role}", "display_name": "N", "password": "correct horse"},
        BOSS_ONLY.format(201),
    ),
    ("PATCH", "/admin/users/{newcomer}"): (given({"disabled": True}), BOSS_ONLY.format(200)),
    ("POST", "/admin/departments"): (given({"name": "部门"}), BOSS_ONLY.format(201)),
    # Whoever asks, this is not a matter of sessions.
    ("GET", "/setup"): (nothing, "200 200 200 200 200 200 200 200 200"),
    ("POST", "/setup"): (
        given({"token": "x", "organisation": "O", "username": "u", "password": "correct horse", "display_name": "D"}),
        "404 404 404 404 404 404 404 404 404",
    ),
    ("POST", "/sessions"): (
        given({"username": "nobody", "password": "correct horse"}),
        "401 401 401 401 401 429 429 429 429",
    ),
}


def path_of(route: str, scene: Scene, role: str) -> str:
    """The route with its places filled."""
    another = scene.people["owner" if role != "owner" else "member"].actor.session
    places = {
        "{c}": scene.where,
        "{s}": scene.others_message,
        "{own}": scene.own(role),
        "{fellow}": scene.fellow.id,
        "{newcomer}": scene.newcomer.id,
        "{owner}": scene.people["owner"].id,
        "{oneself}": scene.people[role].id,
        "{another's}": another,
    }
    path = route.split("#")[0]
    for place, value in places.items():
        path = path.replace(place, str(value))
    return path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule[0]} {rule[1]}".replace("/conversations", ""))
async def test_s01_every_route_lets_through_whom_it_should_and_nobody_else(doors: Doors, rule: tuple[str, str]) -> None:
    """Who is let through changes something, so the next meets a conversation of its own."""
    method, route = rule
    body, statuses = RULES[rule]
    met, scene = [], await Scene.of_a_group(doors)
    for role in ROLES:
        content = body(scene, role)
        options = {} if content is None else {"json": content}
        answer = await doors.knocks(scene.people[role], method, path_of(route, scene, role), **options)
        met.append(str(answer.status_code))
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
        elif method != "GET" and "{c}" in route:
            scene = await Scene.of_a_group(doors)
    assert dict(zip(ROLES, met, strict=True)) == dict(zip(ROLES, statuses.split(), strict=True))


def test_s01_no_route_is_left_out() -> None:
    """A route that is added without its row here fails this test."""
    published = json.loads(PUBLISHED.read_text("utf-8"))["paths"]
    there = {
        (method.upper(), _shape(path)) for path, item in published.items() for method in item if method != "parameters"
    }
    assert {(method, _shape(f"/api/v1{route}")) for method, route in RULES} == there


def _shape(path: str) -> str:
    path = path.split("#")[0].split("?")[0]
    return "/".join("{}" if part.startswith("{") or part == "👍" else part for part in path.split("/"))


Params = Callable[[Scene, str], dict[str, Any]]

IN_ONLY: Final = "404 404 404 200 200 200"
SOCKET_ROLES: Final = ROLES[3:]
"""Who has no good session does not get as far as a method; see the journeys."""

SOCKET: Final[dict[str, tuple[Params, str]]] = {
    "hello": (lambda _scene, _role: {}, "200 200 200 200 200 200"),
    "ping": (lambda _scene, _role: {}, "200 200 200 200 200 200"),
    "message.send": (lambda scene, role: {"conversation": scene.where, **text("s")(scene, role)}, IN_ONLY),
    "message.edit": (
        lambda scene, role: {"conversation": scene.where, "target": scene.own(role), **text("e")(scene, role)},
        IN_ONLY,
    ),
    "message.edit#another's": (
        lambda scene, role: {"conversation": scene.where, "target": scene.others_message, **text("e")(scene, role)},
        "404 404 404 403 403 403",
    ),
    "message.recall": (lambda scene, role: {"conversation": scene.where, "target": scene.own(role)}, IN_ONLY),
    "message.recall#another's": (
        lambda scene, role: {"conversation": scene.where, "target": scene.others_message},
        "404 404 404 403 403 200",
    ),
    "reaction.set": (
        lambda scene, role: {"conversation": scene.where, "target": scene.others_message, "emoji": "👍", "on": True},
        IN_ONLY,
    ),
    "cursor.set": (lambda scene, role: {"conversation": scene.where, "seq": 2}, IN_ONLY),
    "events.list": (lambda scene, role: {"conversation": scene.where, "after": 0}, IN_ONLY),
    "readers.watch": (lambda scene, role: {"conversation": scene.where, "seqs": [scene.others_message]}, IN_ONLY),
    "presence.watch": (lambda scene, role: {"users": [scene.fellow.id]}, "200 200 200 200 200 200"),
}


@pytest.mark.parametrize("rule", SOCKET)
async def test_s01_every_method_lets_through_whom_it_should_and_nobody_else(doors: Doors, rule: str) -> None:
    params, statuses = SOCKET[rule]
    met, scene = [], await Scene.of_a_group(doors)
    for role in SOCKET_ROLES:
        status = await doors.calls(scene.people[role], rule.split("#")[0], **params(scene, role))
        met.append(str(status))
    await scene.close()
    assert dict(zip(SOCKET_ROLES, met, strict=True)) == dict(zip(SOCKET_ROLES, statuses.split(), strict=True))


def test_s01_no_method_is_left_out() -> None:
    """`typing` is not answered; that it reaches nobody from a stranger is told in the journeys."""
    assert {name.split("#")[0] for name in SOCKET} | {"typing"} == METHODS.keys()


@pytest.mark.parametrize("rule", [rule for rule in RULES if "{c}" in rule[1]], ids=lambda rule: f"{rule[0]} {rule[1]}")
async def test_s07_a_conversation_of_others_answers_as_one_that_is_not_there(
    doors: Doors, rule: tuple[str, str]
) -> None:
    """To the byte: status, body and headers tell an outsider nothing."""
    method, route = rule
    scene = await Scene.of_a_group(doors)
    body = RULES[rule][0](scene, "outsider")
    options = {} if body is None else {"json": body}
    answers = []
    for where in (scene.where, ConversationId(scene.where + 1_000)):
        scene.where = where
        answers.append(
            await doors.knocks(scene.people["outsider"], method, path_of(route, scene, "outsider"), **options)
        )
    await scene.close()

    there, not_there = answers
    assert there.status_code == 404
    assert (there.status_code, there.content, there.headers) == (
        not_there.status_code,
        not_there.content,
        not_there.headers,
    )


async def test_s04_a_quote_reaches_only_what_its_reader_may_read(doors: Doors) -> None:
    """Neither another conversation's message, nor one from before one came, nor what is no message."""
    scene = await Scene.of_a_group(doors)
    owner, newcomer = scene.people["owner"].actor, scene.newcomer
    await doors.do(members.add(owner, scene.where, [newcomer.actor.user]))
    quotes = {scene.others_message: 404, Seq(1): 404, Seq(999): 404}
    for seq, status in quotes.items():
        body = {"client_id": f"q{seq}", "body": {"type": "text", "text": "x"}, "reply_to": seq}
        answer = await doors.knocks(newcomer, "POST", f"/conversations/{scene.where}/messages", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, "message.not_found")
    body = {"client_id": "q", "body": {"type": "text", "text": "x"}, "reply_to": scene.others_message}
    answer = await doors.knocks(scene.fellow, "POST", f"/conversations/{scene.where}/messages", json=body)
    assert answer.status_code == 201


async def test_s06_what_lies_before_one_came_is_out_of_reach_by_every_road(doors: Doors) -> None:
    scene = await Scene.of_a_group(doors)
    owner, newcomer = scene.people["owner"].actor, scene.newcomer
    await doors.do(members.add(owner, scene.where, [newcomer.actor.user]))
    here, old = f"/conversations/{scene.where}", scene.others_message
    body = {"client_id": "c", "body": {"type": "text", "text": "x"}}

    knocks: list[tuple[str, str, Any]] = [
        ("GET", f"{here}/messages/{old}/readers", None),
        ("PUT", f"{here}/messages/{old}/reactions/👍", None),
        ("DELETE", f"{here}/messages/{old}", None),
        ("PATCH", f"{here}/messages/{old}", body),
    ]
    for method, path, content in knocks:
        answer = await doors.knocks(newcomer, method, path, **({} if content is None else {"json": content}))
        assert (answer.status_code, answer.json()["code"]) == (404, "message.not_found"), (method, path)
    for query in ("after=0", f"around={old}", f"before={old}", "before=99"):
        events = (await doors.knocks(newcomer, "GET", f"{here}/events?{query}")).json()["items"]
        assert all(event["kind"] == "member_joined" for event in events), query
    told = (await doors.knocks(newcomer, "GET", here)).json()
    assert (told["last"], told["unread"], told["mentions"]) == (None, 0, 0)
    assert await doors.calls(newcomer, "readers.watch", conversation=scene.where, seqs=[old]) == 200
    await scene.close()


async def test_s08_a_direct_conversation_has_no_title_members_or_end(doors: Doors) -> None:
    """So no group can be made to look like one, nor one like a group."""
    alice, bob, carol = [await doors.person(name) for name in ("alice", "bob", "carol")]
    where = (await doors.do(conversations.open_direct(alice.actor, [bob.id]))).id
    here = f"/conversations/{where}"
    knocks: list[tuple[str, str, Any]] = [
        ("PATCH", here, {"title": "x"}),
        ("DELETE", here, None),
        ("POST", f"{here}/members", {"user_ids": [carol.id]}),
        ("PATCH", f"{here}/members/{bob.id}", {"role": "admin"}),
        ("DELETE", f"{here}/members/{bob.id}", None),
        ("DELETE", f"{here}/members/{alice.id}", None),
    ]
    for method, path, content in knocks:
        answer = await doors.knocks(alice, method, path, **({} if content is None else {"json": content}))
        assert (answer.status_code, answer.json()["code"]) == (409, "conversation.is_direct"), (method, path)
        stranger = await doors.knocks(carol, method, path, **({} if content is None else {"json": content}))
        assert stranger.status_code == 404


async def test_s08_two_people_have_one_direct_conversation_whoever_asks(doors: Doors) -> None:
    alice, bob = await doors.person("alice"), await doors.person("bob")
    first = await doors.knocks(alice, "POST", "/conversations", json={"kind": "direct", "member_ids": [bob.id]})
    second = await doors.knocks(bob, "POST", "/conversations", json={"kind": "direct", "member_ids": [alice.id]})
    own = await doors.knocks(alice, "POST", "/conversations", json={"kind": "direct", "member_ids": []})

    assert (first.status_code, second.status_code, own.status_code) == (201, 200, 201)
    assert first.json()["id"] == second.json()["id"] != own.json()["id"]


async def test_s11_colleagues_are_shown_without_what_is_private(doors: Doors) -> None:
    """No password, settings, version, sessions or right of anybody else."""
    alice, bob = await doors.person("alice"), await doors.person("bob")
    told = (await doors.knocks(alice, "GET", f"/users/{bob.id}")).json()
    assert set(told) == {"id", "username", "display_name", "disabled", "departments"}
    page = (await doors.knocks(alice, "GET", "/users")).json()["items"]
    assert all(set(each) == set(told) for each in page)


@pytest.mark.parametrize("field", ["user", "user_id", "sender", "from", "as"])
async def test_s15_nobody_reads_types_or_speaks_for_another(doors: Doors, field: str) -> None:
    """Who acts is the session's person; a field that would say otherwise is refused."""
    scene = await Scene.of_a_group(doors)
    member, other = scene.people["member"], scene.people["owner"].id
    here = f"/conversations/{scene.where}"
    knocks: list[tuple[str, str, dict[str, Any]]] = [
        ("PUT", f"{here}/cursor", {"seq": 2}),
        ("POST", f"{here}/messages", {"client_id": "x", "body": {"type": "text", "text": "x"}}),
        ("PATCH", here, {"my": {"muted": True}}),
        ("PATCH", "/me", {"settings": {}}),
    ]
    for method, path, body in knocks:
        answer = await doors.knocks(member, method, path, json=body | {field: other})
        assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed"), path
    await scene.close()


@pytest.mark.parametrize("rule", [rule for rule in RULES if "{c}" in rule[1]], ids=lambda rule: f"{rule[0]} {rule[1]}")
async def test_s10_a_dismissed_group_is_read_by_its_members_and_by_nobody_else(
    doors: Doors, rule: tuple[str, str]
) -> None:
    """Reading, leaving and keeping it as one likes go on; whatever would be told to all does not."""
    method, route = rule
    goes_on = (
        method == "GET" or "cursor" in route or "#my" in route or route.endswith(("{oneself}", "{fellow}", "{owner}"))
    )
    scene = await Scene.of_a_group(doors)
    await doors.do(conversations.dismiss(scene.people["owner"].actor, scene.where))
    for role in ("outsider", "boss", "former", "owner"):
        body = RULES[rule][0](scene, role)
        options = {} if body is None else {"json": body}
        answer = await doors.knocks(scene.people[role], method, path_of(route, scene, role), **options)
        if role != "owner":
            assert answer.status_code == 404, role
        elif method == "DELETE" and route == "/conversations/{c}":
            assert answer.status_code == 204, "again: nothing"
        elif (goes_on and method != "PATCH") or "#my" in route:
            assert answer.status_code < 300, answer.text
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "conversation.dismissed")


async def test_s05_a_removed_member_is_told_of_nothing_more(doors: Doors) -> None:
    """Events, states, counts and typing: after the event that removes, nothing of that conversation comes."""
    scene = await Scene.of_a_group(doors)
    member, owner = scene.people["member"], scene.people["owner"]
    for person in (member, owner):
        assert await doors.calls(person, "readers.watch", conversation=scene.where, seqs=[scene.others_message]) == 200
    assert member.desk is not None
    assert owner.desk is not None
    await doors.do(members.remove(owner.actor, scene.where, member.actor.user))
    await doors.do(messages.send(owner.actor, scene.where, "secret", Text("the plan")))
    await doors.do(cursors.set_to(scene.fellow.actor, scene.where, scene.others_message))
    await owner.desk.settles(lambda: any("the plan" in frame.decode() for frame in owner.desk.heard))  # type: ignore[union-attr]
    assert await doors.calls(member, "ping") == 200

    last = max(place for place, frame in enumerate(member.desk.heard) if b"member_left" in frame)
    after = [json.loads(frame) for frame in member.desk.heard[last + 1 :]]
    told = [frame for frame in after if frame.get("method") not in (None, "state")]
    assert told == []
    assert all(frame["params"]["conversations"] == [] for frame in after if frame.get("method") == "state")
    await scene.close()
