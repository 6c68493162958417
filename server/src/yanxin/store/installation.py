"""What the installation as a whole keeps: its name, the check of its master key, the set-up token's hash."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select

from yanxin.store import dialects
from yanxin.store.tables import installation
from yanxin.store.transactions import Reading, Writing

ORGANISATION: Final = "organisation"
SETUP_TOKEN_HASH: Final = "setup_token_hash"
MASTER_KEY_ID: Final = "master_key_id"


def note(tx: Reading, name: str) -> str | None:
    """What is kept under `name`."""
    return tx.sql.execute(select(installation.c.value).where(installation.c.name == name)).scalar_one_or_none()


def keep(tx: Writing, name: str, value: str) -> None:
    """Keeps `value` under `name`."""
    statement = dialects.insert(tx.sql, installation).values(name=name, value=value)
    tx.sql.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def drop(tx: Writing, name: str) -> None:
    """Keeps nothing under `name`."""
    tx.sql.execute(delete(installation).where(installation.c.name == name))
