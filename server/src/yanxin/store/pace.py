"""Pace: how long a commit is put off, so that those who write at nearly the same time share it.

A commit and the waking of the threads around it are a third of what a message costs the writer that
commits it alone. Where many people write, but seldom at the same moment, it is put off until some
milliseconds after the one before, unless enough works wait already. An idle server puts nothing
off, nor does one whose works come one at a time, each after the answer to the last: nobody would
come to share.
"""

from __future__ import annotations

from typing import Final

DISTANCE_SECONDS: Final = 0.008
"""Between two commits: half of a screen's frame, which nobody sees."""
ENOUGH_WORKS: Final = 4
"""With so many a commit is shared well enough."""
REMEMBERED_BATCHES: Final = 16
"""Among so many batches one of several works says that there are others to wait for."""


class Pace:
    """The pace of one lane. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._last = 0.0
        self._alone_for = REMEMBERED_BATCHES

    def pause(self, waiting: int, now: float) -> float:
        """How many seconds to wait before a batch is taken of the `waiting` works, of which there is one at least."""
        if self._alone_for >= REMEMBERED_BATCHES or waiting >= ENOUGH_WORKS:
            return 0.0
        return max(0.0, self._last + DISTANCE_SECONDS - now)

    def took(self, works: int, now: float) -> None:
        """A batch of `works` was taken."""
        self._last = now
        self._alone_for = 0 if works > 1 else self._alone_for + 1
