"""Desks: people with devices before the real gateway, delivery, actions and store, without a network between.

What a socket would carry is handed over as bytes both ways, so a history of a hundred acts takes
a fraction of a second and still goes all the way.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from tests.laws.mirror import Hole, Mirror
from tests.store.opened import CONNECTIONS, MASTER, Clock
from yanxin.access.tokens import Doorkeeper
from yanxin.delivery.office import Office
from yanxin.domain.actors import Actor
from yanxin.domain.news import News
from yanxin.domain.refusals import Refused
from yanxin.gateway.connection import Connection
from yanxin.gateway.socket import Gateway
from yanxin.protocol import views
from yanxin.store import dialects
from yanxin.store.database import Database, Work
from yanxin.store.keyring import Keyring

T = TypeVar("T")
PATIENCE_SECONDS = 5


class House:
    """A server without its doors."""

    def __init__(self, url: str, folder: Path) -> None:
        self.clock = Clock()
        self.folder = folder
        self.names = itertools.count(1)
        self.lines = itertools.count(1)
        self._office: Office | None = None
        engine = dialects.engine(url, connections=CONNECTIONS)
        self.database = Database(engine, Keyring(MASTER), self.clock, self._heard)
        self.doorkeeper = Doorkeeper(self.database)
        self._office = Office(self.database, self.doorkeeper)
        self.gateway = Gateway(self.database, self.doorkeeper, self._office)

    def _heard(self, news: list[News]) -> None:
        assert self._office is not None
        self._office.heard(news)

    async def do(self, work: Work[T]) -> T | Refused:
        """What REST would do: the result, or why not."""
        try:
            return await self.database.write(work)
        except Refused as refusal:
            return refusal

    async def close(self) -> None:
        assert self._office is not None
        await self._office.close()
        await self.database.close()


@asynccontextmanager
async def house(url: str, folder: Path) -> AsyncIterator[House]:
    """A server over the database at `url`, until the end of the block."""
    opened = House(url, folder)
    try:
        yield opened
    finally:
        await opened.close()


class Desk:
    """One device of one person: a socket without a wire, and all that came over it."""

    def __init__(self, house: House, actor: Actor) -> None:
        self.actor = actor
        self.house = house
        self.mirror = Mirror(actor.user)
        self.heard: list[bytes] = []
        self.events: list[views.Event] = []
        self.wrong: list[str] = []
        self.closed: int | None = None
        self.asked: dict[int, str] = {}
        self.buffered = 0
        self.was_busy: list[bool] = []
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self._moved = asyncio.Event()
        self.read_alone: set[int] = set()
        """Where this device set the cursor itself: that raised the person's version, which it was not told."""
        self._greeting = 0
        self.may_lag = self._is_behind = False
        self._connection: Connection | None = None

    # What the gateway takes for a wire, and for its transport.

    is_open = True

    @property
    def transport(self) -> Desk:
        return self

    def write(self, data: bytes) -> None:
        for text in payloads(data):
            self.heard.append(text)
            self._takes(text)
        self._moved.set()

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def close(self, code: int, reason: str) -> None:
        self.closed = code

    def busy(self, is_busy: bool) -> None:
        self.was_busy.append(is_busy)

    # What the person does with it.

    async def connects(self, *, greets: bool = True) -> None:
        """Says hello with what it holds, and reads what it lacks."""
        assert self._connection is None
        actor = replace(self.actor, line=next(self.house.lines))
        self._connection = Connection(self.house.gateway, self, actor, "en")  # type: ignore[arg-type]
        self.house.gateway.connections.add(self._connection)
        self.house.gateway.office.crowd.connect(self._connection.session)
        if greets:
            await self.hello()

    async def hello(self) -> None:
        """Also in the middle of a connection, as after a `lagging`, which an earlier hello under way may bring."""
        self._greeting += 1
        self.may_lag = self.may_lag or self._greeting > 1
        heads = {str(where): each.held for where, each in self.mirror.followed.items()}
        self._is_behind = False
        try:
            await self.ask("hello", version=self.mirror.version, heads=heads, device="desk")
        finally:
            self._greeting -= 1

    def drops(self) -> None:
        """The wire is cut."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.lost()
            for waiting in self._waiting.values():
                waiting.cancel()
            self._waiting.clear()

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    @property
    def is_busy(self) -> bool:
        """Whether something asked is not answered yet."""
        return bool(self._waiting)

    async def ask(self, method: str, **params: Any) -> Any:
        """The result. Raises Refused, with the code that the answer has."""
        assert self._connection is not None
        number = next(self._ids)
        self.asked[number] = method
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        frame = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self._connection.received(msgspec.json.encode(frame))
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = msgspec.json.decode(await waiting, type=Answer)
        if answer.error is not None:
            raise Refused(answer.error.data["code"])
        return answer.result

    def tells(self, method: str, **params: Any) -> None:
        """Says it as a notification, which is not answered."""
        assert self._connection is not None
        self._connection.received(msgspec.json.encode({"jsonrpc": "2.0", "method": method, "params": params}))

    async def hears(self, *methods: str) -> None:
        """Waits until each of these notifications has come at least once."""

        def has_heard() -> bool:
            return set(methods) <= {msgspec.json.decode(frame).get("method") for frame in self.heard}

        await self.settles(has_heard)
        assert has_heard(), f"user {self.actor.user} waited in vain for {methods}"

    async def settles(self, is_settled: Callable[[], bool]) -> None:
        """Reads what its log lacks, and looks at each piece of news whether it `is_settled`, until it is or long after."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    self._moved.clear()
                    if self._is_behind:
                        await self.hello()
                    for where, held in self.mirror.missing():
                        await self._reads(where, held)
                    if is_settled():
                        return
                    await self._moved.wait()

    async def _reads(self, where: int, held: int) -> None:
        try:
            answer = await self.ask("events.list", conversation=where, after=held, limit=200)
        except Refused:
            self.mirror.followed.pop(where, None)  # removed meanwhile; a `state` is on its way
            return
        self.mirror.read(msgspec.convert(answer, views.Events), where)

    def _takes(self, text: bytes) -> None:
        frame = msgspec.json.decode(text, type=Answer)
        if frame.method is None:
            waiting = self._waiting.pop(frame.id, None) if isinstance(frame.id, int) else None
            if waiting is not None and not waiting.done():
                waiting.set_result(msgspec.Raw(text))
            self._takes_answer(frame)
            return
        match frame.method:
            case "event":
                event = msgspec.convert(frame.params, views.Event)
                self.events.append(event)
                try:
                    self.mirror.pushed(event)
                except Hole as hole:
                    self.wrong.append(str(hole))
            case "state":
                self.mirror.state(msgspec.convert(frame.params, views.State))
            case "lagging":
                self._is_behind = True
                if not self.may_lag:
                    self.wrong.append(f"user {self.actor.user}: lagging, though it takes everything at once")

    def _takes_answer(self, frame: Answer) -> None:
        """Answers are taken in the order in which they come among the pushes: that order means something."""
        if isinstance(frame.result, dict) and "conversations" in frame.result:
            self.mirror.greeted(msgspec.convert(frame.result, views.Hello))

    async def sets_cursor(self, where: int, seq: int) -> None:
        answer = msgspec.convert(await self.ask("cursor.set", conversation=where, seq=seq), views.Cursor)
        self.mirror.cursor_set(where, answer)
        self.read_alone.add(where)


class Problem(msgspec.Struct):
    """The error of an answer."""

    code: int
    message: str
    data: dict[str, Any]


class Answer(msgspec.Struct):
    """A frame of the server's."""

    jsonrpc: str
    id: int | str | None = None
    method: str | None = None
    params: Any = None
    result: Any = None
    error: Problem | None = None


def payloads(data: bytes) -> list[bytes]:
    """The texts of whole, unmasked text frames."""
    found = []
    while data:
        assert data[0] == 0x81, "whole text frames only"
        size, start = data[1], 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10], "big"), 10
        found.append(data[start : start + size])
        data = data[start + size :]
    return found
