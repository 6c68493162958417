"""Settings: what somebody chose for all of their devices."""

from __future__ import annotations

import msgspec
from sqlalchemy import update

from yanxin.domain.actors import Actor
from yanxin.domain.news import Personal
from yanxin.protocol.views import Settings
from yanxin.store.database import Work
from yanxin.store.tables import users
from yanxin.store.transactions import Writing


def choose(actor: Actor, settings: Settings) -> Work[None]:
    """Keeps `settings` for the actor; their other devices hear of it."""

    def work(tx: Writing) -> None:
        kept = msgspec.json.encode(settings).decode()
        tx.sql.execute(update(users).where(users.c.id == actor.user).values(settings=kept))
        tx.next_version(actor.user)
        tx.tell(Personal(actor.user, None, None))

    return work
