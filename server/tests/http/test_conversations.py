"""Conversations and their members over REST: allowed and refused side by side."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.journeys.raw import http_of, problem
from yanxin.protocol import requests
from yanxin.testing.office import Office, Person

pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)

CONVERSATION = {
    *("id", "kind", "title", "peer", "head", "first", "cursor", "nth", "cursor_nth", "unread", "mentions", "last"),
    *("members_count", "my", "created_at", "dismissed_at"),
}


async def roles(http: httpx.AsyncClient, where: int) -> dict[int, str]:
    """Who is in it, in the order of coming, with their roles."""
    page = (await http.get(f"/conversations/{where}/members")).json()
    return {member["user_id"]: member["role"] for member in page["items"]}


async def group(owner: Person, *others: Person, title: str | None = "午饭") -> tuple[int, str]:
    """A new group: its number and its address."""
    where = (await owner.rest.create("group", [other.id for other in others], title)).id
    return where, f"/conversations/{where}"


async def test_a_direct_conversation_is_made_once_and_found_again(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    async with http_of(office, alice.token) as hers, http_of(office, bob.token) as his:
        made = await hers.post("/conversations", json={"kind": "direct", "member_ids": [bob.id]})
        again = await hers.post("/conversations", json={"kind": "direct", "member_ids": [bob.id, alice.id, bob.id]})
        by_him = await his.post("/conversations", json={"kind": "direct", "member_ids": [alice.id]})
        assert [answer.status_code for answer in (made, again, by_him)] == [201, 200, 200]
        assert made.json() == again.json()
        assert made.json().keys() == CONVERSATION
        assert (made.json()["kind"], made.json()["title"], made.json()["peer"]) == ("direct", None, bob.id)
        assert (by_him.json()["id"], by_him.json()["peer"]) == (made.json()["id"], alice.id)
        both = {"kind": "direct", "member_ids": [bob.id, alice.id + 1_000]}
        assert problem(await hers.post("/conversations", json=both)) == (400, "conversation.direct_needs_one")


async def test_with_nobody_or_oneself_it_is_the_chat_with_oneself(office: Office) -> None:
    (alice,) = await office.people("alice", online=False)
    async with http_of(office, alice.token) as http:
        made = await http.post("/conversations", json={"kind": "direct", "member_ids": []})
        again = await http.post("/conversations", json={"kind": "direct", "member_ids": [alice.id]})
        assert (made.status_code, again.status_code) == (201, 200)
        own = made.json()
        assert (own["id"], own["peer"], own["members_count"]) == (again.json()["id"], alice.id, 1)
        assert await roles(http, own["id"]) == {alice.id: "member"}
        await alice.rest.send(own["id"], "remember the milk", client_id="milk")
        assert (await http.get(f"/conversations/{own['id']}")).json()["unread"] == 0


async def test_a_new_group_is_its_makers_and_tells_who_came(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    async with http_of(office, alice.token) as http:
        wanted = {"kind": "group", "member_ids": [bob.id, bob.id, alice.id], "title": "  项目\t组 "}
        answer = await http.post("/conversations", json=wanted)
        assert answer.status_code == 201
        made = answer.json()
        assert (made["title"], made["members_count"], made["my"]["role"]) == ("项目 组", 2, "owner")
        assert (made["head"], made["first"], made["last"]) == ({"seq": 1, "ordinal": 0}, 1, None)
        assert await roles(http, made["id"]) == {alice.id: "owner", bob.id: "member"}
        (event,) = (await http.get(f"/conversations/{made['id']}/events?after=0")).json()["items"]
        assert (event["kind"], event["sender"]) == ("member_joined", alice.id)
        assert event["body"] == {"type": "members", "user_ids": [alice.id, bob.id]}
        alone = await http.post("/conversations", json={"kind": "group", "member_ids": []})
        assert (alone.status_code, alone.json()["title"], alone.json()["members_count"]) == (201, None, 1)


async def test_who_is_not_there_is_not_brought_into_anything(office: Office) -> None:
    """Nor who is disabled; and the refusal names them, for there may be hundreds in the list."""
    alice, bob, gone = await office.people("alice", "bob", "gone", online=False)
    await office.chief.change_user(gone.id, requests.ChangeUser(disabled=True))
    where, here = await group(alice, bob)
    nobody = gone.id + 1_000
    async with http_of(office, alice.token) as http:
        for absent in (gone.id, nobody):
            for path, body in (
                ("/conversations", {"kind": "direct", "member_ids": [absent]}),
                ("/conversations", {"kind": "group", "member_ids": [bob.id, absent]}),
                (f"{here}/members", {"user_ids": [bob.id, absent]}),
            ):
                answer = await http.post(path, json=body)
                assert problem(answer) == (404, "user.not_found")
                assert answer.json()["params"] == {"user_ids": [absent]}
        assert await roles(http, where) == {alice.id: "owner", bob.id: "member"}


async def test_members_bring_in_others_and_twice_is_once(office: Office) -> None:
    alice, bob, carol = await office.people("alice", "bob", "carol", online=False)
    _where, here = await group(alice, bob)
    async with http_of(office, bob.token) as his, http_of(office, carol.token) as hers:
        assert problem(await hers.post(f"{here}/members", json={"user_ids": [carol.id]})) == (
            404,
            "conversation.not_found",
        )
        answer = await his.post(f"{here}/members", json={"user_ids": [carol.id, alice.id]})
        assert (answer.status_code, answer.json()["members_count"]) == (200, 3)
        again = await his.post(f"{here}/members", json={"user_ids": [carol.id]})
        assert (again.status_code, again.json()["head"]) == (200, answer.json()["head"])
        seen = (await hers.get(here)).json()
        assert (seen["first"], seen["unread"], seen["my"]["role"]) == (answer.json()["head"]["seq"], 0, "member")


async def test_owner_and_admins_rename_and_the_name_is_cleaned(office: Office) -> None:
    alice, bob, carol = await office.people("alice", "bob", "carol", online=False)
    where, here = await group(alice, bob, carol)
    await alice.rest.set_role(where, bob.id, "admin")
    async with http_of(office, carol.token) as member, http_of(office, bob.token) as admin:
        refused = await member.patch(here, json={"title": "mine"})
        assert problem(refused) == (403, "member.not_allowed")
        assert refused.json()["params"] == {"needs": "admin"}
        answer = await admin.patch(here, json={"title": "晚  饭"})
        assert (answer.status_code, answer.json()["title"]) == (200, "晚 饭")
        assert (await member.get(here)).json()["title"] == "晚 饭"
        for bad in (" ", "a\u202eb", "zero\u200bwidth", "x" * 101):
            told = problem(await admin.patch(here, json={"title": bad}))
            assert told in ((400, "conversation.bad_title"), (400, "request.malformed"))
        last = (await member.get(f"{here}/events?before=99&limit=1")).json()["items"][0]
        assert (last["kind"], last["body"]) == ("renamed", {"type": "title", "title": "晚 饭"})


async def test_what_a_conversation_is_to_me_is_nobody_elses(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    _where, here = await group(alice, bob)
    async with http_of(office, alice.token) as hers, http_of(office, bob.token) as his:
        everything = {"muted": True, "pinned": True, "hidden": True, "unread_mark": True}
        answer = await hers.patch(here, json={"my": everything})
        assert (answer.status_code, answer.json()["my"]) == (200, {"role": "owner"} | everything)
        only_one = await hers.patch(here, json={"my": {"muted": False}})
        assert only_one.json()["my"] == {"role": "owner"} | everything | {"muted": False}
        assert (await his.get(here)).json()["my"] == {"role": "member"} | dict.fromkeys(everything, False)
        before = (await hers.get("/me")).json()["version"]
        assert (await hers.patch(here, json={"my": {"muted": False}})).status_code == 200
        assert (await hers.patch(here, json={})).status_code == 200
        assert (await hers.get("/me")).json()["version"] == before, "what is so already moves nothing"
        both = await hers.patch(here, json={"title": "both", "my": {"pinned": False}})
        assert (both.json()["title"], both.json()["my"]["pinned"]) == ("both", False)


async def test_the_owner_gives_roles_and_hands_over(office: Office) -> None:
    alice, bob, carol, eve = await office.people("alice", "bob", "carol", "eve", online=False)
    where, here = await group(alice, bob, carol)
    async with http_of(office, alice.token) as owner, http_of(office, bob.token) as other:
        refused = await other.patch(f"{here}/members/{carol.id}", json={"role": "admin"})
        assert (problem(refused), refused.json()["params"]) == ((403, "member.not_allowed"), {"needs": "owner"})
        assert (await owner.patch(f"{here}/members/{bob.id}", json={"role": "admin"})).status_code == 204
        again = await owner.patch(f"{here}/members/{bob.id}", json={"role": "admin"})
        assert (again.status_code, again.content) == (204, b"")
        still = await other.patch(f"{here}/members/{carol.id}", json={"role": "admin"})
        assert problem(still) == (403, "member.not_allowed"), "an admin gives no roles"
        nobody = await owner.patch(f"{here}/members/{eve.id}", json={"role": "admin"})
        assert problem(nobody) == (404, "member.not_found")
        down = await owner.patch(f"{here}/members/{alice.id}", json={"role": "member"})
        assert problem(down) == (403, "member.not_allowed"), "no group is without an owner"

        assert (await owner.patch(f"{here}/members/{bob.id}", json={"role": "owner"})).status_code == 204
        assert await roles(owner, where) == {alice.id: "admin", bob.id: "owner", carol.id: "member"}
        assert problem(await owner.delete(here)) == (403, "member.not_allowed")


async def test_one_takes_out_those_below_and_leaves_oneself(office: Office) -> None:
    alice, bob, carol, dave, eve = await office.people("alice", "bob", "carol", "dave", "eve", online=False)
    where, here = await group(alice, bob, carol, dave, eve)
    for promoted in (bob, carol):
        await alice.rest.set_role(where, promoted.id, "admin")
    async with (
        http_of(office, dave.token) as member,
        http_of(office, bob.token) as admin,
        http_of(office, alice.token) as owner,
    ):
        assert problem(await member.delete(f"{here}/members/{eve.id}")) == (403, "member.not_allowed")
        for better in (alice, carol):
            assert problem(await admin.delete(f"{here}/members/{better.id}")) == (403, "member.not_allowed")
        assert (await admin.delete(f"{here}/members/{eve.id}")).status_code == 204
        assert problem(await admin.delete(f"{here}/members/{eve.id}")) == (404, "member.not_found")
        assert (await owner.delete(f"{here}/members/{carol.id}")).status_code == 204
        assert (await member.delete(f"{here}/members/{dave.id}")).status_code == 204
        assert problem(await member.delete(f"{here}/members/{dave.id}")) == (404, "conversation.not_found")
        assert await roles(owner, where) == {alice.id: "owner", bob.id: "admin"}
        assert (await owner.get(here)).json()["members_count"] == 2


async def test_an_owner_who_leaves_is_followed_by_the_admin_or_member_of_longest_standing(office: Office) -> None:
    alice, bob, carol, dave = await office.people("alice", "bob", "carol", "dave", online=False)
    where, here = await group(alice, bob)
    await alice.rest.add_members(where, [carol.id])
    await alice.rest.add_members(where, [dave.id])
    await alice.rest.set_role(where, dave.id, "admin")
    for leaves, follows in ((alice, dave), (dave, bob), (bob, carol)):
        async with http_of(office, leaves.token) as http:
            assert (await http.delete(f"{here}/members/{leaves.id}")).status_code == 204
        async with http_of(office, follows.token) as http:
            assert (await roles(http, where))[follows.id] == "owner"
            kinds = [event["kind"] for event in (await http.get(f"{here}/events?before=999&limit=2")).json()["items"]]
            assert kinds == ["role_changed", "member_left"]
    async with http_of(office, carol.token) as http:
        assert (await http.delete(f"{here}/members/{carol.id}")).status_code == 204, "the last one may leave too"
        assert (await http.get("/conversations")).json() == {"items": [], "next": None}


async def test_a_dismissed_group_is_read_and_nothing_is_said_there(office: Office) -> None:
    alice, bob, carol = await office.people("alice", "bob", "carol", online=False)
    where, here = await group(alice, bob)
    said = await bob.rest.send(where, "last words", client_id="last")
    async with http_of(office, alice.token) as owner, http_of(office, bob.token) as member:
        assert problem(await member.delete(here)) == (403, "member.not_allowed")
        for _ in range(2):
            answer = await owner.delete(here)
            assert (answer.status_code, answer.content) == (204, b"")
        shown = (await member.get(here)).json()
        assert shown["dismissed_at"].endswith("Z")
        assert shown["last"]["body"]["text"] == "last words"

        body = {"client_id": "late", "body": {"type": "text", "text": "late"}}
        message = f"{here}/messages/{said.seq}"
        refused: list[tuple[httpx.AsyncClient, str, str, Any]] = [
            (member, "POST", f"{here}/messages", body),
            (member, "PATCH", message, body),
            (member, "DELETE", message, None),
            (member, "PUT", f"{message}/reactions/%F0%9F%91%8D", None),
            (owner, "PATCH", here, {"title": "again"}),
            (owner, "POST", f"{here}/members", {"user_ids": [carol.id]}),
            (owner, "PATCH", f"{here}/members/{bob.id}", {"role": "admin"}),
        ]
        for http, method, path, content in refused:
            answer = await http.request(method, path, json=content)
            assert problem(answer) == (409, "conversation.dismissed"), (method, path)
        repeat = {"client_id": "last", "body": {"type": "text", "text": "last words"}}
        assert (await member.post(f"{here}/messages", json=repeat)).status_code == 200

        for path in (f"{here}/events?after=0", f"{here}/members", f"{message}/readers"):
            assert (await owner.get(path)).status_code == 200
        assert (await owner.put(f"{here}/cursor", json={"seq": said.seq})).status_code == 200
        assert (await owner.patch(here, json={"my": {"hidden": True}})).status_code == 200
        assert (await member.delete(f"{here}/members/{bob.id}")).status_code == 204
