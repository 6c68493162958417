"""Speaking to the server without a client that minds its manners."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from yanxin.testing.office import Office, Person

PATIENCE_SECONDS = 20.0


class Socket:
    """A socket on which anything can be said."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._ids = 0

    async def says(self, frame: str | bytes) -> None:
        """A string goes as a text frame, bytes as a binary one."""
        await self.connection.send(frame)

    async def hears(self) -> dict[str, Any]:
        """The next answer; notifications are passed over."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                frame: dict[str, Any] = json.loads(await self.connection.recv())
                if "method" not in frame:
                    return frame

    async def asks(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to a well-formed request, whole."""
        self._ids += 1
        await self.says(json.dumps({"jsonrpc": "2.0", "id": self._ids, "method": method, "params": params}))
        answer = await self.hears()
        assert answer["id"] == self._ids, answer
        return answer

    async def close_code(self) -> int | None:
        """Waits until the server closes, and gives its code."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                while True:
                    await self.connection.recv()
            except ConnectionClosed:
                return self.connection.close_code


@asynccontextmanager
async def socket_of(person: Person, *, greets: bool = True) -> AsyncIterator[Socket]:
    """A socket of `person`, after `hello` unless said otherwise."""
    url = person.office.url.replace("http", "ws", 1) + "/api/v1/socket"
    headers = {"Authorization": f"Bearer {person.token}", "Accept-Language": "en"}
    async with connect(url, additional_headers=headers, compression=None, proxy=None, max_size=1 << 24) as connection:
        socket = Socket(connection)
        if greets:
            assert "result" in await socket.asks("hello")
        yield socket


@asynccontextmanager
async def http_of(office: Office, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP to /api/v1, signed in with `token` or a stranger."""
    headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with httpx.AsyncClient(
        base_url=office.url + "/api/v1", headers=headers, trust_env=False, timeout=PATIENCE_SECONDS
    ) as client:
        yield client


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, once it is found to be a whole RFC 9457 problem."""
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    document = answer.json()
    assert document.keys() == {"type", "title", "status", "detail", "code", "params"}, document
    assert document["status"] == answer.status_code
    assert document["title"] != document["code"], "a sentence, not a code"
    return answer.status_code, document["code"]
