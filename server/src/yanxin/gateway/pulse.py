"""The pulse: every connection is pinged every 30 seconds, and one that has said nothing since is dead.

One timer serves all of them. Connections are spread over the seconds in which they came, so that
ten thousand idle ones are a few hundred small writes a second and nothing at once.
"""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

EVERY_SECONDS: Final = 30
_PING: Final = b"\x89\x00"


class Beating(Protocol):
    """A connection, as far as its pulse goes. `was_heard` is set by whatever arrives."""

    was_heard: bool

    @property
    def transport(self) -> asyncio.Transport: ...

    @property
    def is_open(self) -> bool: ...


class Pulse:
    """Whom to ping in which second."""

    def __init__(self) -> None:
        self._seconds: list[set[Beating]] = [set() for _ in range(EVERY_SECONDS)]
        self._now = 0
        self._timer: asyncio.TimerHandle | None = None

    def join(self, connection: Beating) -> int:
        """From now on `connection` is pinged; the first time in 30 seconds. The number to leave with."""
        self._seconds[self._now].add(connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(1, self._tick)
        return self._now

    def leave(self, connection: Beating, number: int) -> None:
        """`connection` is gone."""
        self._seconds[number].discard(connection)

    def stop(self) -> None:
        """Nobody is pinged any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(1, self._tick)
        self._now = (self._now + 1) % EVERY_SECONDS
        for connection in list(self._seconds[self._now]):
            if not connection.is_open:
                continue
            if connection.was_heard:
                connection.was_heard = False
                connection.transport.write(_PING)
            else:
                # Nothing since the ping of 30 seconds ago: nobody is there to be told why.
                connection.transport.abort()
