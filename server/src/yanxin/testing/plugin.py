"""The pytest plugin: servers and offices as fixtures; what a test leaves behind fails it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from yanxin.testing import leftovers
from yanxin.testing import office as offices
from yanxin.testing.databases import Postgres
from yanxin.testing.office import Office
from yanxin.testing.servers import Server

_servers = pytest.StashKey[list[Server]]()

BOTH = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_servers] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that awaits is watched, from before its first fixture until after its last."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.fixturenames.insert(0, "nothing_left_behind")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failure shows what the servers that run meanwhile have logged."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()  # type: ignore[attr-defined]
    if report.failed:
        for server in item.config.stash[_servers]:
            if tail := server.log_tail():
                report.sections.append((f"log of the server over {server.data}", tail))


@pytest_asyncio.fixture
async def nothing_left_behind() -> AsyncIterator[None]:
    """Fails a test that leaves a task running or a socket open."""
    sockets, tasks = leftovers.sockets(), leftovers.tasks()
    yield
    if left := await leftovers.settle(sockets, tasks):
        pytest.fail("\n".join(left))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for the whole run, fast and careless."""
    with Postgres() as server:
        yield server


@pytest.fixture
def new_server(
    tmp_path: Path, request: pytest.FixtureRequest, pytestconfig: pytest.Config
) -> Iterator[Callable[..., Server]]:
    """Makes servers of a test's own: `new_server("sqlite")`, not started yet, ended with the test."""
    made: list[Server] = []
    with ExitStack() as stack:

        def make(kind: str = "sqlite", name: str = "data", **options: object) -> Server:
            database = None
            if kind == "postgresql" and "database" not in options:
                careless: Postgres = request.getfixturevalue("postgres")
                database = careless.create()
                stack.callback(careless.drop, database)
            server = Server(tmp_path / name, **({"database": database} | options))  # type: ignore[arg-type]
            stack.callback(server.end)
            made.append(server)
            pytestconfig.stash[_servers].append(server)
            return server

        yield make
    for server in made:
        pytestconfig.stash[_servers].remove(server)


@pytest.fixture(scope="session", params=BOTH)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[Server]:
    """A running server that tests share, set up, once on each database."""
    with ExitStack() as stack:
        database = None
        if request.param == "postgresql":
            careless: Postgres = request.getfixturevalue("postgres")
            database = careless.create()
            stack.callback(careless.drop, database)
        folder = tmp_path_factory.mktemp(f"server-{request.param}")
        running = stack.enter_context(Server(folder / "data", database))
        running.set_up()
        pytestconfig.stash[_servers].append(running)
        yield running
        pytestconfig.stash[_servers].remove(running)


@pytest_asyncio.fixture
async def office(server: Server) -> AsyncIterator[Office]:
    """An office of people of this test's own, around the shared server, which may not fault meanwhile."""
    logged_bytes = server.log.stat().st_size
    async with offices.opened(server) as opened:
        yield opened
    if faults := server.faults(logged_bytes):
        pytest.fail("the server logged faults of its own:\n" + "\n".join(faults))
