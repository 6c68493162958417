"""The web client's files: what is there, to whom it is given, and with what it is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from yanxin.testing.servers import Server

PAGE = "<!doctype html><title>雁信</title>"
SCRIPT = "export const answer = 42;\n" * 100


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a web client as it is built, and beside that a file that is nobody's business."""
    folder = tmp_path_factory.mktemp("files")
    for name, content in (
        ("web/index.html", PAGE),
        ("web/api-docs/index.html", "docs"),
        ("web/assets/app-1a2b3c.js", SCRIPT),
        ("web/assets/app-1a2b3c.js.map", "{}"),
        ("web/emoji/smile.svg", "<svg/>"),
        ("web/manifest.webmanifest", "{}"),
        ("secret.txt", "secret"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    with Server(folder / "data", environment={"YANXIN_WEB": str(folder / "web")}) as server:
        yield server


def test_pages_files_and_what_is_not_there(running: Server) -> None:
    with httpx.Client(base_url=running.url, trust_env=False) as http:
        for path in ("/", "/c/5", "/setup", "/sign-in", "/people", "/a/b/c"):
            page = http.get(path)
            assert (page.status_code, page.text) == (200, PAGE), path
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert page.headers["cache-control"] == "no-cache"
        assert http.get("/api-docs/").text == http.get("/api-docs").text == "docs"
        for path, kind, kept in (
            ("/assets/app-1a2b3c.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
            ("/emoji/smile.svg", "image/svg+xml", "no-cache"),
            ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ):
            file = http.get(path)
            assert (file.status_code, file.headers["content-type"], file.headers["cache-control"]) == (200, kind, kept)
        for path in ("/missing.js", "/assets/app-1a2b3c.js.map", "/favicon.ico", "/.env"):
            assert http.get(path).status_code == 404, path
        refused = http.post("/", content="x")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


def test_a_file_is_sent_once_and_small(running: Server) -> None:
    with httpx.Client(base_url=running.url, trust_env=False) as http:
        path = "/assets/app-1a2b3c.js"
        plain = http.get(path, headers={"Accept-Encoding": "identity"})
        packed = http.get(path, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert (packed.headers["content-encoding"], packed.text) == ("gzip", SCRIPT)
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) == len(SCRIPT)
        assert packed.headers["vary"] == "accept-encoding"
        again = http.get(path, headers={"If-None-Match": plain.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        changed = http.get(path, headers={"If-None-Match": '"another"'})
        assert changed.status_code == 200
        head = http.head(path, headers={"Accept-Encoding": "identity"})
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == plain.headers["content-length"]


async def test_s45_no_path_leads_out_of_the_web_clients_folder(running: Server) -> None:
    """Written as it is: a client would tidy the path up first."""
    assert (running.data / "yanxin.sqlite3").exists(), "or nothing is found because nothing is there"
    for path in (
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%5c..%5csecret.txt",
        "//../secret.txt",
        "/./../secret.txt",
        "/%00/../../secret.txt",
        "/../data/yanxin.sqlite3",
        "/%252e%252e/secret.txt",
        "/\x00",
        "/etc/passwd",
        "//etc/passwd",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 200", b"HTTP/1.1 400")), (path, answer[:100])
        for found in (b"secret", b"SQLite", b"root:"):
            assert found not in answer, path


def test_without_a_web_client_it_is_said_what_to_do(new_server: Callable[..., Server], tmp_path: Path) -> None:
    with new_server(environment={"YANXIN_WEB": str(tmp_path / "not-built")}) as server:
        answer = httpx.get(f"{server.url}/", trust_env=False)
        assert answer.status_code == 503
        assert "make build" in answer.text
