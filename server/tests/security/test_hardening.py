"""Numbers 17 to 68 of the security checklist, those that today's features touch and the journeys do not walk."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from websockets.asyncio.client import connect
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from tests.laws.desks import Desk
from tests.security.doors import ORIGIN, Doors, Scene
from tests.security.test_access import PUBLISHED
from yanxin.access.tokens import PREFIX, hash_of, new_token
from yanxin.actions import conversations, messages, people
from yanxin.actions.people import PersonChange
from yanxin.domain.actors import THE_SERVER
from yanxin.domain.bodies import Text
from yanxin.domain.ids import Seq
from yanxin.store.sealing import event_place
from yanxin.store.tables import conversations as heads
from yanxin.store.tables import events, installation, sessions, users
from yanxin.store.transactions import Reading, Writing
from yanxin.testing.servers import Server

PASSWORD = "correct horse battery"


async def signed_up(doors: Doors, username: str) -> None:
    """Somebody with a password."""
    boss = await doors.person("boss", is_admin=True)
    body = {"username": username, "display_name": "D", "password": PASSWORD}
    assert (await doors.knocks(boss, "POST", "/admin/users", json=body)).status_code == 201


async def test_s17_failures_slow_one_account_and_not_its_neighbours(doors: Doors) -> None:
    await signed_up(doors, "alice")
    await signed_up(doors, "bob")

    async def tries(username: str, password: str) -> Any:
        return await doors.http.post("/api/v1/sessions", json={"username": username, "password": password})

    answers = [(await tries("alice", "wrong")).status_code for _ in range(7)]
    refused = await tries("ALICE ", PASSWORD)

    assert answers == [401] * 5 + [429] * 2
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await tries("bob", PASSWORD)).status_code == 201


async def test_s17_a_name_that_nobody_has_is_answered_and_throttled_like_one_that_somebody_has(doors: Doors) -> None:
    await signed_up(doors, "alice")
    told = []
    for username in ("alice", "nobody"):
        tries = [{"username": username, "password": "wrong"} for _ in range(6)]
        answers = [await doors.http.post("/api/v1/sessions", json=each) for each in tries]
        told.append([(answer.status_code, answer.json()["code"]) for answer in answers])
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "wish",
    [
        PersonChange(disabled=True),
        PersonChange(password_hash="another"),
        PersonChange(is_admin=True),
    ],
    ids=["disabled", "password", "role"],
)
async def test_s18_a_change_of_rights_ends_every_session_and_socket_at_once(doors: Doors, wish: PersonChange) -> None:
    alice = await doors.person("alice")
    alice.desk = Desk(doors.house, alice.actor)
    await alice.desk.connects()
    assert (await doors.knocks(alice, "GET", "/me")).status_code == 200

    await doors.do(people.change(THE_SERVER, alice.actor.user, wish))

    assert alice.desk.closed == 4401
    assert (await doors.knocks(alice, "GET", "/me")).status_code == 401
    alice.desk.drops()


async def test_s18_an_administrators_right_is_gone_with_the_role(doors: Doors) -> None:
    """The token is remembered with the rights of its person, but not longer than they have them."""
    boss, other = await doors.person("boss", is_admin=True), await doors.person("other", is_admin=True)
    body = {"username": "new", "display_name": "N", "password": PASSWORD}
    assert (await doors.knocks(other, "POST", "/admin/users", json=body)).status_code == 201
    path = f"/admin/users/{other.id}"
    assert (await doors.knocks(boss, "PATCH", path, json={"is_admin": False})).status_code == 200
    assert (await doors.knocks(other, "POST", "/admin/users", json=body)).status_code == 401


async def test_s19_the_cookie_is_for_this_host_alone_and_out_of_scripts_reach(doors: Doors) -> None:
    await signed_up(doors, "alice")
    body = {"username": "alice", "password": PASSWORD, "cookie": True}
    answer = await doors.http.post("/api/v1/sessions", json=body, headers={"Origin": ORIGIN})

    assert answer.status_code == 201
    assert answer.json()["token"] is None
    cookie = answer.headers["set-cookie"]
    name, value = cookie.split(";")[0].split("=", 1)
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert name == "__Host-session"
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    assert value.startswith(PREFIX)


async def test_s19_each_sign_in_has_a_token_of_its_own_whatever_cookie_came_with_it(doors: Doors) -> None:
    """Nobody is signed in under a session that somebody else has laid in their way."""
    await signed_up(doors, "alice")
    laid = new_token()
    tokens = set()
    for _ in range(3):
        answer = await doors.http.post(
            "/api/v1/sessions",
            json={"username": "alice", "password": PASSWORD, "cookie": True},
            headers={"Origin": ORIGIN, "Cookie": f"__Host-session={laid}"},
        )
        tokens.add(answer.headers["set-cookie"].split(";")[0])
    assert len(tokens) == 3
    assert not any(laid in token for token in tokens)


async def test_s19_a_token_in_the_address_opens_nothing(doors: Doors) -> None:
    alice = await doors.person("alice")
    for name in ("token", "access_token", "authorization", "__Host-session"):
        answer = await doors.http.get(f"/api/v1/me?{name}={alice.token}")
        assert answer.status_code in (400, 401)


def test_s25_tokens_are_random_long_and_kept_as_a_hash() -> None:
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert all(len(base64.urlsafe_b64decode(token[len(PREFIX) :] + "=")) == 32 for token in tokens)
    assert all(len(hash_of(token)) == 32 for token in tokens)


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        (ORIGIN, None, 200),
        (None, None, 403),
        ("null", None, 403),
        ("http://evil.test", None, 403),
        ("http://yanxin.test.evil.test", None, 403),
        ("http://yanxin.test:8443", None, 403),
        ("http://yanxin.test@evil.test", None, 403),
        ("file://yanxin.test", None, 403),
        ("http://", "", 403),
    ],
)
async def test_s26_a_cookie_changes_something_only_from_a_page_of_ours(
    doors: Doors, origin: str | None, host: str | None, status: int
) -> None:
    alice = await doors.person("alice")
    headers = {"Cookie": f"a=b; __Host-session={alice.token}"}
    headers |= {} if origin is None else {"Origin": origin}
    headers |= {} if host is None else {"Host": host}

    changed = await doors.http.patch("/api/v1/me", json={"settings": {}}, headers=headers)
    looked = await doors.http.get("/api/v1/me", headers={"Cookie": headers["Cookie"]})

    assert changed.status_code == status
    assert looked.status_code == 200


async def test_s26_every_changing_route_asks_a_cookie_where_it_comes_from(doors: Doors) -> None:
    """From the published document, so that a new route cannot forget it. Signing in has no session yet to misuse."""
    alice = await doors.person("alice", is_admin=True)
    for path, item in json.loads(PUBLISHED.read_text("utf-8"))["paths"].items():
        for method in item.keys() - {"get", "parameters"}:
            if path in ("/api/v1/setup", "/api/v1/sessions"):
                continue
            place = re.sub(r"\{\w+\}", "1", path)
            options: dict[str, Any] = {} if method == "delete" else {"json": {}}
            answer = await doors.http.request(
                method, place, headers={"Cookie": f"__Host-session={alice.token}", "Origin": "http://evil"}, **options
            )
            # What is malformed may be said first: it depends on nothing that is kept.
            assert answer.status_code in (400, 403), (method, path, answer.text)
            assert answer.status_code == 400 or answer.json()["code"] == "request.origin"


async def test_s29_neither_passwords_nor_tokens_lie_in_the_database(doors: Doors) -> None:
    await signed_up(doors, "alice")
    signed_in = await doors.http.post("/api/v1/sessions", json={"username": "alice", "password": PASSWORD})
    token = signed_in.json()["token"]

    def look(tx: Reading) -> list[Any]:
        return [row for table in (users, sessions, installation) for row in tx.sql.execute(select(table)).all()]

    kept = repr(await doors.house.database.read(look))
    assert "$argon2id$" in kept
    files = b"".join(path.read_bytes() for path in doors.house.folder.rglob("*") if path.is_file())
    for secret in (PASSWORD, token, token[len(PREFIX) :]):
        assert secret not in kept
        assert secret.encode() not in files


async def test_s36_what_looks_like_sql_is_text(doors: Doors) -> None:
    alice = await doors.person("alice")
    before = len((await doors.knocks(alice, "GET", "/users")).json()["items"])
    for text in ("' OR 1=1 --", '" OR ""="', "%", "_", "\\", "'; DROP TABLE users; --", "a%' ESCAPE '/"):
        answer = await doors.knocks(alice, "GET", "/users", params={"query": text})
        assert (answer.status_code, answer.json()["items"]) == (200, []), text
    assert len((await doors.knocks(alice, "GET", "/users")).json()["items"]) == before


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "-",
        "=",
        "é",
        "WzEsMl0=",
        base64.urlsafe_b64encode(b'["1; DROP TABLE users", 2]').decode(),
        base64.urlsafe_b64encode(b"[1]").decode(),
        base64.urlsafe_b64encode(b"[1,2,3]").decode(),
        base64.urlsafe_b64encode(b"[-1,2]").decode(),
        base64.urlsafe_b64encode(b"[1e400,2]").decode(),
        base64.urlsafe_b64encode(b"[99999999999999999999,2]").decode(),
        base64.urlsafe_b64encode(b'{"$gt":1}').decode(),
        "A" * 5_000,
    ],
)
async def test_s36_a_cursor_that_we_did_not_make_is_refused_or_a_place(doors: Doors, cursor: str) -> None:
    scene = await Scene.of_a_group(doors)
    for path in ("/conversations", "/users", f"/conversations/{scene.where}/members"):
        answer = await doors.knocks(scene.people["member"], "GET", path, params={"cursor": cursor})
        assert answer.status_code == 400 or (answer.status_code == 200 and cursor == "WzEsMl0="), answer.text


async def test_s36_a_cursor_of_somebody_else_opens_nothing_of_theirs(doors: Doors) -> None:
    """It is a place in an order, not a right: whoever brings it sees of their own what stands after it."""
    scene = await Scene.of_a_group(doors)
    owner, outsider = scene.people["owner"], scene.people["outsider"]
    for _ in range(3):
        await doors.do(conversations.open_group(owner.actor, [], None))
    cursor = (await doors.knocks(owner, "GET", "/conversations?limit=1")).json()["next"]

    foreign = (await doors.knocks(outsider, "GET", "/conversations", params={"cursor": cursor})).json()

    assert foreign == {"items": [], "next": None}


DECEIVING = [
    "\u202eexe.pdf",
    "a\u200bb",
    "a\u2066b",
    "a\nb",
    "a\rSet-Cookie: x",
    "a\x00b",
    "\u200f",
    "\ufeff",
    "a\x1b[31m",
    "\ue000",
]


@pytest.mark.parametrize("name", DECEIVING, ids=ascii)
async def test_s38_names_and_titles_hold_nothing_that_deceives_the_eye(doors: Doors, name: str) -> None:
    """White space of any kind is one space; what is invisible or turns the direction is refused."""
    boss = await doors.person("boss", is_admin=True)
    body = {"username": f"u{next(doors.house.names)}", "display_name": name, "password": PASSWORD}
    group = await doors.knocks(boss, "POST", "/conversations", json={"kind": "group", "member_ids": []})
    answers = [
        await doors.knocks(boss, "POST", "/admin/users", json=body),
        await doors.knocks(boss, "POST", "/conversations", json={"kind": "group", "member_ids": [], "title": name}),
        await doors.knocks(boss, "PATCH", f"/conversations/{group.json()['id']}", json={"title": name}),
        await doors.knocks(boss, "POST", "/admin/departments", json={"name": name}),
    ]
    for answer in answers:
        if answer.status_code < 300:
            told = answer.json()
            shown = told.get("display_name") or told.get("title") or told.get("name")
            assert shown == " ".join(name.split()), "only white space was mended"
            assert shown.isprintable()
        else:
            assert answer.status_code == 400


async def test_s38_two_spellings_of_one_username_are_one(doors: Doors) -> None:
    await signed_up(doors, "zhang")
    boss = await doors.person("boss", is_admin=True)
    for spelling in ("ZHANG", "ｚｈａｎｇ", "Zhang"):
        body = {"username": spelling, "display_name": "D", "password": PASSWORD}
        answer = await doors.knocks(boss, "POST", "/admin/users", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "user.username_taken")


async def test_s52_what_is_too_large_or_too_deep_is_not_read(doors: Doors) -> None:
    alice = await doors.person("alice")
    where = (await doors.do(conversations.open_group(alice.actor, [], None))).id
    here = f"/conversations/{where}/messages"
    deep = b'{"client_id":"c","body":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    large = json.dumps({"client_id": "c", "body": {"type": "text", "text": "x" * 1_100_000}}).encode()
    json_only = {"Content-Type": "application/json"}

    answers = [
        (await doors.knocks(alice, "POST", here, content=deep, headers=json_only), 400),
        (await doors.knocks(alice, "POST", here, content=large, headers=json_only), 413),
        (await doors.knocks(alice, "POST", here, content=b"\xff\xfe", headers=json_only), 400),
        (await doors.knocks(alice, "POST", here, content=b"", headers=json_only), 400),
    ]

    for answer, status in answers:
        assert answer.status_code == status, answer.text
    assert (await doors.knocks(alice, "GET", f"/conversations/{where}")).json()["head"]["seq"] == 1


async def test_s53_what_one_message_may_carry_has_an_end(doors: Doors) -> None:
    """Length, mentions, edits, kinds of reactions, reactions of one person."""
    scene = await Scene.of_a_group(doors)
    member, here = scene.people["member"], f"/conversations/{scene.where}"

    async def says(number: int, **body: Any) -> Any:
        content = {"client_id": f"x{number}", "body": {"type": "text", "text": "x", **body}}
        return await doors.knocks(member, "POST", f"{here}/messages", json=content)

    assert (await says(1, text="x" * 20_000)).status_code == 201
    assert (await says(2, text="x" * 20_001)).json()["code"] == "message.too_long"
    assert (await says(3, mentions=list(range(1, 501)))).status_code == 201
    assert (await says(4, mentions=list(range(1, 502)))).json()["code"] == "message.too_many_mentions"
    assert (await says(5, mentions=list(range(1, 10_001)))).json()["code"] == "message.too_many_mentions"

    own = scene.own("member")
    for edit in range(100):
        await doors.do(messages.edit(member.actor, scene.where, own, f"e{edit}", Text(f"{edit}")))
    body = {"client_id": "e100", "body": {"type": "text", "text": "once more"}}
    assert (await doors.knocks(member, "PATCH", f"{here}/messages/{own}", json=body)).status_code == 409

    for emoji in range(50):
        await doors.do(messages.react(member.actor, scene.where, own, f"e{emoji}", on=True))
    assert (await doors.knocks(member, "PUT", f"{here}/messages/{own}/reactions/👍")).status_code == 409
    assert (await doors.knocks(scene.fellow, "PUT", f"{here}/messages/{own}/reactions/e1")).status_code == 200
    for turn in range(150):
        await doors.do(messages.react(member.actor, scene.where, own, "e1", on=bool(turn % 2)))
    assert (await doors.knocks(member, "DELETE", f"{here}/messages/{own}/reactions/e1")).status_code == 409


async def test_s53_mentioning_the_same_person_twice_is_mentioning_them_once(doors: Doors) -> None:
    scene = await Scene.of_a_group(doors)
    body = {
        "client_id": "x",
        "body": {"type": "text", "text": "x", "mentions": [scene.fellow.id] * 400, "mention_all": True},
    }
    sent = await doors.knocks(scene.people["member"], "POST", f"/conversations/{scene.where}/messages", json=body)
    assert sent.status_code == 201
    assert (await doors.knocks(scene.fellow, "GET", f"/conversations/{scene.where}")).json()["mentions"] == 1


@pytest.mark.parametrize("poison", ["event", "title", "kind of body"])
async def test_s55_what_cannot_be_opened_spoils_nothing_beside_it(doors: Doors, poison: str) -> None:
    """A row that rotted, or was written by a newer server: its conversation and the others are still listed and read."""
    alice = await doors.person("alice")
    good = (await doors.do(conversations.open_group(alice.actor, [], "good"))).id
    bad = (await doors.do(conversations.open_group(alice.actor, [], "bad"))).id
    for where in (good, bad):
        for number in range(3):
            await doors.do(messages.send(alice.actor, where, f"{where}-{number}", Text(f"no. {number}")))

    def rots(tx: Writing) -> None:
        if poison == "title":
            tx.sql.execute(update(heads).where(heads.c.id == bad).values(title=b"\x01\x01" + bytes(60)))
            return
        where = (events.c.conversation == bad) & (events.c.seq == 4)
        if poison == "event":
            sealed = bytearray(tx.sql.execute(select(events.c.body).where(where)).scalar_one())
            sealed[-1] ^= 1
        else:
            sealed = bytearray(tx.sealing_key(bad).seal(b'{"type":"hologram","x":1}', event_place(bad, Seq(4))))
        tx.sql.execute(update(events).where(where).values(body=bytes(sealed)))

    await doors.do(rots)

    listed = await doors.knocks(alice, "GET", "/conversations")
    assert listed.status_code == 200, listed.text
    assert {each["id"] for each in listed.json()["items"]} == {good, bad}
    alice.desk = Desk(doors.house, alice.actor)
    await alice.desk.connects()
    assert set(alice.desk.mirror.followed) == {good, bad}
    for where in (good, bad):
        run = await doors.knocks(alice, "GET", f"/conversations/{where}/events?after=0")
        assert [event["seq"] for event in run.json()["items"]] == [1, 2, 3, 4], run.text
    alice.desk.drops()


async def test_s68_without_the_printed_token_nobody_sets_up(doors: Doors) -> None:
    """While set-up is open, which is until there is an administrator."""
    body = {"organisation": "O", "username": "u", "password": PASSWORD, "display_name": "D"}
    for token in ("", "x", "null", "0" * 200):
        answer = await doors.http.post("/api/v1/setup", json=body | {"token": token})
        assert (answer.status_code, answer.json()["code"]) == (403, "setup.bad_token")
    assert (await doors.http.get("/api/v1/setup")).json() == {"open": True}


# Of a server in a process of its own: what is said beside the routes.


async def test_s34_pages_may_load_from_here_alone(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        page = await http.get("/")
        api = await http.get("/api/v1/setup")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "http:" not in page.headers["content-security-policy"]
    for answer in (page, api):
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-frame-options"] == "DENY"
    assert not {"server", "x-powered-by"} & set(page.headers)


async def test_s57_compression_that_could_burst_is_not_agreed_to(server: Server) -> None:
    url = server.url.replace("http", "ws", 1) + "/api/v1/socket"
    headers = {"Authorization": f"Bearer {server.token}"}
    offers = [ClientPerMessageDeflateFactory()]
    async with connect(url, additional_headers=headers, extensions=offers, proxy=None) as socket:
        assert socket.protocol.extensions == []
