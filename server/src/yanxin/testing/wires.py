"""A wire between a client and a server that can be slow, stopped or cut."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK_BYTES = 16 * 1024


class Wire:
    """Passes bytes on between whoever connects to `url` and the server at `to`, and holds hardly any itself.

    What the server sends passes at `bytes_per_second` on each connection, and not at all while stopped.
    """

    def __init__(self, to: str, bytes_per_second: float | None = None) -> None:
        parts = urlsplit(to)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self.bytes_per_second = bytes_per_second
        self.passed_bytes = 0
        self.url = ""
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=_CHUNK_BYTES)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        await self.cut()

    def stop(self) -> None:
        """Nothing more comes from the server."""
        self._flows.clear()

    def flow(self) -> None:
        """It comes again."""
        self._flows.set()

    async def cut(self) -> None:
        """Every connection breaks."""
        connections = list(self._connections)
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "asyncio runs this in a task of its own"
        self._connections.add(task)
        try:
            await self._join(reader, writer)
        except asyncio.CancelledError:
            pass  # Cut. The task ends here and nobody else awaits it.
        finally:
            self._connections.discard(task)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A small window towards the server, so that what the client does not take is the server's to hold.
        near = socket.socket()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _CHUNK_BYTES)
        near.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(near, (self._host, self._port))
        except OSError:
            near.close()
            writer.transport.abort()
            return
        server_reader, server_writer = await asyncio.open_connection(sock=near, limit=_CHUNK_BYTES)
        up = asyncio.create_task(_pass_on(reader, server_writer))
        down = asyncio.create_task(self._pass_down(server_reader, writer))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
            for each in (writer, server_writer):
                each.transport.abort()

    async def _pass_down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self._flows.wait()
                data = await reader.read(_CHUNK_BYTES)
                await self._flows.wait()
                if not data:
                    # What is on its way still arrives before the end.
                    await writer.drain()
                    writer.close()
                    await writer.wait_closed()
                    return
                writer.write(data)
                await writer.drain()
                self.passed_bytes += len(data)
                if self.bytes_per_second is not None:
                    await asyncio.sleep(len(data) / self.bytes_per_second)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
