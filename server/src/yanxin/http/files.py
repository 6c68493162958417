"""The web client's files, from memory: small, fixed, compressed once, with headers that allow nothing foreign."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import Any, Final

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY: Final = [
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(), payment=(), usb=()"),
]

_FOR_EVER = b"public, max-age=31536000, immutable"
_ASK_AGAIN = b"no-cache"
_COMPRESSED = (".html", ".js", ".css", ".json", ".svg", ".txt", ".map", ".webmanifest")
_NOT_BUILT = (
    "<!doctype html><meta charset=utf-8><title>雁信</title><p>网页客户端尚未构建，请运行 <code>make build</code>。"
    "<p>The web client is not built yet: run <code>make build</code>."
).encode()

# Some systems' tables lack these, and a browser refuses a script that is called plain text.
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


class _File:
    """A file, with what is said about it."""

    __slots__ = ("body", "compressed", "headers")

    def __init__(self, path: Path, name: str) -> None:
        self.body = path.read_bytes()
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if kind.startswith("text/") or kind == "application/json":
            kind += "; charset=utf-8"
        tag = hashlib.sha256(self.body).hexdigest()[:24]
        self.compressed = gzip.compress(self.body, 9) if path.suffix in _COMPRESSED and len(self.body) > 512 else None
        self.headers = [
            (b"content-type", kind.encode()),
            (b"etag", f'"{tag}"'.encode()),
            (b"cache-control", _FOR_EVER if name.startswith("assets/") else _ASK_AGAIN),
            (b"vary", b"accept-encoding"),
            *SECURITY,
        ]


class Files:
    """The ASGI application of everything outside `/api`. A page of the client's own is `index.html`."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` is what the web client was built into; None, or not there: a page that says so."""
        self._folder = folder
        self._paths: dict[str, Path] = {}
        self._read: dict[str, _File] = {}
        self._built_at = 0
        self._list()

    def _list(self) -> None:
        """Lists what was built, if it was built anew: what is not in the list is not there, whatever a path looks like."""
        index = None if self._folder is None else self._folder / "index.html"
        try:
            built_at = 0 if index is None else index.stat().st_mtime_ns
        except OSError:
            built_at = 0
        if built_at == self._built_at or self._folder is None:
            return
        self._built_at, self._read = built_at, {}
        self._paths = {
            str(path.relative_to(self._folder)): path
            for path in self._folder.rglob("*")
            if path.is_file() and path.suffix != ".map"
        }

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answers GET and HEAD."""
        if scope["method"] not in ("GET", "HEAD"):
            await _say(send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        name = scope["path"].lstrip("/")
        is_page = "." not in name.rsplit("/", 1)[-1]
        if is_page:
            self._list()
        found = self._file(name) or (self._file("index.html") if is_page else None)
        if found is None:
            is_built = "index.html" in self._paths
            status, body = (404, b"") if is_built else (503, _NOT_BUILT)
            await _say(send, status, [(b"content-type", b"text/html; charset=utf-8"), *SECURITY], body)
            return
        headers = dict(scope["headers"])
        tag = dict(found.headers)[b"etag"]
        if headers.get(b"if-none-match") == tag:
            await _say(send, 304, found.headers, b"")
            return
        body, extra = found.body, []
        if found.compressed is not None and b"gzip" in headers.get(b"accept-encoding", b""):
            body, extra = found.compressed, [(b"content-encoding", b"gzip")]
        length = (b"content-length", str(len(body)).encode())
        await _say(send, 200, [*found.headers, *extra, length], b"" if scope["method"] == "HEAD" else body)

    def _file(self, name: str) -> _File | None:
        for each in (name, f"{name.rstrip('/')}/index.html" if name else "index.html"):
            if each in self._read:
                return self._read[each]
            if each in self._paths:
                try:
                    found = self._read[each] = _File(self._paths[each], each)
                except FileNotFoundError:  # it is being built anew
                    return None
                return found
        return None


async def _say(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
