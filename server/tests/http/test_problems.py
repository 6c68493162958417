"""What is refused says why: one shape, the asker's language, and nothing that is nobody's business."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.journeys.raw import http_of, problem
from yanxin.protocol.problems import PROBLEMS
from yanxin.testing.office import Office
from yanxin.testing.servers import Server

pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)


async def test_the_title_is_in_the_language_that_the_asker_likes_best(office: Office) -> None:
    status, chinese, english = PROBLEMS["session.required"]
    sentences = {"zh": chinese, "en": english}
    async with httpx.AsyncClient(base_url=office.url, trust_env=False) as http:
        for wants, language in (
            (None, "zh"),
            ("", "zh"),
            ("*", "zh"),
            ("zh-CN,zh;q=0.9", "zh"),
            ("fr-FR", "zh"),
            ("en", "en"),
            ("EN-gb,en;q=0.8", "en"),
            ("de, en;q=0.3", "en"),
            ("zh;q=0.4, en;q=0.5", "en"),
            ("en;q=0.4, zh-TW;q=0.5", "zh"),
            ("en;q=nonsense", "zh"),
            ("\u00e9" * 10, "zh"),
        ):
            headers = {} if wants is None else {b"Accept-Language": wants.encode("latin-1")}
            told = (await http.get("/api/v1/me", headers=headers)).json()
            assert told == {
                "type": "urn:yanxin:problem:session.required",
                "title": sentences[language],
                "detail": sentences[language],
                "status": status,
                "code": "session.required",
                "params": {},
            }, wants


async def test_a_sentence_is_filled_with_its_facts(office: Office) -> None:
    (alice,) = await office.people("alice", online=False)
    where = await alice.talk_with(alice)
    long = {"client_id": "x", "body": {"type": "text", "text": "x" * 20_001}}
    for language, title in (
        ("en", "The message is too long; at most 20000 characters"),
        ("zh-CN", "消息过长，最多 20000 字"),
    ):
        async with http_of(office, alice.token) as http:
            http.headers["Accept-Language"] = language
            answer = await http.post(f"/conversations/{where}/messages", json=long)
            assert problem(answer) == (400, "message.too_long")
            assert (answer.json()["title"], answer.json()["params"]) == (title, {"limit": 20_000})


async def test_every_answer_of_the_api_stays_out_of_caches_and_is_no_page(office: Office) -> None:
    """Those that refuse, those without a body, and the document."""
    (alice,) = await office.people("alice", online=False)
    where = await alice.founds("x", alice)
    async with http_of(office, alice.token) as http:
        for method, path, status in (
            ("GET", "/me", 200),
            ("GET", "/setup", 200),
            ("GET", "/nothing", 404),
            ("DELETE", "/me", 405),
            ("OPTIONS", "/me", 204),
            ("GET", f"/conversations/{where}/events", 400),
            ("DELETE", f"/conversations/{where}", 204),
            ("GET", f"{office.url}/api/openapi.json", 200),
            ("GET", f"{office.url}/api/nothing", 404),
        ):
            answer = await http.request(method, path)
            assert answer.status_code == status, (method, path)
            assert answer.headers["x-content-type-options"] == "nosniff", (method, path)
            assert answer.headers["cache-control"] == "no-store", (method, path)
            assert "server" not in answer.headers


async def test_a_method_that_an_address_does_not_take_is_answered_with_those_that_it_does(office: Office) -> None:
    (alice,) = await office.people("alice", online=False)
    where = await alice.founds("x", alice)
    async with http_of(office, alice.token) as http:
        for method, path, allowed in (
            ("PUT", "/me", {"GET", "PATCH"}),
            ("POST", "/me/password", {"PUT"}),
            ("PUT", f"/conversations/{where}", {"GET", "PATCH", "DELETE"}),
            ("GET", f"/conversations/{where}/messages/1", {"PATCH", "DELETE"}),
            ("TRACE", "/me", {"GET", "PATCH"}),
        ):
            answer = await http.request(method, path)
            assert problem(answer) == (405, "request.method_not_allowed"), (method, path)
            assert set(answer.headers["allow"].split(", ")) - {"OPTIONS"} == allowed
            told = await http.request("OPTIONS", path)
            assert set(told.headers["allow"].split(", ")) == allowed | {"OPTIONS"}, path
            assert "access-control-allow-origin" not in told.headers, "no other site's page may read anything"


async def test_a_body_that_is_too_large_is_refused_however_it_comes(office: Office) -> None:
    """By the length that it claims, and, where it claims none, as soon as there is too much of it."""
    (alice,) = await office.people("alice", online=False)
    where = await alice.talk_with(alice)
    document = json.dumps({"client_id": "x", "body": {"type": "text", "text": "x" * 1_100_000}}).encode()

    async def in_parts() -> AsyncIterator[bytes]:
        for start in range(0, len(document), 65_536):
            yield document[start : start + 65_536]

    async with http_of(office, alice.token) as http:
        for content in (document, in_parts()):
            answer = await http.post(f"/conversations/{where}/messages", content=content)
            assert problem(answer) == (413, "request.too_large")
            assert answer.json()["params"] == {"limit": 1024 * 1024}
        padded = b'{"client_id": "fits", "body": {"type": "text", "text": "x"}}'.ljust(1024 * 1024)
        assert (await http.post(f"/conversations/{where}/messages", content=padded)).status_code == 201


async def test_what_reads_nothing_is_not_confused_by_a_body(server: Server, office: Office) -> None:
    async with http_of(office, server.token) as http:
        answer = await http.request("GET", "/me", content=b"{not json")
        assert answer.status_code == 200
