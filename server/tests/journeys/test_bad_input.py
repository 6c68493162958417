"""Bad input is answered as the contract says, and nothing changes; by socket and by REST, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket as sockets
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.journeys.raw import Socket, http_of, problem, socket_of
from yanxin.protocol import views
from yanxin.testing.office import Office, Person

PARSE, INVALID, NO_METHOD, BAD_PARAMS, REFUSED = -32700, -32600, -32601, -32602, -32000
FAR = 2**53 - 1


def request(method: str = "message.send", id: Any = 1, jsonrpc: Any = "2.0", **params: Any) -> str:
    return json.dumps({"jsonrpc": jsonrpc, "id": id, "method": method, "params": params})


def text(body: str = "hi", **other: Any) -> dict[str, Any]:
    return {"type": "text", "text": body} | other


async def everything(person: Person, where: int) -> tuple[list[views.Event], list[views.Conversation]]:
    """All that could have changed."""
    return await person.log(where), await person.rest.conversations()


MALFORMED = [
    ("half a document", '{"jsonrpc": "2.0", "id": 1, ', PARSE),
    ("no JSON", "hello?", PARSE),
    ("nothing", "", PARSE),
    ("too deep", "[" * 100_000, PARSE),
    ("a batch", "[" + request("ping") + "]", INVALID),
    ("a number", "5", INVALID),
    ("no jsonrpc", '{"id": 1, "method": "ping"}', INVALID),
    ("another jsonrpc", request("ping", jsonrpc="1.0"), INVALID),
    ("a list as id", request("ping", id=[1]), INVALID),
    ("a number as method", '{"jsonrpc": "2.0", "id": 1, "method": 7}', INVALID),
    ("an unknown method", request("message.shout"), NO_METHOD),
    ("a method of nobody", request("__init__"), NO_METHOD),
    ("no parameters", '{"jsonrpc": "2.0", "id": 1, "method": "message.send"}', BAD_PARAMS),
    ("parameters in a list", '{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]}', BAD_PARAMS),
    ("an unknown parameter", request("ping", loud=True), BAD_PARAMS),
    ("a text as number", request("cursor.set", conversation="1", seq=1), BAD_PARAMS),
    ("a fraction as seq", request("cursor.set", conversation=1, seq=1.5), BAD_PARAMS),
    ("a negative seq", request("cursor.set", conversation=1, seq=-1), BAD_PARAMS),
    ("a number that JavaScript loses", request("cursor.set", conversation=1, seq=2**53), BAD_PARAMS),
    ("a claim as number", request("events.list", conversation=True, after=0), BAD_PARAMS),
    ("a limit of 0", request("events.list", conversation=1, after=0, limit=0), BAD_PARAMS),
    ("a limit of 201", request("events.list", conversation=1, after=0, limit=201), BAD_PARAMS),
    ("an unknown body", request(conversation=1, client_id="x", body={"type": "hologram"}), BAD_PARAMS),
    ("a body without type", request(conversation=1, client_id="x", body={"text": "hi"}), BAD_PARAMS),
    (
        "a body of the server's",
        request(conversation=1, client_id="x", body={"type": "title", "title": "x"}),
        BAD_PARAMS,
    ),
    ("an unknown field of a body", request(conversation=1, client_id="x", body=text(bold=True)), BAD_PARAMS),
    ("a mention that is no number", request(conversation=1, client_id="x", body=text(mentions=["all"])), BAD_PARAMS),
    ("no client_id", request(conversation=1, body=text()), BAD_PARAMS),
    ("an empty client_id", request(conversation=1, client_id="", body=text()), BAD_PARAMS),
    ("a client_id with a blank", request(conversation=1, client_id="a b", body=text()), BAD_PARAMS),
    ("a client_id of 65", request(conversation=1, client_id="x" * 65, body=text()), BAD_PARAMS),
    ("a lone surrogate", '{"jsonrpc":"2.0","id":1,"method":"hello","params":{"device":"\\ud800"}}', PARSE),
]


async def test_malformed_frames_are_answered_and_the_socket_lives_on(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = (await alice.says("before", to=bob)).conversation
    before = await everything(alice, where)

    wrong = []
    async with socket_of(alice) as socket:
        for what, frame, code in MALFORMED:
            await socket.says(frame.replace('"conversation": 1,', f'"conversation": {where},'))
            answer = await socket.hears()
            if answer.get("error", {}).get("code") != code:
                wrong.append(f"{what}: {answer}")
        assert "result" in await socket.asks("ping")

    assert wrong == []
    assert await everything(alice, where) == before


async def test_what_the_rules_refuse_carries_code_status_and_facts(office: Office) -> None:
    alice, bob, eve = await office.people("alice", "bob", "eve")
    said = await alice.says("before", to=bob)
    where, seq = said.conversation, said.seq
    elsewhere = (await bob.says("not for alice", to=eve)).conversation
    dismissed = await alice.founds("gone", bob)
    await alice.rest.dismiss(dismissed)
    many = list(range(1, 10_001))
    before = await everything(alice, where)

    refusals: list[tuple[str, str, dict[str, Any], str, int]] = [
        ("one character too many", "message.send", {"body": text("x" * 20_001)}, "message.too_long", 400),
        ("one mention too many", "message.send", {"body": text(mentions=many[:501])}, "message.too_many_mentions", 400),
        ("ten thousand mentions", "message.send", {"body": text(mentions=many)}, "message.too_many_mentions", 400),
        ("nothing", "message.send", {"body": text("")}, "message.empty", 400),
        ("only blanks", "message.send", {"body": text(" \n\t ")}, "message.empty", 400),
        ("a zero character", "message.send", {"body": text("a\0b")}, "message.bad_character", 400),
        (
            "where one is not",
            "message.send",
            {"conversation": elsewhere, "body": text()},
            "conversation.not_found",
            404,
        ),
        ("where nobody is", "message.send", {"conversation": FAR, "body": text()}, "conversation.not_found", 404),
        ("in conversation 0", "message.send", {"conversation": 0, "body": text()}, "conversation.not_found", 404),
        (
            "where all is over",
            "message.send",
            {"conversation": dismissed, "body": text()},
            "conversation.dismissed",
            409,
        ),
        ("a reply to nothing", "message.send", {"body": text(), "reply_to": FAR}, "message.not_found", 404),
        ("an edit of nothing", "message.edit", {"target": FAR, "body": text()}, "message.not_found", 404),
        ("a recall of nothing", "message.recall", {"target": FAR}, "message.not_found", 404),
        ("no emoji", "reaction.set", {"target": seq, "emoji": " ", "on": True}, "reaction.bad_emoji", 400),
        ("a cursor beyond the head", "cursor.set", {"seq": FAR}, "cursor.beyond_head", 400),
        ("a foreign cursor", "cursor.set", {"conversation": elsewhere, "seq": 1}, "conversation.not_found", 404),
        ("a foreign log", "events.list", {"conversation": elsewhere, "after": 0}, "conversation.not_found", 404),
        ("no place in the log", "events.list", {}, "events.one_of", 400),
        ("two places in the log", "events.list", {"after": 1, "before": 1}, "events.one_of", 400),
        ("foreign readers", "readers.watch", {"conversation": elsewhere, "seqs": [1]}, "conversation.not_found", 404),
    ]
    async with socket_of(alice) as socket:
        for number, (what, method, params, code, status) in enumerate(refusals):
            if method in ("message.send", "message.edit"):
                params = {"client_id": f"bad-{number}"} | params
            error = (await socket.asks(method, **({"conversation": where} | params))).get("error", {})
            assert error.get("code") == REFUSED, (what, error)
            assert (error["data"]["code"], error["data"]["status"]) == (code, status), (what, error)
            assert isinstance(error["data"]["params"], dict), what
    assert await everything(alice, where) == before


async def test_bobs_message_is_not_alices_to_change(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    said = await bob.says("mine", to=alice)
    before = await everything(alice, said.conversation)
    async with socket_of(alice) as socket:
        params = {"conversation": said.conversation, "target": said.seq}
        for method, more in (("message.edit", {"client_id": "e", "body": text("yours")}), ("message.recall", {})):
            data = (await socket.asks(method, **params, **more))["error"]["data"]
            assert (data["code"], data["status"]) == ("message.not_yours", 403)
    assert await everything(alice, said.conversation) == before


async def test_nothing_is_done_before_hello(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = (await alice.says("before", to=bob)).conversation
    before = await everything(alice, where)
    async with socket_of(alice, greets=False) as socket:
        answer = await socket.asks("message.send", conversation=where, client_id="early", body=text())
        assert answer["error"]["data"]["code"] == "session.hello_first"
        assert "result" in await socket.asks("hello")
    assert await everything(alice, where) == before


async def test_a_notification_is_never_answered(office: Office) -> None:
    """Not even one that is refused or unknown: without an id there is nobody to tell."""
    (alice,) = await office.people("alice")
    async with socket_of(alice) as socket:
        await socket.says('{"jsonrpc": "2.0", "method": "typing", "params": {"conversation": 9007199254740991}}')
        await socket.says('{"jsonrpc": "2.0", "method": "message.shout", "params": {}}')
        assert "result" in await socket.asks("ping")


async def send_binary(socket: Socket) -> None:
    await socket.says(b"\x00\x01")


async def send_bad_utf8(socket: Socket) -> None:
    await socket.connection.send(b'{"jsonrpc": "2.0", "id": 1, "method": "\xff\xfe"}', text=True)


async def send_a_megabyte(socket: Socket) -> None:
    await socket.says(request(conversation=1, client_id="big", body=text("x" * 1_000_000)))


async def send_one_byte_too_many(socket: Socket) -> None:
    frame = request("ping")
    await socket.says(frame + " " * (256 * 1024 + 1 - len(frame)))


async def flood(socket: Socket) -> None:
    for _ in range(12_000):
        await socket.says(request("ping"))


@pytest.mark.parametrize(
    ("does", "code"),
    [
        (send_binary, 1003),
        (send_bad_utf8, 1007),
        (send_a_megabyte, 1009),
        (send_one_byte_too_many, 1009),
        (flood, 4429),
    ],
)
async def test_what_closes_the_socket_says_so(office: Office, does: Any, code: int) -> None:
    alice, bob = await office.people("alice", "bob")
    where = (await alice.says("before", to=bob)).conversation
    before = await everything(alice, where)
    async with socket_of(alice) as socket:

        async def sends() -> None:
            with contextlib.suppress(ConnectionClosed):  # The server may close while we still speak.
                await does(socket)

        sending = asyncio.create_task(sends())
        assert await socket.close_code() == code
        await sending
    assert await everything(alice, where) == before
    assert (await bob.says("still here?", to=alice)).conversation == where


async def test_the_largest_frame_that_is_allowed_is_read(office: Office) -> None:
    (alice,) = await office.people("alice")
    async with socket_of(alice) as socket:
        frame = request("ping")
        await socket.says(frame + " " * (256 * 1024 - len(frame)))
        assert "result" in await socket.hears()


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_socket_without_hello_is_closed_after_ten_seconds(office: Office) -> None:
    (alice,) = await office.people("alice")
    async with socket_of(alice, greets=False) as socket:
        assert await socket.close_code() == 4408


async def test_a_socket_without_a_good_token_is_not_opened(office: Office) -> None:
    async with http_of(office) as stranger:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        for authorization in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
            answer = await stranger.get("/socket", headers=upgrade | key | authorization)
            assert problem(answer) == (401, "session.required")
        foreign = {"Cookie": "__Host-session=nonsense", "Origin": "https://evil.example"}
        assert problem(await stranger.get("/socket", headers=upgrade | key | foreign)) == (403, "request.origin")


# REST.


async def test_rest_answers_every_malformed_request_with_a_problem(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = (await alice.says("before", to=bob)).conversation
    before = await everything(alice, where)
    here = f"/conversations/{where}"
    document = {"Content-Type": "application/json"}
    good = {"client_id": "x", "body": text()}

    cases: list[tuple[str, str, str, Any, int, str]] = [
        ("half a document", "POST", f"{here}/messages", b'{"client_id": ', 400, "request.malformed"),
        ("no UTF-8", "POST", f"{here}/messages", b'{"client_id": "\xff"}', 400, "request.malformed"),
        ("nothing", "POST", f"{here}/messages", b"", 400, "request.malformed"),
        ("a list", "POST", f"{here}/messages", [], 400, "request.malformed"),
        ("too deep", "POST", f"{here}/messages", b"[" * 100_000, 400, "request.malformed"),
        ("a missing field", "POST", f"{here}/messages", {"client_id": "x"}, 400, "request.malformed"),
        ("an unknown field", "POST", f"{here}/messages", good | {"loud": True}, 400, "request.malformed"),
        ("a wrong type", "POST", f"{here}/messages", good | {"reply_to": "1"}, 400, "request.malformed"),
        ("a reply to 0", "POST", f"{here}/messages", good | {"reply_to": 0}, 400, "request.malformed"),
        ("too long", "POST", f"{here}/messages", good | {"body": text("x" * 20_001)}, 400, "message.too_long"),
        ("a megabyte", "POST", f"{here}/messages", good | {"body": text("x" * 2**20)}, 413, "request.too_large"),
        ("beyond the head", "PUT", f"{here}/cursor", {"seq": FAR}, 400, "cursor.beyond_head"),
        ("an odd kind", "POST", "/conversations", {"kind": "mob", "member_ids": []}, 400, "request.malformed"),
        (
            "too many members",
            "POST",
            "/conversations",
            {"kind": "group", "member_ids": [1] * 1001},
            400,
            "request.malformed",
        ),
        ("nobody known", "POST", "/conversations", {"kind": "group", "member_ids": [FAR]}, 404, "user.not_found"),
        ("nobody 0", "POST", "/conversations", {"kind": "group", "member_ids": [0]}, 400, "request.malformed"),
        ("an empty title", "PATCH", here, {"title": ""}, 400, "request.malformed"),
        ("a title for two", "PATCH", here, {"title": "us"}, 409, "conversation.is_direct"),
        ("an odd role", "PATCH", f"{here}/members/{bob.id}", {"role": "king"}, 400, "request.malformed"),
        ("no place", "GET", f"{here}/events", None, 400, "events.one_of"),
        ("two places", "GET", f"{here}/events?after=0&before=9", None, 400, "events.one_of"),
        ("a limit of 0", "GET", f"{here}/events?after=0&limit=0", None, 400, "request.malformed"),
        ("a limit of 201", "GET", f"{here}/events?after=0&limit=201", None, 400, "request.malformed"),
        ("a limit of words", "GET", f"{here}/events?after=0&limit=all", None, 400, "request.malformed"),
        ("a negative place", "GET", f"{here}/events?after=-1", None, 400, "request.malformed"),
        ("an odd page", "GET", "/conversations?cursor=%00", None, 400, "page.bad_cursor"),
        ("ids of words", "GET", "/users?ids=1,b", None, 400, "request.malformed"),
        ("nobody there", "GET", f"/users/{FAR}", None, 404, "user.not_found"),
        ("no conversation", "GET", f"/conversations/{FAR}", None, 404, "conversation.not_found"),
        ("no message", "GET", f"{here}/messages/{FAR}/readers", None, 404, "message.not_found"),
        ("a conversation of words", "GET", "/conversations/lunch", None, 404, "route.not_found"),
        ("no route", "GET", "/nothing", None, 404, "route.not_found"),
        ("no such method", "DELETE", "/me", None, 405, "request.method_not_allowed"),
        ("an odd setting", "PATCH", "/me", {"settings": {"theme": "pink"}}, 400, "request.malformed"),
        ("not for everybody", "POST", "/admin/users", {"username": "a"}, 400, "request.malformed"),
        (
            "for administrators",
            "POST",
            "/admin/users",
            {"username": "mallory", "display_name": "M", "password": "long enough 7"},
            403,
            "admin.required",
        ),
        ("no session of mine", "DELETE", f"/me/sessions/{FAR}", None, 404, "session.not_found"),
    ]
    wrong = []
    async with http_of(office, alice.token) as http:
        for what, method, path, body, status, code in cases:
            content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            answer = await http.request(method, path, content=content, headers=document if content is not None else {})
            if (told := problem(answer)) != (status, code):
                wrong.append(f"{what}: {told}")
    assert wrong == []
    assert await everything(alice, where) == before


async def test_without_a_good_token_every_route_is_401(office: Office) -> None:
    paths = ("/me", "/me/sessions", "/users", "/departments", "/conversations", "/conversations/1", "/users/1")
    async with http_of(office) as stranger, http_of(office, "nonsense") as impostor:
        for http in (stranger, impostor):
            for path in paths:
                answer = await http.get(path)
                assert problem(answer) == (401, "session.required")
                assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_s07_what_one_may_not_see_answers_as_what_does_not_exist(office: Office) -> None:
    """By no route does the answer to a stranger differ from the answer about nothing, but for the number itself."""
    alice, bob, eve = await office.people("alice", "bob", "eve")
    where = await alice.founds("secret", bob)
    said = await alice.says("not for eve", to=where)
    body = {"client_id": "x", "body": text()}
    routes: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("PATCH", "", {"title": "mine"}),
        ("DELETE", "", None),
        ("GET", "/members", None),
        ("POST", "/members", {"user_ids": [eve.id]}),
        ("PATCH", f"/members/{bob.id}", {"role": "admin"}),
        ("DELETE", f"/members/{eve.id}", None),
        ("DELETE", f"/members/{bob.id}", None),
        ("GET", "/events?after=0", None),
        ("POST", "/messages", body),
        ("PATCH", f"/messages/{said.seq}", body),
        ("DELETE", f"/messages/{said.seq}", None),
        ("PUT", f"/messages/{said.seq}/reactions/%F0%9F%91%8D", None),
        ("DELETE", f"/messages/{said.seq}/reactions/%F0%9F%91%8D", None),
        ("PUT", "/cursor", {"seq": 1}),
        ("GET", f"/messages/{said.seq}/readers", None),
    ]
    before = await everything(alice, where)
    async with http_of(office, eve.token) as http:
        for method, path, content in routes:
            seen = await http.request(method, f"/conversations/{where}{path}", json=content)
            absent = await http.request(method, f"/conversations/{FAR}{path}", json=content)
            assert problem(seen) == (404, "conversation.not_found"), (method, path)
            assert seen.json() == absent.json(), (method, path)
    assert await everything(alice, where) == before


# Twice, too late, and two at once.


async def test_a_client_id_names_one_message_for_ever(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("first", bob)
    other = await alice.founds("second", bob)
    async with http_of(office, alice.token) as http, socket_of(alice) as socket:
        said = {"client_id": f"once-{where}", "body": text("once")}
        first = await http.post(f"/conversations/{where}/messages", json=said)
        again = await http.post(f"/conversations/{where}/messages", json=said)
        by_socket = await socket.asks("message.send", conversation=where, **said)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json() == by_socket["result"]
        assert first.json().keys() == {"seq", "ordinal", "at"}

        changed = said | {"body": text("twice")}
        for path, body in ((where, changed), (other, said)):
            answer = await http.post(f"/conversations/{path}/messages", json=body)
            assert problem(answer) == (409, "message.client_id_reused")
            error = (await socket.asks("message.send", conversation=path, **body))["error"]
            assert (error["data"]["code"], error["data"]["status"]) == ("message.client_id_reused", 409)

        await alice.rest.remove_member(where, alice.id)
        after_leaving = await http.post(f"/conversations/{where}/messages", json=said)
        assert (after_leaving.status_code, after_leaving.json()) == (200, first.json())
        new = await http.post(f"/conversations/{where}/messages", json=said | {"client_id": f"new-{where}"})
        assert problem(new) == (404, "conversation.not_found")
    assert await bob.sees(where) == ["once"]
    assert await bob.sees(other) == []


async def test_two_people_may_choose_the_same_client_id(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("both", bob)
    for person in (alice, bob):
        await person.device.send(where, person.name, client_id=f"same-{where}")
    assert await alice.sees(where) == ["alice", "bob"]


async def test_one_send_from_many_devices_at_once_is_one_message(office: Office) -> None:
    """Two sockets and REST race with one client_id: one message, and everybody gets its place."""
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("race", bob)
    body = text("once")
    async with socket_of(alice) as one, socket_of(alice) as two, http_of(office, alice.token) as http:
        for number in range(20):
            said = {"client_id": f"race-{where}-{number}", "body": body}
            first, second, third = await asyncio.gather(
                one.asks("message.send", conversation=where, **said),
                two.asks("message.send", conversation=where, **said),
                http.post(f"/conversations/{where}/messages", json=said),
            )
            assert first["result"] == second["result"] == third.json()
    messages = [event for event in await bob.log(where) if event.kind == "message"]
    assert [event.ordinal for event in messages] == list(range(1, 21))
    assert len({event.client_id for event in messages}) == 20


async def test_cursors_that_race_end_at_the_furthest(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("cursors", bob)
    seqs = [(await alice.says(f"no. {number}", to=where)).seq for number in range(10)]
    async with socket_of(bob) as one, socket_of(bob) as two:
        await asyncio.gather(
            *(_sets(one, where, seqs)),
            *(_sets(two, where, list(reversed(seqs)))),
        )
    told = await bob.rest.conversation(where)
    assert (told.cursor.seq, told.unread) == (seqs[-1], 0)
    lower = await bob.rest.set_cursor(where, seqs[0])
    assert (lower.seq, lower.unread) == (seqs[-1], 0), "a lower one is taken and changes nothing"


def _sets(socket: Socket, where: int, seqs: list[int]) -> list[Any]:
    async def all_of_them() -> None:
        for seq in seqs:
            assert "result" in await socket.asks("cursor.set", conversation=where, seq=seq)

    return [all_of_them()]


async def test_two_admins_who_bring_in_the_same_person_bring_in_one(office: Office) -> None:
    alice, bob, carol = await office.people("alice", "bob", "carol")
    where = await alice.founds("doors", bob)
    await alice.rest.set_role(where, bob.id, "admin")
    await asyncio.gather(alice.rest.add_members(where, [carol.id]), bob.rest.add_members(where, [carol.id]))
    joins = [event for event in await alice.log(where) if event.kind == "member_joined" and event.seq > 1]
    assert len(joins) == 1
    assert len(await alice.rest.members(where)) == 3


async def test_a_second_after_leaving_one_is_out(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    where = await alice.founds("out", bob)
    said = await bob.says("bye", to=where)
    await bob.device.leave(where)
    async with socket_of(bob) as socket:
        for method, params in (
            ("message.send", {"client_id": f"late-{where}", "body": text()}),
            ("message.edit", {"client_id": f"late-{where}", "target": said.seq, "body": text("changed")}),
            ("message.recall", {"target": said.seq}),
            ("reaction.set", {"target": said.seq, "emoji": "👍", "on": True}),
            ("cursor.set", {"seq": said.seq}),
            ("events.list", {"after": 0}),
        ):
            data = (await socket.asks(method, conversation=where, **params))["error"]["data"]
            assert (data["code"], data["status"]) == ("conversation.not_found", 404), method
    assert await alice.sees(where) == ["bye"]


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_s58_half_a_request_holds_nobody_up(office: Office) -> None:
    """Connections that never finish what they began do not keep others from being served."""
    alice, bob = await office.people("alice", "bob")
    lame = []
    try:
        for _ in range(200):
            connection = sockets.create_connection(("127.0.0.1", office.server.port))
            connection.sendall(b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            lame.append(connection)
        said = await alice.says("quick?", to=bob)
        await bob.hears(said)
    finally:
        for connection in lame:
            connection.close()
