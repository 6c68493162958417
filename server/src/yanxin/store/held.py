"""Held rows: heads, memberships and versions in the writer's memory, written once per commit.

A work changes a copy. When the work is done, its copies join the batch's; when the batch is
committed, the batch's join what is held. A work that fails drops its copies, and a failed commit
drops everything, so memory never says what the disk does not.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from copy import copy
from typing import Generic, TypeVar

K = TypeVar("K")
R = TypeVar("R")


class Held(Generic[K, R]):
    """Rows of one table by their key.

    `load` reads rows that are not held; `flush` writes changed ones. With `keeps` false nothing
    is held after a commit, because another process may change it.
    """

    def __init__(
        self,
        load: Callable[[list[K]], dict[K, R]],
        flush: Callable[[list[R]], None],
        *,
        keeps: bool,
        most: int,
    ) -> None:
        self._load = load
        self._flush = flush
        self._keeps = keeps
        self._most = most
        self._kept: OrderedDict[K, R] = OrderedDict()
        self._batch: dict[K, R] = {}
        self._work: dict[K, R] = {}
        self._due: set[K] = set()
        self._work_due: set[K] = set()

    def get(self, key: K) -> R | None:
        """The row as it is now, not to be changed; None if there is none."""
        row = self._work.get(key)
        if row is None:
            row = self._batch.get(key)
        if row is None:
            row = self._kept.get(key)
        if row is None:
            row = self._load([key]).get(key)
            if row is not None:
                self._kept[key] = row
        return row

    def load(self, keys: Iterable[K]) -> None:
        """Reads in one query those of `keys` that are not held."""
        missing = [key for key in keys if key not in self._work and key not in self._batch and key not in self._kept]
        if missing:
            self._kept.update(self._load(missing))

    def edit(self, key: K) -> R:
        """The row, to be changed in place by this work. Raises KeyError if there is none."""
        row = self._work.get(key)
        if row is None:
            known = self.get(key)
            if known is None:
                raise KeyError(key)
            row = self._work[key] = copy(known)
        self._work_due.add(key)
        return row

    def put(self, key: K, row: R) -> None:
        """A row that this work makes; it is written at the next flush."""
        self._work[key] = row
        self._work_due.add(key)

    def flush_batch(self) -> None:
        """Writes what earlier works of the batch changed."""
        if self._due:
            self._flush([self._batch[key] for key in sorted(self._due)])  # type: ignore[type-var]
            self._due.clear()

    def flush_work(self) -> None:
        """Writes what this work changed so far, so that its own queries see it."""
        if self._work_due:
            self._flush([self._work[key] for key in sorted(self._work_due)])  # type: ignore[type-var]
            self._work_due.clear()

    def keep_work(self) -> None:
        """The work is done: its changes are the batch's."""
        if self._work:
            self._batch.update(self._work)
            self._due |= self._work_due
            self._work.clear()
            self._work_due.clear()

    def drop_work(self) -> None:
        """The work failed: it changed nothing."""
        self._work.clear()
        self._work_due.clear()

    def committed(self) -> None:
        """The batch is on disk."""
        if not self._keeps:
            self._kept.clear()
        elif self._batch:
            self._kept.update(self._batch)
            for key in self._batch:
                self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._batch.clear()
        self._due.clear()

    def drop_all(self) -> None:
        """The batch failed: nothing is known any more."""
        self._kept.clear()
        self._batch.clear()
        self._due.clear()
        self.drop_work()
