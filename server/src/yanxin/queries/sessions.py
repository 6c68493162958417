"""Where somebody is signed in, and what a sign-in needs to know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from yanxin.domain.actors import Actor
from yanxin.domain.ids import UserId
from yanxin.domain.names import username_key
from yanxin.domain.refusals import Refused
from yanxin.domain.times import rfc3339
from yanxin.protocol import views
from yanxin.store.tables import sessions, users
from yanxin.store.transactions import Reading


def mine(tx: Reading, actor: Actor) -> list[views.Session]:
    """The actor's sessions that are alive, the newest first."""
    query = (
        select(sessions)
        .where(sessions.c.user_id == actor.user, sessions.c.ended_at.is_(None))
        .order_by(sessions.c.id.desc())
    )
    return [_seen(row, actor) for row in tx.sql.execute(query)]


def current(tx: Reading, actor: Actor) -> views.Session:
    """The session by which the actor comes."""
    return _seen(tx.sql.execute(select(sessions).where(sessions.c.id == actor.session)).one(), actor)


def password_of(tx: Reading, username: str) -> tuple[UserId, str | None] | None:
    """The id of the person with `username` and their password as it is kept; None if there is nobody active."""
    row = tx.sql.execute(
        select(users.c.id, users.c.password_hash).where(
            users.c.username_key == username_key(username.strip()), users.c.disabled_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else (UserId(row.id), row.password_hash)


def user_named(tx: Reading, username: str) -> UserId:
    """The id of the person with `username`. Raises Refused("user.not_found")."""
    user = tx.sql.execute(
        select(users.c.id).where(users.c.username_key == username_key(username.strip()))
    ).scalar_one_or_none()
    if user is None:
        raise Refused("user.not_found")
    return UserId(user)


def own_password(tx: Reading, actor: Actor) -> tuple[str, str | None]:
    """The actor's username, and their password as it is kept."""
    row = tx.sql.execute(select(users.c.username, users.c.password_hash).where(users.c.id == actor.user)).one()
    return row.username, row.password_hash


def _seen(row: Any, actor: Actor) -> views.Session:
    return views.Session(
        id=row.id,
        device=row.device,
        address=row.address,
        created_at=rfc3339(row.created_at),
        last_seen_at=rfc3339(row.last_seen_at),
        current=row.id == actor.session,
    )
