"""The doorway to people: who is there, and who may be brought into something."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from sqlalchemy import select

from yanxin.domain.ids import UserId
from yanxin.domain.refusals import Refused
from yanxin.store.tables import users
from yanxin.store.transactions import Reading


def require_active(tx: Reading, wanted: Set[UserId]) -> None:
    """Raises Refused("user.not_found") unless all of `wanted` are there and not disabled."""
    query = select(users.c.id).where(users.c.id.in_(wanted), users.c.disabled_at.is_(None))
    missing = wanted - set(tx.sql.execute(query).scalars())
    if missing:
        raise Refused("user.not_found", user_ids=list[int | str](sorted(missing)[:20]))


def require_user(tx: Reading, user: UserId) -> Any:
    """The row of `user`. Raises Refused("user.not_found")."""
    row = tx.sql.execute(select(users).where(users.c.id == user)).one_or_none()
    if row is None:
        raise Refused("user.not_found", user_ids=[user])
    return row
