"""When commits are put off, and when they must not be."""

from __future__ import annotations

import pytest

from yanxin.store.pace import DISTANCE_SECONDS, ENOUGH_WORKS, REMEMBERED_BATCHES, Pace


def test_a_lane_that_begins_waits_for_nobody() -> None:
    assert Pace().pause(1, now=0.001) == 0


def test_works_that_come_one_at_a_time_are_never_put_off() -> None:
    pace = Pace()
    for turn in range(100):
        assert pace.pause(1, now=turn / 1000) == 0
        pace.took(1, now=turn / 1000)


def test_after_a_shared_batch_the_next_keeps_its_distance() -> None:
    pace = Pace()
    pace.took(2, now=10.0)
    assert pace.pause(1, now=10.0) == pytest.approx(DISTANCE_SECONDS)
    assert 0 < pace.pause(1, now=10.0 + DISTANCE_SECONDS / 2) < DISTANCE_SECONDS
    assert pace.pause(1, now=10.0 + DISTANCE_SECONDS) == pytest.approx(0)
    assert pace.pause(1, now=99.0) == 0


def test_enough_works_wait_no_longer() -> None:
    pace = Pace()
    pace.took(2, now=10.0)
    assert pace.pause(ENOUGH_WORKS - 1, now=10.0) > 0
    assert pace.pause(ENOUGH_WORKS, now=10.0) == 0


def test_where_nobody_comes_any_more_the_waiting_ends() -> None:
    pace = Pace()
    pace.took(2, now=10.0)
    paused = 0
    now = 10.0
    for _ in range(2 * REMEMBERED_BATCHES):
        pause = pace.pause(1, now)
        paused += pause > 0
        now += pause
        pace.took(1, now)
    assert paused == REMEMBERED_BATCHES
