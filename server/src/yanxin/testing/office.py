"""An office of people: the words in which tests speak.

alice, bob = await office.people("alice", "bob")
said = await alice.says("lunch?", to=bob)
await alice.recalls(said)
assert await bob.sees() == [gap(said.seq)]
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from yanxin.client import Client, Pauses, Rest, YanxinError, sign_in
from yanxin.client.client import Hint
from yanxin.domain.bodies import Code, MessageBody, Text
from yanxin.protocol import views
from yanxin.testing.servers import Server

T = TypeVar("T")

PASSWORD = "open sesame 2026"
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Said:
    """Something that was said, and where it stands."""

    conversation: int
    seq: int
    ordinal: int
    text: str


@dataclass(frozen=True)
class gap:  # noqa: N801 - reads as a word in what people see
    """The place of a recalled message."""

    seq: int


class Person:
    """Somebody with an account, and a device that is connected while the person is in the office."""

    def __init__(self, office: Office, name: str, user: views.User, token: str) -> None:
        self.office = office
        self.name = name
        self.username = user.username
        self.id = user.id
        self.token = token
        self.rest = Rest(office.url, token, ca=office.ca)
        self.heard: list[views.Event] = []
        self.held: dict[int, int] = {}
        self.hints: list[Hint] = []
        self.ended: YanxinError | None = None
        self._changed = asyncio.Condition()
        self._device: Client | None = None
        self._listening: list[asyncio.Task[None]] = []
        self._last: int | None = None

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def device(self) -> Client:
        """The connected client."""
        assert self._device is not None, f"{self.name} is not connected"
        return self._device

    async def connects(self, via: str | None = None, **resume: Any) -> Client:
        """Comes online, over the wire `via` if given; with `version` and `heads` where an earlier device stood."""
        device = Client.connect(
            via or self.office.url,
            token=self.token,
            ca=self.office.ca,
            device=f"{self.name}'s desk",
            pauses=Pauses(first=0.05, longest=0.5),
            **resume,
        )
        await device.__aenter__()
        self._device = device
        self.held = device.heads
        self._listening = [asyncio.create_task(self._hears()), asyncio.create_task(self._notices())]
        return device

    async def disconnects(self) -> None:
        """Goes offline, and keeps what was heard."""
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        self._listening = []
        if self._device is not None:
            await self._device.close()
            self._device = None

    async def _hears(self) -> None:
        try:
            async for event in self.device.follow():
                async with self._changed:
                    self.heard.append(event)
                    self.held[event.conversation] = event.seq
                    self._last = event.conversation
                    self._changed.notify_all()
        except YanxinError as error:
            async with self._changed:
                self.ended = error
                self._changed.notify_all()

    async def _notices(self) -> None:
        try:
            async for hint in self.device.hints():
                async with self._changed:
                    self.hints.append(hint)
                    self._changed.notify_all()
        except YanxinError:
            pass  # `_hears` tells of the same end.

    # Deeds.

    async def says(self, what: str | MessageBody, to: Place, *, reply_to: int | None = None) -> Said:
        """Says it over the socket; to a person in the direct conversation with them."""
        where = await self.talk_with(to)
        sent = await self.device.send(where, what, reply_to=reply_to)
        text = what if isinstance(what, str) else what.text
        return Said(where, sent.seq, sent.ordinal, text)

    async def edits(self, said: Said, text: str) -> Said:
        sent = await self.device.edit(said.conversation, said.seq, text)
        return Said(said.conversation, sent.seq, sent.ordinal, text)

    async def recalls(self, said: Said) -> Said:
        sent = await self.device.recall(said.conversation, said.seq)
        return Said(said.conversation, sent.seq, sent.ordinal, "")

    async def reads(self, said: Said) -> views.Cursor:
        """Has read up to there."""
        return await self.device.set_cursor(said.conversation, said.seq)

    async def founds(self, title: str, *others: Person) -> int:
        """A new group with these people; its number."""
        return (await self.rest.create("group", [other.id for other in others], title)).id

    async def talk_with(self, to: Place) -> int:
        """The number of the conversation that `to` means."""
        if isinstance(to, Person):
            where = (await self.rest.create("direct", [] if to is self else [to.id])).id
        else:
            where = to.conversation if isinstance(to, Said) else to
        self._last = where
        return where

    # Senses.

    async def sees(self, where: Place | None = None) -> list[str | gap]:
        """The messages of a conversation (else the one that was last active here), as they stand now."""
        conversation = self._last if where is None else await self.talk_with(where)
        assert conversation is not None, f"{self.name} has not talked to anybody"
        return [
            gap(event.seq) if event.body is None else event.body.text
            for event in await self.log(conversation)
            if event.kind == "message" and (event.body is None or isinstance(event.body, Text | Code))
        ]

    async def log(self, conversation: int) -> list[views.Event]:
        """Every event of a conversation that this person may read."""
        events: list[views.Event] = []
        position = 0
        while True:
            page = await self.rest.events(conversation, after=position, limit=200)
            events += page.items
            if not page.items or page.items[-1].seq >= page.head.seq:
                return events
            position = page.items[-1].seq

    async def hears(self, said: Said) -> views.Event:
        """Waits until the device was told of what stands there, and gives it."""
        place = (said.conversation, said.seq)

        def found() -> views.Event | None:
            return next((event for event in self.heard if (event.conversation, event.seq) == place), None)

        return await self.waits_for(found, f"event {place}")

    async def holds(self, heads: Mapping[int, int]) -> None:
        """Waits until everything up to `heads` was heard here, or the device has ended. No limit of its own."""
        async with self._changed:
            while self.ended is None and any(self.held.get(where, 0) < seq for where, seq in heads.items()):
                await self._changed.wait()

    async def notices(self, is_it: Callable[[Hint], bool], what: str = "a hint") -> Hint:
        """Waits for a hint that `is_it`."""
        return await self.waits_for(lambda: next((hint for hint in self.hints if is_it(hint)), None), what)

    async def is_signed_out(self) -> YanxinError:
        """Waits until the device was told that it is over."""
        return await self.waits_for(lambda: self.ended, "the end of the session")

    async def waits_for(self, find: Callable[[], T | None], what: str) -> T:
        """What `find` gives, as soon as that is something; looked for at each piece of news.

        Raises AssertionError after PATIENCE_SECONDS.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
                while (found := find()) is None:
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"{self.name} waited for {what} in vain; end: {self.ended!r}") from None

    async def unread(self, where: Place) -> int:
        """What the server counts as unread."""
        return (await self.rest.conversation(await self.talk_with(where))).unread

    async def goes_home(self) -> None:
        """Everything of this person ends."""
        await self.disconnects()
        await self.rest.close()


Place: TypeAlias = Person | Said | int


class Office:
    """People around one server. Their usernames get an ending of their own, so that tests can share a server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = server.url
        self.ca = server.started.ca
        self.chief = Rest(server.url, server.token, ca=self.ca)
        self._ending = secrets.token_hex(3)
        self._people: list[Person] = []

    async def people(self, *names: str, online: bool = True) -> Sequence[Person]:
        """New people with these names, in the same order, connected unless said otherwise."""
        return await asyncio.gather(*(self.person(name, online=online) for name in names))

    async def person(self, name: str, *, online: bool = True) -> Person:
        username = f"{name}-{self._ending}"
        user = await self.chief.add_user(username, name.capitalize(), PASSWORD)
        token = await self.signs_in(username, device=f"{name}'s desk")
        person = Person(self, name, user, token)
        self._people.append(person)
        if online:
            await person.connects()
        return person

    async def signs_in(self, username: str, password: str = PASSWORD, device: str = "") -> str:
        """A new session's token."""
        return (await sign_in(self.url, username, password, ca=self.ca, device=device)).token or ""

    async def close(self) -> None:
        """Everybody goes home."""
        await asyncio.gather(*(person.goes_home() for person in self._people))
        await self.chief.close()


@asynccontextmanager
async def opened(server: Server) -> AsyncIterator[Office]:
    """An office around `server`, closed at the end."""
    office = Office(server)
    try:
        yield office
    finally:
        await office.close()
