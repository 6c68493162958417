"""How long to wait before trying again: growing, bounded, and never the same for two clients."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass
class Pauses:
    """Growing pauses between attempts, in seconds.

    Full jitter: each pause is drawn evenly from zero to the bound that doubles from `first` to
    `longest`, because a thousand clients that lose one server at one moment must not return at
    one moment.
    """

    first: float = 0.5
    longest: float = 30.0
    _failures: int = field(default=0, init=False)

    def next(self, at_least: float = 0.0) -> float:
        """The next pause; never shorter than `at_least`, which the server may have asked for."""
        bound = min(self.longest, self.first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return at_least + random.uniform(0, bound)

    def succeeded(self) -> None:
        """Begins again with the shortest pause."""
        self._failures = 0
