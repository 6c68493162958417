"""Lists come in pages by opaque cursors: everything once, whatever comes in between."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.journeys.raw import http_of, problem
from yanxin.testing.office import Office


async def nothing() -> None:
    """Nothing happens between two pages."""


async def walked(
    http: httpx.AsyncClient, path: str, limit: int, between: Callable[[], Awaitable[object]] = nothing
) -> list[Any]:
    """All items of a list, page by page, `between` happening after each."""
    items: list[Any] = []
    query: dict[str, str | int] = {"limit": limit}
    while True:
        answer = await http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page.keys() == {"items", "next"}
        assert len(page["items"]) == limit or page["next"] is None
        items += page["items"]
        if page["next"] is None:
            return items
        query["cursor"] = page["next"]
        await between()


async def test_conversations_come_by_when_they_moved_each_once(office: Office) -> None:
    """What moves between two pages comes to the front, where its device hears of it; the others stay as they are."""
    alice, bob = await office.people("alice", "bob", online=False)
    made = [await alice.founds(f"group {number}", bob) for number in range(7)]
    for where in (made[2], made[5]):
        await bob.rest.send(where, "moves", client_id=f"m{where}")
    expected = [made[5], made[2], made[6], made[4], made[3], made[1], made[0]]
    async with http_of(office, alice.token) as http:
        for limit in (1, 3, 7, 200):
            assert [each["id"] for each in await walked(http, "/conversations", limit)] == expected

        async def another() -> None:
            where = await bob.founds("new", alice)
            await bob.rest.send(where, "hi", client_id=f"n{where}")
            await bob.rest.send(made[5], "again", client_id=f"a{where}")

        seen = [each["id"] for each in await walked(http, "/conversations", 2, another)]
        assert seen == expected


async def test_members_come_by_when_they_joined_each_once(office: Office) -> None:
    alice, *others = await office.people("alice", *(f"m{number}" for number in range(6)), online=False)
    where = await alice.founds("many", *others[:4])
    coming = iter(others[4:])
    async with http_of(office, alice.token) as http:

        async def another() -> None:
            if (person := next(coming, None)) is not None:
                await alice.rest.add_members(where, [person.id])

        path = f"/conversations/{where}/members"
        seen = [each["user_id"] for each in await walked(http, path, 2, another)]
        assert seen == sorted(seen[:5]) + [other.id for other in others[4:]]
        assert set(seen) == {alice.id} | {other.id for other in others}
        assert [each["user_id"] for each in await walked(http, path, 200)] == seen


async def test_people_come_each_once_also_those_who_are_looked_for(office: Office) -> None:
    word = office.server.data.parent.name.replace("-", "") + "x"
    added = [await office.chief.add_user(f"{word}.{number}", f"Q {number}", "open sesame") for number in range(5)]
    async with http_of(office, office.server.token) as http:
        path = f"/users?query={word}"
        everybody = [each["id"] for each in await walked(http, "/users", 50)]
        assert everybody == sorted(set(everybody))
        page = (await http.get(path, params={"query": word, "limit": 2})).json()
        following = (await http.get(path, params={"query": word, "limit": 3, "cursor": page["next"]})).json()
        assert [each["id"] for each in page["items"] + following["items"]] == [each.id for each in added]
        assert following["next"] is None, "exactly the rest fits on this page"


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_cursor_that_is_none_of_ours_is_refused(office: Office) -> None:
    """Garbage, what only looks like one, that of another list, and that of another group's members."""
    alice, bob = await office.people("alice", "bob", online=False)
    one, other = [await alice.founds(title, bob) for title in ("one", "other")]
    async with http_of(office, alice.token) as http:
        lists = ["/conversations", f"/conversations/{one}/members", f"/conversations/{other}/members", "/users"]
        good = {path: (await http.get(path, params={"limit": 1})).json()["next"] for path in lists}
        assert all(good.values())
        look_alikes = [
            base64.urlsafe_b64encode(each).decode()
            for each in (
                b"[1,2]",
                b'["people",1]',
                b'["people",-1,0]',
                b'["people",1.5,0]',
                b'["people",1e99,0]',
                b"{}",
            )
        ]
        for path in lists:
            assert (await http.get(path, params={"cursor": good[path]})).status_code == 200
            foreign = [cursor for whose, cursor in good.items() if whose != path]
            for bad in ["", "x", "%", "é", "=" * 9, "A" * 3_000, good[path][:-3], *look_alikes, *foreign]:
                answer = await http.get(path, params={"cursor": bad})
                assert problem(answer) == (400, "page.bad_cursor"), (path, bad)


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_page_holds_1_to_200(office: Office) -> None:
    async with http_of(office, office.server.token) as http:
        for path in ("/users", "/conversations"):
            for limit in ("0", "201", "-1", "x", "1.5", ""):
                assert problem(await http.get(path, params={"limit": limit})) == (400, "request.malformed"), limit
            for limit in ("1", "200"):
                assert (await http.get(path, params={"limit": limit})).status_code == 200
            assert problem(await http.get(f"{path}?limit=1&limit=2")) == (400, "request.malformed")
            assert problem(await http.get(f"{path}?page=2")) == (400, "request.malformed")
