"""The REST side of a client: what has no method on the socket."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from yanxin.client import reading
from yanxin.client.errors import Refused, SignedOut, Unreachable
from yanxin.domain.bodies import MessageBody, Role, Text
from yanxin.protocol import requests, views

T = TypeVar("T")
PREFIX = "/api/v1"


def tls(url: str, ca: str | None) -> ssl.SSLContext | None:
    """The TLS settings for `url`: trust in the system's authorities and the root in the file `ca`.

    None for plain HTTP. Raises OSError when `ca` cannot be read.
    """
    if urlsplit(url).scheme != "https":
        return None
    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(cafile=ca)
    return context


class Rest:
    """Typed requests as one person. An asynchronous context manager; `token` None is a stranger.

    Every method raises Refused, SignedOut or Unreachable.
    """

    def __init__(
        self, url: str, token: str | None = None, *, ca: str | None = None, timeout_seconds: float = 30.0
    ) -> None:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self.has_token = token is not None
        self.http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers=headers,
            verify=tls(url, ca) or False,
            # An intranet's own server is not behind the proxy that the environment may name.
            trust_env=False,
            timeout=timeout_seconds,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes what connections are open."""
        await self.http.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        shape: type[T],
        body: msgspec.Struct | Mapping[str, Any] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> T:
        """The answer to `method` on `path` (below /api/v1) as `shape`; None for an empty answer."""
        content = None if body is None else msgspec.json.encode(body)
        try:
            answer = await self.http.request(method, PREFIX + path, content=content, params=dict(query or {}))
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise Unreachable(f"{self.http.base_url}: {str(error) or type(error).__name__}") from error
        if answer.is_success:
            return reading.read(answer.content or b"null", shape)
        raise self._problem(answer)

    def _problem(self, answer: httpx.Response) -> Refused | SignedOut:
        try:
            told = msgspec.json.decode(answer.content, type=views.Problem)
        except msgspec.MsgspecError:
            # Not ours: a proxy in between, or something that is no Yanxin at all.
            return Refused("http.unexpected", answer.status_code, {"status": answer.status_code})
        if told.status == 401 and self.has_token:
            return SignedOut(told.title)
        return Refused(told.code, told.status, dict(told.params), told.title)

    # People.

    async def me(self) -> views.Me:
        return await self.ask("GET", "/me", views.Me)

    async def settings(self, settings: views.Settings) -> views.Me:
        return await self.ask("PATCH", "/me", views.Me, requests.ChangeMe(settings=settings))

    async def sessions(self) -> list[views.Session]:
        return (await self.ask("GET", "/me/sessions", views.Page[views.Session])).items

    async def end_session(self, session: int) -> None:
        await self.ask("DELETE", f"/me/sessions/{session}", object)

    async def change_password(self, old: str, new: str) -> None:
        """A new password of one's own; all other sessions end."""
        await self.ask("PUT", "/me/password", object, requests.ChangePassword(old, new))

    async def find_users(self, query: str) -> list[views.User]:
        """People by name, pinyin or initials; the first page of them."""
        return (await self.ask("GET", "/users", views.Page[views.User], query={"query": query})).items

    async def users(self, ids: Sequence[int]) -> list[views.User]:
        """The people with these ids; ids that nobody has are left out."""
        found: list[views.User] = []
        for start in range(0, len(ids), 100):
            some = ",".join(str(one) for one in ids[start : start + 100])
            page = await self.ask("GET", "/users", views.Page[views.User], query={"ids": some, "limit": 100})
            found += page.items
        return found

    async def user(self, user: int) -> views.User:
        return await self.ask("GET", f"/users/{user}", views.User)

    async def departments(self) -> list[views.Department]:
        return (await self.ask("GET", "/departments", views.Page[views.Department])).items

    # Conversations.

    async def conversations(self) -> list[views.Conversation]:
        return await self._all("/conversations", views.Conversation)

    async def conversation(self, conversation: int) -> views.Conversation:
        return await self.ask("GET", f"/conversations/{conversation}", views.Conversation)

    async def create(
        self, kind: Literal["direct", "group"], member_ids: Sequence[int], title: str | None = None
    ) -> views.Conversation:
        """A new conversation with these people and oneself; for `direct` the one that exists."""
        wanted = requests.NewConversation(kind, list(member_ids), title)
        return await self.ask("POST", "/conversations", views.Conversation, wanted)

    async def rename(self, conversation: int, title: str) -> views.Conversation:
        wanted = requests.ChangeConversation(title=title)
        return await self.ask("PATCH", f"/conversations/{conversation}", views.Conversation, wanted)

    async def change_my(self, conversation: int, **claims: bool) -> views.Conversation:
        """Sets what the conversation is to oneself: `muted`, `pinned`, `hidden`, `unread_mark`."""
        wanted = requests.ChangeConversation(my=requests.ChangeMy(**claims))
        return await self.ask("PATCH", f"/conversations/{conversation}", views.Conversation, wanted)

    async def dismiss(self, conversation: int) -> None:
        await self.ask("DELETE", f"/conversations/{conversation}", object)

    async def members(self, conversation: int) -> list[views.Member]:
        return await self._all(f"/conversations/{conversation}/members", views.Member)

    async def add_members(self, conversation: int, user_ids: Sequence[int]) -> None:
        wanted = requests.AddMembers(list(user_ids))
        await self.ask("POST", f"/conversations/{conversation}/members", object, wanted)

    async def remove_member(self, conversation: int, user: int) -> None:
        """Takes somebody out; with one's own id: leaves."""
        await self.ask("DELETE", f"/conversations/{conversation}/members/{user}", object)

    async def set_role(self, conversation: int, user: int, role: Role) -> None:
        await self.ask("PATCH", f"/conversations/{conversation}/members/{user}", object, requests.ChangeMember(role))

    async def events(
        self,
        conversation: int,
        *,
        after: int | None = None,
        before: int | None = None,
        around: int | None = None,
        limit: int = 50,
    ) -> views.Events:
        """A part of the log, rising; exactly one of `after`, `before`, `around`."""
        places = {"after": after, "before": before, "around": around}
        query = {name: seq for name, seq in places.items() if seq is not None} | {"limit": limit}
        return await self.ask("GET", f"/conversations/{conversation}/events", views.Events, query=query)

    async def send(
        self, conversation: int, body: str | MessageBody, *, client_id: str, reply_to: int | None = None
    ) -> views.Sent:
        wanted = requests.NewMessage(client_id, Text(body) if isinstance(body, str) else body, reply_to)
        return await self.ask("POST", f"/conversations/{conversation}/messages", views.Sent, wanted)

    async def edit(self, conversation: int, seq: int, body: str | MessageBody, *, client_id: str) -> views.Sent:
        wanted = requests.EditedMessage(client_id, Text(body) if isinstance(body, str) else body)
        return await self.ask("PATCH", f"/conversations/{conversation}/messages/{seq}", views.Sent, wanted)

    async def recall(self, conversation: int, seq: int) -> views.Sent:
        return await self.ask("DELETE", f"/conversations/{conversation}/messages/{seq}", views.Sent)

    async def react(self, conversation: int, seq: int, emoji: str, on: bool = True) -> views.Sent:
        path = f"/conversations/{conversation}/messages/{seq}/reactions/{quote(emoji, safe='')}"
        return await self.ask("PUT" if on else "DELETE", path, views.Sent)

    async def set_cursor(self, conversation: int, seq: int) -> views.Cursor:
        return await self.ask("PUT", f"/conversations/{conversation}/cursor", views.Cursor, requests.NewCursor(seq))

    async def readers(self, conversation: int, seq: int) -> views.Readers:
        """Who has read the message at `seq` and who has not."""
        return await self.ask("GET", f"/conversations/{conversation}/messages/{seq}/readers", views.Readers)

    # Administration.

    async def add_user(self, username: str, display_name: str, password: str, *, is_admin: bool = False) -> views.User:
        wanted = requests.AddUser(username, display_name, password, is_admin)
        return await self.ask("POST", "/admin/users", views.User, wanted)

    async def change_user(self, user: int, change: requests.ChangeUser) -> views.User:
        return await self.ask("PATCH", f"/admin/users/{user}", views.User, change)

    async def _all(self, path: str, item: type[T]) -> list[T]:
        """Every item of a list, page after page."""
        items: list[T] = []
        query: dict[str, str | int] = {"limit": 200}
        while True:
            page = await self.ask("GET", path, views.Page[item], query=query)  # type: ignore[valid-type]
            items += page.items
            if page.next is None:
                return items
            query["cursor"] = page.next


async def sign_in(
    url: str, username: str, password: str, *, ca: str | None = None, device: str = "", otp: str | None = None
) -> views.SignedIn:
    """A new session. Raises Refused (`session.bad_credentials`, or 429 when tried too often)."""
    async with Rest(url, ca=ca) as stranger:
        wanted = requests.SignIn(username, password, otp=otp, device=device)
        return await stranger.ask("POST", "/sessions", views.SignedIn, wanted)


async def set_up(url: str, setup: requests.Setup, *, ca: str | None = None) -> views.SignedIn:
    """Names the organisation and its first administrator; works once, with the printed token."""
    async with Rest(url, ca=ca) as stranger:
        return await stranger.ask("POST", "/setup", views.SignedIn, setup)
