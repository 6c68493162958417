"""Seeding: thousands of people with their conversations, made by the product's own actions, once.

A seeded folder is kept in the machine's folder for temporary files and copied for each run. Its
name is made of what it holds and of the code that made it, so a changed schema makes a new one.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import shutil
import tempfile
import time
from collections.abc import Awaitable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

import yanxin
from yanxin.access.tokens import hash_of, new_token
from yanxin.actions import conversations, messages, people, sessions
from yanxin.actions.people import NewPerson
from yanxin.bootstrap import core as cores
from yanxin.bootstrap.core import Core
from yanxin.config import settings
from yanxin.domain.actors import THE_SERVER, Actor
from yanxin.domain.bodies import Text
from yanxin.domain.ids import ConversationId, UserId
from yanxin.store import tables
from yanxin.store.transactions import Reading

_TOGETHER = 400
_KEPT_SECONDS = 7 * 24 * 3600
_LAYOUT = b"1"
"""To be raised when this module seeds the same thing in another way."""
_MADE_BY = ("store/tables.py", "store/sealing.py", "store/keyring.py", "store/migrations", "domain/bodies.py")


class Wanted(msgspec.Struct, frozen=True):
    """What is to be there. Members are numbers of people, from 0; the first of a group owns it.

    `stored` are messages in the first conversation, said by its members in turn.
    """

    people: int
    directs: list[tuple[int, int]] = []
    groups: list[list[int]] = []
    stored: int = 0


class Person(msgspec.Struct):
    """Somebody who is there, and how the server stands towards them."""

    user: int
    token: str
    version: int
    heads: dict[int, int]
    """The head of every conversation of theirs."""


class Seeded(msgspec.Struct):
    """What is there. `conversations` are in the order in which they were wanted: directs, then groups."""

    people: list[Person]
    conversations: list[int]
    members: list[list[int]]


def circles(people: int, size: int, rounds: int) -> list[list[int]]:
    """Groups of `size` such that everybody is in `rounds` of them, with other people each time.

    The groups of the first round come first, and so on: what happens in the first k rounds happens
    in k conversations of everybody.
    """
    assert people % size == 0, "everybody finds a group in each round"
    order, dice = list(range(people)), random.Random(2)
    made: list[list[int]] = []
    for _ in range(rounds):
        dice.shuffle(order)
        made += [order[start : start + size] for start in range(0, people, size)]
    return made


def text_of(number: int, characters: int = 120) -> str:
    """A message of `characters` that no other is equal to."""
    words = f"{number} is what this message counts; the rest of it says nothing, at the length that people write. "
    return (words * (characters // len(words) + 1))[:characters]


async def seeded(wanted: Wanted, into: Path) -> Seeded:
    """Puts a data folder as `wanted` at `into`, its master key beside it."""
    kept = _kept() / _name_of(wanted)
    if not (kept / "seeded.json").is_file():
        await _make(wanted, kept)
    shutil.copytree(kept / "data", into)
    shutil.copy(kept / "data.key", into.with_name(into.name + ".key"))
    return msgspec.json.decode((kept / "seeded.json").read_bytes(), type=Seeded)


async def _make(wanted: Wanted, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in kept.parent.iterdir():
        if old.stat().st_mtime < time.time() - _KEPT_SECONDS:
            shutil.rmtree(old)
    making = Path(tempfile.mkdtemp(dir=kept.parent, prefix="making-"))
    try:
        core = await cores.opened(settings.read({"data": str(making / "data"), "redirect": "off"}, {}))
        try:
            made = await _fill(core, wanted)
        finally:
            await core.close()
        (making / "seeded.json").write_bytes(msgspec.json.encode(made))
        shutil.rmtree(kept, ignore_errors=True)
        making.rename(kept)
    except BaseException:
        shutil.rmtree(making)
        raise


async def _fill(core: Core, wanted: Wanted) -> Seeded:
    write = core.database.write
    users: list[UserId] = []
    for start in range(0, wanted.people, _TOGETHER):
        some = range(start, min(wanted.people, start + _TOGETHER))
        # The first is the administrator, so that set-up is done.
        new = [NewPerson(f"bench{each}", f"Bench {each}", None, is_admin=each == 0) for each in some]
        users += await write(people.add(THE_SERVER, new))
    tokens = [new_token() for _ in users]
    await _together(
        write(sessions.begin(user, hash_of(token), "bench", "127.0.0.1", proof=None))
        for user, token in zip(users, tokens, strict=True)
    )
    actors = [Actor(user, None, is_admin=False) for user in users]
    opened = await _together(
        write(conversations.open_direct(actors[one], [users[other]])) for one, other in wanted.directs
    )
    opened += await _together(
        write(conversations.open_group(actors[group[0]], [users[each] for each in group], f"Group {number}"))
        for number, group in enumerate(wanted.groups)
    )
    made = [int(each.id) for each in opened]
    members = [[*pair] for pair in wanted.directs] + wanted.groups
    if wanted.stored:
        where = ConversationId(made[0])
        await _together(
            write(
                messages.send(
                    actors[members[0][number % len(members[0])]], where, f"stored-{number}", Text(text_of(number))
                )
            )
            for number in range(wanted.stored)
        )
    heads, versions = await core.database.read(_heads_and_versions)
    theirs: list[dict[int, int]] = [{} for _ in users]
    for conversation, those in zip(made, members, strict=True):
        for each in those:
            theirs[each][conversation] = heads[conversation]
    return Seeded(
        people=[
            Person(user, token, versions[user], mine) for user, token, mine in zip(users, tokens, theirs, strict=True)
        ],
        conversations=made,
        members=members,
    )


def _heads_and_versions(tx: Reading) -> tuple[dict[int, int], dict[int, int]]:
    heads = tx.sql.execute(select(tables.conversations.c.id, tables.conversations.c.seq)).tuples().all()
    versions = tx.sql.execute(select(tables.users.c.id, tables.users.c.version)).tuples().all()
    return dict(heads), dict(versions)


async def _together(works: Iterable[Awaitable[Any]]) -> list[Any]:
    """The results of `works`, in order; some hundred wait at a time, so that they share commits."""
    done: list[Any] = []
    for some in _pieces(works):
        done += await asyncio.gather(*some)
    return done


def _pieces(works: Iterable[Awaitable[Any]]) -> Iterator[list[Awaitable[Any]]]:
    piece: list[Awaitable[Any]] = []
    for work in works:
        piece.append(work)
        if len(piece) == _TOGETHER:
            yield piece
            piece = []
    yield piece


def _kept() -> Path:
    return Path(tempfile.gettempdir()) / f"yanxin-bench-{os.getuid()}"


def _name_of(wanted: Wanted) -> str:
    told = hashlib.sha256(_LAYOUT + msgspec.msgpack.encode(wanted))
    for part in _MADE_BY:
        where = Path(yanxin.__file__).parent / part
        for file in sorted(where.rglob("*.py")) if where.is_dir() else [where]:
            told.update(file.read_bytes())
    return told.hexdigest()[:24]
