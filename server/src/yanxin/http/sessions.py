"""Set-up, signing in, oneself and one's sessions."""

from __future__ import annotations

import math
import time
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post, put
from litestar.datastructures import Cookie
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter

from yanxin.access.tokens import hash_of, new_token
from yanxin.actions import sessions, settings, setup
from yanxin.actions.people import NewPerson
from yanxin.domain import passwords
from yanxin.domain.actors import Actor
from yanxin.domain.ids import MAX_ID, SessionId, UserId
from yanxin.domain.names import username_key
from yanxin.domain.refusals import Refused
from yanxin.http.problems import may_fail
from yanxin.http.services import Services, address_of, is_secure, plain_headers
from yanxin.protocol import requests, views
from yanxin.protocol.credentials import COOKIE, require_own_origin
from yanxin.queries import people
from yanxin.queries import sessions as sessions_seen
from yanxin.store.transactions import Reading

SessionNumber = Annotated[int, Parameter(ge=1, le=MAX_ID)]


class SetupOpen(msgspec.Struct, frozen=True):
    """Whether nobody has set this installation up yet."""

    open: bool


class SetupController(Controller):
    """The first start."""

    path = "/setup"
    tags = ["set-up"]

    @get(summary="Whether set-up is open", responses=may_fail())
    async def is_open(self, services: Services) -> SetupOpen:
        return SetupOpen(await services.database.read(setup.is_open))

    @post(summary="Name the organisation and its first administrator", responses=may_fail(403, 404, 409, 413))
    async def complete(
        self, request: Request[Any, Any, Any], services: Services, data: requests.Setup
    ) -> Response[views.SignedIn]:
        if not await services.database.read(setup.is_open):
            raise Refused("setup.closed")
        passwords.check(data.password, data.username)
        kept = await services.passwords.hash(data.password)
        admin = NewPerson(data.username, data.display_name, kept, is_admin=True)
        user = await services.database.write(setup.complete(hash_of(data.token).hex(), data.organisation, admin))
        # A browser that sets up goes on signed in; what is no browser takes the token.
        by_cookie = b"origin" in plain_headers(request)
        return await begin(request, services, user, kept, device="", by_cookie=by_cookie)


class SessionsController(Controller):
    """Signing in."""

    path = "/sessions"
    tags = ["sessions"]

    @post(summary="Sign in", responses=may_fail(401, 403, 413, 429))
    async def sign_in(
        self, request: Request[Any, Any, Any], services: Services, data: requests.SignIn
    ) -> Response[views.SignedIn]:
        if data.cookie:
            require_own_origin(plain_headers(request), is_secure=is_secure(request))
        if "\x00" in data.username:
            raise Refused("session.bad_credentials")
        account, address = username_key(data.username.strip()), address_of(request)
        wait = services.throttle.wait(account, address, time.monotonic())
        if wait > 0:
            raise Refused("session.throttled", seconds=math.ceil(wait))
        # Counted in the same turn, before anything is waited for: of many at once each sees those before it.
        services.throttle.failed(account, address, time.monotonic())
        found = await services.database.read(lambda tx: sessions_seen.password_of(tx, data.username))
        user, kept = found if found is not None else (UserId(0), None)
        if not await services.passwords.matches(kept, data.password) or kept is None:
            raise Refused("session.bad_credentials")
        answer = await begin(request, services, user, kept, device=data.device, by_cookie=data.cookie)
        services.throttle.succeeded(account, address)
        return answer


class MeController(Controller):
    """Oneself."""

    path = "/me"
    tags = ["me"]

    @get(summary="Who I am", responses=may_fail(401))
    async def me(self, services: Services, actor: Actor) -> views.Me:
        return await services.database.read(lambda tx: people.me(tx, actor))

    @patch(summary="Change my settings", responses=may_fail(401, 403, 413))
    async def change(self, services: Services, actor: Actor, data: requests.ChangeMe) -> views.Me:
        if data.settings is not msgspec.UNSET:
            await services.database.write(settings.choose(actor, data.settings))
        return await services.database.read(lambda tx: people.me(tx, actor))

    @put(
        "/password",
        status_code=204,
        summary="Change my password; ends my other sessions",
        responses=may_fail(401, 403, 413, 429),
    )
    async def set_password(
        self, request: Request[Any, Any, Any], services: Services, actor: Actor, data: requests.ChangePassword
    ) -> None:
        username, kept = await services.database.read(lambda tx: sessions_seen.own_password(tx, actor))
        account, address = username_key(username), address_of(request)
        wait = services.throttle.wait(account, address, time.monotonic())
        if wait > 0:
            raise Refused("session.throttled", seconds=math.ceil(wait))
        services.throttle.failed(account, address, time.monotonic())
        if not await services.passwords.matches(kept, data.old) or kept is None:
            raise Refused("password.wrong")
        services.throttle.succeeded(account, address)
        passwords.check(data.new, username)
        await services.database.write(sessions.set_password(actor, kept, await services.passwords.hash(data.new)))

    @get("/sessions", summary="Where I am signed in", responses=may_fail(401))
    async def sessions(self, services: Services, actor: Actor) -> views.Page[views.Session]:
        return views.Page(await services.database.read(lambda tx: sessions_seen.mine(tx, actor)), None)

    @delete(
        "/sessions/{session_id:int}",
        status_code=204,
        summary="Sign out there",
        responses={204: ResponseSpec(None, description="done")} | may_fail(401, 403, 404),
    )
    async def end_session(self, services: Services, actor: Actor, session_id: SessionNumber) -> Response[None]:
        await services.database.write(sessions.end(actor, SessionId(session_id)))
        answer: Response[None] = Response(None, status_code=204)
        if session_id == actor.session:
            answer.set_cookie(_cookie("", 0))
        return answer


async def begin(
    request: Request[Any, Any, Any], services: Services, user: UserId, kept: str, *, device: str, by_cookie: bool
) -> Response[views.SignedIn]:
    """Begins a session of `user`, whose password was checked against `kept`, and answers with it."""
    token = new_token()
    named = device or request.headers.get("user-agent", "")[:100]
    begun = await services.database.write(sessions.begin(user, hash_of(token), named, address_of(request), proof=kept))

    def look(tx: Reading) -> views.SignedIn:
        return views.SignedIn(
            token=None if by_cookie else token,
            session=sessions_seen.current(tx, begun.actor),
            user=people.me(tx, begun.actor),
        )

    answer = Response(await services.database.read(look), status_code=201, headers={"cache-control": "no-store"})
    if by_cookie:
        answer.set_cookie(_cookie(token, 400 * 86_400))
    return answer


def _cookie(token: str, seconds: int) -> Cookie:
    return Cookie(key=COOKIE, value=token, path="/", secure=True, httponly=True, samesite="lax", max_age=seconds)
