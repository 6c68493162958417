"""Presence: who is there, told to those who look. A hint: in memory, never stored, never replayed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

from yanxin.delivery.sessions import Crowd, Session
from yanxin.domain.ids import UserId
from yanxin.protocol import rpc, views

GRACE_SECONDS: Final = 5.0
"""How long somebody may be away, as on a reload of the page, before others see it."""


class Presence:
    """Who looks at whom."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._watchers: dict[UserId, set[Session]] = {}
        self._watched: dict[Session, Sequence[UserId]] = {}
        self._told: dict[UserId, str] = {}
        self._leaving: dict[UserId, asyncio.TimerHandle] = {}
        crowd.departures.append(self._went)

    def watch(self, session: Session, users: Sequence[UserId]) -> list[views.Presence]:
        """`session` looks at `users` instead of those before; how they are now."""
        self._unwatch(session)
        wanted = list(dict.fromkeys(users))
        if wanted:
            self._watched[session] = wanted
        for user in wanted:
            self._watchers.setdefault(user, set()).add(session)
            self._told.setdefault(user, self._status(user))
        return [views.Presence(user, self._status(user)) for user in wanted]

    def changed(self, user: UserId) -> None:
        """Tells how `user` is now, if it is not as it was told last: they came, left, or chose to be seen or not."""
        timer = self._leaving.pop(user, None)
        if timer is not None:
            timer.cancel()
        status = self._status(user)
        if user not in self._watchers or self._told.get(user) == status:
            return
        self._told[user] = status
        frame = rpc.notification("presence", views.Presence(user, status))
        for session in self._watchers[user]:
            session.hint(frame)

    def _status(self, user: UserId) -> Literal["online", "offline"]:
        if user in self._leaving:
            return "online"
        return "online" if any(session.shows_presence for session in self._crowd.of(user)) else "offline"

    def _went(self, session: Session) -> None:
        self._unwatch(session)
        user = session.actor.user
        if user in self._watchers and user not in self._leaving and not self._crowd.of(user):
            loop = asyncio.get_running_loop()
            if self._told.get(user) == "online":
                self._leaving[user] = loop.call_later(GRACE_SECONDS, self.changed, user)

    def _unwatch(self, session: Session) -> None:
        for user in self._watched.pop(session, ()):
            watchers = self._watchers[user]
            watchers.discard(session)
            if not watchers:
                del self._watchers[user]
                self._told.pop(user, None)
                timer = self._leaving.pop(user, None)
                if timer is not None:
                    timer.cancel()
