"""Sessions: begin one, end one, end all but one."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, bindparam, insert, select, update

from yanxin.domain.actors import Actor
from yanxin.domain.ids import SessionId, UserId
from yanxin.domain.news import RightsChanged, SessionsEnded
from yanxin.domain.refusals import Refused
from yanxin.store.database import Work
from yanxin.store.prepared import Prepared
from yanxin.store.tables import sessions, users
from yanxin.store.transactions import Writing

MAX_DEVICE = 100

_SAW = Prepared(
    update(sessions).values(last_seen_at=bindparam("now")).where(sessions.c.id == bindparam("session")),
    "now",
    "session",
)
_NAME = Prepared(
    update(sessions).values(device=bindparam("name")).where(sessions.c.id == bindparam("session")), "name", "session"
)


class Begun(msgspec.Struct, frozen=True):
    """A session that was begun."""

    session: SessionId
    actor: Actor


def begin(user: UserId, token_hash: bytes, device: str, address: str, *, proof: str | None) -> Work[Begun]:
    """A session of `user`, opened by the token whose hash is given.

    `proof` is the password hash that was checked a moment ago: if it is no longer the person's,
    or they were disabled meanwhile, nothing begins. None is the command line on the server itself.
    Raises Refused("session.bad_credentials").
    """

    def work(tx: Writing) -> Begun:
        row = tx.sql.execute(
            select(users.c.is_admin, users.c.password_hash, users.c.disabled_at).where(users.c.id == user)
        ).one_or_none()
        if row is None or row.disabled_at is not None or (proof is not None and row.password_hash != proof):
            raise Refused("session.bad_credentials")
        values = {
            "user_id": user,
            "token_hash": token_hash,
            "device": _named(device),
            "address": address[:64],
            "created_at": tx.now,
            "last_seen_at": tx.now,
        }
        made = SessionId(tx.sql.execute(insert(sessions).values(values).returning(sessions.c.id)).scalar_one())
        return Begun(made, Actor(user=user, session=made, is_admin=row.is_admin))

    return work


def end(actor: Actor, session: SessionId) -> Work[None]:
    """Ends one of one's own sessions; its sockets close at once. Raises Refused("session.not_found")."""

    def work(tx: Writing) -> None:
        which = (sessions.c.id == session) & (sessions.c.user_id == actor.user)
        if not _end(tx, which):
            raise Refused("session.not_found")

    return work


def set_password(actor: Actor, proof: str, new_hash: str) -> Work[None]:
    """Gives oneself a new password and ends one's other sessions.

    `proof` is the hash against which the old one was checked. Raises Refused("password.wrong") if
    it was changed meanwhile.
    """

    def work(tx: Writing) -> None:
        which = (users.c.id == actor.user) & (users.c.password_hash == proof)
        if tx.sql.execute(update(users).where(which).values(password_hash=new_hash)).rowcount != 1:
            raise Refused("password.wrong")
        _end(tx, (sessions.c.user_id == actor.user) & (sessions.c.id != (actor.session or 0)))
        tx.tell(RightsChanged(actor.user))

    return work


def saw(devices: dict[SessionId, str]) -> Work[None]:
    """Notes that sessions are in use, with the names of their devices where they say one."""

    def work(tx: Writing) -> None:
        tx.run_many(_SAW, [(tx.now, session) for session in devices])
        named = [(_named(device), session) for session, device in devices.items() if device]
        if named:
            tx.run_many(_NAME, named)

    return work


def _named(device: str) -> str:
    """The name of a device as it is kept: what can be printed of it."""
    return "".join(character for character in device if character.isprintable())[:MAX_DEVICE]


def end_all_of(tx: Writing, user: UserId) -> None:
    """Ends all sessions of `user`, as part of a larger change."""
    _end(tx, sessions.c.user_id == user)


def _end(tx: Writing, which: ColumnElement[bool]) -> bool:
    statement = (
        update(sessions).where(which, sessions.c.ended_at.is_(None)).values(ended_at=tx.now).returning(sessions.c.id)
    )
    ended = [SessionId(each) for each in tx.sql.execute(statement).scalars()]
    if ended:
        tx.tell(SessionsEnded(ended))
    return bool(ended)
