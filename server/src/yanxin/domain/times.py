"""Moments: milliseconds since 1970, and the calendar month that a data key serves."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from yanxin.domain.ids import Millis


def month_of(moment: Millis) -> int:
    """The UTC month of `moment` as a number, year × 100 + month: 202611."""
    return _month(moment // 3_600_000)


def rfc3339(moment: Millis) -> str:
    """`moment` as people and protocols write it: 2026-11-24T02:00:00.123Z."""
    seconds, millis = divmod(moment, 1000)
    return f"{_second(seconds)}.{millis:03d}Z"


@lru_cache(4096)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


@lru_cache(64)
def _month(hours: int) -> int:
    when = datetime.fromtimestamp(hours * 3600, UTC)
    return when.year * 100 + when.month
