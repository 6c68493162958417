"""Databases of a test's own, of either kind, opened as the server opens them, with a clock that is told."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Engine

from yanxin.actions import conversations, messages, people
from yanxin.actions.people import NewPerson
from yanxin.domain.actors import THE_SERVER, Actor
from yanxin.domain.bodies import Text
from yanxin.domain.ids import ConversationId, Millis, SessionId
from yanxin.domain.news import News
from yanxin.domain.refusals import Refused
from yanxin.store import dialects
from yanxin.store.database import Database
from yanxin.store.keyring import Keyring
from yanxin.store.migrations import migrate
from yanxin.testing.databases import Postgres, name_of
from yanxin.testing.plugin import BOTH

MASTER = bytes(range(32))
CONNECTIONS = 12
MORNING = Millis(1_795_485_600_000)
"""2026-11-24T02:00:00Z."""


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self, now: Millis = MORNING) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now

    def passes(self, *, seconds: float = 0, minutes: float = 0, days: float = 0) -> None:
        self.now = Millis(self.now + round(1000 * (seconds + 60 * minutes + 86_400 * days)))


class Templates:
    """Databases that are migrated once and then copied."""

    def __init__(self, folder: Path, postgres: Postgres | None) -> None:
        self.folder = folder
        self.postgres = postgres
        self._sqlite: Path | None = None
        self._postgresql: str | None = None

    def sqlite(self, folder: Path) -> str:
        """The URL of a fresh database in `folder`."""
        if self._sqlite is None:
            made = self.folder / "yanxin.sqlite3"
            _migrated(dialects.location(self.folder))
            self._sqlite = made
        folder.mkdir(exist_ok=True)
        shutil.copyfile(self._sqlite, folder / "yanxin.sqlite3")
        return dialects.location(folder)

    def postgresql(self) -> str:
        """The URL of a fresh database in the server for tests."""
        assert self.postgres is not None, "asked for with a server"
        if self._postgresql is None:
            url = self.postgres.create()
            _migrated(url)
            self._postgresql = name_of(url)
        return self.postgres.create(self._postgresql)


def _migrated(url: str) -> None:
    engine = dialects.engine(url, connections=1)
    migrate(engine)
    engine.dispose()


@dataclass
class Opened:
    """A database that is open, and what it told."""

    kind: str
    url: str
    folder: Path
    database: Database
    clock: Clock
    news: list[News] = field(default_factory=list)
    said: int = 0

    @property
    def engine(self) -> Engine:
        return self.database.engine

    async def people(self, count: int, prefix: str = "person") -> list[Actor]:
        """New people, signed in on paper: their session is a number that nobody else has."""
        new = [NewPerson(f"{prefix}{each}", f"Person {each}", None) for each in range(count)]
        ids = await self.database.write(people.add(THE_SERVER, new))
        return [Actor(user, SessionId(10_000 + user), False) for user in ids]

    async def group(self, owner: Actor, *others: Actor, title: str | None = None) -> ConversationId:
        made = await self.database.write(conversations.open_group(owner, [other.user for other in others], title))
        return made.id

    async def say(self, who: Actor, where: ConversationId, text: str, client_id: str | None = None) -> messages.Placed:
        self.said += 1
        body = Text(text)
        return await self.database.write(messages.send(who, where, client_id or f"said-{self.said}", body))


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block is refused with `code`, and with no other."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


@asynccontextmanager
async def opened(kind: str, url: str, folder: Path, clock: Clock | None = None) -> AsyncIterator[Opened]:
    """The database at `url`, open until the end of the block."""
    news: list[News] = []
    told = clock or Clock()
    engine = dialects.engine(url, connections=CONNECTIONS)
    database = Database(engine, Keyring(MASTER), told, news.extend)
    try:
        yield Opened(kind, url, folder, database, told, news)
    finally:
        await database.close()


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Migrated databases to copy; PostgreSQL starts only when it is asked for."""
    return Templates(tmp_path_factory.mktemp("template"), None)


@pytest.fixture
def fresh(
    kind: str, templates: Templates, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, Path]]:
    """The URL of a migrated database with nothing in it, and the folder of its test."""
    with ExitStack() as stack:
        if kind == "sqlite":
            yield templates.sqlite(tmp_path / "data"), tmp_path / "data"
            return
        templates.postgres = request.getfixturevalue("postgres")
        url = templates.postgresql()
        assert templates.postgres is not None
        stack.callback(templates.postgres.drop, url)
        yield url, tmp_path


@pytest_asyncio.fixture
async def store(kind: str, fresh: tuple[str, Path]) -> AsyncIterator[Opened]:
    """An open database."""
    url, folder = fresh
    async with opened(kind, url, folder) as open_:
        yield open_
