"""The calendar: the last working days in China, and a moment in them for every scene. Plain values, no clock."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

from yanxin.domain.ids import Millis

SHANGHAI: Final = timezone(timedelta(hours=8))
"""China keeps one time and no summer time, so no time zone data is needed."""

DAYS: Final = 10
OPENS: Final = timedelta(hours=8, minutes=30)
CLOSES: Final = timedelta(hours=18, minutes=30)
_SHORTEST: Final = timedelta(minutes=40)
"""A day that has just begun is left out."""

_HOURS: Final[dict[str, tuple[float, float]]] = {
    "first": (8.56, 8.75),
    "morning": (8.8, 9.5),
    "noon": (11.2, 11.9),
    "evening": (17.0, 17.9),
}
_LAST_WORDS_MS: Final = 15 * 60_000


@dataclass(frozen=True)
class Day:
    """The part of a working day that has passed, as moments."""

    opens: Millis
    closes: Millis

    def at(self, hours: float) -> Millis:
        """The moment at that hour of the day in Shanghai, kept within the day."""
        midnight = self.opens - int(OPENS.total_seconds() * 1000)
        return Millis(max(self.opens, min(self.closes, midnight + int(hours * 3_600_000))))


def working_days(now: Millis) -> list[Day]:
    """The last ten working days, the oldest first; today is among them once it is well under way."""
    moment = datetime.fromtimestamp(now / 1000, SHANGHAI)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    days: list[Day] = []
    while len(days) < DAYS:
        closes = min(midnight + CLOSES, moment - timedelta(minutes=2))
        if midnight.weekday() < 5 and closes - (midnight + OPENS) >= _SHORTEST:
            days.append(Day(_millis(midnight + OPENS), _millis(closes)))
        midnight -= timedelta(days=1)
    return days[::-1]


def wish(rng: random.Random, days: list[Day], when: str) -> tuple[Day, Millis]:
    """A day and a moment at which a scene may begin: at any time, or as `when` says.

    `first` is early on the first day, `last` late on the last; the others are hours of any day.
    """
    if when == "first":
        return days[0], days[0].at(rng.uniform(*_HOURS["first"]))
    if when == "last":
        # Counted from the day's end, which today is now: the newest talk is minutes old.
        day = days[-1]
        return day, Millis(max(day.opens, day.closes - int(rng.uniform(6, 75) * 60_000)))
    while True:
        # Few write during lunch.
        hours = _HOURS.get(when) or ((8.7, 11.8) if rng.random() < 0.48 else (13.2, 17.9))
        day, hour = rng.choice(days), rng.uniform(*hours)
        moment = day.at(hour)
        # An hour that has not come yet today is one of another day.
        if day is not days[-1] or moment < day.closes - _LAST_WORDS_MS:
            return day, moment


def _millis(moment: datetime) -> Millis:
    return Millis(int(moment.timestamp() * 1000))
