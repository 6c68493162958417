"""Pace: how long a commit is put off, so that those who write at nearly the same time share it.

A commit and the waking of the threads around it are a third of what a message costs the writer that
commits it alone. Where many people write, but seldom at the same moment, it is put off until some
milliseconds after the one before, unless enough works wait already. An idle server puts nothing
off, nor does one that few people write to, each after the answer to the last: nobody else would
come to share, and they would only be slowed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

DISTANCE_SECONDS: Final = 0.008
"""Between two commits: half of a screen's frame, which nobody sees."""
ENOUGH_WORKS: Final = 4
"""With so many a commit is shared well enough."""
LATEST_WORKS: Final = 16
MANY_PEOPLE: Final = 8
"""So many different people among the latest works are many."""


class Pace:
    """The pace of one lane. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._last = 0.0
        self._latest: deque[int] = deque(maxlen=LATEST_WORKS)

    def pause(self, waiting: int, now: float) -> float:
        """How many seconds to wait before a batch is taken of the `waiting` works, of which there is one at least."""
        left = self._last + DISTANCE_SECONDS - now
        if left <= 0 or waiting >= ENOUGH_WORKS or len(set(self._latest)) < MANY_PEOPLE:
            return 0.0
        return left

    def took(self, by: Iterable[int], now: float) -> None:
        """A batch was taken, of works by the users `by`."""
        self._last = now
        self._latest.extend(by)
