"""The core of a server: database, doorkeeper, delivery. The command line opens it too, where no server runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from yanxin.access.passwords import Passwords
from yanxin.access.tokens import Doorkeeper
from yanxin.bootstrap.folder import CannotStart, Folder, master_key
from yanxin.config.settings import Settings
from yanxin.control.commands import Commander
from yanxin.delivery.office import Office
from yanxin.domain.ids import Millis
from yanxin.domain.news import News
from yanxin.domain.times import rfc3339
from yanxin.store import dialects
from yanxin.store.database import Database, Work
from yanxin.store.installation import MASTER_KEY_ID, keep, note
from yanxin.store.keyring import Keyring
from yanxin.store.migrations import FolderTooNew, migrate
from yanxin.store.tables import conversations, installation
from yanxin.store.transactions import Reading, Writing

CLOCK_SLACK_MS: Final = 60_000
CONNECTIONS: Final = 12


def clock() -> Millis:
    """Now."""
    return Millis(time.time_ns() // 1_000_000)


@dataclass(slots=True)
class Core:
    """What answers to requests, made once."""

    folder: Folder
    database: Database
    doorkeeper: Doorkeeper
    passwords: Passwords
    office: Office
    commander: Commander

    async def close(self) -> None:
        """Finishes what was begun and lets the folder go."""
        await self.office.close()
        await self.database.close()
        self.passwords.close()
        self.folder.close()


async def opened(settings: Settings, now: Callable[[], Millis] = clock) -> Core:
    """The core over the folder and database of `settings`. Raises CannotStart, with nothing left open."""
    folder = Folder(settings.folder)
    try:
        return await _opened(settings, folder, now)
    except BaseException:  # said on; the folder is let go first
        folder.close()
        raise


async def _opened(settings: Settings, folder: Folder, now: Callable[[], Millis]) -> Core:
    folder.require_space()
    engine = _engine(settings)
    office: Office | None = None

    def heard(news: list[News]) -> None:
        if office is not None:
            office.heard(news)

    is_new = not settings.master_key.exists()
    try:
        migrate(engine)
    except FolderTooNew as error:
        raise CannotStart(
            f"The data in {settings.folder} was last used by a newer Yanxin (its tables are of step {error}): "
            "install that version or a later one; this one has changed nothing."
        ) from error
    except (OperationalError, DBAPIError) as error:
        raise CannotStart(_why(settings, error)) from error
    if is_new and _has_key(engine):
        master_key(settings.master_key, may_make=False)
    key = master_key(settings.master_key, may_make=True)
    keyring = Keyring(key)
    database = Database(engine, keyring, now, heard)
    try:
        await database.write(_recognise(keyring, settings))
        newest = await database.read(_newest)
        if newest > now() + CLOCK_SLACK_MS:
            raise CannotStart(
                f"The clock of this machine says {rfc3339(now())}, but the newest event is of {rfc3339(Millis(newest))}: "
                "set the clock right, then start again."
            )
    except BaseException:  # said on; the threads are ended first
        await database.close()
        raise
    doorkeeper = Doorkeeper(database)
    office = Office(database, doorkeeper)
    passwords = Passwords()
    return Core(folder, database, doorkeeper, passwords, office, Commander(database, passwords))


def _engine(settings: Settings) -> Engine:
    try:
        return dialects.engine(settings.database or dialects.location(settings.folder), connections=CONNECTIONS)
    except (ArgumentError, ValueError) as error:
        raise CannotStart(f"--database is not right: {error}.") from error


def _has_key(engine: Engine) -> bool:
    with engine.connect() as connection, connection.begin():
        query = select(installation.c.value).where(installation.c.name == MASTER_KEY_ID)
        return connection.execute(query).first() is not None


def _recognise(keyring: Keyring, settings: Settings) -> Work[None]:
    def work(tx: Writing) -> None:
        kept = note(tx, MASTER_KEY_ID)
        mine = f"{keyring.master_id:016x}"
        if kept is None:
            keep(tx, MASTER_KEY_ID, mine)
        elif kept != mine:
            raise CannotStart(
                f"The master key {settings.master_key} is not the one that this data was sealed with: "
                "bring the right one back, or name its place with --master-key."
            )

    return work


def _newest(tx: Reading) -> int:
    return tx.sql.execute(select(func.max(conversations.c.moved_at))).scalar_one() or 0


def _why(settings: Settings, error: DBAPIError) -> str:
    if dialects.is_full(error):
        return f"The disk of {settings.folder} is full: make room, then start again."
    where = "the database of --database" if settings.database else f"the database in {settings.folder}"
    said = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    return f"Yanxin cannot use {where} ({said}): check that it is there, and that this user may write to it."
