"""What a stranger's bytes can do to the process itself: numbers that only a real server can show."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn

from tests.journeys.raw import http_of, problem
from yanxin.domain import throttling
from yanxin.http import patience
from yanxin.testing.office import PASSWORD, Office
from yanxin.testing.servers import Server

PATIENCE_SECONDS = 20.0


async def says(port: int, data: bytes, *, finishes: bool = False) -> bytes:
    """What the server answers to these bytes before it closes. Raises TimeoutError where it does not close."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        if finishes:
            writer.write_eof()
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                await writer.drain()
                return await reader.read()
            except ConnectionError:
                return b""  # Closed while we still spoke.
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_s27_no_header_says_where_somebody_comes_from(office: Office) -> None:
    """No proxy is configured, so none is believed: neither in the list of sessions nor by the throttle."""
    alice, bob = await office.people("alice", "bob", online=False)
    headers = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"]
    async with http_of(office) as http:
        right = {"username": alice.username, "password": PASSWORD}
        wrong = {"username": bob.username, "password": "wrong"}
        told = []
        for number, header in enumerate(headers):
            claims = {header: f"for=203.0.113.{number}" if header == "Forwarded" else f"203.0.113.{number}"}
            signed_in = await http.post("/sessions", json=right, headers=claims)
            assert signed_in.json()["session"]["address"] == "127.0.0.1", header
            told.append(problem(await http.post("/sessions", json=wrong, headers=claims)))
        assert told[0] == (401, "session.bad_credentials")
        assert told[-1] == (429, "session.throttled")


async def test_s38_what_people_send_stays_within_its_line_of_the_log(new_server: Callable[..., Server]) -> None:
    """Names of devices, addresses and headers with line breaks forge no line of their own."""
    with new_server() as server:
        token = server.set_up()
        forged = '\r\n{"event": "forged"}\r\nforged'
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
            bearer = {"Authorization": f"Bearer {token}"}
            sign_in = {"username": forged[:100], "password": forged, "device": forged}
            await http.post("/api/v1/sessions", json=sign_in)
            await http.get("/api/v1/%0d%0aforged", headers=bearer)
            await http.get("/%0d%0aforged")
            await http.get("/api/v1/users", params={"query": forged}, headers=bearer)
        await says(server.port, b"GET / HTTP/1.1\r\nHost: x\r\nforged\r\n\r\n")
        await says(server.port, b"\x16\x03\x01forged\r\nforged\r\n\r\n")
    logged = server.log.read_text("utf-8").splitlines()
    assert [line for line in logged if "server.stopped" in line], "it logs"
    assert [line for line in logged if line.strip().startswith(("forged", '{"event": "forged"'))] == []
    for line in logged:
        if line.startswith("{"):
            json.loads(line)


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_s52_a_head_that_is_too_large_is_not_read_to_its_end(office: Office) -> None:
    """Whether it is one long line, a long address, or lines without end."""
    port = office.server.port
    before = office.server.memory_bytes()
    for head in (
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 20_000_000,
        b"GET /" + b"x" * 20_000_000,
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: x\r\n" * 3_000_000,
        b"x" * 20_000_000,
    ):
        answer = await says(port, head)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:100]
    assert office.server.memory_bytes() - before < 16_000_000
    assert (await office.chief.me()).id, "and others are served"


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_s52_what_is_no_http_is_answered_with_400_or_not_at_all(office: Office) -> None:
    for data in (
        b"\x00" * 100,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ):
        answer = await says(office.server.port, data, finishes=True)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), (data, answer[:100])


def test_s56_guessing_under_ever_new_names_does_not_fill_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of failures has a bound, and those of late are remembered before older ones."""
    monkeypatch.setattr(throttling, "MAX_BUCKETS", 1_000)
    buckets = throttling.Buckets()
    for number in range(5_000):
        buckets.failed(f"user{number}", f"10.0.{number >> 8}.{number & 255}", 0.0)
    assert len(buckets._levels) == 1_000
    for _ in range(5):
        buckets.failed("user4999", "10.0.19.135", 0.0)
    assert buckets.wait("user4999", "10.0.19.135", 0.0) > 0


class Listening(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


@asynccontextmanager
async def impatient(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """The port of a server in this process that waits half a second for a head, and a second for a request."""
    monkeypatch.setattr(patience, "HEAD_WITHIN_SECONDS", 0.5)
    monkeypatch.setattr(patience, "WHOLE_WITHIN_SECONDS", 1.0)

    async def app(_scope: object, receive: Callable[[], Awaitable[dict[str, object]]], _send: object) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    server = Listening(uvicorn.Config(app, http=patience.PatientProtocol, lifespan="off", log_config=None, port=0))
    serving = asyncio.create_task(server._serve(None))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await server.listens.wait()
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    ],
)
async def test_s58_who_never_finishes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    async with impatient(monkeypatch) as port:
        assert await says(port, data) == b""


async def test_s58_who_says_a_little_ever_again_is_not_waited_for_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then is no reason to wait on: the deadline is for the whole."""
    async with impatient(monkeypatch) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n")
        ended = asyncio.create_task(reader.read())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not ended.done():
                writer.write(b"A: b\r\n")
                await asyncio.wait([ended], timeout=0.1)
        assert await _outcome(ended) == b""
        writer.close()


async def _outcome(ended: asyncio.Task[bytes]) -> bytes:
    try:
        return await ended
    except ConnectionError:
        return b""


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_s58_two_thousand_strangers_who_say_nothing_hold_nobody_up(office: Office) -> None:
    """They cost the server little memory, and who has something to say is served at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_192), hard))
    before = office.server.memory_bytes()
    strangers = []
    try:
        for _ in range(20):
            strangers += await asyncio.gather(
                *(asyncio.open_connection("127.0.0.1", office.server.port) for _ in range(100))
            )
        async with asyncio.timeout(2):
            assert (await office.chief.me()).id
        assert office.server.memory_bytes() - before < 2_000 * 16_384
    finally:
        for _, writer in strangers:
            writer.transport.abort()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_table_names_tests_that_are_there() -> None:
    """README.md of this folder: each number has its tests or its reason, and no test is missing from it."""
    tests = Path(__file__).parents[1]
    found: dict[int, set[str]] = {}
    for path in tests.rglob("test_*.py"):
        for line in path.read_text("utf-8").splitlines():
            name = line.removeprefix("async ").removeprefix("def ").partition("(")[0]
            if name.startswith("test_s") and name[6:8].isdecimal() and name[8] == "_":
                found.setdefault(int(name[6:8]), set()).add(path.relative_to(tests).as_posix())
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in Path(__file__).with_name("README.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and line[2].isdecimal()
    ]
    assert [int(row[0]) for row in rows] == list(range(1, 71))
    for number, _what, shown in rows:
        named = {each for each in found.get(int(number), set()) if f"`{each}`" in shown}
        assert named == found.get(int(number), set()), number
        assert shown, number
