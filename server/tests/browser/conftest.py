"""Browsers, servers and the people at them; a failure leaves pictures of what everybody saw."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.windows import PATIENCE_MS, Visitors, launched
from yanxin.testing.office import Office, opened
from yanxin.testing.servers import Server

_visitors = pytest.StashKey[tuple[Visitors, Path, asyncio.AbstractEventLoop]]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all journeys, since one browser serves them all; it was there before, so no test left it behind."""
    for item in items:
        if isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.fixturenames.insert(0, "browser")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failure names the pictures of what everybody saw then."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()  # type: ignore[attr-defined]
    if report.when == "call" and report.failed and _visitors in item.stash:
        visitors, folder, loop = item.stash[_visitors]
        taken = loop.run_until_complete(visitors.pictures(folder))
        report.sections.append(("pictures of the windows", "\n".join(str(path) for path in taken)))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the whole run; every window has a context of its own."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        running = await launched(playwright)
        yield running
        await running.close()


@pytest.fixture(scope="module")
def new_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with TLS that nobody has set up yet, one for the tests of a module."""
    with Server(tmp_path_factory.mktemp("house") / "data", options=("--tls", "auto")) as server:
        yield server


@pytest.fixture(scope="module")
def house(new_house: Server) -> Server:
    """The same, set up."""
    new_house.set_up()
    return new_house


@pytest_asyncio.fixture(loop_scope="session")
async def office(house: Server) -> AsyncIterator[Office]:
    """An office of people of this test's own; those who need no window speak through it."""
    async with opened(house) as office:
        yield office


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(
    browser: Browser, house: Server, office: Office, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Visitors]:
    """People at windows. No page may complain, and the server may not fault meanwhile."""
    async for one in _watched(Visitors(browser, house, office), house, request, tmp_path):
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def strangers(
    browser: Browser, new_house: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Visitors]:
    """The same at a server that nobody has set up yet."""
    async for one in _watched(Visitors(browser, new_house, None), new_house, request, tmp_path):
        yield one


async def _watched(
    visitors: Visitors, server: Server, request: pytest.FixtureRequest, folder: Path
) -> AsyncIterator[Visitors]:
    logged_bytes = server.log.stat().st_size
    request.node.stash[_visitors] = (visitors, folder, asyncio.get_running_loop())
    yield visitors
    complaints = await visitors.leave() + server.faults(logged_bytes)
    if complaints:
        pytest.fail("\n".join(complaints))
