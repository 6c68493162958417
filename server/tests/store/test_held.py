"""Held rows say what the disk says, whatever fails: a random history against a model of both."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanxin.store.held import Held

KEYS = range(4)


@dataclass
class Row:
    key: int
    value: int


class Disk:
    """A table: what is committed, and what the open transaction made of it, with one savepoint."""

    def __init__(self) -> None:
        self.committed = {key: Row(key, 0) for key in KEYS[:3]}
        self.open = deepcopy(self.committed)
        self.saved = deepcopy(self.open)

    def load(self, keys: list[int]) -> dict[int, Row]:
        return {key: deepcopy(self.open[key]) for key in keys if key in self.open}

    def flush(self, rows: list[Row]) -> None:
        for row in rows:
            assert row.key in self.open, "an update of a row that is not there changes nothing"
            self.open[row.key] = deepcopy(row)


Step = tuple[str, int, int]
WITHIN_A_WORK = st.tuples(
    st.sampled_from(["edit", "get", "settle", "load", "insert"]), st.sampled_from(KEYS), st.integers(1, 99)
)
WORKS = st.tuples(st.lists(WITHIN_A_WORK, max_size=6), st.booleans(), st.booleans())
BATCHES = st.lists(st.tuples(st.lists(WORKS, max_size=4), st.booleans()), max_size=5)


@pytest.mark.parametrize("keeps", [True, False])
@settings(max_examples=150, deadline=None)
@given(batches=BATCHES, most=st.integers(1, 4))
def test_held_rows_are_those_of_the_database(
    keeps: bool, batches: list[tuple[list[tuple[list[Step], bool, bool]], bool]], most: int
) -> None:
    """Works with a savepoint and works without (`is_hot`: they change held rows only), failing and not."""
    disk = Disk()
    held: Held[int, Row] = Held(disk.load, disk.flush, keeps=keeps, most=most)
    true = deepcopy(disk.committed)  # what everybody should see
    for works, commits in batches:
        disk.open, batch = deepcopy(disk.committed), deepcopy(true)
        for steps, is_hot, fails in works:
            work = deepcopy(batch)
            if not is_hot:
                held.flush_batch()
                disk.saved = deepcopy(disk.open)
            for step, key, value in steps:
                _do(held, disk, work, (step, key, value), is_hot=is_hot)
            if fails:
                if not is_hot:
                    disk.open = deepcopy(disk.saved)
                held.drop_work()
            else:
                if not is_hot:
                    held.flush_work()
                held.keep_work()
                batch = work
        held.flush_batch()
        if commits:
            disk.committed, true = deepcopy(disk.open), batch
            held.committed()
        else:
            disk.open = deepcopy(disk.committed)
            held.drop_all()
        assert disk.committed == true
        for key in KEYS:
            assert held.get(key) == true.get(key)


def _do(held: Held[int, Row], disk: Disk, work: dict[int, Row], step: Step, *, is_hot: bool) -> None:
    what, key, value = step
    if what == "edit":
        if key in work:
            held.edit(key).value = value
            work[key].value = value
        else:
            with pytest.raises(KeyError):
                held.edit(key)
    elif what == "load":
        held.load(KEYS)
    elif what == "settle" and not is_hot:
        held.flush_work()
        assert disk.open == work
    elif what == "insert" and not is_hot:
        held.flush_work()
        disk.open[key] = Row(key, value)
        held.put(key, Row(key, value))
        work[key] = Row(key, value)
    assert held.get(key) == work.get(key)


def test_what_is_given_to_look_at_is_not_what_a_later_work_changes() -> None:
    disk = Disk()
    held: Held[int, Row] = Held(disk.load, disk.flush, keeps=True, most=10)
    before = held.get(0)

    held.edit(0).value = 5
    held.drop_work()

    assert before == Row(0, 0)
    assert held.get(0) == Row(0, 0)
