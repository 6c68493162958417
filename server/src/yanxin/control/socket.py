"""The socket itself: one JSON line asks, one answers. Whoever may open the data folder may ask."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import structlog

from yanxin.control.commands import Answer, AnyCommand, Commander, Failure

log = structlog.get_logger()

NAME: Final = "control.sock"
MOST_LINE_BYTES: Final = 16 * 1024 * 1024

_commands = msgspec.json.Decoder(AnyCommand)
_answers = msgspec.json.Decoder(Answer)


class Control:
    """The server's side."""

    def __init__(self, folder: Path, commander: Commander) -> None:
        self._folder = folder
        self._commander = commander
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begins to listen; a socket that a killed server left is replaced."""
        (self._folder / NAME).unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _short(self._folder) as path:
            listening.bind(path)
        (self._folder / NAME).chmod(0o600)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=MOST_LINE_BYTES)

    async def close(self) -> None:
        """Ends listening."""
        if self._server is not None:
            self._server.close()
            (self._folder / NAME).unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                try:
                    answer = await self._commander.do(_commands.decode(line))
                except msgspec.DecodeError as error:
                    answer = Answer(failure=Failure("request.malformed", {"reason": str(error)}))
                writer.write(msgspec.json.encode(answer) + b"\n")
                await writer.drain()
        except Exception:  # one command line that failed is no reason for the server to
            log.exception("control.failed")
        finally:
            writer.close()


def ask(folder: Path, command: AnyCommand) -> Answer | None:
    """The answer of the server that runs on `folder`; None where none does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            with _short(folder) as path:
                asking.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        asking.sendall(msgspec.json.encode(command) + b"\n")
        with asking.makefile("rb") as answers:
            line = answers.readline()
    return _answers.decode(line)


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A path of the socket that fits: the system takes 107 bytes, and a folder may lie deeper than that."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)
