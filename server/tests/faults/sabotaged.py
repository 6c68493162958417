"""Starts a server with one promise broken, to show that the judges notice.

    python sabotaged.py SIN serve --data …

The sins live here and nowhere else: the product has no switch for them.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

from yanxin.cli.main import main
from yanxin.delivery import sessions
from yanxin.delivery.audience import Audience
from yanxin.domain.events import Event
from yanxin.store import database, dialects
from yanxin.store.transactions import Writing

COMMIT_DELAY_SECONDS = 0.05


def acknowledges_before_the_commit() -> None:
    """Answers each message when its work has run; the commit follows a little later, if the server lives."""
    run_one, flush = database._Lane._one, Writing.flush_batch

    def one(self: Any, tx: Writing, job: Any) -> None:
        run_one(self, tx, job)
        if job.is_hot:
            self._database._loop.call_soon_threadsafe(job.answer, job.result, job.error)
            job.answer = lambda _result, _error: None

    def flush_late(self: Writing) -> None:
        flush(self)
        time.sleep(COMMIT_DELAY_SECONDS)

    database._Lane._one = one  # type: ignore[method-assign]
    Writing.flush_batch = flush_late  # type: ignore[method-assign]


def does_not_sync() -> None:
    """SQLite hands commits to the system and does not wait for the disk."""
    make = dialects.engine

    def careless(url: str, *, connections: int) -> Engine:
        made = make(url, connections=connections)

        @event.listens_for(made, "connect")
        def prepare(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA synchronous=OFF")

        return made

    dialects.engine = careless


def change_the_audience(told: Callable[[Event, int, int], int]) -> None:
    """Lets each push be made as often as `told` says of event, user and how many pushes there were."""
    hears, count = Audience.hears, [0]

    def changed(self: Audience, event: Event) -> list[int]:
        audience = []
        for user in hears(self, event):
            count[0] += 1
            audience += [user] * told(event, user, count[0])
        return audience

    Audience.hears = changed  # type: ignore[method-assign]


def forgets_pushes() -> None:
    """Every fortieth push is not made."""
    change_the_audience(lambda _event, _user, count: 1 if count % 40 else 0)


def forgets_a_push_and_the_gap() -> None:
    """From some event on a person hears nothing more of a conversation, so that no gap shows either."""
    deaf: set[tuple[int, int]] = set()

    def told(event: Event, user: int, count: int) -> int:
        if count % 400 == 0:
            deaf.add((event.conversation, user))
        return 0 if (event.conversation, user) in deaf else 1

    change_the_audience(told)


def pushes_twice() -> None:
    """Every fortieth push is made twice."""
    change_the_audience(lambda _event, _user, count: 1 if count % 40 else 2)


def never_lags() -> None:
    """Holds in memory whatever a device does not take."""
    sessions.MOST_BUFFERED_BYTES = 1 << 40  # type: ignore[misc]


SINS: dict[str, Callable[[], None]] = {
    sin.__name__: sin
    for sin in (
        acknowledges_before_the_commit,
        does_not_sync,
        forgets_pushes,
        forgets_a_push_and_the_gap,
        pushes_twice,
        never_lags,
    )
}

if __name__ == "__main__":
    SINS[sys.argv[1]]()
    main(sys.argv[2:])
