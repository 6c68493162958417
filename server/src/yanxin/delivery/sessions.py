"""Sessions: open connections of people, what is about to be written to them, and who is there.

Frames for one session that become due in one turn of the loop are joined into one write. A
session whose buffer grows past a limit is told `lagging` and then nothing until its next hello:
its memory is bounded, and it loses nothing, since the log still holds all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from yanxin.domain.actors import Actor
from yanxin.domain.ids import ConversationId, Seq, SessionId, UserId
from yanxin.domain.news import Personal
from yanxin.protocol import rpc, views

MOST_BUFFERED_BYTES: Final = 512 * 1024
MOST_HELD: Final = 10_000

_LAGGING = rpc.notification("lagging", views.Empty())
_NOBODY: Final[tuple[Session, ...]] = ()


class Line(Protocol):
    """A connection to a device, as far as delivery needs one."""

    @property
    def transport(self) -> asyncio.Transport:
        """Takes whole frames; never blocks."""

    @property
    def is_open(self) -> bool:
        """Whether anything may still be written to the transport."""

    def close(self, code: int, reason: str) -> None:
        """Ends the connection with a WebSocket close code."""


class Session:
    """One open connection.

    Until its hello is answered it is not `live`: events that come while the snapshot is read are
    `held`, and told after the answer where the snapshot does not hold them. `floors` has those
    few conversations whose events up to a seq the snapshot held before they were announced here.
    """

    __slots__ = (
        "actor",
        "crowd",
        "device",
        "floors",
        "held",
        "line",
        "live",
        "outbox",
        "owed",
        "shows_presence",
        "shows_typing",
        "version",
    )

    def __init__(self, crowd: Crowd, actor: Actor, line: Line) -> None:
        self.crowd = crowd
        self.actor = actor
        self.line = line
        self.outbox: list[bytes] = []
        self.live = False
        self.held: list[tuple[ConversationId, Seq, bytes]] | None = None
        self.floors: dict[ConversationId, Seq] | None = None
        self.owed: list[Personal] = []
        self.version = 0
        self.device = ""
        self.shows_presence = False  # until its hello says what its person chose
        self.shows_typing = False

    def push(self, frame: bytes) -> None:
        """Writes `frame` at the end of this turn."""
        if not self.outbox:
            self.crowd.due.append(self)
            self.crowd.flush_soon()
        self.outbox.append(frame)

    def hint(self, frame: bytes) -> None:
        """Writes a hint (presence, typing, counts), unless the device is not up to date or busy enough."""
        if self.live and self.line.is_open and self.line.transport.get_write_buffer_size() < MOST_BUFFERED_BYTES // 4:
            self.push(frame)

    def deliver(self, conversation: ConversationId, seq: Seq, frame: bytes) -> None:
        """Tells of an event, if the device is due to hear of it now."""
        if self.live:
            if self.floors is not None and conversation in self.floors:
                if seq <= self.floors[conversation]:
                    return
                del self.floors[conversation]
                self.floors = self.floors or None
            self.push(frame)
        elif self.held is not None:
            if len(self.held) < MOST_HELD:
                self.held.append((conversation, seq, frame))
            else:
                self.held = None

    def greet(self) -> None:
        """A hello has come: from here on events are held until it is answered."""
        self.live = False
        self.held = []
        self.floors = None

    def answer(
        self, frame: bytes, version: int, heads: dict[ConversationId, Seq], fresh: dict[ConversationId, Seq]
    ) -> None:
        """Answers the hello, then tells what came meanwhile and what the snapshot did not hold.

        `heads` is how far the snapshot reaches, `fresh` the same for what moved within the last
        seconds: only there may an event that the snapshot holds still be on its way here.
        """
        held, self.held = self.held, None
        self.push(frame)
        self.version = version
        if held is None:
            # More came than may be held: the device is told to ask again.
            self.push(_LAGGING)
            return
        self.live = True
        floors = {where: seq for where, seq in fresh.items() if seq > self.crowd.announced(where)}
        self.floors = floors or None
        for where, seq, event in held:
            if seq > heads.get(where, 0):
                self.push(event)


class Crowd:
    """All open connections; those that have said hello by person."""

    def __init__(self) -> None:
        self.by_user: dict[int, list[Session]] = {}
        self.departures: list[Callable[[Session], None]] = []
        self.announced: Callable[[ConversationId], Seq] = lambda _where: Seq(0)
        self._open: dict[SessionId | None, set[Session]] = {}
        self.due: list[Session] = []  # who has something in the outbox
        self._is_flushing = False
        self._loop = asyncio.get_running_loop()

    def of(self, user: UserId) -> Iterable[Session]:
        """The connections of `user` that have said hello."""
        return self.by_user.get(user, _NOBODY)

    def connect(self, session: Session) -> None:
        """A connection is open; it hears of nothing yet, but it ends with its session."""
        self._open.setdefault(session.actor.session, set()).add(session)

    def enter(self, session: Session) -> None:
        """`session` has said its first hello."""
        self.by_user.setdefault(session.actor.user, []).append(session)

    def leave(self, session: Session) -> None:
        """The connection is gone."""
        session.live, session.held = False, None
        siblings = self._open.get(session.actor.session, set())
        siblings.discard(session)
        if not siblings:
            self._open.pop(session.actor.session, None)
        sessions = self.by_user.get(session.actor.user)
        if sessions is None or session not in sessions:
            return
        sessions.remove(session)
        if not sessions:
            del self.by_user[session.actor.user]
        for heard in self.departures:
            heard(session)

    def end(self, ended: Iterable[SessionId]) -> None:
        """Closes the connections of sessions that ended; nothing more is told to them."""
        for number in ended:
            for session in list(self._open.get(number, ())):
                session.live, session.held = False, None
                session.line.close(4401, "session ended")

    def flush_soon(self) -> None:
        """Whoever is `due` is written to at the end of this turn."""
        if not self._is_flushing:
            self._is_flushing = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Writes to all that are due, one write each. Spelled out: this runs for every member of every event."""
        due, self.due, self._is_flushing = self.due, [], False
        for session in due:
            outbox, line = session.outbox, session.line
            data = outbox[0] if len(outbox) == 1 else b"".join(outbox)
            outbox.clear()  # not a new one: a thousand lists a message are work for the collector
            if not line.is_open:
                continue
            transport = line.transport
            transport.write(data)
            if session.live and transport.get_write_buffer_size() > MOST_BUFFERED_BYTES:
                session.live = False
                transport.write(_LAGGING)
