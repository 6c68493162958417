"""Serving: the core behind its doors, from the first line printed until the last socket is closed."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog
import uvicorn

from yanxin.access.tokens import hash_of
from yanxin.actions import setup
from yanxin.bootstrap import core as cores
from yanxin.bootstrap.core import Core
from yanxin.bootstrap.demo import Demo
from yanxin.bootstrap.folder import CannotStart
from yanxin.config.settings import Certificate, Endpoint, Settings
from yanxin.control.socket import Control
from yanxin.domain.throttling import Buckets
from yanxin.external import certificates, machine
from yanxin.gateway.socket import PATH, Gateway
from yanxin.gateway.wire import Wire
from yanxin.http.app import application
from yanxin.http.files import Files
from yanxin.http.patience import PatientProtocol
from yanxin.http.plain import Plain
from yanxin.http.services import Services

log = structlog.get_logger()

MOST_FRAME_BYTES: Final = 256 * 1024
DRAIN_SECONDS: Final = 5
BACKLOG: Final = 2048


@dataclass(frozen=True, slots=True)
class Serving:
    """What the operator is told when the server serves."""

    urls: list[str]
    root: Path | None
    fingerprint: str | None
    plain_url: str | None
    setup_token: str | None
    demo: Demo | None
    warnings: list[str]


async def serve(settings: Settings, ready: Callable[[Serving], None], *, demo: bool = False) -> None:
    """Serves until SIGTERM or SIGINT, then drains. `ready` is called once it serves. Raises CannotStart."""
    listening = _listen(settings.listen, "--listen")
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(listening.close)
        core = await cores.opened(settings)
        stack.push_async_callback(core.close)
        filled = None
        if demo:
            from yanxin.bootstrap.demo.filling import fill

            filled = await fill(core)
        await _serve(settings, core, listening, ready, filled)


async def _serve(
    settings: Settings, core: Core, listening: socket.socket, ready: Callable[[Serving], None], demo: Demo | None
) -> None:
    warnings: list[str] = []
    tls, made = _tls(settings, warnings)
    services = Services(core.database, core.doorkeeper, core.passwords, Buckets())
    gateway = Gateway(core.database, core.doorkeeper, core.office)
    server = _Server(_Root(application(services), gateway, Files(settings.web or _web())), tls)
    control = Control(core.folder.path, core.commander)
    await control.open()
    port = listening.getsockname()[1]
    plain, plain_port = _plain(settings, port, made, warnings)
    token = await _offer_setup(core)

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tasks = [loop.create_task(server.serve(sockets=[listening]))]
    if plain is not None:
        tasks.append(loop.create_task(plain[0].serve(sockets=[plain[1]])))
    renewal = loop.create_task(_renew(settings, tls)) if made is not None and tls is not None else None
    await server.serves.wait()
    ready(
        Serving(
            urls=_urls(settings.listen, port, is_secure=tls is not None),
            root=made.root if made else None,
            fingerprint=made.fingerprint if made else None,
            plain_url=None if plain_port is None else _urls(settings.listen, plain_port, is_secure=False)[0],
            setup_token=token,
            demo=demo,
            warnings=warnings,
        )
    )
    log.info("server.ready", port=port, tls=tls is not None)
    async with _colleagues(core, demo, _near(settings.listen, port, is_secure=tls is not None), made):
        await stop.wait()

    log.info("server.draining", sockets=len(gateway.connections))
    if renewal is not None:
        renewal.cancel()
    await control.close()
    await gateway.drain()
    server.should_exit = True
    if plain is not None:
        plain[0].should_exit = True
    await asyncio.gather(*tasks)
    log.info("server.stopped")


@contextlib.asynccontextmanager
async def _colleagues(
    core: Core, demo: Demo | None, url: str, made: certificates.Certificates | None
) -> AsyncIterator[None]:
    """Within it the colleagues of a demo are there, over the root of our own making or over plain HTTP."""
    if demo is None or not demo.is_demo or (made is None and url.startswith("https:")):
        yield
        return
    from yanxin.bootstrap.demo.colleagues import Colleagues

    colleagues = Colleagues(core, url, None if made is None else str(made.root))
    colleagues.begin()
    try:
        yield
    finally:
        await colleagues.close()


class _Root:
    """The ASGI application: the socket, what is under /api, and the web client."""

    def __init__(self, api: Any, gateway: Gateway, files: Files) -> None:
        self._api = api
        self._gateway = gateway
        self._files = files

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        if scope["type"] == "websocket":
            if path == PATH:
                await self._gateway(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.http.response.start", "status": 404, "headers": []})
                await send({"type": "websocket.http.response.body", "body": b""})
        elif path.startswith("/api/"):
            await self._api(scope, receive, send)
        else:
            await self._files(scope, receive, send)


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to us, and whose TLS is ready made."""

    def __init__(self, app: Any, tls: ssl.SSLContext | None) -> None:
        config = uvicorn.Config(
            app,
            loop="none",
            http=PatientProtocol,
            ws=Wire,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            ws_max_size=MOST_FRAME_BYTES,
            ws_ping_interval=None,  # `gateway.pulse` pings
            ws_per_message_deflate=False,
        )
        config.load()
        config.ssl = tls
        super().__init__(config)
        self.serves = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.serves.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(where: Endpoint, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((where.host, where.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotStart(
            f"Nobody can listen on {where} here ({error.strerror}): "
            f"stop what uses it, or choose another address with {option} HOST:PORT."
        ) from error
    listening.setblocking(False)
    return listening


def _tls(settings: Settings, warnings: list[str]) -> tuple[ssl.SSLContext | None, certificates.Certificates | None]:
    if settings.tls is None:
        return None, None
    try:
        if isinstance(settings.tls, Certificate):
            return certificates.tls_context(settings.tls.certificate, settings.tls.key), None
        made = _certificates(settings)
        if made.left_out:
            warnings.append(
                f"The root certificate does not cover {', '.join(made.left_out)}: use the other addresses, "
                f"or remove {settings.folder / 'tls'} for a new root, which every device has to trust again."
            )
        return certificates.tls_context(made.server), made
    except (certificates.CannotCertify, OSError) as error:
        raise CannotStart(str(error)) from error


def _certificates(settings: Settings) -> certificates.Certificates:
    called = [*machine.names(), *map(str, machine.addresses()), settings.listen.host]
    return certificates.made(settings.folder / "tls", certificates.Names.of(called), datetime.now(UTC))


async def _renew(settings: Settings, tls: ssl.SSLContext) -> None:
    """Renews the certificate when it is due; new connections get the new one."""
    while True:
        await asyncio.sleep(24 * 3600)
        try:
            made = await asyncio.to_thread(_certificates, settings)
            tls.load_cert_chain(made.server)
        except (certificates.CannotCertify, OSError) as error:
            log.warning("tls.not_renewed", error=str(error))


def _plain(
    settings: Settings, port: int, made: certificates.Certificates | None, warnings: list[str]
) -> tuple[tuple[_Server, socket.socket] | None, int | None]:
    if settings.redirect is None or settings.tls is None:
        return None, None
    try:
        listening = _listen(settings.redirect, "--redirect")
    except CannotStart as error:
        if settings.redirect_is_chosen:
            raise
        warnings.append(f"No redirect from plain HTTP. {error}")
        return None, None
    app = Plain(port, made.root if made else None, made.fingerprint if made else "")
    return (_Server(app, None), listening), listening.getsockname()[1]


async def _offer_setup(core: Core) -> str | None:
    token = secrets.token_urlsafe(24)
    return token if await core.database.write(setup.offer(hash_of(token).hex())) else None


def _urls(where: Endpoint, port: int, *, is_secure: bool) -> list[str]:
    """The addresses at which people find the server, the likeliest first."""
    scheme = "https" if is_secure else "http"
    if where.host in ("0.0.0.0", "::"):  # noqa: S104 – compared, not bound
        hosts = [str(address) for address in machine.addresses()] + [*machine.names(), "localhost"]
    else:
        hosts = [where.host]
    return [f"{scheme}://{Endpoint(host, port)}" for host in dict.fromkeys(hosts)]


def _near(where: Endpoint, port: int, *, is_secure: bool) -> str:
    """The address at which this machine itself finds the server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(where.host, where.host)  # noqa: S104 – compared, not bound
    return f"{'https' if is_secure else 'http'}://{Endpoint(host, port)}"


def _web() -> Path | None:
    """Where the web client was built into: beside the sources, in a checkout."""
    found = Path(__file__).resolve().parents[4] / "web" / "dist"
    return found if found.is_dir() else None
