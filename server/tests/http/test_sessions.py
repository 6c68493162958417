"""Signing in, cookies and one's sessions over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.journeys.raw import http_of, problem
from yanxin.client.rest import tls
from yanxin.testing.office import PASSWORD, Office
from yanxin.testing.servers import CHIEF, CHIEFS_PASSWORD, Server

COOKIE = "__Host-session"


async def cookie_of(office: Office, username: str, password: str = PASSWORD) -> str:
    """Signs in as a browser does: the cookie, as it is to be sent."""
    async with http_of(office) as http:
        wanted = {"username": username, "password": password, "cookie": True}
        answer = await http.post("/sessions", json=wanted, headers={"Origin": office.url})
        assert (answer.status_code, answer.json()["token"]) == (201, None)
        return answer.headers["set-cookie"].partition(";")[0]


async def test_signing_in_gives_a_token_the_session_and_oneself(office: Office) -> None:
    (alice,) = await office.people("alice", online=False)
    async with http_of(office) as http:
        wanted = {"username": f"  {alice.username.upper()} ", "password": PASSWORD, "device": "phone", "otp": None}
        answer = await http.post("/sessions", json=wanted)
        assert answer.status_code == 201
        assert "set-cookie" not in answer.headers
        told = answer.json()
        assert told.keys() == {"token", "session", "user"}
        assert (told["user"]["id"], told["user"]["username"]) == (alice.id, alice.username)
        assert (told["session"]["device"], told["session"]["current"]) == ("phone", True)
        http.headers["Authorization"] = f"bearer {told['token']}"
        assert (await http.get("/me")).json() == told["user"]


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_token_comes_in_one_way_only(office: Office) -> None:
    """Neither in the address nor under another scheme; and a bad one is not mended by a good cookie."""
    (alice,) = await office.people("alice", online=False)
    cookie = await cookie_of(office, alice.username)
    async with http_of(office) as http:
        for headers in (
            {"Authorization": f"Basic {alice.token}"},
            {"Authorization": alice.token},
            {"Authorization": "Bearer"},
            {"Authorization": f"Bearer {alice.token}x"},
            {"Authorization": f"Bearer {alice.token[:-1]}"},
            {"Authorization": "Bearer nonsense", "Cookie": cookie},
            {"X-Auth-Token": alice.token},
            {"Cookie": f"session={cookie.partition('=')[2]}"},
        ):
            answer = await http.get("/me", headers=headers)
            assert problem(answer) == (401, "session.required"), headers
            assert answer.headers["www-authenticate"] == "Bearer"
        assert problem(await http.get(f"/me?token={alice.token}"))[0] in (400, 401)
        assert (await http.get("/me", headers={"Cookie": f"a=b; {cookie}; c=d"})).status_code == 200


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_signing_out_takes_the_cookie_away(office: Office) -> None:
    (alice,) = await office.people("alice", online=False)
    browser = {"Cookie": await cookie_of(office, alice.username), "Origin": office.url}
    async with http_of(office) as http:
        sessions = (await http.get("/me/sessions", headers=browser)).json()
        assert sessions.keys() == {"items", "next"}
        mine = next(each for each in sessions["items"] if each["current"])
        other = next(each for each in sessions["items"] if not each["current"])
        elsewhere = await http.delete(f"/me/sessions/{other['id']}", headers=browser)
        assert (elsewhere.status_code, "set-cookie" in elsewhere.headers) == (204, False)
        assert problem(await http.delete(f"/me/sessions/{other['id']}", headers=browser)) == (404, "session.not_found")
        here = await http.delete(f"/me/sessions/{mine['id']}", headers=browser)
        assert (here.status_code, here.content) == (204, b"")
        assert here.headers["set-cookie"].startswith(f'{COOKIE}="";')
        assert "max-age=0" in here.headers["set-cookie"].lower()
        assert problem(await http.get("/me", headers=browser)) == (401, "session.required")


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_password_is_changed_by_who_knows_the_old_one(office: Office) -> None:
    (alice,) = await office.people("alice", online=False)
    new = "another one 2027"
    async with http_of(office, alice.token) as http:
        for body, status, code in (
            ({"old": "wrong", "new": new}, 403, "password.wrong"),
            ({"old": PASSWORD, "new": "short"}, 400, "password.too_short"),
            ({"old": PASSWORD, "new": "abababababab"}, 400, "password.too_simple"),
            ({"old": PASSWORD, "new": alice.username.upper()}, 400, "password.too_simple"),
            ({"old": PASSWORD, "new": "x" * 257}, 400, "request.malformed"),
            ({"new": new}, 400, "request.malformed"),
        ):
            assert problem(await http.put("/me/password", json=body)) == (status, code), body
        assert await office.signs_in(alice.username), "the old one still stands"
        changed = await http.put("/me/password", json={"old": PASSWORD, "new": new})
        assert (changed.status_code, changed.content) == (204, b"")
        assert (await http.get("/me")).status_code == 200
        assert await office.signs_in(alice.username, new)


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_guessing_the_old_password_is_slowed_too(office: Office) -> None:
    (alice,) = await office.people("alice", online=False)
    async with http_of(office, alice.token) as http:
        for _ in range(5):
            wrong = await http.put("/me/password", json={"old": "wrong", "new": "another one 2027"})
            assert problem(wrong) == (403, "password.wrong")
        right = await http.put("/me/password", json={"old": PASSWORD, "new": "another one 2027"})
        assert problem(right) == (429, "session.throttled"), "even the right one waits"
        assert 1 <= int(right.headers["retry-after"]) <= 30
        assert right.json()["params"] == {"seconds": int(right.headers["retry-after"])}


async def test_set_up_is_closed_once_it_is_done(server: Server, office: Office) -> None:
    wanted = {
        "token": server.started.setup_token,
        "organisation": "Evil",
        "username": "evil",
        "password": "long enough 7",
        "display_name": "Evil",
    }
    async with http_of(office) as http:
        assert (await http.get("/setup")).json() == {"open": False}
        assert problem(await http.post("/setup", json=wanted)) == (404, "setup.closed")
        assert problem(await http.post("/setup", json=wanted | {"token": "guessed"})) == (404, "setup.closed")
        evil = {"username": "evil", "password": "long enough 7"}
        assert problem(await http.post("/sessions", json=evil)) == (401, "session.bad_credentials")


def test_a_browser_that_sets_up_goes_on_signed_in(new_server: Callable[..., Server]) -> None:
    with new_server() as server, httpx.Client(base_url=f"{server.url}/api/v1", trust_env=False) as http:
        own, foreign = {"Origin": server.url}, {"Origin": "https://evil.example"}
        assert http.get("/setup").json() == {"open": True}
        wanted: dict[str, Any] = {
            "token": server.started.setup_token,
            "organisation": "雁信",
            "username": CHIEF,
            "password": CHIEFS_PASSWORD,
            "display_name": "Chief",
        }
        for change, status, code in (
            ({"token": "guessed"}, 403, "setup.bad_token"),
            ({"organisation": "\u200b"}, 400, "setup.bad_organisation"),
            ({"username": "a b"}, 400, "user.bad_username"),
            ({"display_name": " "}, 400, "user.bad_display_name"),
            ({"password": "short"}, 400, "password.too_short"),
        ):
            assert problem(http.post("/setup", json=wanted | change)) == (status, code), change
        assert http.get("/setup").json() == {"open": True}, "nothing came of it"

        answer = http.post("/setup", json=wanted, headers=own)
        assert (answer.status_code, answer.json()["token"]) == (201, None)
        me = answer.json()["user"]
        assert (me["organisation"], me["is_admin"]) == ("雁信", True)
        cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
        assert http.get("/me", headers=cookie).json() == me
        new = {"username": "bob", "display_name": "Bob", "password": "long enough 7"}
        assert problem(http.post("/admin/users", json=new, headers=cookie | foreign)) == (403, "request.origin")
        assert http.post("/admin/users", json=new, headers=cookie | own).status_code == 201
        assert http.get("/setup").json() == {"open": False}


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_cookie_opens_the_socket_to_our_own_pages_only(office: Office) -> None:
    (alice,) = await office.people("alice", online=False)
    cookie = await cookie_of(office, alice.username)
    url = office.url.replace("http", "ws", 1) + "/api/v1/socket"
    async with connect(url, additional_headers={"Cookie": cookie, "Origin": office.url}, proxy=None) as socket:
        await socket.send('{"jsonrpc": "2.0", "id": 1, "method": "hello", "params": {}}')
        assert f'"id":{alice.id}' in str(await socket.recv())
    for origin in (
        None,
        "null",
        "https://evil.example",
        f"{office.url}.evil.example",
        office.url.replace("127", "128"),
    ):
        headers = {"Cookie": cookie} | ({} if origin is None else {"Origin": origin})
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers=headers, proxy=None)
        assert refused.value.response.status_code == 403


async def test_over_tls_only_a_page_that_came_over_tls_may_use_the_cookie(new_server: Callable[..., Server]) -> None:
    """A page of the same host and port that came in plain is not ours: anybody on the way may have made it."""
    with new_server(options=("--tls", "auto")) as server:
        server.set_up()
        trusted = tls(server.url, server.started.ca)
        assert trusted is not None
        wanted = {"username": CHIEF, "password": CHIEFS_PASSWORD, "cookie": True}
        plain = {"Origin": server.url.replace("https", "http", 1)}
        async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", verify=trusted, trust_env=False) as http:
            assert problem(await http.post("/sessions", json=wanted, headers=plain)) == (403, "request.origin")
            answer = await http.post("/sessions", json=wanted, headers={"Origin": server.url})
            assert answer.status_code == 201
            cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
            http.cookies.clear()
            assert problem(await http.patch("/me", json={}, headers=cookie | plain)) == (403, "request.origin")
            assert (await http.patch("/me", json={}, headers=cookie | {"Origin": server.url})).status_code == 200
        url = server.url.replace("http", "ws", 1) + "/api/v1/socket"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers=cookie | plain, ssl=trusted, proxy=None)
        assert refused.value.response.status_code == 403
        async with connect(url, additional_headers=cookie | {"Origin": server.url}, ssl=trusted, proxy=None) as socket:
            await socket.ping()
