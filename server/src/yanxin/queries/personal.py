"""Personal state: what a person's devices keep in step."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from yanxin.domain.ids import ConversationId, UserId
from yanxin.protocol import views
from yanxin.queries import conversations, people
from yanxin.store.tables import users
from yanxin.store.transactions import Reading


def state(tx: Reading, user: UserId, wanted: Sequence[ConversationId], *, with_settings: bool) -> views.State:
    """What `wanted` are to `user` now; those that they left, or never were in, are `removed`."""
    row = tx.sql.execute(select(users.c.version, users.c.settings).where(users.c.id == user)).one()
    there = conversations.those(tx, user, wanted)
    return views.State(
        version=row.version,
        conversations=there,
        removed=sorted({*wanted} - {ConversationId(each.id) for each in there}),
        settings=people.settings_of(row.settings) if with_settings else None,
    )
