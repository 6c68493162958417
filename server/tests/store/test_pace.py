"""When commits are put off, and when they must not be."""

from __future__ import annotations

import pytest

from yanxin.store.pace import DISTANCE_SECONDS, ENOUGH_WORKS, LATEST_WORKS, MANY_PEOPLE, Pace

CROWD = range(1, LATEST_WORKS + 1)


def test_a_lane_that_begins_waits_for_nobody() -> None:
    assert Pace().pause(1, now=0.001) == 0


@pytest.mark.parametrize("people", range(1, MANY_PEOPLE))
def test_few_who_write_in_turn_are_never_put_off(people: int) -> None:
    """As robots do: each sends its next when the last was answered."""
    pace = Pace()
    for turn in range(100):
        now = 10.0 + turn / 1000
        assert pace.pause(1, now) == 0
        pace.took([turn % people], now)


def test_where_many_write_the_next_keeps_its_distance() -> None:
    pace = Pace()
    pace.took(CROWD, now=10.0)
    assert pace.pause(1, now=10.0) == pytest.approx(DISTANCE_SECONDS)
    assert 0 < pace.pause(1, now=10.0 + DISTANCE_SECONDS / 2) < DISTANCE_SECONDS
    assert pace.pause(1, now=10.0 + DISTANCE_SECONDS) == pytest.approx(0)
    assert pace.pause(1, now=99.0) == 0


def test_enough_works_wait_no_longer() -> None:
    pace = Pace()
    pace.took(CROWD, now=10.0)
    assert pace.pause(ENOUGH_WORKS - 1, now=10.0) > 0
    assert pace.pause(ENOUGH_WORKS, now=10.0) == 0


def test_a_crowd_that_has_gone_is_forgotten() -> None:
    pace = Pace()
    pace.took(CROWD, now=10.0)
    pace.took([1] * LATEST_WORKS, now=10.001)
    assert pace.pause(1, now=10.001) == 0
