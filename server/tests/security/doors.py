"""Every door of the server and people in every standing before it: REST and socket, without a network between."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from tests.laws.desks import Desk, House, house
from yanxin.access.passwords import Passwords
from yanxin.access.tokens import hash_of, new_token
from yanxin.actions import conversations, members, messages, people, sessions
from yanxin.actions.people import NewPerson, PersonChange
from yanxin.domain.actors import THE_SERVER, Actor
from yanxin.domain.bodies import Text
from yanxin.domain.ids import ConversationId, Seq
from yanxin.domain.refusals import Refused
from yanxin.domain.throttling import Buckets
from yanxin.http.app import application
from yanxin.http.services import Services
from yanxin.protocol.problems import PROBLEMS
from yanxin.store.database import Work

T = TypeVar("T")
ORIGIN: Final = "http://yanxin.test"

ROLES: Final = ("stranger", "ended", "disabled", "boss", "outsider", "former", "member", "admin", "owner")
"""Without a token; with one of a session that ended; disabled; an administrator of the server, somebody else and a
member who left, none of them in the conversation; and the three ranks of those who are."""


@dataclass
class Person:
    """Somebody with a session."""

    actor: Actor
    token: str | None
    desk: Desk | None = None

    @property
    def id(self) -> int:
        return self.actor.user


class Doors:
    """A server whose doors are knocked at."""

    def __init__(self, house: House) -> None:
        self.house = house
        with warnings.catch_warnings():
            # The framework's third release wants its parameters marked otherwise; the lock file holds the second.
            warnings.simplefilter("ignore", DeprecationWarning)
            services = Services(house.database, house.doorkeeper, Passwords(), Buckets())
            self.services = services
            self.app = application(services)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        self.http = httpx.AsyncClient(transport=transport, base_url=ORIGIN)

    async def do(self, work: Work[T]) -> T:
        return await self.house.database.write(work)

    async def person(self, name: str, *, is_admin: bool = False) -> Person:
        """Somebody new, signed in."""
        new = NewPerson(f"{name}-{next(self.house.names)}", name.title(), None, is_admin=is_admin)
        (user,) = await self.do(people.add(THE_SERVER, [new]))
        token = new_token()
        begun = await self.do(sessions.begin(user, hash_of(token), "test", "local", proof=None))
        return Person(begun.actor, token)

    async def knocks(self, who: Person, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer of REST."""
        headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
        return await self.http.request(
            method, f"/api/v1{path}", headers=headers | options.pop("headers", {}), **options
        )

    async def calls(self, who: Person, method: str, **params: Any) -> int:
        """The status of the socket's answer, as REST would have it: 200, or that of the refusal."""
        if who.desk is None:
            who.desk = Desk(self.house, who.actor)
            await who.desk.connects()
        try:
            await who.desk.ask(method, **params)
        except Refused as refusal:
            return PROBLEMS[refusal.code][0]
        return 200

    async def close(self) -> None:
        await self.http.aclose()
        self.services.passwords.close()


@dataclass
class Scene:
    """A conversation with people in every standing towards it, and a little that was said."""

    doors: Doors
    where: ConversationId
    people: dict[str, Person]
    fellow: Person
    newcomer: Person
    others_message: Seq
    own_messages: dict[str, Seq]

    @classmethod
    async def of_a_group(cls, doors: Doors) -> Scene:
        """Everybody of ROLES; a fellow member; a newcomer who may be brought in."""
        everybody = {name: await doors.person(name, is_admin=name == "boss") for name in ROLES}
        fellow, newcomer = await doors.person("fellow"), await doors.person("newcomer")
        owner = everybody["owner"].actor
        inside = [everybody[name].id for name in ("former", "member", "admin", "ended", "disabled")] + [fellow.id]
        where = (await doors.do(conversations.open_group(owner, inside, "午饭"))).id
        await doors.do(members.set_role(owner, where, everybody["admin"].actor.user, "admin"))
        said = await doors.do(messages.send(fellow.actor, where, "said", Text("hi")))
        own = {}
        for name in ("member", "admin", "owner", "former"):
            sent = await doors.do(messages.send(everybody[name].actor, where, "own", Text("mine")))
            own[name] = sent.seq
        await doors.do(members.remove(owner, where, everybody["former"].actor.user))
        ended = everybody["ended"].actor
        assert ended.session is not None
        await doors.do(sessions.end(ended, ended.session))
        await doors.do(people.change(THE_SERVER, everybody["disabled"].actor.user, PersonChange(disabled=True)))
        everybody["stranger"].token = None
        return cls(doors, where, everybody, fellow, newcomer, said.seq, own)

    def own(self, role: str) -> Seq:
        """A message that `role` said; of who said nothing, somebody's."""
        return self.own_messages.get(role, self.others_message)

    async def close(self) -> None:
        for person in [*self.people.values(), self.fellow, self.newcomer]:
            if person.desk is not None:
                person.desk.drops()


@asynccontextmanager
async def doors(url: str, folder: Path) -> AsyncIterator[Doors]:
    """The doors of a server over the database at `url`."""
    async with house(url, folder) as opened:
        made = Doors(opened)
        try:
            yield made
        finally:
            await made.close()
