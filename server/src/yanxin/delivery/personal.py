"""Personal state: what changed for one person, told to their other devices.

Changes of one person that come close together are read once and told together.
"""

from __future__ import annotations

import asyncio

import structlog

from yanxin.delivery.presence import Presence
from yanxin.delivery.sessions import Crowd, Session
from yanxin.domain.ids import UserId
from yanxin.domain.news import Personal
from yanxin.protocol import rpc
from yanxin.queries.personal import state
from yanxin.store.database import Database

log = structlog.get_logger()


class Changes:
    """Who is due to hear of what."""

    def __init__(self, database: Database, crowd: Crowd, presence: Presence) -> None:
        self._database = database
        self._crowd = crowd
        self._presence = presence
        self._due: dict[UserId, list[Personal]] = {}
        self._tasks: dict[UserId, asyncio.Task[None]] = {}

    def changed(self, news: Personal) -> None:
        """Something personal changed."""
        if all(session.actor.line == news.by for session in self._crowd.of(news.user)):
            return
        self._due.setdefault(news.user, []).append(news)
        if news.user not in self._tasks:
            self._tasks[news.user] = asyncio.get_running_loop().create_task(self._tell(news.user))

    def catch_up(self, session: Session) -> None:
        """The hello of `session` is answered: it is told of what changed meanwhile."""
        owed, session.owed = session.owed, []
        for news in owed:
            self.changed(news)

    async def close(self) -> None:
        """Ends what is being read."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self, user: UserId) -> None:
        try:
            while due := self._due.pop(user, None):
                await self._tell_of(user, due)
        except Exception:  # the devices' versions stay behind, so their next hello brings it
            log.exception("personal.untold", user=user)
        finally:
            del self._tasks[user]

    async def _tell_of(self, user: UserId, due: list[Personal]) -> None:
        wanted = sorted({each.conversation for each in due if each.conversation is not None})
        with_settings = any(each.conversation is None for each in due)
        told = await self._database.read(lambda tx: state(tx, user, wanted, with_settings=with_settings))
        frame = rpc.notification("state", told)
        authors = {each.by for each in due}
        for session in list(self._crowd.of(user)):
            if told.settings is not None:
                session.shows_presence = told.settings.show_presence
                session.shows_typing = told.settings.show_typing
            if session.held is not None:
                # Its snapshot may be of a moment before: it is told once its hello is answered.
                session.owed += due
            elif session.live and authors != {session.actor.line} and session.version <= told.version:
                session.version = told.version
                session.push(frame)
        if told.settings is not None:
            self._presence.changed(user)
