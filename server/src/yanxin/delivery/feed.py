"""The feed: committed events, in the order of their log, to every session of their audience.

An event is encoded and framed once; then the same bytes go to everyone. Where an event is
announced before those that stand before it (two transactions of different threads or nodes), the
hole is read from the log first.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Coroutine
from itertools import islice
from typing import Final, TypeVar

import structlog

from yanxin.delivery.audience import Audience
from yanxin.delivery.sessions import Crowd
from yanxin.domain.events import Event, Kind, Standing
from yanxin.domain.ids import ConversationId, Seq
from yanxin.domain.reading import as_it_stands, standing
from yanxin.protocol import rpc, writing
from yanxin.queries import members
from yanxin.store.database import Database
from yanxin.store.log import standings, tail
from yanxin.store.readers import Look
from yanxin.store.transactions import Reading

log = structlog.get_logger()

T = TypeVar("T")

MOST_MEMBERS: Final = 2_000_000
"""How many members of all audiences together are remembered: 16 MB."""
OVERHEAD: Final = 50
"""What an audience itself weighs, in members."""


class Feed:
    """The events of all conversations that sessions here are interested in."""

    def __init__(self, database: Database, crowd: Crowd) -> None:
        self._database = database
        self._crowd = crowd
        self._audiences: OrderedDict[ConversationId, Audience] = OrderedDict()
        self._members = 0
        self._tasks: dict[ConversationId, asyncio.Task[None]] = {}
        crowd.announced = self._announced

    def announce(self, event: Event) -> None:
        """`event` is committed."""
        audience = self._audiences.get(event.conversation)
        if audience is None:
            audience = self._audiences[event.conversation] = Audience()
            audience.waiting = [event]
            self._start(event.conversation, self._load(event.conversation, audience))
        elif audience.waiting is not None:
            audience.waiting.append(event)
        elif audience.reached is not None and event.seq > audience.reached + 1:
            audience.waiting = [event]
            self._start(event.conversation, self._fill(event.conversation, audience, audience.reached, event.seq))
        else:
            self._tell(audience, event)

    async def audience(self, where: ConversationId) -> Audience:
        """The audience of `where`, read if it is not known; nobody where there is no such conversation."""
        audience = self._audiences.get(where)
        if audience is None:
            audience = self._audiences[where] = Audience()
            self._start(where, self._load(where, audience))
        while audience.waiting is not None and where in self._tasks:
            await asyncio.shield(self._tasks[where])
        return audience

    async def close(self) -> None:
        """Ends what is being read."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _announced(self, where: ConversationId) -> Seq:
        audience = self._audiences.get(where)
        return Seq(0) if audience is None or audience.reached is None else audience.reached

    def _tell(self, audience: Audience, event: Event, stands: Standing | None = None) -> None:
        if audience.reached is not None and event.seq <= audience.reached:
            return
        audience.reached = event.seq
        where, seq = event.conversation, event.seq
        frame = rpc.notification("event", writing.event(event, stands))
        # Members read after the event was written may have come after it: it is not for them.
        late = audience.late if event.target is not None or seq < audience.as_of else None
        by_user, due = self._crowd.by_user, self._crowd.due
        for user in audience.hears(event):
            sessions = by_user.get(user)
            if sessions is None:
                continue
            shown = frame
            if late:
                first = late.get(user, Seq(0))
                if seq < first:
                    continue
                if writing.is_hidden_before(event, first):
                    shown = rpc.notification("event", writing.hidden(event))
            for session in sessions:
                # The usual case is spelled out: this line runs for every member of every event.
                if session.live and session.floors is None:
                    outbox = session.outbox
                    if not outbox:
                        due.append(session)
                    outbox.append(shown)
                else:
                    session.deliver(where, seq, shown)
        if due:
            self._crowd.flush_soon()

    async def _load(self, where: ConversationId, audience: Audience) -> None:
        as_of, firsts = await self._surely(where, lambda tx: members.present(tx, where))
        audience.know(as_of, firsts)
        self._members += len(firsts) + OVERHEAD
        self._forget_some()
        self._go_on(where, audience)

    async def _fill(self, where: ConversationId, audience: Audience, reached: Seq, seq: Seq) -> None:
        missing = await self._surely(where, lambda tx: _as_they_stand(tx, where, reached, seq))
        for event, stands in missing:
            self._tell(audience, event, stands)
        # Where the log itself has nothing there is nothing to wait for.
        audience.reached = Seq(max(audience.reached or 0, seq - 1))
        self._go_on(where, audience)

    async def _surely(self, where: ConversationId, look: Look[T]) -> T:
        """What `look` finds, asked until the database answers: committed events wait for it."""
        pause = 0.1
        while True:
            try:
                return await self._database.read(look)
            except Exception:  # asked again; clients that cannot wait see the hole and ask themselves
                log.exception("feed.unread", conversation=where)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 10.0)

    def _go_on(self, where: ConversationId, audience: Audience) -> None:
        waiting, audience.waiting = sorted(audience.waiting or [], key=lambda each: each.seq), None
        later: dict[Seq, list[Event]] = defaultdict(list)
        for event in waiting:
            if event.target is not None:
                later[event.target].append(event)
        for index, event in enumerate(waiting):
            if audience.reached is not None and event.seq > audience.reached + 1:
                audience.waiting = waiting[index:]
                self._start(where, self._fill(where, audience, audience.reached, event.seq))
                return
            # What was recalled or edited while it waited is told as it stands now.
            if event.kind is Kind.EDIT and event.target is not None:
                event = as_it_stands(event, standing(event, later[event.target]))
            spoken_of = later.get(event.seq)
            self._tell(audience, event, standing(event, spoken_of) if spoken_of else None)

    def _forget_some(self) -> None:
        for where in list(islice(self._audiences, 100)):
            if self._members <= MOST_MEMBERS:
                return
            audience = self._audiences[where]
            if audience.waiting is None:
                del self._audiences[where]
                self._members -= len(audience.users) + OVERHEAD

    def _start(self, where: ConversationId, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[where] = task
        task.add_done_callback(lambda done: self._tasks.pop(where) if self._tasks.get(where) is done else None)


def _as_they_stand(tx: Reading, where: ConversationId, reached: Seq, seq: Seq) -> list[tuple[Event, Standing | None]]:
    """The events between `reached` and `seq`, with how the messages among them stand now."""
    found = tail(tx, where, reached, seq - reached - 1)
    stands = standings(tx, where, found)
    told: list[tuple[Event, Standing | None]] = []
    for event in found:
        if event.kind is Kind.EDIT and event.target in stands:
            event = as_it_stands(event, stands[event.target][1])
        told.append((event, stands[event.seq][1] if event.seq in stands else None))
    return told
