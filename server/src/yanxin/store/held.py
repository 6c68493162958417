"""Held rows: heads, memberships and versions in the writer's memory, written once per commit.

A work changes a copy, and what stood before is remembered until the work is done: a work that
fails puts it back. What works of a batch changed is written at its end; a failed commit drops
everything. So memory never says what the disk does not.
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
    is held after a commit, because another process may change it. At most `most` stay.
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
        self._rows: OrderedDict[K, R] = OrderedDict()
        self._before: dict[K, R | None] = {}  # as they were before this work; None: not held
        self._edited: set[K] = set()  # by this work
        self._due: set[K] = set()  # changed by the batch and not written yet
        self._work_due: set[K] = set()

    def get(self, key: K) -> R | None:
        """The row as it is now, not to be changed; None if there is none."""
        row = self._rows.get(key)
        if row is None:
            self._read([key])
            row = self._rows.get(key)
        return row

    def load(self, keys: Iterable[K]) -> None:
        """Reads in one query those of `keys` that are not held."""
        missing = [key for key in keys if key not in self._rows]
        if missing:
            self._read(missing)

    def edit(self, key: K) -> R:
        """The row, to be changed in place by this work. Raises KeyError if there is none."""
        row = self.get(key)
        if row is None:
            raise KeyError(key)
        if key not in self._edited:
            # A row that this very work read is copied too: what `get` gave out does not change.
            self._before.setdefault(key, row)
            self._edited.add(key)
            row = self._rows[key] = copy(row)
        self._work_due.add(key)
        return row

    def put(self, key: K, row: R) -> None:
        """A row that this work makes; it is written at the next flush."""
        self._before.setdefault(key, self._rows.get(key))
        self._edited.add(key)
        self._rows[key] = row
        self._work_due.add(key)

    def flush_batch(self) -> None:
        """Writes what earlier works of the batch changed."""
        if self._due:
            self._write(self._due)

    def flush_work(self) -> None:
        """Writes what this work changed so far, so that its own queries see it."""
        if self._work_due:
            self._write(self._work_due)

    def keep_work(self) -> None:
        """The work is done: its changes are the batch's."""
        if self._before:
            self._due |= self._work_due
            self._forget_work()

    def drop_work(self) -> None:
        """The work failed: it changed nothing, and what it read may have been its own."""
        for key, row in self._before.items():
            if row is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = row
        self._forget_work()

    def committed(self) -> None:
        """The batch is on disk."""
        if not self._keeps:
            self._rows.clear()
        while len(self._rows) > self._most:
            self._rows.popitem(last=False)

    def drop_all(self) -> None:
        """The batch failed: nothing is known any more."""
        self._rows.clear()
        self._due.clear()
        self._forget_work()

    def _forget_work(self) -> None:
        self._before.clear()
        self._edited.clear()
        self._work_due.clear()

    def _read(self, keys: list[K]) -> None:
        for key, row in self._load(keys).items():
            self._rows[key] = row
            self._before.setdefault(key, None)

    def _write(self, due: set[K]) -> None:
        self._flush([self._rows[key] for key in sorted(due)])  # type: ignore[type-var]
        due.clear()
