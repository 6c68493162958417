"""Signing in and out: what ends, ends at once, and what throttles does not lock an office out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.raw import http_of, problem, socket_of
from yanxin.client import Client, Refused, Rest, SignedOut, YanxinError, set_up, sign_in
from yanxin.protocol import requests
from yanxin.testing import office as offices
from yanxin.testing.office import PASSWORD, Office
from yanxin.testing.servers import CHIEF, CHIEFS_PASSWORD, Server

AT_ONCE_SECONDS = 2.0


async def test_a_session_is_listed_with_its_device_and_address(office: Office) -> None:
    (alice,) = await office.people("alice")
    await sign_in(office.url, alice.username, PASSWORD, device="phone")
    sessions = await alice.rest.sessions()
    assert sorted(session.device for session in sessions) == ["alice's desk", "phone"]
    assert [session.current for session in sessions if session.device == "alice's desk"] == [True]
    assert {session.address for session in sessions} == {"127.0.0.1"}


async def test_a_revoked_session_is_closed_at_once_and_the_other_lives(office: Office) -> None:
    (alice,) = await office.people("alice")
    phone = await sign_in(office.url, alice.username, PASSWORD, device="phone")
    async with Client.connect(office.url, token=phone.token) as on_phone:
        async with socket_of(alice) as raw:
            began = time.monotonic()
            await on_phone.rest.end_session(next(s.id for s in await alice.rest.sessions() if s.id != phone.session.id))
            assert await raw.close_code() == 4401
            assert time.monotonic() - began < AT_ONCE_SECONDS
        assert isinstance(await alice.is_signed_out(), SignedOut)
        with pytest.raises(SignedOut):
            await alice.rest.me()
        assert (await on_phone.rest.me()).id == alice.id
        await on_phone.ping()


async def test_signing_out_here_ends_this_session(office: Office) -> None:
    (alice,) = await office.people("alice")
    (session,) = await alice.rest.sessions()
    await alice.rest.end_session(session.id)
    assert isinstance(await alice.is_signed_out(), SignedOut)


async def test_nobody_ends_somebody_elses_session(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    (session,) = await alice.rest.sessions()
    with pytest.raises(Refused) as refusal:
        await bob.rest.end_session(session.id)
    assert (refusal.value.code, refusal.value.status) == ("session.not_found", 404)
    assert (await alice.rest.me()).id == alice.id


async def test_s18_a_new_password_ends_the_other_sessions(office: Office) -> None:
    (alice,) = await office.people("alice")
    phone = await sign_in(office.url, alice.username, PASSWORD)
    async with Rest(office.url, phone.token) as on_phone:
        with pytest.raises(Refused) as refusal:
            await on_phone.change_password("a wrong one", "a new one 2027")
        assert (refusal.value.code, refusal.value.status) == ("password.wrong", 403)
        await on_phone.change_password(PASSWORD, "a new one 2027")
        assert isinstance(await alice.is_signed_out(), SignedOut)
        assert (await on_phone.me()).id == alice.id
    with pytest.raises(Refused):
        await sign_in(office.url, alice.username, PASSWORD)
    assert (await sign_in(office.url, alice.username, "a new one 2027")).user.id == alice.id


async def test_s18_who_is_disabled_is_out_at_once(office: Office) -> None:
    """By an administrator over REST; what was said stays, and signing in answers as a wrong password does."""
    alice, bob = await office.people("alice", "bob")
    said = await alice.says("still here", to=bob)
    async with socket_of(alice) as raw:
        await office.chief.change_user(alice.id, requests.ChangeUser(disabled=True))
        assert await raw.close_code() == 4401
    assert isinstance(await alice.is_signed_out(), SignedOut)
    async with http_of(office) as http:
        wrong = [
            await http.post("/sessions", json={"username": username, "password": password})
            for username, password in ((alice.username, PASSWORD), (bob.username, "wrong"), ("nobody-at-all", "wrong"))
        ]
    assert {problem(answer) for answer in wrong} == {(401, "session.bad_credentials")}
    assert wrong[0].json() == wrong[1].json() == wrong[2].json()
    assert await bob.sees(said) == ["still here"]


async def test_s18_an_administrator_gives_a_new_password(office: Office) -> None:
    (alice,) = await office.people("alice")
    await office.chief.change_user(alice.id, requests.ChangeUser(password="given by the chief"))
    assert isinstance(await alice.is_signed_out(), SignedOut)
    assert (await sign_in(office.url, alice.username, "given by the chief")).user.id == alice.id


async def test_only_administrators_administer(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    for attempt in (
        alice.rest.add_user("mallory", "Mallory", PASSWORD, is_admin=True),
        alice.rest.change_user(bob.id, requests.ChangeUser(disabled=True)),
        alice.rest.change_user(alice.id, requests.ChangeUser(is_admin=True)),
    ):
        with pytest.raises(Refused) as refusal:
            await attempt
        assert (refusal.value.code, refusal.value.status) == ("admin.required", 403)
    assert not (await alice.rest.me()).is_admin


async def test_s26_a_cookie_needs_our_own_origin(office: Office) -> None:
    (alice,) = await office.people("alice")
    own = {"Origin": office.url}
    wanted = {"username": alice.username, "password": PASSWORD, "cookie": True}
    async with http_of(office) as http:
        assert problem(await http.post("/sessions", json=wanted)) == (403, "request.origin")
        foreign = {"Origin": "https://evil.example"}
        assert problem(await http.post("/sessions", json=wanted, headers=foreign)) == (403, "request.origin")
        answer = await http.post("/sessions", json=wanted, headers=own)
        assert answer.status_code == 201
        assert answer.json()["token"] is None
        cookie = answer.headers["set-cookie"]
        for part in ("__Host-session=", "Secure", "HttpOnly", "samesite=lax", "Path=/"):
            assert part.lower() in cookie.lower(), cookie
        assert "domain" not in cookie.lower()
        jar = {"Cookie": cookie.partition(";")[0]}
        assert (await http.get("/me", headers=jar)).status_code == 200
        change = {"settings": {"theme": "dark"}}
        assert problem(await http.patch("/me", json=change, headers=jar)) == (403, "request.origin")
        assert problem(await http.patch("/me", json=change, headers=jar | foreign)) == (403, "request.origin")
        assert (await http.patch("/me", json=change, headers=jar | own)).status_code == 200


async def test_s25_tokens_are_not_kept_as_they_are(new_server: Callable[..., Server]) -> None:
    """Neither in the data folder nor in the log stands a token that would let somebody in."""
    with new_server() as server:
        server.set_up()
        async with offices.opened(server) as office:
            alice, bob = await office.people("alice", "bob")
            await alice.says("hi", to=bob)
            tokens = [alice.token, bob.token, server.token]
        setup_token = server.started.setup_token
    assert setup_token is not None
    files = [path for path in server.data.rglob("*") if path.is_file()] + [server.log]
    kept = b"".join(path.read_bytes() for path in files)
    assert b"alice" in kept, "what is kept plain is found, so the search can find"
    for token in [*tokens, setup_token]:
        assert token.encode() not in kept


async def test_s68_set_up_works_once_and_with_the_printed_token_only(new_server: Callable[..., Server]) -> None:
    with new_server() as server:
        token = server.started.setup_token
        assert token is not None
        async with Rest(server.url) as stranger:
            wanted = requests.Setup("guessed", "Acme", "root", "long enough 7", "Root")
            with pytest.raises(Refused) as refusal:
                await stranger.ask("POST", "/setup", object, wanted)
            assert (refusal.value.code, refusal.value.status) == ("setup.bad_token", 403)
        first = requests.Setup(token, "Acme 有限公司", "boss", "long enough 7", "老板")
        signed_in = await set_up(server.url, first)
        assert (signed_in.user.is_admin, signed_in.user.organisation) == (True, "Acme 有限公司")
        with pytest.raises(Refused) as refusal:
            await set_up(server.url, requests.Setup(token, "Evil", "evil", "long enough 7", "Evil"))
        assert refusal.value.status == 404
        server.terminate()
        assert server.start().setup_token is None


async def test_s17_guessing_is_slowed_and_says_until_when(office: Office) -> None:
    alice, bob = await office.people("alice", "bob")
    async with http_of(office) as http:
        answers = []
        for number in range(8):
            guess = {"username": alice.username, "password": f"guess {number}"}
            answers.append(await http.post("/sessions", json=guess))
        told = [problem(answer) for answer in answers]
        assert told[0] == (401, "session.bad_credentials")
        assert told[-1] == (429, "session.throttled")
        assert int(answers[-1].headers["retry-after"]) > 0
        assert answers[-1].json()["params"]["seconds"] == int(answers[-1].headers["retry-after"])
    # Somebody else at the same address is not held up, nor is whoever is signed in already.
    assert (await sign_in(office.url, bob.username, PASSWORD)).user.id == bob.id
    assert (await alice.rest.me()).id == alice.id


async def test_s17_five_hundred_behind_one_address_sign_in_at_nine(
    new_server: Callable[..., Server], tmp_path: Path
) -> None:
    """All come from 127.0.0.1 within the same minute, added from one file, one in ten mistyping first."""
    with new_server() as server:
        server.set_up()
        people = [f"worker{number:03},工人{number},pass word {number}" for number in range(500)]
        file = tmp_path / "people.csv"
        file.write_text("username,display_name,password\n" + "\n".join(people) + "\n", "utf-8")
        server.command("user", "add", "--csv", str(file))

        gate = asyncio.Semaphore(25)

        async def arrives(number: int) -> None:
            async with gate:
                if number % 10 == 0:
                    with pytest.raises(Refused) as mistyped:
                        await sign_in(server.url, f"worker{number:03}", "pass wort")
                    assert mistyped.value.code == "session.bad_credentials"
                await sign_in(server.url, f"worker{number:03}", f"pass word {number}")

        await asyncio.gather(*(arrives(number) for number in range(500)))


async def test_people_come_from_a_file_and_bad_rows_are_named(server: Server, office: Office, tmp_path: Path) -> None:
    suffix = office.server.port
    rows = [
        "username,display_name,password",
        f"li.lei-{suffix},李雷,long enough 7",
        f"han.meimei-{suffix},韩梅梅,",
        f"li.lei-{suffix},另一个李雷,long enough 7",
        f"short-{suffix},Short,x",
        ",Nobody,long enough 7",
    ]
    file = tmp_path / "people.csv"
    file.write_text("\n".join(rows) + "\n", "utf-8")
    done = server.command("--json", "user", "add", "--csv", str(file), check=False)
    assert done.returncode == 1, f"some rows could not be added: {done.stderr}"
    assert done.stdout, done.stderr
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    found = {
        user.username for name in ("li.lei", "han.meimei", "short") for user in await office.chief.find_users(name)
    }
    assert {f"li.lei-{suffix}", f"han.meimei-{suffix}"} <= found
    assert f"short-{suffix}" not in found
    assert (await sign_in(server.url, f"li.lei-{suffix}", "long enough 7")).user.display_name == "李雷"


async def test_the_command_line_adds_disables_and_lets_in(server: Server, office: Office) -> None:
    name = f"wang.wu-{server.port}"
    server.command("user", "add", name, "--display-name", "王五", "--password-stdin", stdin="long enough 7\n")
    signed_in = await sign_in(server.url, name, "long enough 7")
    token = server.command("user", "token", name).stdout.strip()
    async with Client.connect(server.url, token=token) as me:
        assert me.id == signed_in.user.id
        server.command("user", "disable", name)
        with pytest.raises(SignedOut):
            await asyncio.wait_for(anext(me.follow()), 10)
    with pytest.raises(Refused):
        await sign_in(server.url, name, "long enough 7")
    server.command("user", "enable", name)
    server.command("user", "password", name, "--password-stdin", stdin="another one 8\n")
    assert (await sign_in(server.url, name, "another one 8")).user.id == signed_in.user.id

    assert server.command("user", "disable", "nobody-at-all", check=False).returncode == 1
    assert server.command("user", "add", check=False).returncode == 2
    taken = server.command(
        "user", "add", name, "--display-name", "Again", "--password-stdin", stdin="x" * 3, check=False
    )
    assert taken.returncode == 1
    assert "Traceback" not in taken.stderr


async def test_s20_odd_types_in_a_sign_in_are_malformed(office: Office) -> None:
    async with http_of(office) as http:
        odd: tuple[Any, ...] = (
            {"username": {"$ne": ""}, "password": "x"},
            {"username": ["a"], "password": "x"},
            {"username": "a"},
            [],
        )
        for body in odd:
            assert problem(await http.post("/sessions", json=body)) == (400, "request.malformed")


async def test_the_chief_is_an_administrator_and_the_last_one_stays(office: Office) -> None:
    chief = await sign_in(office.url, CHIEF, CHIEFS_PASSWORD)
    assert chief.user.is_admin
    with pytest.raises(YanxinError) as refusal:
        await office.chief.change_user(chief.user.id, requests.ChangeUser(is_admin=False))
    assert isinstance(refusal.value, Refused)
    assert refusal.value.code == "user.last_admin"
