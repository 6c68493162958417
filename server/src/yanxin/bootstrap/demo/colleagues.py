"""Colleagues: a few people of the demo who are at their desks while the server runs.

They come over the socket like everybody else, read what they get, answer whoever writes to them or
speaks to them in a group, and now and then, while somebody is there to see it, say something of
their own. All of it is bounded, and ends with the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any, Final

import structlog
from sqlalchemy import select

from yanxin.access.tokens import hash_of, new_token
from yanxin.actions import sessions
from yanxin.bootstrap.core import Core
from yanxin.bootstrap.demo import answers
from yanxin.bootstrap.demo.company import CAST, VISITOR
from yanxin.bootstrap.demo.screenplay import Line, Performance, React, Say, Scene, cast, scenes
from yanxin.client import Client, YanxinError
from yanxin.client.client import new_client_id
from yanxin.domain.actors import Actor
from yanxin.domain.bodies import Code, Text, mentioned
from yanxin.domain.ids import ConversationId, SessionId, UserId
from yanxin.domain.refusals import Refused
from yanxin.protocol import views
from yanxin.queries.members import present
from yanxin.queries.sessions import mine
from yanxin.store.tables import users
from yanxin.store.transactions import Reading

log = structlog.get_logger()

AT_THEIR_DESKS: Final = (
    *("chenyuhang", "zhoumingyuan", "suwanqing", "hanzhipeng", "hesiqi"),
    *("guchenxi", "tangkexin", "fangwenjing", "lvqing", "yaolin"),
)
DEVICE: Final = "demo"
MOST_A_MINUTE: Final = 12
"""Messages of all of them together; what is beyond stays unanswered."""
MOST_OF_THEIR_OWN: Final = 3
"""After so many messages in a minute nobody begins to speak of their own accord."""
PAUSE_SECONDS: Final = (50.0, 140.0)
"""How long nobody begins, at least and at most."""
_SMALL_GROUP: Final = 60
_MOST_WAITING: Final = 8
_OWN: Final = "colleague-"
"""How the client_id of all that they say begins: they never answer one another."""


class Colleagues:
    """All of them. `begin` lets them come, `close` sends them home and ends their sessions."""

    def __init__(self, core: Core, url: str, ca: str | None) -> None:
        self.rng = random.Random()
        self.ids: dict[str, UserId] = {}
        self._core = core
        self._url = url
        self._ca = ca
        self._there: dict[str, _Colleague] = {}
        self._sessions: list[tuple[Actor, SessionId]] = []
        self._said: deque[float] = deque()
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """They come one after another, in the background."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """They leave, whatever they were doing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for actor, session in self._sessions:
            # Ended by an administrator already, or the disk is full: neither keeps a server from stopping.
            with contextlib.suppress(Refused):
                await self._core.database.write(sessions.end(actor, session))

    def may_speak(self) -> bool:
        """Whether one more may be said within this minute; counts it if so."""
        if self.said_lately() >= MOST_A_MINUTE:
            return False
        self._said.append(time.monotonic())
        return True

    def said_lately(self) -> int:
        """How much was said within the last minute."""
        while self._said and time.monotonic() - self._said[0] > 60:
            self._said.popleft()
        return len(self._said)

    async def _run(self) -> None:
        try:
            self.ids = await self._core.database.read(_ids)
            async with asyncio.TaskGroup() as desks:
                for name in AT_THEIR_DESKS:
                    if name in self.ids:
                        desks.create_task(self._at_desk(name, await self._session(self.ids[name])))
                desks.create_task(self._chat())
        except Exception:  # they are decoration: without them the server serves as before
            log.exception("demo.colleagues_gone")

    async def _session(self, user: UserId) -> str:
        """A token of `user`, made in this process. Sessions that a killed server left are ended first."""
        actor = Actor(user, None, is_admin=False)
        for old in await self._core.database.read(lambda tx: mine(tx, actor)):
            if old.device == DEVICE:
                await self._core.database.write(sessions.end(actor, SessionId(old.id)))
        token = new_token()
        begun = await self._core.database.write(sessions.begin(user, hash_of(token), DEVICE, "127.0.0.1", proof=None))
        self._sessions.append((actor, begun.session))
        return token

    async def _at_desk(self, name: str, token: str) -> None:
        # One after another, as in the morning; and each makes a TLS context, which takes a moment.
        await asyncio.sleep(AT_THEIR_DESKS.index(name) * 0.25)
        try:
            async with Client.connect(self._url, token=token, ca=self._ca, device=DEVICE) as client:
                colleague = self._there[name] = _Colleague(self, client)
                try:
                    await colleague.works()
                finally:
                    del self._there[name]
                    await colleague.drops_everything()
        except YanxinError as error:  # disabled, or signed out: one colleague fewer
            log.info("demo.colleague_left", user=self.ids[name], why=repr(error))

    # What they say of their own accord.

    async def _chat(self) -> None:
        """Plays a short scene now and then; all of them once before any comes again."""
        waiting: list[Scene] = []
        while True:
            await asyncio.sleep(self.rng.uniform(*PAUSE_SECONDS))
            if not self._is_watched() or self.said_lately() >= MOST_OF_THEIR_OWN:
                continue
            if not waiting:
                waiting = [scene for scene in scenes() if "live" in scene.tags]
                self.rng.shuffle(waiting)
            where, names = await self._somewhere()
            if where is not None and len(names) >= len(waiting[-1].letters):
                with contextlib.suppress(YanxinError, TimeoutError, KeyError):
                    # Somebody left meanwhile, or the group was dismissed: the scene ends there.
                    await self._play(waiting.pop(), where, names)

    def _is_watched(self) -> bool:
        """Whether anybody is connected from elsewhere."""
        there = self._core.office.crowd.by_user.values()
        return any(session.device != DEVICE for sessions_of_one in there for session in sessions_of_one)

    async def _somewhere(self) -> tuple[int | None, list[str]]:
        """A small group of the visitor's with several of them in it, and who they are."""
        found: dict[int, list[str]] = {}
        for name, colleague in self._there.items():
            for each in colleague.client.conversations.values():
                if each.kind == "group" and each.dismissed_at is None and each.members_count <= _SMALL_GROUP:
                    found.setdefault(each.id, []).append(name)
        groups = [where for where, names in found.items() if len(names) >= 3]
        self.rng.shuffle(groups)
        visitor = self.ids.get(VISITOR)
        for where in groups:
            _, members = await self._core.database.read(lambda tx, where=where: present(tx, ConversationId(where)))  # type: ignore[misc]
            if visitor in members:
                return where, found[where]
        return None, []

    async def _play(self, scene: Scene, where: int, names: list[str]) -> None:
        parts = cast(scene, names, self.rng)
        shown = {person.username: person.display_name for person in CAST}
        last: tuple[str, int] | None = None
        for line in Performance(parts, shown, self.rng).of(scene):
            async with asyncio.timeout(30):
                last = await self._does(line, where, names, last)

    async def _does(
        self, line: Line, where: int, names: list[str], last: tuple[str, int] | None
    ) -> tuple[str, int] | None:
        """One line of a scene; gives who spoke last, and at which seq."""
        if isinstance(line, Say) and self.may_speak():
            mentions = [int(self.ids[each]) for each in line.mentions if each in self.ids]
            if last is not None:
                await asyncio.sleep(self.rng.uniform(1, 5))
            body = Code(line.text, line.language) if line.language else Text(line.text, mentions)
            sent = await self._there[line.who].says(where, body)
            return line.who, sent.seq
        if isinstance(line, React) and last is not None:
            others = [name for name in names if name != last[0]]
            for name in self.rng.sample(others, min(line.count, len(others))):
                await asyncio.sleep(self.rng.uniform(0.5, 2))
                await self._there[name].client.react(where, last[1], line.emoji)
        return last


class _Colleague:
    """One of them, connected."""

    def __init__(self, all_of_them: Colleagues, client: Client) -> None:
        self.client = client
        self._all = all_of_them
        self._before = ""
        self._unanswered: dict[int, deque[views.Event]] = {}
        self._answering: dict[int, asyncio.Task[None]] = {}
        self._reading: dict[int, asyncio.Task[None]] = {}

    async def works(self) -> None:
        """Reads and answers until the client ends."""
        async for event in self.client.follow():
            if event.kind != "message" or event.sender == self.client.id:
                continue
            self._once(self._reading, event.conversation, self._reads(event.conversation))
            # Known by its id and not by its sender: somebody may have signed in as one of them.
            if not (event.client_id or "").startswith(_OWN):
                self._unanswered.setdefault(event.conversation, deque(maxlen=_MOST_WAITING)).append(event)
                self._once(self._answering, event.conversation, self._answers(event.conversation))

    async def drops_everything(self) -> None:
        tasks = [*self._answering.values(), *self._reading.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def says(self, where: int, body: Text | Code, reply_to: int | None = None) -> views.Sent:
        """Types as long as it takes to be seen, then says it."""
        await self.client.typing(where)
        await asyncio.sleep(self._all.rng.uniform(1.0, 1.6) + min(len(body.text), 60) / 60)
        return await self.client.send(where, body, reply_to=reply_to, client_id=_OWN + new_client_id())

    async def _reads(self, where: int) -> None:
        await asyncio.sleep(self._all.rng.uniform(0.4, 1.5))
        if (seq := self.client.heads.get(where)) is not None:
            await self.client.set_cursor(where, seq)

    async def _answers(self, where: int) -> None:
        """Answers the last of what was said to them in `where`, and then of what came while they typed."""
        while waiting := self._unanswered.pop(where, None):
            for event in reversed(waiting):
                if await self._answered(event):
                    break

    async def _answered(self, event: views.Event) -> bool:
        """Answers `event`, or sets a thumb on what is for everybody; whether it was for this colleague at all."""
        conversation = self.client.conversations.get(event.conversation)
        if conversation is None:
            return False
        people, everybody = mentioned(event.body)
        is_direct = conversation.kind == "direct"
        rng = self._all.rng
        if everybody and not is_direct:
            await asyncio.sleep(rng.uniform(1, 6))
            if rng.random() < 0.5 and self._all.may_speak():
                await self.client.react(event.conversation, event.seq, "👍")
            return True
        if not is_direct and self.client.id not in people and not await self._is_quoted(event):
            return False
        await asyncio.sleep(rng.uniform(0.5, 1.2))
        if self._all.may_speak():
            self._before = answers.to(event.body, rng, self._before)
            await self.says(event.conversation, Text(self._before), None if is_direct else event.seq)
        return True

    async def _is_quoted(self, event: views.Event) -> bool:
        """Whether `event` quotes something that this colleague said."""
        if event.reply_to is None:
            return False
        page = await self.client.events(event.conversation, around=event.reply_to, limit=1)
        return any(each.sender == self.client.id for each in page.items)

    def _once(self, tasks: dict[int, asyncio.Task[None]], where: int, work: Coroutine[Any, Any, None]) -> None:
        """`work` in the background; where the same is under way in `where` already, nothing."""
        if where in tasks and not tasks[where].done():
            work.close()
            return
        tasks[where] = asyncio.get_running_loop().create_task(self._quietly(work))

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        # Refused, or the connection is gone: nobody waits for what a colleague of the demo says.
        with contextlib.suppress(YanxinError):
            await work


def _ids(tx: Reading) -> dict[str, UserId]:
    """The cast by username, without those who were disabled."""
    names = [person.username for person in CAST]
    query = select(users.c.username, users.c.id).where(users.c.username.in_(names), users.c.disabled_at.is_(None))
    return {name: UserId(user) for name, user in tx.sql.execute(query).tuples()}
