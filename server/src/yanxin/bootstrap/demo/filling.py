"""Filling: writes the plan through the product's own actions, each at the moment at which it happened."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import select

from yanxin.access.tokens import hash_of
from yanxin.actions import conversations, cursors, departments, members, messages, people, setup
from yanxin.actions.conversations import Wishes
from yanxin.actions.messages import Placed
from yanxin.actions.people import NewPerson
from yanxin.bootstrap.core import Core, clock
from yanxin.bootstrap.demo import Demo, company
from yanxin.bootstrap.demo.company import DEPARTMENTS, VISITOR, Person
from yanxin.bootstrap.demo.plan import Act, Read, Talk, talks
from yanxin.bootstrap.demo.screenplay import Edit, Invite, React, Recall, Rename, Say
from yanxin.bootstrap.folder import CannotStart
from yanxin.domain.actors import THE_SERVER, Actor
from yanxin.domain.bodies import Code, MessageBody, Text
from yanxin.domain.ids import ConversationId, DepartmentId, Millis, Seq, UserId
from yanxin.store.database import Work, hot
from yanxin.store.installation import keep, note
from yanxin.store.tables import users
from yanxin.store.transactions import Reading, Writing

T = TypeVar("T")

DEMO: Final = "demo"
"""Under which the installation keeps that it is one."""
_BEGUN: Final = "begun"
_FILLED: Final = "filled"
_PEOPLE_AT_ONCE: Final = 20
_ACTS_AT_ONCE: Final = 25
"""So many in one transaction: few commits, and none holds the writer for long."""


async def fill(core: Core, now: Callable[[], Millis] = clock) -> Demo:
    """Fills an empty installation; where there is somebody already it changes nothing.

    Raises CannotStart where an earlier filling was broken off.
    """
    kept, has_people = await core.database.read(_found)
    if kept == _BEGUN:
        raise CannotStart(
            f"The demo in {core.folder.path} was broken off while it was being filled: "
            "remove that folder, or name another with --data, and start again."
        )
    if kept == _FILLED or has_people:
        return Demo(is_demo=kept == _FILLED)
    # Random for each folder, told once, kept as a hash: nobody can know it beforehand.
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    await core.database.write(_note(_BEGUN))
    await _Filling(core, now(), await core.passwords.hash(password)).run()
    await core.database.write(_note(_FILLED))
    return Demo(is_demo=True, password=password)


def _found(tx: Reading) -> tuple[str | None, bool]:
    return note(tx, DEMO), tx.sql.execute(select(users.c.id).limit(1)).first() is not None


def _note(value: str) -> Work[None]:
    return lambda tx: keep(tx, DEMO, value)


def at(moment: Millis, work: Work[T]) -> Work[T]:
    """`work`, done as if it were `moment`."""

    def done(tx: Writing) -> T:
        tx.now = moment
        return work(tx)

    return hot(done) if getattr(work, "is_hot", False) else done


@dataclass(frozen=True)
class _Said:
    """Who said a message, where it stands, and when."""

    who: str
    seq: Seq
    at: Millis


class _Filling:
    def __init__(self, core: Core, now: Millis, password_hash: str) -> None:
        self._database = core.database
        self._now = now
        self._password_hash = password_hash
        self._actors: dict[str, Actor] = {}

    async def run(self) -> None:
        everybody = company.people()
        planned = talks(everybody, self._now)
        began = Millis(min(talk.opened_at for talk in planned) - 3_600_000)
        places = await self._departments(began)
        await self._people(everybody, places, began)
        # One conversation is written in order, all of them side by side, so that they share commits.
        await asyncio.gather(*(self._talk(number, talk) for number, talk in enumerate(planned)))

    async def _write(self, moment: Millis, work: Work[T]) -> T:
        return await self._database.write(at(moment, work))

    async def _departments(self, moment: Millis) -> Mapping[str, DepartmentId]:
        made: dict[str, DepartmentId] = {}
        for order, department in enumerate(DEPARTMENTS):
            above = None if department.above is None else made[department.above]
            made[department.name] = await self._write(
                moment, departments.add(THE_SERVER, department.name, above, order)
            )
        return made

    async def _people(self, everybody: Sequence[Person], places: Mapping[str, DepartmentId], moment: Millis) -> None:
        new = [
            NewPerson(each.username, each.display_name, self._password_hash, each.is_admin, [places[each.department]])
            for each in everybody
        ]
        admin = next(person for person in new if person.is_admin)
        others = [person for person in new if person is not admin]
        pieces = [others[start : start + _PEOPLE_AT_ONCE] for start in range(0, len(others), _PEOPLE_AT_ONCE)]
        token = hash_of(secrets.token_urlsafe(24)).hex()
        await self._write(moment, setup.offer(token))
        ids = {admin.username: await self._write(moment, setup.complete(token, company.NAME, admin))}
        for piece in pieces:
            added = await self._write(moment, people.add(THE_SERVER, piece))
            ids |= {person.username: user for person, user in zip(piece, added, strict=True)}
        self._actors = {name: Actor(user, None, is_admin=name == admin.username) for name, user in ids.items()}

    def _id(self, username: str) -> UserId:
        return self._actors[username].user

    # Talk.

    async def _talk(self, number: int, talk: Talk) -> None:
        opener = self._actors[talk.members[0]]
        ids = [int(self._id(each)) for each in talk.members[1:]]
        if talk.title is None:
            where = (await self._write(talk.opened_at, conversations.open_direct(opener, ids))).id
        else:
            where = (await self._write(talk.opened_at, conversations.open_group(opener, ids, talk.title))).id
        if talk.admin is not None:
            moment = Millis(talk.opened_at + 30_000)
            await self._write(moment, members.set_role(opener, where, self._id(talk.admin), "admin"))
        said: list[_Said] = []
        for start in range(0, len(talk.acts), _ACTS_AT_ONCE):
            said += await self._database.write(self._piece(number, talk, where, start, tuple(said)))
        if said:
            await asyncio.gather(*(self._read(where, read, said) for read in talk.reads))
        if VISITOR in talk.members:
            wishes = Wishes(muted=talk.muted, pinned=talk.pinned, unread_mark=talk.marked)
            await self._write(self._now, conversations.keep(self._actors[VISITOR], where, wishes))

    def _piece(
        self, number: int, talk: Talk, where: ConversationId, start: int, before: Sequence[_Said]
    ) -> Work[list[_Said]]:
        """The next few acts of `talk`, each at its own moment; what was said in them."""

        def work(tx: Writing) -> list[_Said]:
            said: list[_Said] = []
            for index, act in enumerate(talk.acts[start : start + _ACTS_AT_ONCE], start):
                about = None if act.about is None else [*before, *said][act.about].seq
                placed = at(act.at, self._deed(act, where, f"demo-{number}-{index}", about))(tx)
                if isinstance(act.line, Say) and isinstance(placed, Placed):
                    said.append(_Said(act.who, placed.seq, placed.at))
            return said

        return work

    def _deed(self, act: Act, where: ConversationId, client_id: str, about: Seq | None) -> Work[object]:
        actor = self._actors[act.who]
        match act.line:
            case Say() as line:
                return messages.send(actor, where, client_id, self._body(line), about)
            case Edit(text) if about is not None:
                return messages.edit(actor, where, about, client_id, Text(text))
            case Recall() if about is not None:
                return messages.recall(actor, where, about, client_id)
            case React(emoji) if about is not None:
                return messages.react(actor, where, about, emoji, on=True)
            case Rename(title):
                return conversations.rename(actor, where, title)
            case Invite(who):
                return members.add(actor, where, [self._id(who)])
        raise ValueError(f"nothing that can be done there: {act}")

    def _body(self, line: Say) -> MessageBody:
        if line.language is not None:
            return Code(line.text, line.language)
        return Text(line.text, [self._id(each) for each in line.mentions], line.mention_all)

    async def _read(self, where: ConversationId, read: Read, said: Sequence[_Said]) -> None:
        """Sets a cursor before the last few messages by others, though never before one's own last."""
        by_others = [each for each in said if each.who != read.who]
        last_own = max((each.seq for each in said if each.who == read.who), default=Seq(0))
        if read.behind and read.behind >= len(by_others):
            return
        last = by_others[-1 - read.behind] if by_others else said[-1]
        moment = Millis(min(self._now, last.at + read.after_ms))
        seq = Seq(max(last.seq, last_own))
        await self._write(moment, cursors.set_to(self._actors[read.who], where, seq))
