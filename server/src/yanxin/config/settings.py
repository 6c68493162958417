"""The settings of a server. An option beats its environment variable, that beats `yanxin.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

PREFIX = "YANXIN_"
FILE = "yanxin.toml"
DEFAULT_FOLDER = "yanxin-data"
DEFAULT_LISTEN = "0.0.0.0:8443"
DEFAULT_REDIRECT = "0.0.0.0:8080"


class BadSetting(Exception):
    """A setting that cannot be used; the text is one sentence that says what to do."""


class Endpoint(msgspec.Struct, frozen=True):
    """A host and a port to listen on; port 0 takes any that is free."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Certificate(msgspec.Struct, frozen=True):
    """A certificate of the company's own, with its key, as PEM files."""

    certificate: Path
    key: Path


class Settings(msgspec.Struct, frozen=True):
    """What a server is started with.

    `redirect` is None where no plain HTTP is served; `redirect_is_chosen` says whether somebody
    asked for that address: only then is it an error when it is taken. `tls` is None for plain
    HTTP, "auto" for a certificate of our own making.
    """

    folder: Path
    listen: Endpoint
    redirect: Endpoint | None
    redirect_is_chosen: bool
    tls: str | Certificate | None
    database: str | None
    master_key: Path
    web: Path | None


def read(options: Mapping[str, str | None], environment: Mapping[str, str]) -> Settings:
    """The settings out of `options` (by name; None where not given), `environment` and the folder's file.

    Raises BadSetting.
    """

    def told(name: str, default: str | None = None) -> str | None:
        given = options.get(name)
        if given is None:
            given = environment.get(PREFIX + name.upper())
        if given is None and name != "data":
            given = file.get(name)
        return default if given is None else str(given)

    file: Mapping[str, Any] = {}
    folder = Path(told("data") or DEFAULT_FOLDER).expanduser().absolute()
    file = _file(folder / FILE)
    listen = endpoint(told("listen") or DEFAULT_LISTEN)
    chosen = told("redirect")
    redirect = None if chosen == "off" else endpoint(chosen or f"{listen.host}:{endpoint(DEFAULT_REDIRECT).port}")
    tls = _tls(told("tls") or "auto")
    if tls is None and not listen.is_loopback:
        raise BadSetting(
            f"--tls off is for loopback only, and {listen.host} is not: use --listen 127.0.0.1:PORT, or leave --tls out."
        )
    web = told("web")
    return Settings(
        folder=folder,
        listen=listen,
        redirect=redirect,
        redirect_is_chosen=chosen is not None,
        tls=tls,
        database=told("database"),
        master_key=Path(told("master_key") or f"{folder}.key").expanduser().absolute(),
        web=None if web is None else Path(web),
    )


def endpoint(text: str) -> Endpoint:
    """HOST:PORT, [V6]:PORT, :PORT or PORT. Raises BadSetting."""
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or "0.0.0.0"  # noqa: S104 – whoever names no host means all of the machine's
    if not port.isdecimal() or int(port) > 65_535:
        raise BadSetting(f"{text!r} is not an address to listen on: write HOST:PORT, such as 0.0.0.0:8443.")
    return Endpoint(host, int(port))


def _tls(text: str) -> str | Certificate | None:
    if text == "off":
        return None
    if text == "auto":
        return "auto"
    certificate, comma, key = text.partition(",")
    if not comma:
        raise BadSetting(f"--tls takes auto, off or CERTIFICATE,KEY (two PEM files), not {text!r}.")
    for name in (certificate, key):
        if not Path(name).is_file():
            raise BadSetting(f"--tls names {name}, which is not there: name a PEM file.")
    return Certificate(Path(certificate), Path(key))


def _file(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path} cannot be read ({error}): mend or remove it.") from error
    unknown = found.keys() - {"listen", "redirect", "tls", "database", "master_key", "web"}
    if unknown:
        raise BadSetting(f"{path} has settings that Yanxin does not know: {', '.join(sorted(unknown))}. Remove them.")
    return found
