"""Members: people with an open socket, whose every delivery goes into the ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from bench.ledger import Ledger, Listener
from bench.running import Running
from bench.wire import Frame, Refusal, Socket, Told

PATIENCE_SECONDS: Final = 15.0
"""So long nothing may come before what is missing counts as lost."""
_TOGETHER: Final = 50


class Greeted(msgspec.Struct):
    """The answer to hello, as far as it is looked at."""

    version: int
    reset: bool
    conversations: list[Greeting]


class Greeting(msgspec.Struct):
    """A conversation of which hello has news."""

    id: int
    head: Head
    last: Last | None


class Head(msgspec.Struct):
    """How far the log reaches."""

    seq: int


class Last(msgspec.Struct):
    """The newest message."""

    seq: int
    client_id: str | None


class Placed(msgspec.Struct):
    """The answer to a send."""

    seq: int


_placed = msgspec.json.Decoder(Placed).decode
_greeted = msgspec.json.Decoder(Greeted).decode

Heard = Callable[["Member", Told], Any]


class Member:
    """One person at one device."""

    __slots__ = ("book", "heads", "last_event", "listener", "number", "other", "socket", "then", "user", "version")

    socket: Socket

    def __init__(self, running: Running, number: int, book: Book) -> None:
        person = running.people[number]
        self.book = book
        self.number = number
        self.user = person.user
        self.version = person.version
        self.heads = dict(person.heads)
        self.listener = Listener(f"person {number}", self.user, self.heads)
        self.then: Heard | None = None
        self.other: Callable[[Member, Frame], None] | None = None
        self.last_event = b""

    async def arrive(self, running: Running) -> Greeted:
        """Opens the socket and says hello. Raises Refusal."""
        self.socket = await running.socket(self.number, self.told, self.failed)
        return await self.hello()

    async def hello(self) -> Greeted:
        """Says hello with what the device holds."""
        asked = {"version": self.version, "heads": {str(where): seq for where, seq in self.heads.items()}}
        answer = _greeted(await self.socket.asked("hello", {**asked, "device": "bench"}))
        self.version = answer.version
        return answer

    def say(self, where: int, client_id: str, text: str, acknowledged: Callable[[Member], None] | None = None) -> None:
        """Sends a message."""

        def answered(result: msgspec.Raw) -> None:
            self.book.ledger.acknowledged(client_id, _placed(result).seq)
            if acknowledged is not None:
                acknowledged(self)

        self.book.ledger.said(where, client_id)
        body = {"type": "text", "text": text}
        self.socket.ask("message.send", {"conversation": where, "client_id": client_id, "body": body}, answered)

    def told(self, frame: Frame, payload: bytes) -> None:
        """Hears a notification."""
        if frame.method == "event" and frame.params is not None:
            self.last_event = payload
            self.book.ledger.heard(self.listener, frame.params)
            if self.then is not None:
                self.then(self, frame.params)
        elif frame.method in ("lagging", "goodbye"):
            self.failed(f"was told {frame.method}")
        elif self.other is not None:
            self.other(self, frame)

    def failed(self, sentence: str) -> None:
        """Something that must not happen did."""
        self.book.ledger.fault(f"{self.listener.name}: {sentence}")


class Book:
    """Where the members of a scenario write: the ledger of the phase that runs."""

    def __init__(self) -> None:
        self.ledger = Ledger([])
        self.members: list[Member] = []
        self.faults: list[str] = []

    def begin(self) -> Ledger:
        """A new phase."""
        self.ledger = Ledger([member.listener for member in self.members])
        return self.ledger

    async def whole(self) -> None:
        """Waits until all came that should come, or until nothing has come for long; then judges."""
        ledger, seen, at = self.ledger, -1, time.monotonic()
        while not ledger.is_whole:
            if ledger.progress != seen:
                seen, at = ledger.progress, time.monotonic()
            elif time.monotonic() - at > PATIENCE_SECONDS:
                break
            await asyncio.sleep(0.005)

    async def close(self) -> list[str]:
        """Judges the phase: it is called after the figures were taken, and a moment later, so that what came twice has come."""
        await asyncio.sleep(0.3)
        self.faults += self.ledger.judged()
        return self.faults


async def arrived(running: Running, numbers: range) -> Book:
    """The people of `numbers`, all connected and greeted. Raises Refusal."""
    book = Book()
    book.members = [Member(running, number, book) for number in numbers]
    for start in range(0, len(numbers), _TOGETHER):
        greeted = await asyncio.gather(*(each.arrive(running) for each in book.members[start : start + _TOGETHER]))
        if any(each.reset or each.conversations for each in greeted):
            raise Refusal("hello has news for a device that holds everything")
    book.begin()
    return book


def leave(book: Book) -> None:
    """All go at once."""
    for each in book.members:
        each.socket.abort()


def every(seconds: float, count: int, do: Callable[[int], None]) -> asyncio.Future[None]:
    """Calls `do` with 0 … `count` − 1, evenly over `seconds`, whatever comes of it; done after the last."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    began, next_one = loop.time(), 0

    def turn() -> None:
        nonlocal next_one
        now = loop.time() - began
        while next_one < count and next_one * seconds / count <= now:
            do(next_one)
            next_one += 1
        if next_one == count:
            done.set_result(None)
        else:
            loop.call_at(began + next_one * seconds / count, turn)

    turn()
    return done
