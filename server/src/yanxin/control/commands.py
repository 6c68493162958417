"""What the command line may ask of a server: the same whether one runs or the command opens the data itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from yanxin.access.passwords import Passwords
from yanxin.access.tokens import hash_of, new_token
from yanxin.actions import people, sessions
from yanxin.actions.people import NewPerson, PersonChange
from yanxin.domain import passwords as rules
from yanxin.domain.actors import THE_SERVER
from yanxin.domain.refusals import Fact, Refused
from yanxin.queries.sessions import user_named
from yanxin.store.database import Database


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="command"):
    """The base of all commands."""


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody to add; without a password they cannot sign in by one yet."""

    username: str
    display_name: str
    password: str | None = None
    is_admin: bool = False


class AddUsers(Command, frozen=True, tag="user.add"):
    """Adds people: all that can be, the others are told with why not."""

    people: list[Person]


class DisableUser(Command, frozen=True, tag="user.disable"):
    username: str


class EnableUser(Command, frozen=True, tag="user.enable"):
    username: str


class SetPassword(Command, frozen=True, tag="user.password"):
    username: str
    password: str


class MakeToken(Command, frozen=True, tag="user.token"):
    """A session token, for scripts on the server itself."""

    username: str


class Ping(Command, frozen=True, tag="ping"):
    """Is anybody there?"""


AnyCommand = AddUsers | DisableUser | EnableUser | SetPassword | MakeToken | Ping


class Failure(msgspec.Struct, frozen=True):
    """Why something was not done, as REST has it."""

    code: str
    facts: dict[str, Fact]


class Added(msgspec.Struct, frozen=True):
    """One of the people of AddUsers: an id, or why not."""

    username: str
    id: int | None
    failure: Failure | None


class Answer(msgspec.Struct, frozen=True):
    """The answer to a command."""

    failure: Failure | None = None
    added: list[Added] = []
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Commander:
    """Carries commands out, with the rights of whoever holds the server."""

    database: Database
    passwords: Passwords

    async def do(self, command: AnyCommand) -> Answer:
        """The answer to `command`; what is refused is an answer too."""
        try:
            return await self._do(command)
        except Refused as refused:
            return Answer(failure=_failure(refused))
        except SQLAlchemyError as error:
            return Answer(failure=Failure("server.failed", {"reason": str(error.__cause__ or error)[:200]}))

    async def _do(self, command: AnyCommand) -> Answer:
        match command:
            case AddUsers(people=wanted):
                return Answer(added=await self._add(wanted))
            case DisableUser(username=username) | EnableUser(username=username):
                await self._change(username, PersonChange(disabled=isinstance(command, DisableUser)))
            case SetPassword(username=username, password=password):
                rules.check(password, username)
                await self._change(username, PersonChange(password_hash=await self.passwords.hash(password)))
            case MakeToken(username=username):
                user = await self.database.read(lambda tx: user_named(tx, username))
                token = new_token()
                begin = sessions.begin(user, hash_of(token), "command line", "local", proof=None)
                await self.database.write(begin)
                return Answer(token=token)
            case Ping():
                pass
        return Answer()

    async def _change(self, username: str, wish: PersonChange) -> None:
        user = await self.database.read(lambda tx: user_named(tx, username))
        await self.database.write(people.change(THE_SERVER, user, wish))

    async def _add(self, wanted: list[Person]) -> list[Added]:
        """All at once where nobody is refused, which is the usual case; else each alone."""
        accepted: list[Person] = []
        refused: list[Added] = []
        for person in wanted:
            try:
                if person.password is not None:
                    rules.check(person.password, person.username)
            except Refused as refusal:
                refused.append(Added(person.username, None, _failure(refusal)))
                continue
            accepted.append(person)
        kept = await asyncio.gather(*(self._hash(person.password) for person in accepted))
        return await self._add_hashed(list(zip(accepted, kept, strict=True))) + refused

    async def _hash(self, password: str | None) -> str | None:
        return None if password is None else await self.passwords.hash(password)

    async def _add_hashed(self, wanted: list[tuple[Person, str | None]]) -> list[Added]:
        if not wanted:
            return []
        new = [NewPerson(person.username, person.display_name, kept, person.is_admin) for person, kept in wanted]
        try:
            ids = await self.database.write(people.add(THE_SERVER, new))
        except Refused as refusal:
            if len(wanted) == 1:
                return [Added(wanted[0][0].username, None, _failure(refusal))]
            middle = len(wanted) // 2
            return await self._add_hashed(wanted[:middle]) + await self._add_hashed(wanted[middle:])
        return [Added(person.username, user, None) for (person, _), user in zip(wanted, ids, strict=True)]


def _failure(refused: Refused) -> Failure:
    return Failure(refused.code, refused.facts)
