"""The log, messages and reading over REST: allowed and refused side by side."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.journeys.raw import http_of, problem
from yanxin.domain.bodies import Text
from yanxin.testing.office import Office

pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)

EVENT = {
    *("conversation", "seq", "ordinal", "kind", "nth", "at", "sender", "client_id", "target", "reply_to"),
    *("edited_at", "recalled_at", "body", "reactions"),
}
THUMB = quote("👍")


def text(body: str, **other: Any) -> dict[str, Any]:
    return {"type": "text", "text": body} | other


async def events(http: httpx.AsyncClient, where: int, query: str) -> list[dict[str, Any]]:
    answer = await http.get(f"/conversations/{where}/events?{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_what_is_said_stands_where_the_answer_says(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    where = await alice.founds("here", bob)
    async with http_of(office, alice.token) as http:
        wanted = {"client_id": "one", "body": text("**hi**", mentions=[bob.id], mention_all=True)}
        first = await http.post(f"/conversations/{where}/messages", json=wanted)
        reply = {"client_id": "two", "body": {"type": "code", "language": "python", "text": "1 + 1"}}
        second = await http.post(f"/conversations/{where}/messages", json=reply | {"reply_to": first.json()["seq"]})
        assert (first.status_code, second.status_code) == (201, 201)
        assert [answer.json()["ordinal"] for answer in (first, second)] == [1, 2]
        one, two = await events(http, where, f"after={first.json()['seq'] - 1}")
        assert one.keys() == two.keys() == EVENT
        assert {name: one[name] for name in ("seq", "ordinal", "at")} == first.json()
        assert (one["body"], one["sender"], one["client_id"], one["nth"]) == (wanted["body"], alice.id, "one", 1)
        assert (two["reply_to"], two["body"]) == (one["seq"], reply["body"])
        unknown = {"client_id": "three", "body": text("x"), "reply_to": two["seq"] + 1}
        assert problem(await http.post(f"/conversations/{where}/messages", json=unknown)) == (404, "message.not_found")


async def test_edits_are_ones_own_and_twice_is_once(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    where = await alice.founds("here", bob)
    said = await bob.rest.send(where, "teh", client_id="one")
    at = f"/conversations/{where}/messages/{said.seq}"
    async with http_of(office, alice.token) as hers, http_of(office, bob.token) as his:
        edit = {"client_id": "fix", "body": text("the")}
        assert problem(await hers.patch(at, json=edit)) == (403, "message.not_yours"), "not even the owner's"
        first, again = await his.patch(at, json=edit), await his.patch(at, json=edit)
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json() == again.json()
        assert (first.json()["seq"], first.json()["ordinal"]) == (said.seq + 1, said.ordinal)
        for reused in (edit | {"body": text("other")}, {"client_id": "one", "body": text("the")}):
            assert problem(await his.patch(at, json=reused)) == (409, "message.client_id_reused")
        message, event = await events(hers, where, f"after={said.seq - 1}")
        assert (message["body"]["text"], message["edited_at"]) == ("the", first.json()["at"])
        assert (event["kind"], event["target"], event["body"]["text"]) == ("edit", said.seq, "the")
        for path in (f"/conversations/{where}/messages/1", f"/conversations/{where}/messages/{event['seq']}"):
            nothing = await his.patch(path, json={"client_id": "x", "body": text("x")})
            assert problem(nothing) == (404, "message.not_found"), "there is an event, and it is no message"


async def test_a_recalled_message_keeps_its_place_and_nothing_else_is_done_to_it(office: Office) -> None:
    alice, bob, carol = await office.people("alice", "bob", "carol", online=False)
    where = await alice.founds("here", bob, carol)
    await alice.rest.set_role(where, carol.id, "admin")
    said = await bob.rest.send(where, "oops", client_id="one")
    at = f"/conversations/{where}/messages/{said.seq}"
    async with http_of(office, alice.token) as owner, http_of(office, bob.token) as his:
        async with http_of(office, carol.token) as admin:
            assert problem(await admin.delete(at)) == (403, "message.not_yours")
        first, again, by_owner = await his.delete(at), await his.delete(at), await owner.delete(at)
        assert first.status_code == 200
        assert first.json() == again.json() == by_owner.json()
        message, recall = await events(owner, where, f"after={said.seq - 1}")
        assert (message["kind"], message["body"], message["client_id"]) == ("message", None, "one")
        assert message["recalled_at"] == first.json()["at"]
        assert (recall["kind"], recall["target"], recall["body"]) == ("recall", said.seq, None)
        assert problem(await his.patch(at, json={"client_id": "e", "body": text("no")})) == (409, "message.recalled")
        assert problem(await his.put(f"{at}/reactions/{THUMB}")) == (409, "message.recalled")
        repeated = await his.post(f"/conversations/{where}/messages", json={"client_id": "one", "body": text("oops")})
        assert (repeated.status_code, repeated.json()["seq"]) == (200, said.seq), "a repeat is not said anew"


async def test_an_owner_recalls_what_others_said(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    where = await alice.founds("here", bob)
    said = await bob.rest.send(where, "rude", client_id="one")
    async with http_of(office, alice.token) as owner, http_of(office, bob.token) as his:
        assert (await owner.delete(f"/conversations/{where}/messages/{said.seq}")).status_code == 200
        (message,) = await events(his, where, f"after={said.seq - 1}&limit=1")
        assert message["body"] is None


async def test_reactions_are_set_once_and_taken_back_by_who_set_them(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    where = await alice.founds("here", bob)
    said = await bob.rest.send(where, "lunch?", client_id="one")
    at = f"/conversations/{where}/messages/{said.seq}/reactions"
    family = "👨‍👩‍👧‍👦"
    async with http_of(office, alice.token) as hers, http_of(office, bob.token) as his:
        first, again = await hers.put(f"{at}/{THUMB}"), await hers.put(f"{at}/{THUMB}")
        assert first.status_code == again.status_code == 200
        assert first.json() == again.json()
        assert (await his.put(f"{at}/{THUMB}")).status_code == 200
        assert (await his.put(f"{at}/{quote(family)}")).status_code == 200
        assert (await hers.delete(f"{at}/{quote(family)}")).status_code == 200, "nothing of hers to take back"
        (message,) = await events(hers, where, f"after={said.seq - 1}&limit=1")
        assert message["reactions"] == [
            {"emoji": "👍", "users": [alice.id, bob.id]},
            {"emoji": family, "users": [bob.id]},
        ]
        assert (await hers.delete(f"{at}/{THUMB}")).status_code == 200
        (message,) = await events(hers, where, f"after={said.seq - 1}&limit=1")
        assert message["reactions"][0] == {"emoji": "👍", "users": [bob.id]}
        for bad in ("%20", "a%20b", "%E2%80%AE", "%0A"):
            assert problem(await hers.put(f"{at}/{bad}")) == (400, "reaction.bad_emoji"), bad
        assert problem(await hers.put(f"{at}/{'x' * 33}")) == (400, "request.malformed")
        assert problem(await hers.put(f"/conversations/{where}/messages/1/reactions/{THUMB}"))[0] == 404


async def test_a_run_of_the_log_is_after_before_or_around_a_place(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    where = await alice.founds("here", bob)
    for number in range(9):
        await alice.rest.send(where, str(number), client_id=f"n{number}")
    async with http_of(office, bob.token) as http:
        for query, seqs in (
            ("after=0", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            ("after=0&limit=3", [1, 2, 3]),
            ("after=8", [9, 10]),
            ("after=10", []),
            ("after=9007199254740991", []),
            ("before=4", [1, 2, 3]),
            ("before=99&limit=2", [9, 10]),
            ("before=1", []),
            ("before=0", []),
            ("around=5&limit=4", [3, 4, 5, 6]),
            ("around=1&limit=4", [1, 2, 3, 4]),
            ("around=10&limit=4", [8, 9, 10]),
            ("around=5&limit=1", [5]),
            ("around=0&limit=2", [1, 2]),
        ):
            answer = (await http.get(f"/conversations/{where}/events?{query}")).json()
            assert [event["seq"] for event in answer["items"]] == seqs, query
            assert answer["head"] == {"seq": 10, "ordinal": 9}, query


async def test_a_cursor_goes_forward_only_and_tells_what_is_left(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    where = await alice.founds("here", bob)
    for number in range(3):
        mentions = [bob.id] if number else []
        await alice.rest.send(where, Text(f"{number}", mentions), client_id=f"n{number}")
    await bob.rest.send(where, "mine", client_id="mine")
    async with http_of(office, bob.token) as http:
        cursor = f"/conversations/{where}/cursor"
        seen = (await http.get(f"/conversations/{where}")).json()
        assert (seen["cursor"], seen["unread"], seen["mentions"]) == ({"seq": 1, "ordinal": 0}, 3, 2)
        for seq, told in (
            (2, {"seq": 2, "ordinal": 1, "unread": 2, "mentions": 2}),
            (3, {"seq": 3, "ordinal": 2, "unread": 1, "mentions": 1}),
            (0, {"seq": 3, "ordinal": 2, "unread": 1, "mentions": 1}),
            (2, {"seq": 3, "ordinal": 2, "unread": 1, "mentions": 1}),
            (5, {"seq": 5, "ordinal": 4, "unread": 0, "mentions": 0}),
        ):
            answer = await http.put(cursor, json={"seq": seq})
            assert (answer.status_code, answer.json() | told) == (200, answer.json())
        beyond = await http.put(cursor, json={"seq": 6})
        assert (problem(beyond), beyond.json()["params"]) == ((400, "cursor.beyond_head"), {"head": 5})


async def test_readers_are_those_who_were_there_and_not_the_sender(office: Office) -> None:
    alice, bob, carol, dave = await office.people("alice", "bob", "carol", "dave", online=False)
    where = await alice.founds("here", bob, carol)
    said = await alice.rest.send(where, "read this", client_id="one")
    await alice.rest.add_members(where, [dave.id])
    at = f"/conversations/{where}/messages/{said.seq}/readers"
    async with http_of(office, bob.token) as his, http_of(office, dave.token) as late:
        assert (await his.get(at)).json() == {"read": [], "unread": sorted((bob.id, carol.id))}
        await bob.rest.set_cursor(where, said.seq)
        told = (await his.get(at)).json()
        assert ([reader["user"] for reader in told["read"]], told["unread"]) == ([bob.id], [carol.id])
        assert told["read"][0].keys() == {"user", "at"}
        assert problem(await late.get(at)) == (404, "message.not_found"), "it was said before dave came"
        assert problem(await his.get(f"/conversations/{where}/messages/1/readers")) == (404, "message.not_found")
