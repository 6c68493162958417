"""Set-up: the first administrator names the organisation, once."""

from __future__ import annotations

import hmac

from sqlalchemy import select

from yanxin.actions import people
from yanxin.actions.people import NewPerson
from yanxin.domain.actors import THE_SERVER
from yanxin.domain.ids import UserId
from yanxin.domain.names import clean
from yanxin.domain.refusals import Refused
from yanxin.store.database import Work
from yanxin.store.installation import ORGANISATION, SETUP_TOKEN_HASH, drop, keep, note
from yanxin.store.tables import users
from yanxin.store.transactions import Reading, Writing


def is_open(tx: Reading) -> bool:
    """Whether this installation has no administrator yet: the first one closes set-up for ever."""
    return tx.sql.execute(select(users.c.id).where(users.c.is_admin.is_(True)).limit(1)).first() is None


def offer(token_hash: str) -> Work[bool]:
    """Makes the token whose hash is given the one that opens set-up; false if set-up is done."""

    def work(tx: Writing) -> bool:
        if not is_open(tx):
            return False
        keep(tx, SETUP_TOKEN_HASH, token_hash)
        return True

    return work


def complete(token_hash: str, organisation: str, admin: NewPerson) -> Work[UserId]:
    """Names the organisation and makes its first administrator; the token opens nothing afterwards.

    Raises Refused: setup.closed, setup.bad_token, setup.bad_organisation, and as for adding people.
    """
    name = clean(organisation, "setup.bad_organisation")
    add = people.add(THE_SERVER, [admin])

    def work(tx: Writing) -> UserId:
        if not is_open(tx):
            raise Refused("setup.closed")
        kept = note(tx, SETUP_TOKEN_HASH)
        if kept is None or not hmac.compare_digest(kept, token_hash):
            raise Refused("setup.bad_token")
        keep(tx, ORGANISATION, name)
        drop(tx, SETUP_TOKEN_HASH)
        return add(tx)[0]

    return work
