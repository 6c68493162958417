"""The demo: a believable company of 200 to try things on."""

from __future__ import annotations

from yanxin.bootstrap.core import Core


async def fill(core: Core) -> None:
    """Fills an empty installation; where there is somebody already, nothing."""
    raise NotImplementedError
