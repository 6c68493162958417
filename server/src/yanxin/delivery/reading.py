"""Reading: how many have read the messages that somebody looks at, told once a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from yanxin.access.conversations import look_into
from yanxin.delivery.sessions import Crowd, Session
from yanxin.domain.ids import ConversationId, Seq
from yanxin.domain.refusals import Refused
from yanxin.protocol import rpc, views
from yanxin.queries import members
from yanxin.store.database import Database
from yanxin.store.transactions import Reading

log = structlog.get_logger()

EVERY_SECONDS: Final = 1.0


class Watchers:
    """Who looks at which messages of which conversation; a session looks at one at a time."""

    def __init__(self, database: Database, crowd: Crowd) -> None:
        self._database = database
        self._looks: dict[ConversationId, dict[Session, Sequence[Seq]]] = {}
        self._where: dict[Session, ConversationId] = {}
        self._told: dict[Session, dict[Seq, int]] = {}
        self._moved: set[ConversationId] = set()
        self._ticking: asyncio.Task[None] | None = None
        crowd.departures.append(self.forget)

    async def watch(self, session: Session, where: ConversationId, seqs: Sequence[int]) -> list[views.ReadCount]:
        """`session` looks at those of `seqs` in `where` that it may see, and at nothing else; how they are now.

        It is registered before it is asked whether it may, so that a removal in between is not missed.
        Raises Refused("conversation.not_found").
        """
        self.forget(session)
        self._looks.setdefault(where, {})[session] = ()
        self._where[session] = where

        def look(tx: Reading) -> tuple[list[Seq], list[views.ReadCount]]:
            _, member = look_into(tx, session.actor, where)
            visible = sorted({Seq(seq) for seq in seqs if seq >= member.first})
            return visible, members.read_counts(tx, where, visible)

        try:
            visible, counts = await self._database.read(look)
        except BaseException:  # said on; who may not look does not
            if self._where.get(session) == where:
                self.forget(session)
            raise
        if self._where.get(session) != where:
            raise Refused("conversation.not_found")
        self._looks[where][session] = visible
        self._told[session] = {Seq(each.seq): each.read for each in counts}
        return counts

    def moved(self, where: ConversationId) -> None:
        """A cursor moved in `where`."""
        if where in self._looks:
            self._moved.add(where)
            if self._ticking is None:
                self._ticking = asyncio.get_running_loop().create_task(self._tick())

    def at(self, where: ConversationId) -> list[Session]:
        """The sessions that look at `where`."""
        return list(self._looks.get(where, ()))

    def forget(self, session: Session) -> None:
        """`session` looks at nothing."""
        where = self._where.pop(session, None)
        self._told.pop(session, None)
        if where is not None:
            looks = self._looks[where]
            looks.pop(session, None)
            if not looks:
                del self._looks[where]

    def expel(self, where: ConversationId, users: Iterable[int]) -> None:
        """`users` are members no longer and look at nothing there."""
        gone = set(users)
        for session in self.at(where):
            if session.actor.user in gone:
                self.forget(session)

    async def close(self) -> None:
        """Tells nothing more."""
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)

    async def _tick(self) -> None:
        try:
            while self._moved:
                await asyncio.sleep(EVERY_SECONDS)
                moved, self._moved = self._moved, set()
                for where in moved:
                    await self._tell(where)
        except Exception:  # a hint: whoever looks again is told how it is
            log.exception("reading.untold")
        finally:
            self._ticking = None

    async def _tell(self, where: ConversationId) -> None:
        looks = dict(self._looks.get(where, {}))
        seqs = sorted({seq for each in looks.values() for seq in each})
        if not seqs:
            return
        counts = await self._database.read(lambda tx: members.read_counts(tx, where, seqs))
        for session, wanted in looks.items():
            told = self._told.get(session)
            if told is None:
                continue
            for count in counts:
                seq = Seq(count.seq)
                if seq in wanted and told.get(seq) != count.read:
                    told[seq] = count.read
                    session.hint(rpc.notification("readers", count))
