"""Typing: that somebody is about to say something, told to those who would see it. A hint, never stored."""

from __future__ import annotations

import time
from typing import Final

from yanxin.delivery.feed import Feed
from yanxin.delivery.reading import Watchers
from yanxin.delivery.sessions import Crowd, Session
from yanxin.domain.ids import ConversationId, UserId
from yanxin.protocol import rpc, views

EVERY_SECONDS: Final = 2.0
FEW: Final = 100
"""In conversations of up to so many all hear of it; in larger ones those who look at it."""
MOST_REMEMBERED: Final = 10_000


class Typists:
    """Who typed where of late."""

    def __init__(self, crowd: Crowd, feed: Feed, watchers: Watchers) -> None:
        self._crowd = crowd
        self._feed = feed
        self._watchers = watchers
        self._told: dict[tuple[ConversationId, UserId], float] = {}

    async def types(self, session: Session, where: ConversationId) -> None:
        """`session` types in `where`; where it is no member, nothing happens."""
        if not session.shows_typing:
            return
        user, now = session.actor.user, time.monotonic()
        if now - self._told.get((where, user), -EVERY_SECONDS) < EVERY_SECONDS:
            return
        audience = await self._feed.audience(where)
        if user not in audience.users:
            return
        if len(self._told) >= MOST_REMEMBERED:
            self._told.clear()
        self._told[where, user] = now
        frame = rpc.notification("typing", views.Typing(where, user))
        if len(audience.users) <= FEW:
            hearers = [each for other in audience.users for each in self._crowd.of(UserId(other))]
        else:
            hearers = self._watchers.at(where)
        for hearer in hearers:
            if hearer.actor.user != user:
                hearer.hint(frame)
