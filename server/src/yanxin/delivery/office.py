"""The delivery office: takes the news of every commit and hands each kind to whom it concerns."""

from __future__ import annotations

from yanxin.access.tokens import Doorkeeper
from yanxin.delivery.feed import Feed
from yanxin.delivery.personal import Changes
from yanxin.delivery.presence import Presence
from yanxin.delivery.reading import Watchers
from yanxin.delivery.sessions import Crowd
from yanxin.delivery.typing import Typists
from yanxin.domain.bodies import Members
from yanxin.domain.events import Kind
from yanxin.domain.news import Appended, CursorMoved, News, Personal, RightsChanged, SessionsEnded
from yanxin.store.database import Database


class Office:
    """All of delivery, made once."""

    def __init__(self, database: Database, doorkeeper: Doorkeeper) -> None:
        self.crowd = Crowd()
        self.feed = Feed(database, self.crowd)
        self.presence = Presence(self.crowd)
        self.changes = Changes(database, self.crowd, self.presence)
        self.watchers = Watchers(database, self.crowd)
        self.typists = Typists(self.crowd, self.feed, self.watchers)
        self._doorkeeper = doorkeeper

    def heard(self, news: list[News]) -> None:
        """Something was committed; called on the loop, in the order of the commits."""
        for each in news:
            match each:
                case Appended(event=event):
                    self.feed.announce(event)
                    if event.kind is Kind.MEMBER_LEFT and isinstance(event.body, Members):
                        self.watchers.expel(event.conversation, event.body.user_ids)
                case Personal():
                    self.changes.changed(each)
                case CursorMoved(conversation=where):
                    self.watchers.moved(where)
                case SessionsEnded(sessions=ended):
                    self._doorkeeper.forget_sessions(ended)
                    self.crowd.end(ended)
                case RightsChanged(user=user):
                    self._doorkeeper.forget_user(user)

    async def close(self) -> None:
        """Ends what is being told."""
        await self.feed.close()
        await self.changes.close()
        await self.watchers.close()
