"""One person's connection to Yanxin, kept up until it is closed."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from yanxin.client import reading
from yanxin.client.errors import Broken, Refused, SignedOut, Unreachable, YanxinError
from yanxin.client.inbox import Arrival, Inbox
from yanxin.client.pauses import Pauses
from yanxin.client.rest import PREFIX, Rest, sign_in, tls
from yanxin.domain.bodies import MessageBody, Role, Text
from yanxin.protocol import requests, views

T = TypeVar("T")

Hint = views.Typing | views.Presence | views.ReadCount | views.State | views.Goodbye
"""What is told beside the log: of use now, never repeated."""

FRAME_LIMIT_BYTES = 256 * 1024
"""The server closes the socket over a larger frame; resending one would do so for ever."""

# An answer may carry 200 events of 20,000 characters each, or a thousand conversations.
_ANSWER_LIMIT_BYTES = 128 * 1024 * 1024
_PAGE = 200
_FILLS_AT_ONCE = 8
_HINTS_KEPT = 1_000
_EARLY_KEPT = 1_000
_ATTEMPTS = 5


class _Items(msgspec.Struct, Generic[T], frozen=True):
    """The answer to a watch: the state now."""

    items: list[T]


@dataclass
class Counts:
    """What this client met on its way; for tests, benchmarks and the curious.

    A hole or a double among the *pushes* of one subscription is repaired here and nobody notices,
    but it is the server's fault unless a `lagging` came before it.
    """

    connections: int = 0
    laggings: int = 0
    resends: int = 0
    holes_pushed: int = 0
    doubles_pushed: int = 0
    reads: int = 0


class _Request:
    """Something asked and not answered yet. It is sent again on every new connection."""

    def __init__(self, number: int, method: str, params: msgspec.Struct) -> None:
        self.id = number
        self.frame = msgspec.json.encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        self.answer: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self.connection = 0
        if len(self.frame) > FRAME_LIMIT_BYTES:
            raise Refused("frame.too_large", 413, {"limit": FRAME_LIMIT_BYTES})


class Client:
    """A person, connected. Made by `Client.connect` and used as an asynchronous context manager.

    Entering it waits for the first answer to `hello` and raises what stands in the way (SignedOut,
    Refused, Unreachable). From then on a lost connection is built up again, after growing pauses,
    until the client is left or the session ends.

    Every method that asks something waits until it is answered, across lost connections; bound it
    with `asyncio.timeout`. It raises Refused when the answer is no, SignedOut when the session is
    over, and Unreachable when the client is closed meanwhile.
    """

    def __init__(
        self,
        url: str,
        token: str | None,
        password: tuple[str, str] | None,
        ca: str | None,
        device: str,
        inbox: Inbox,
        pauses: Pauses,
        backlog: int,
    ) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.counts = Counts()
        self.schema = 0
        self._password = password
        self._ca = ca
        self._tls = tls(url, ca)
        self._device = device
        self._inbox = inbox
        self._pauses = pauses

        self._rest: Rest | None = None
        self._socket: ClientConnection | None = None
        self._ready = asyncio.Event()
        self._end: YanxinError | None = None
        self._has_been_greeted = False
        self._farewell_seconds = 0.0

        self._ids = 0
        self._greeting: int | None = None
        self._unanswered: dict[int, _Request] = {}
        self._unsent: deque[_Request] = deque()
        self._chores: set[asyncio.Task[None]] = set()

        self._backlog = backlog
        self._events: deque[views.Event] = deque()
        self._hints: deque[Hint] = deque(maxlen=_HINTS_KEPT)
        self._news = asyncio.Event()
        self._hinted = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

        self._pushed: dict[int, int] = {}
        self._early: dict[tuple[int, int], views.Event] = {}
        self._behind: dict[int, int] = {}
        self._fills: dict[int, asyncio.Task[None]] = {}
        self._fills_allowed = asyncio.Semaphore(_FILLS_AT_ONCE)
        self._watched_users: list[int] = []
        self._watched_seqs: dict[int, list[int]] = {}

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        token: str | None = None,
        username: str | None = None,
        password: str | None = None,
        ca: str | None = None,
        device: str = "",
        version: int = 0,
        heads: dict[int, int] | None = None,
        pauses: Pauses | None = None,
        backlog: int = 10_000,
    ) -> Client:
        """A client for the server at `url` (`https://yanxin.corp:8443`), not connected yet.

        Signed in by `token`, or by `username` and `password`. `ca` is the file of the root
        certificate to trust. `version` and `heads` (conversation → last seq held) resume where an
        earlier client stood; without them events are followed from now on. At most `backlog`
        events wait here for `follow`; what is beyond stays in the server's log until there is room.
        """
        credentials = (username, password) if username is not None and password is not None else None
        if (token is None) == (credentials is None):
            raise TypeError("sign in with either a token, or a username and a password")
        inbox = Inbox(version, heads)
        return cls(url, token, credentials, ca, device, inbox, pauses or Pauses(), backlog)

    async def __aenter__(self) -> Self:
        if self.token is None and self._password is not None:
            username, password = self._password
            signed_in = await sign_in(self.url, username, password, ca=self._ca, device=self._device)
            self.token = signed_in.token
        self._rest = Rest(self.url, self.token, ca=self._ca)
        self._chore(self._run())
        try:
            await self.connected()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connection and every task of this client; what is unanswered fails."""
        self._finish(Unreachable("this client was closed"))
        tasks = list(self._chores)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._rest is not None:
            await self._rest.close()

    async def connected(self) -> None:
        """Waits until the connection is up, `hello` answered. Raises what ended the client."""
        if self._end is None:
            await self._ready.wait()
        if self._end is not None:
            raise self._end

    # What is known here without asking.

    @property
    def id(self) -> int:
        """One's own user id."""
        return self._inbox.me

    @property
    def version(self) -> int:
        """The version of the personal state held here; give it to `connect` to resume."""
        return self._inbox.version

    @property
    def heads(self) -> dict[int, int]:
        """The last seq held of each conversation; give it to `connect` to resume.

        Held means: given out by `follow`, or waiting for it in the backlog.
        """
        return dict(self._inbox.positions)

    @property
    def conversations(self) -> dict[int, views.Conversation]:
        """One's conversations as of the newest event held here, unread included."""
        return dict(self._inbox.conversations)

    @property
    def rest(self) -> Rest:
        """The REST side, signed in as the same person."""
        if self._rest is None:
            raise Unreachable("this client is not connected yet")
        return self._rest

    # News.

    async def follow(self) -> AsyncIterator[views.Event]:
        """Events as they come: of one conversation in order, each once, none left out.

        One consumer at a time. Ends never by itself; raises SignedOut, Broken or Unreachable once
        the client has ended and what it held is given out.
        """
        while True:
            while self._events:
                event = self._events.popleft()
                if not self._room.is_set() and len(self._events) <= self._backlog // 2:
                    self._room.set()
                yield event
            if self._end is not None:
                raise self._end
            self._news.clear()
            await self._news.wait()

    async def hints(self) -> AsyncIterator[Hint]:
        """What is told beside the log, the oldest dropped when nobody takes it."""
        while True:
            while self._hints:
                yield self._hints.popleft()
            if self._end is not None:
                raise self._end
            self._hinted.clear()
            await self._hinted.wait()

    # What one does on the socket.

    async def send(
        self,
        conversation: int,
        body: str | MessageBody,
        *,
        reply_to: int | None = None,
        client_id: str | None = None,
    ) -> views.Sent:
        """Says something; a string is Markdown. Answered after the commit.

        With the `client_id` of an earlier attempt it is the same message, never a second one.
        """
        said = Text(body) if isinstance(body, str) else body
        wanted = requests.Send(conversation, client_id or new_client_id(), said, reply_to)
        return await self._ask("message.send", wanted, views.Sent)

    async def edit(
        self, conversation: int, target: int, body: str | MessageBody, *, client_id: str | None = None
    ) -> views.Sent:
        said = Text(body) if isinstance(body, str) else body
        wanted = requests.Edit(conversation, target, client_id or new_client_id(), said)
        return await self._ask("message.edit", wanted, views.Sent)

    async def recall(self, conversation: int, target: int, *, client_id: str | None = None) -> views.Sent:
        wanted = requests.Recall(conversation, target, client_id or new_client_id())
        return await self._ask("message.recall", wanted, views.Sent)

    async def react(self, conversation: int, target: int, emoji: str, on: bool = True) -> views.Sent:
        return await self._ask("reaction.set", requests.React(conversation, target, emoji, on), views.Sent)

    async def set_cursor(self, conversation: int, seq: int) -> views.Cursor:
        """Has read up to `seq`; a lower one than now changes nothing."""
        return await self._ask("cursor.set", requests.SetCursor(conversation, seq), views.Cursor)

    async def events(
        self,
        conversation: int,
        *,
        after: int | None = None,
        before: int | None = None,
        around: int | None = None,
        limit: int = 50,
    ) -> views.Events:
        """A part of the log, rising; exactly one of `after`, `before`, `around`, `limit` up to 200."""
        wanted = requests.ListEvents(conversation, after, before, around, limit)
        return await self._ask("events.list", wanted, views.Events)

    async def watch_presence(self, users: Sequence[int]) -> list[views.Presence]:
        """Looks at these people, and no longer at others; changes come as hints."""
        self._watched_users = list(users)
        answer = await self._ask("presence.watch", requests.WatchPresence(self._watched_users), _Items[views.Presence])
        return answer.items

    async def watch_readers(self, conversation: int, seqs: Sequence[int]) -> list[views.ReadCount]:
        """Looks at how many have read these messages, and no longer at others; changes come as hints."""
        self._watched_seqs = {conversation: list(seqs)}
        wanted = requests.WatchReaders(conversation, list(seqs))
        return (await self._ask("readers.watch", wanted, _Items[views.ReadCount])).items

    async def typing(self, conversation: int) -> None:
        """Tells that one is typing; a hint, so it is dropped when the connection is down."""
        notice = {"jsonrpc": "2.0", "method": "typing", "params": requests.Typing(conversation)}
        if self._ready.is_set() and self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(msgspec.json.encode(notice), text=True)

    async def ping(self) -> str:
        """The server's clock."""
        return (await self._ask("ping", requests.Ping(), views.Now)).now

    # What one does by REST.

    async def create(
        self, kind: Literal["direct", "group"], member_ids: Sequence[int], title: str | None = None
    ) -> views.Conversation:
        """A new conversation with these people and oneself; for `direct` the one that exists."""
        return await self.rest.create(kind, member_ids, title)

    async def members(self, conversation: int) -> list[views.Member]:
        return await self.rest.members(conversation)

    async def add_members(self, conversation: int, user_ids: Sequence[int]) -> None:
        await self.rest.add_members(conversation, user_ids)

    async def remove_member(self, conversation: int, user: int) -> None:
        await self.rest.remove_member(conversation, user)

    async def leave(self, conversation: int) -> None:
        await self.rest.remove_member(conversation, self.id)

    async def set_role(self, conversation: int, user: int, role: Role) -> None:
        await self.rest.set_role(conversation, user, role)

    async def rename(self, conversation: int, title: str) -> views.Conversation:
        return await self.rest.rename(conversation, title)

    async def dismiss(self, conversation: int) -> None:
        await self.rest.dismiss(conversation)

    async def readers(self, conversation: int, seq: int) -> views.Readers:
        """Who has read the message at `seq` and who has not."""
        return await self.rest.readers(conversation, seq)

    async def find_users(self, query: str) -> list[views.User]:
        return await self.rest.find_users(query)

    # Asking.

    async def _ask(self, method: str, params: msgspec.Struct, shape: type[T]) -> T:
        """The answer, whatever happens to the connection meanwhile.

        Every method of the protocol may be asked twice: changes carry a client_id or set a state.
        So one that the server could not take now (429, 5xx) is asked again, a few times.
        """
        pauses = Pauses(self._pauses.first, self._pauses.longest)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return reading.read(await self._ask_once(method, params), shape)
            except msgspec.MsgspecError as error:
                raise Broken(f"{method} is answered with what this client cannot read: {error}") from error
            except Refused as refusal:
                if attempt == _ATTEMPTS or not (refusal.status == 429 or refusal.status >= 500):
                    raise
                after = refusal.params.get("retry_after", 0)
                await asyncio.sleep(pauses.next(float(after) if isinstance(after, int) else 0.0))
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _ask_once(self, method: str, params: msgspec.Struct) -> msgspec.Raw:
        if self._end is not None:
            raise self._end
        self._ids += 1
        request = _Request(self._ids, method, params)
        self._unanswered[request.id] = request
        try:
            if self._ready.is_set() and not self._unsent:
                await self._transmit(request)
            else:
                # Behind those that are being sent again, so that what was said first comes first.
                self._unsent.append(request)
            return await request.answer
        finally:
            del self._unanswered[request.id]

    async def _transmit(self, request: _Request) -> None:
        """Writes the request, before the first await, so that calls in order are frames in order."""
        if self._socket is None or not self._ready.is_set() or request.answer.done():
            return  # Before `hello` is answered nothing is sent; the answer brings us back here.
        if request.connection:
            self.counts.resends += 1
        request.connection = self.counts.connections
        # A connection that is lost meanwhile is no matter: the next one sends it again.
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(request.frame, text=True)

    # The connection.

    async def _run(self) -> None:
        """Keeps a connection up until the client ends. Never raises but for cancellation."""
        while self._end is None:
            wait_seconds = 0.0
            try:
                async with connect(
                    _socket_url(self.url),
                    ssl=self._tls,
                    additional_headers={"Authorization": f"Bearer {self.token}"},
                    proxy=None,
                    compression=None,
                    max_size=_ANSWER_LIMIT_BYTES,
                    ping_interval=30,
                    ping_timeout=30,
                    close_timeout=2,
                ) as socket:
                    await self._converse(socket)
                    wait_seconds = self._farewell_seconds
                    self._closed(socket.close_code, socket.close_reason or "")
                    if socket.close_code == 4429:
                        wait_seconds = max(wait_seconds, 1.0)
            except InvalidStatus as answer:
                wait_seconds = self._turned_away(answer)
            except (OSError, TimeoutError, WebSocketException) as error:
                if not self._has_been_greeted:
                    self._finish(Unreachable(f"{self.url}: {str(error) or type(error).__name__}"))
            except YanxinError as error:
                self._finish(error)
            if self._end is None:
                await asyncio.sleep(self._pauses.next(wait_seconds))

    async def _converse(self, socket: ClientConnection) -> None:
        """Speaks over one socket until it is closed."""
        self._socket = socket
        self._farewell_seconds = 0.0
        self.counts.connections += 1
        try:
            await self._greet(socket)
            async for data in socket:
                self._heard(data)
        except ConnectionClosed:
            pass
        finally:
            self._ready.clear()
            self._socket = None
            self._greeting = None

    def _closed(self, code: int | None, reason: str) -> None:
        if code == 4401:
            self._finish(SignedOut(reason or "the session has ended"))
        elif code == 4403:
            self._finish(Refused("session.address_refused", 403, title=reason))
        elif code in (1003, 1007, 1009):
            self._finish(Broken(f"the server would not read what was sent ({code} {reason})"))

    def _turned_away(self, answer: InvalidStatus) -> float:
        """Takes an answer other than the upgrade; gives the seconds to wait before the next attempt."""
        status = answer.response.status_code
        if status == 401:
            self._finish(SignedOut("the token is not, or no longer, good"))
        elif status == 403:
            code = "session.refused"
            with contextlib.suppress(msgspec.MsgspecError):
                code = msgspec.json.decode(answer.response.body or b"", type=views.Problem).code
            self._finish(Refused(code, status))
        elif status not in (429, 502, 503, 504) and status < 500:
            self._finish(Unreachable(f"{self.url} answers {status} where a Yanxin server has its socket"))
        after = answer.response.headers.get("Retry-After", "")
        return float(after) if after.isdigit() else 0.0

    def _finish(self, error: YanxinError) -> None:
        """The end, once: everybody who waits is told why."""
        if self._end is not None:
            return
        self._end = error
        for request in self._unanswered.values():
            if not request.answer.done():
                request.answer.set_exception(error)
        for waited_for in (self._ready, self._news, self._hinted, self._room):
            waited_for.set()
        if self._socket is not None and not isinstance(error, Unreachable):
            self._chore(self._socket.close())

    async def _greet(self, socket: ClientConnection) -> None:
        """Says `hello`; until it is answered nothing else is sent."""
        self._ready.clear()
        self._ids += 1
        self._greeting = self._ids
        heads = {str(conversation): seq for conversation, seq in self._inbox.positions.items()}
        params = requests.Hello(self._inbox.version, heads, self._device)
        hello = {"jsonrpc": "2.0", "id": self._greeting, "method": "hello", "params": params}
        with contextlib.suppress(ConnectionClosed):
            await socket.send(msgspec.json.encode(hello), text=True)

    def _greeted(self, answer: views.Hello) -> None:
        self._greeting = None
        self._has_been_greeted = True
        self._pauses.succeeded()
        self.schema = answer.schema
        self._pushed.clear()
        self._early.clear()
        for conversation in self._inbox.greeted(answer):
            self._fall_behind(conversation, self._inbox.conversations[conversation].head.seq)
        self._unsent = deque(
            request for request in self._unanswered.values() if request.connection != self.counts.connections
        )
        self._ready.set()
        self._chore(self._resume())

    async def _resume(self) -> None:
        """Sends what waits, in the order in which it was asked, and looks again where one looked."""
        while self._unsent and self._ready.is_set():
            await self._transmit(self._unsent.popleft())
        watches: list[tuple[str, msgspec.Struct]] = []
        if self.counts.connections > 1 or self.counts.laggings:
            if self._watched_users:
                watches.append(("presence.watch", requests.WatchPresence(self._watched_users)))
            for conversation, seqs in self._watched_seqs.items():
                watches.append(("readers.watch", requests.WatchReaders(conversation, seqs)))
        for method, params in watches:
            with contextlib.suppress(YanxinError):
                await self._ask_once(method, params)

    # Hearing.

    def _heard(self, data: str | bytes) -> None:
        """Takes one frame. Raises Broken when it cannot be read."""
        try:
            frame = reading.frame(data)
            if frame.method is not None:
                self._told(frame.method, frame.params)
            elif frame.id is not None:
                self._answered(frame)
        except msgspec.MsgspecError as error:
            raise Broken(f"the server said what this client cannot read: {error}") from error

    def _answered(self, frame: reading.Frame) -> None:
        if frame.id == self._greeting:
            if frame.error is not None:
                raise _refusal(frame.error)
            self._greeted(reading.read(frame.result, views.Hello))
            return
        request = self._unanswered.get(frame.id) if isinstance(frame.id, int) else None
        if request is None or request.answer.done():
            return
        if frame.error is not None:
            request.answer.set_exception(_refusal(frame.error))
        else:
            request.answer.set_result(frame.result)

    def _told(self, method: str, params: msgspec.Raw) -> None:
        match method:
            case "event":
                self._pushed_event(reading.read(params, views.Event))
            case "state":
                state = reading.read(params, views.State)
                for conversation in self._inbox.changed(state):
                    self._fall_behind(conversation, self._inbox.conversations[conversation].head.seq)
                for gone in state.removed:
                    self._pushed.pop(gone, None)  # What is pushed after joining again begins further up.
                self._hint(state)
            case "readers":
                self._hint(reading.read(params, views.ReadCount))
            case "presence":
                self._hint(reading.read(params, views.Presence))
            case "typing":
                self._hint(reading.read(params, views.Typing))
            case "lagging":
                self.counts.laggings += 1
                if self._socket is not None:
                    self._chore(self._greet(self._socket))
            case "goodbye":
                goodbye = reading.read(params, views.Goodbye)
                self._farewell_seconds = goodbye.retry_after_ms / 1000
                self._hint(goodbye)
            case _:
                pass  # Within v1 notifications are only added; one of tomorrow is no error.

    def _hint(self, hint: Hint) -> None:
        self._hints.append(hint)
        self._hinted.set()

    def _pushed_event(self, event: views.Event) -> None:
        last = self._pushed.get(event.conversation)
        if last is not None and event.seq <= last:
            self.counts.doubles_pushed += 1
        elif last is not None and event.seq > last + 1:
            self.counts.holes_pushed += 1
        self._pushed[event.conversation] = max(event.seq, last or 0)
        self._take(event)

    def _take(self, event: views.Event) -> None:
        """Takes the event if it follows, with those set aside that follow it; else sees to what is missing."""
        following: views.Event | None = event
        while following is not None:
            match self._inbox.weigh(following):
                case Arrival.KNOWN:
                    pass
                case Arrival.NEXT if self._room.is_set():
                    self._inbox.take(following)
                    self._events.append(following)
                    if len(self._events) >= self._backlog:
                        self._room.clear()
                    self._news.set()
                case arrival:
                    if arrival is Arrival.EARLY and len(self._early) < _EARLY_KEPT:
                        # Set aside, or a busy log would be chased for ever: while it is read, more is pushed.
                        self._early[following.conversation, following.seq] = following
                    self._fall_behind(following.conversation, following.seq)
            position = self._inbox.positions.get(event.conversation, 0)
            following = self._early.pop((event.conversation, position + 1), None) if self._early else None

    # Holes.

    def _fall_behind(self, conversation: int, seq: int) -> None:
        """Events up to `seq` exist and are not all here: they are read from the log."""
        self._behind[conversation] = max(seq, self._behind.get(conversation, 0))
        if conversation not in self._fills and self._end is None:
            self._fills[conversation] = self._chore(self._fill(conversation))

    async def _fill(self, conversation: int) -> None:
        pauses = Pauses(self._pauses.first, self._pauses.longest)
        try:
            while self._is_behind(conversation) and self._end is None:
                await self._room.wait()
                try:
                    async with self._fills_allowed:
                        await self._read_on(conversation)
                except Refused as refusal:
                    if refusal.status in (403, 404):
                        self._inbox.forget(conversation)  # No longer a member: nothing to follow.
                        self._behind.pop(conversation, None)
                    elif refusal.status != 429 and refusal.status < 500:
                        raise
                    else:
                        await asyncio.sleep(pauses.next())
                except Unreachable:
                    await asyncio.sleep(pauses.next())
        except YanxinError as error:
            self._finish(error)
        finally:
            del self._fills[conversation]
            self._early = {place: event for place, event in self._early.items() if place[0] != conversation}

    def _is_behind(self, conversation: int) -> bool:
        if self._behind.get(conversation, 0) > self._inbox.positions.get(conversation, 0):
            return True
        self._behind.pop(conversation, None)
        return False

    async def _read_on(self, conversation: int) -> None:
        position = self._inbox.positions.get(conversation)
        if position is None:
            self._inbox.learn(await self.rest.conversation(conversation))
            return
        self.counts.reads += 1
        page = await self.events(conversation, after=position, limit=_PAGE)
        for event in page.items:
            self._take(event)
        if self._inbox.positions.get(conversation, position) != position or not self._room.is_set():
            return
        # The log gave nothing that follows. Either one has joined anew, further up, or it has a hole.
        self._inbox.learn(await self.rest.conversation(conversation))
        if self._inbox.positions.get(conversation) == position:
            expected = self._behind.get(conversation, 0)
            raise Broken(f"conversation {conversation}: seq {expected} was told, nothing follows {position}")

    def _chore(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work in the background, owned by this client and ended with it."""
        task = asyncio.create_task(work)
        self._chores.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        """A fault of our own in the background must not leave others waiting for ever."""
        self._chores.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._finish(Broken(f"a fault in this client: {error!r}"))


def new_client_id() -> str:
    """A fresh id for something that one is about to say."""
    return uuid.uuid4().hex


def _socket_url(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(
        ("wss" if parts.scheme == "https" else "ws", parts.netloc, parts.path + PREFIX + "/socket", "", "")
    )


def _refusal(failure: reading.Failure) -> Refused:
    """JSON-RPC's own errors have no code of ours; they tell of a client that speaks wrongly."""
    with contextlib.suppress(msgspec.MsgspecError):
        data = msgspec.json.decode(failure.data, type=reading.ErrorData)
        return Refused(data.code, data.status, dict(data.params), failure.message)
    status = 500 if failure.code == -32603 else 400
    return Refused("rpc.error", status, {"rpc": failure.code}, failure.message)
