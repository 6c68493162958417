"""Colleagues: they answer over a real server, end with it, and come to a demo only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from yanxin.bootstrap.demo.company import VISITOR
from yanxin.client import Client, Rest
from yanxin.domain.bodies import Code, MessageBody, Text
from yanxin.protocol import views
from yanxin.testing.office import Office, Person
from yanxin.testing.servers import Server, yanxin

PLAIN = ("--tls", "off")
DEMO = (*PLAIN, "--demo")

IMPATIENT = """
from yanxin.bootstrap.demo import colleagues
from yanxin.cli.main import main
colleagues.PAUSE_SECONDS = (0.1, 0.2)
main()
"""
"""The server as it is, with colleagues who do not wait a minute before they begin."""


@asynccontextmanager
async def visiting(server: Server) -> AsyncIterator[Person]:
    """The visitor at a desk, connected."""
    office = Office(server)
    token = server.command("user", "token", VISITOR).stdout.strip()
    async with Rest(server.url, token, ca=server.started.ca) as rest:
        me = await rest.me()
        user = await rest.user(me.id)
    person = Person(office, VISITOR, user, token)
    await person.connects()
    try:
        yield person
    finally:
        await person.goes_home()
        await office.close()


async def found(visitor: Person, name: str) -> int:
    """The user id of a colleague."""
    return (await visitor.rest.find_users(name))[0].id


async def is_there(visitor: Person, user: int) -> None:
    """Waits until a colleague is online."""
    now = await visitor.device.watch_presence([user])
    if now[0].status == "offline":
        online = views.Presence(user, "online")
        await visitor.notices(lambda hint: hint == online, f"user {user} online")


async def answer(visitor: Person, where: int, by: int) -> views.Event:
    """Waits for the next message of `by` in `where`."""

    def given() -> views.Event | None:
        said = (each for each in visitor.heard if (each.conversation, each.sender) == (where, by))
        return next((each for each in said if each.kind == "message"), None)

    return await visitor.waits_for(given, f"an answer of user {by}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo that serves, shared by tests that talk in conversations of their own."""
    with Server(tmp_path_factory.mktemp("demo") / "data", options=DEMO) as server:
        yield server


@pytest.mark.parametrize("body", [Text("在吗？"), Code("int main(void) { return 0; }", "c"), Text("How is it going")])
async def test_a_colleague_reads_types_and_answers(demo: Server, body: MessageBody) -> None:
    async with visiting(demo) as visitor:
        peer = await found(visitor, "suwanqing")
        await is_there(visitor, peer)
        where = (await visitor.rest.create("direct", [peer])).id

        sent = await visitor.device.send(where, body)
        await visitor.device.watch_readers(where, [sent.seq])

        await visitor.notices(lambda hint: isinstance(hint, views.Typing) and hint.conversation == where, "typing")
        said = await answer(visitor, where, peer)
        assert isinstance(said.body, Text)
        assert said.reply_to is None
        readers = await visitor.rest.readers(where, sent.seq)
        assert [reader.user for reader in readers.read] == [peer]


async def test_in_a_group_only_whoever_is_spoken_to_answers(demo: Server) -> None:
    """What is said to nobody is read and not answered; a mention and a quote are."""
    async with visiting(demo) as visitor:
        one, other = await found(visitor, "chenyuhang"), await found(visitor, "hanzhipeng")
        await is_there(visitor, one)
        await is_there(visitor, other)
        where = (await visitor.rest.create("group", [one, other], "三人行")).id

        await visitor.device.send(where, "自言自语，不用理我")
        asked = await visitor.device.send(where, Text("@陈雨航 什么时候能给？", [one]))
        said = await answer(visitor, where, one)
        assert said.reply_to == asked.seq

        quoted = await visitor.device.send(where, "好的", reply_to=said.seq)
        visitor.heard.clear()
        assert (await answer(visitor, where, one)).reply_to == quoted.seq

        log = await visitor.log(where)
        assert not [event for event in log if event.kind == "message" and event.sender == other]


async def test_while_somebody_is_there_they_speak_of_their_own_accord(new_server: Callable[..., Server]) -> None:
    server = new_server(options=DEMO, program=(sys.executable, "-c", IMPATIENT))
    server.start()
    async with visiting(server) as visitor:

        def begun() -> views.Event | None:
            said = (each for each in visitor.heard if (each.client_id or "").startswith("colleague-"))
            return next((each for each in said if each.kind == "message"), None)

        event = await visitor.waits_for(begun, "somebody who begins")
        group = await visitor.rest.conversation(event.conversation)
        assert group.kind == "group"
        assert group.members_count <= 60


async def test_they_end_with_the_server_and_do_not_come_without_demo(new_server: Callable[..., Server]) -> None:
    server = new_server(options=DEMO)
    server.start()
    async with visiting(server) as visitor:
        peer = await found(visitor, "suwanqing")
        await is_there(visitor, peer)
    assert server.terminate() < 5

    plain = new_server(options=PLAIN)
    plain.start()
    async with visiting(plain) as visitor:
        assert (await visitor.device.watch_presence([peer]))[0].status == "offline"
        assert plain.command("user", "token", "suwanqing").stdout.startswith("yx1.")
    plain.terminate()

    server.start()
    async with visiting(server) as visitor:
        await is_there(visitor, peer)


async def test_a_colleague_has_one_session_however_often_the_server_was_killed(demo: Server) -> None:
    async with visiting(demo) as visitor:
        await is_there(visitor, await found(visitor, "suwanqing"))
    demo.kill()
    demo.start()

    token = demo.command("user", "token", "suwanqing").stdout.strip()
    async with Rest(demo.url, token) as rest, visiting(demo) as visitor:
        await is_there(visitor, await found(visitor, "suwanqing"))
        mine = await rest.ask("GET", "/me/sessions", views.Page[views.Session])
        assert [one.device for one in mine.items].count("demo") == 1


async def test_over_the_root_of_our_own_making_they_come_too(new_server: Callable[..., Server]) -> None:
    server = new_server(options=("--demo",))
    server.start()
    token = server.command("user", "token", VISITOR).stdout.strip()
    async with Client.connect(server.url, token=token, ca=server.started.ca) as me:
        peer = (await me.rest.find_users("chenyuhang"))[0].id
        while (await me.watch_presence([peer]))[0].status == "offline":
            async for hint in me.hints():
                if isinstance(hint, views.Presence):
                    break


@pytest.mark.parametrize("people", [True, False])
def test_the_start_says_what_it_found(tmp_path: Path, people: bool) -> None:
    """The password is told when the folder is filled and never again; a folder with people is left alone."""
    if people:
        add = ["user", "add", "alice", "--display-name", "Alice"]
        subprocess.run([yanxin(), "--data", str(tmp_path / "data"), *add], check=True, capture_output=True)
    starts = [_first_line(tmp_path / "data") for _ in range(2)]

    if people:
        assert [start["demo"] for start in starts] == [{"is_demo": False, "password": None}] * 2
        token = [yanxin(), "--data", str(tmp_path / "data"), "user", "token", VISITOR]
        assert subprocess.run(token, check=False, capture_output=True).returncode == 1
    else:
        first, second = (start["demo"] for start in starts)
        assert isinstance(first, dict)
        assert first["is_demo"] is True
        assert first["password"]
        assert second == {"is_demo": True, "password": None}
        assert starts[0]["setup_token"] is None


def _first_line(data: Path) -> dict[str, object]:
    command = [yanxin(), "serve", "--data", str(data), "--listen", "127.0.0.1:0", *DEMO, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    with process.stdout as output:
        line = output.readline()
        process.terminate()
        output.read()
    assert process.wait(20) == 0
    return msgspec.json.decode(line, type=dict[str, object])
