"""The gateway over a database of a test's own, without a network before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.security.doors import Doors
from tests.security.doors import doors as opened
from tests.store.opened import Templates, templates


@pytest_asyncio.fixture
async def doors(templates: Templates, tmp_path: Path) -> AsyncIterator[Doors]:
    """A server of a test's own."""
    async with opened(templates.sqlite(tmp_path / "data"), tmp_path / "data") as made:
        yield made


__all__ = ["doors", "templates"]
