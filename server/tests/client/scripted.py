"""A peer that says what a test tells it to: for sequences that a real server never, or rarely, produces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

ME = 7
OTHER = 9
WHERE = 42
AT = "2026-11-24T02:00:00.000Z"


class Socket:
    """One connection of the client, from the server's end."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection

    async def asked(self, method: str) -> dict[str, Any]:
        """The next request, which must be for `method`."""
        async with asyncio.timeout(10):
            frame: dict[str, Any] = json.loads(await self.connection.recv())
        assert frame["method"] == method, frame
        return frame

    async def answers(self, request: dict[str, Any], result: Any) -> None:
        await self._says({"jsonrpc": "2.0", "id": request["id"], "result": result})

    async def refuses(self, request: dict[str, Any], code: str, status: int) -> None:
        data = {"code": code, "status": status, "params": {}}
        await self._says(
            {"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32000, "message": "", "data": data}}
        )

    async def pushes(self, *events: dict[str, Any]) -> None:
        for each in events:
            await self.tells("event", each)

    async def tells(self, method: str, params: Any) -> None:
        await self._says({"jsonrpc": "2.0", "method": method, "params": params})

    async def greets(self, *conversations: dict[str, Any], **other: Any) -> dict[str, Any]:
        """Answers `hello`; gives its parameters."""
        request = await self.asked("hello")
        answer = {
            "user": me(),
            "version": 5,
            "schema": 1,
            "reset": False,
            "conversations": conversations,
            "removed": [],
            "now": AT,
        }
        await self.answers(request, answer | other)
        params: dict[str, Any] = request["params"]
        return params

    async def closes(self, code: int = 1000) -> None:
        await self.connection.close(code)

    async def breaks(self) -> None:
        """The wire is cut: no closing handshake."""
        self.connection.transport.abort()

    async def _says(self, frame: dict[str, Any]) -> None:
        await self.connection.send(json.dumps(frame))


class Peer:
    """The listening end. `conversations` answers GET /conversations/{id}."""

    def __init__(self) -> None:
        self.url = ""
        self.conversations: dict[int, dict[str, Any]] = {}
        self.status: int | None = None
        self._sockets: asyncio.Queue[Socket] = asyncio.Queue()

    async def socket(self) -> Socket:
        """The client's next connection."""
        async with asyncio.timeout(10):
            return await self._sockets.get()

    async def handle(self, connection: ServerConnection) -> None:
        await self._sockets.put(Socket(connection))
        await connection.wait_closed()

    def route(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.path == "/api/v1/socket":
            return None if self.status is None else _json(self.status, {})
        told = self.conversations.get(int(request.path.rsplit("/", 1)[-1]))
        if told is None:
            problem = {
                "type": "",
                "title": "",
                "detail": "",
                "status": 404,
                "code": "conversation.not_found",
                "params": {},
            }
            return _json(404, problem)
        return _json(200, told)


def _json(status: int, document: Any) -> Response:
    body = json.dumps(document).encode()
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"})
    return Response(status, "", headers, body)


@asynccontextmanager
async def listening() -> AsyncIterator[Peer]:
    """A peer on a port of its own."""
    peer = Peer()
    async with serve(peer.handle, "127.0.0.1", 0, process_request=peer.route, compression=None) as server:
        peer.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield peer


def me() -> dict[str, Any]:
    return {
        "id": ME,
        "username": "me",
        "display_name": "Me",
        "is_admin": False,
        "organisation": "Here",
        "settings": {},
        "version": 5,
    }


def conversation(head: int, first: int = 1, where: int = WHERE, cursor: int = 0) -> dict[str, Any]:
    """A group in which every event is a message by somebody else."""
    return {
        "id": where,
        "kind": "group",
        "title": "Lunch",
        "peer": None,
        "head": {"seq": head, "ordinal": head},
        "first": first,
        "cursor": {"seq": cursor, "ordinal": cursor},
        "nth": 0,
        "cursor_nth": 0,
        "unread": head - cursor,
        "mentions": 0,
        "last": None,
        "members_count": 2,
        "my": {"role": "member", "muted": False, "pinned": False, "hidden": False, "unread_mark": False},
        "created_at": AT,
        "dismissed_at": None,
    }


def message(seq: int, where: int = WHERE, **other: Any) -> dict[str, Any]:
    return {
        "conversation": where,
        "seq": seq,
        "ordinal": seq,
        "kind": "message",
        "nth": seq,
        "at": AT,
        "sender": OTHER,
        "client_id": f"c{seq}",
        "body": {"type": "text", "text": f"no. {seq}", "mentions": [], "mention_all": False},
    } | other


def page(first: int, last: int, head: int) -> dict[str, Any]:
    return {"items": [message(seq) for seq in range(first, last + 1)], "head": {"seq": head, "ordinal": head}}
