"""Tokens: how a session proves itself. Kept as a hash; the token itself is told once."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict

from sqlalchemy import bindparam, select

from yanxin.domain.actors import Actor
from yanxin.domain.ids import SessionId, UserId
from yanxin.domain.refusals import Refused
from yanxin.store.database import Database
from yanxin.store.prepared import Prepared
from yanxin.store.tables import sessions, users
from yanxin.store.transactions import Reading

PREFIX = "yx1."
_MOST = 50_000


def new_token() -> str:
    """A token of 256 random bits, with a prefix by which scanners for leaked secrets know it."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What is kept of a token. It is random, so a fast hash is enough, and comparing hashes leaks nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class Doorkeeper:
    """Token → actor, remembered until the session ends or the rights of its person change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[bytes, Actor] = OrderedDict()
        self._ended: set[SessionId] = set()

    async def actor(self, token: str) -> Actor:
        """Who comes with `token`. Raises Refused("session.required") if nobody does."""
        hashed = hash_of(token)
        actor = self._known.get(hashed)
        if actor is None:
            actor = await self._database.read(lambda tx: _actor(tx, hashed))
            # A session that ended while it was read is not let in by the answer of a moment ago.
            if actor is None or actor.session in self._ended:
                raise Refused("session.required")
            self._known[hashed] = actor
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return actor

    def is_alive(self, actor: Actor) -> bool:
        """Whether the session of `actor`, who was let in a moment ago, has not ended since."""
        return actor.session not in self._ended

    def forget_sessions(self, ended: list[SessionId]) -> None:
        """These sessions open nothing from now on."""
        self._ended |= set(ended)
        if len(self._ended) > _MOST:
            self._ended.clear()
        gone = set(ended)
        self._known = OrderedDict((key, actor) for key, actor in self._known.items() if actor.session not in gone)

    def forget_user(self, user: UserId) -> None:
        """The rights of `user` are read again."""
        self._known = OrderedDict((key, actor) for key, actor in self._known.items() if actor.user != user)


_ACTOR = Prepared(
    select(users.c.id, sessions.c.id, users.c.is_admin)
    .join(sessions, users.c.id == sessions.c.user_id)
    .where(sessions.c.token_hash == bindparam("hash"), sessions.c.ended_at.is_(None), users.c.disabled_at.is_(None)),
    "hash",
)


def _actor(tx: Reading, hashed: bytes) -> Actor | None:
    row = tx.row(_ACTOR, hashed)
    return None if row is None else Actor(user=row[0], session=row[1], is_admin=bool(row[2]))
