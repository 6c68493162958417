"""The laws that the client keeps, whatever its peer does. The peer is scripted: see `scripted`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.client.scripted import ME, WHERE, Peer, conversation, listening, message, page
from yanxin.client import Broken, Client, Pauses, Refused, SignedOut, Unreachable


@pytest_asyncio.fixture
async def peer() -> AsyncIterator[Peer]:
    async with listening() as listens:
        yield listens


def client(peer: Peer, **options: Any) -> Client:
    return Client.connect(peer.url, token="t", pauses=Pauses(0.01, 0.05), **options)


async def heard(me: Client, count: int) -> list[int]:
    """The seqs of the next `count` events."""
    seqs: list[int] = []
    async with asyncio.timeout(10):
        async for event in me.follow():
            seqs.append(event.seq)
            if len(seqs) == count:
                break
    return seqs


async def test_a_fresh_client_follows_from_the_head(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            assert (await socket.greets(conversation(head=10)))["heads"] == {}
            await socket.pushes(message(11))

        script.create_task(speaks())
        async with client(peer) as me:
            assert await heard(me, 1) == [11]
            assert me.heads == {WHERE: 11}
            assert me.conversations[WHERE].unread == 11


async def test_a_hole_in_the_pushes_is_filled_from_the_log(peer: Peer) -> None:
    """11 is missing; 13 comes while the log is read, and again in what is read."""
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=10))
            await socket.pushes(message(12))
            request = await socket.asked("events.list")
            assert request["params"]["after"] == 10
            await socket.pushes(message(13))
            await socket.answers(request, page(11, 13, head=13))
            await socket.pushes(message(14))

        script.create_task(speaks())
        async with client(peer) as me:
            assert await heard(me, 4) == [11, 12, 13, 14]


async def test_what_comes_twice_is_taken_once(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            await socket.pushes(message(1), message(2), message(1), message(2), message(3))

        script.create_task(speaks())
        async with client(peer) as me:
            assert await heard(me, 3) == [1, 2, 3]
            assert me.counts.doubles_pushed == 2


async def test_a_send_is_repeated_under_its_client_id_until_answered(peer: Peer) -> None:
    """The wire breaks twice before an answer; meanwhile the order of what was said is kept."""
    async with asyncio.TaskGroup() as script:

        async def speaks() -> list[str]:
            attempts = []
            for ends in ("breaks", "breaks", "answers"):
                socket = await peer.socket()
                await socket.greets(conversation(head=0))
                one, two = await socket.asked("message.send"), await socket.asked("message.send")
                attempts += [one["params"]["client_id"], two["params"]["client_id"]]
                if ends == "breaks":
                    await socket.breaks()
                else:
                    await socket.answers(one, {"seq": 1, "ordinal": 1, "at": "x"})
                    await socket.answers(two, {"seq": 2, "ordinal": 2, "at": "x"})
            return attempts

        attempts = script.create_task(speaks())
        async with client(peer) as me:
            sent = await asyncio.gather(
                me.send(WHERE, "one", client_id="first"), me.send(WHERE, "two", client_id="second")
            )
            assert [each.seq for each in sent] == [1, 2]
            assert me.counts.resends == 4
    assert attempts.result() == ["first", "second"] * 3


async def test_a_reconnect_tells_what_is_held_and_reads_the_rest(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=1))
            await socket.pushes(message(2))
            await socket.breaks()
            socket = await peer.socket()
            hello = await socket.greets(conversation(head=4))
            assert hello["version"] == 5
            assert hello["heads"] == {str(WHERE): 2}
            await socket.answers(await socket.asked("events.list"), page(3, 4, head=4))

        script.create_task(speaks())
        async with client(peer) as me:
            assert await heard(me, 3) == [2, 3, 4]


async def test_a_change_that_is_refused_is_not_repeated(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            await socket.refuses(await socket.asked("message.send"), "conversation.dismissed", 409)

        script.create_task(speaks())
        async with client(peer) as me:
            with pytest.raises(Refused) as refusal:
                await me.send(WHERE, "anybody?")
            assert (refusal.value.code, refusal.value.status) == ("conversation.dismissed", 409)


async def test_a_server_that_is_busy_is_asked_again(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            first = await socket.asked("message.send")
            await socket.refuses(first, "server.busy", 503)
            again = await socket.asked("message.send")
            assert again["params"] == first["params"]
            await socket.answers(again, {"seq": 1, "ordinal": 1, "at": "x"})

        script.create_task(speaks())
        async with client(peer) as me:
            assert (await me.send(WHERE, "busy?")).seq == 1


async def test_after_lagging_the_client_says_hello_and_misses_nothing(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            await socket.pushes(message(1))
            await socket.tells("lagging", {})
            assert (await socket.greets(conversation(head=3)))["heads"] == {str(WHERE): 1}
            await socket.answers(await socket.asked("events.list"), page(2, 3, head=3))

        script.create_task(speaks())
        async with client(peer) as me:
            assert await heard(me, 3) == [1, 2, 3]
            assert (me.counts.laggings, me.counts.connections, me.counts.holes_pushed) == (1, 1, 0)


async def test_goodbye_says_when_to_come_back(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> float:
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            await socket.tells("goodbye", {"reason": "drain", "retry_after_ms": 300})
            began = asyncio.get_running_loop().time()
            await socket.closes(1001)
            await (await peer.socket()).greets(conversation(head=0))
            return asyncio.get_running_loop().time() - began

        waited = script.create_task(speaks())
        async with client(peer) as me:
            await waited
            assert me.counts.connections == 2
    assert waited.result() >= 0.3


async def test_reset_drops_what_the_server_no_longer_knows(peer: Peer) -> None:
    """The server was restored from an older backup: 9 and 10 are gone and are written again."""
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=8), reset=True)
            await socket.pushes(message(9))

        script.create_task(speaks())
        async with client(peer, version=99, heads={WHERE: 10, 43: 5}) as me:
            assert await heard(me, 1) == [9]
            assert me.heads == {WHERE: 9}


async def test_a_conversation_joined_later_is_read_from_its_first(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets()
            await socket.tells(
                "state", {"version": 6, "conversations": [conversation(6, first=5)], "removed": [], "settings": None}
            )
            request = await socket.asked("events.list")
            assert request["params"]["after"] == 4
            await socket.answers(request, page(5, 6, head=6))

        script.create_task(speaks())
        async with client(peer) as me:
            assert await heard(me, 2) == [5, 6]
            assert me.version == 6


async def test_an_event_from_a_conversation_never_heard_of_is_looked_into(peer: Peer) -> None:
    peer.conversations[WHERE] = conversation(head=6, first=5)
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets()
            await socket.pushes(message(6), message(3, where=66))
            await socket.answers(await socket.asked("events.list"), page(5, 6, head=6))

        script.create_task(speaks())
        async with client(peer) as me:
            assert await heard(me, 2) == [5, 6]
            assert set(me.heads) == {WHERE}


async def test_joining_anew_jumps_over_what_was_said_in_between(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=2))
            changed = {"version": 6, "conversations": [], "removed": [WHERE], "settings": None}
            await socket.tells("state", changed)
            await socket.tells("state", changed | {"conversations": [conversation(9, first=9)], "removed": []})
            await socket.answers(await socket.asked("events.list"), page(9, 9, head=9))
            await socket.pushes(message(10))

        script.create_task(speaks())
        async with client(peer) as me:
            assert await heard(me, 2) == [9, 10]


async def test_a_revoked_session_ends_the_client(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            await socket.asked("message.send")
            await socket.closes(4401)

        script.create_task(speaks())
        async with client(peer) as me:
            with pytest.raises(SignedOut):
                await me.send(WHERE, "still here?")
            with pytest.raises(SignedOut):
                await heard(me, 1)


async def test_a_token_that_is_not_good_is_told_at_once(peer: Peer) -> None:
    peer.status = 401
    with pytest.raises(SignedOut):
        await client(peer).__aenter__()


async def test_where_nobody_listens_is_told_at_once() -> None:
    with pytest.raises(Unreachable):
        await Client.connect("http://127.0.0.1:9", token="t").__aenter__()


async def test_a_log_that_lacks_what_was_told_is_not_passed_over(peer: Peer) -> None:
    """Better an end with a reason than a client that seems complete."""
    peer.conversations[WHERE] = conversation(head=5)
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=1))
            await socket.pushes(message(5))
            await socket.answers(await socket.asked("events.list"), page(1, 0, head=1))

        script.create_task(speaks())
        async with client(peer) as me:
            with pytest.raises(Broken):
                await heard(me, 1)


async def test_a_body_of_tomorrow_is_shown_by_its_fallback(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            await socket.pushes(
                message(1, body={"type": "hologram", "angle": 3, "fallback": "a hologram"}, shine="new")
            )

        script.create_task(speaks())
        async with client(peer) as me:
            async for event in me.follow():
                assert getattr(event.body, "text", None) == "a hologram"
                break


async def test_an_application_that_does_not_listen_costs_no_memory(peer: Peer) -> None:
    """What has no room stays in the log and is read when there is room again."""
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            await socket.pushes(*(message(seq) for seq in range(1, 31)))
            request = await socket.asked("ping")
            await socket.answers(request, {"now": "x"})
            for first in (11, 21):
                request = await socket.asked("events.list")
                assert request["params"]["after"] == first - 1
                await socket.answers(request, page(first, 30, head=30))

        script.create_task(speaks())
        async with client(peer, backlog=10) as me:
            await me.ping()
            assert me.heads == {WHERE: 10}
            assert await heard(me, 30) == list(range(1, 31))


async def test_watching_goes_on_after_a_reconnect(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            await socket.answers(await socket.asked("presence.watch"), {"items": [{"user": 9, "status": "offline"}]})
            await socket.breaks()
            socket = await peer.socket()
            await socket.greets(conversation(head=0))
            request = await socket.asked("presence.watch")
            assert request["params"] == {"users": [9]}
            await socket.answers(request, {"items": []})
            await socket.tells("presence", {"user": 9, "status": "online"})

        script.create_task(speaks())
        async with client(peer) as me:
            assert [one.status for one in await me.watch_presence([9])] == ["offline"]
            async for hint in me.hints():
                assert getattr(hint, "status", None) == "online"
                break


async def test_one_frame_too_large_is_refused_here(peer: Peer) -> None:
    """The server would close the socket over it, and a resend would close it again, for ever."""
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            await (await peer.socket()).greets(conversation(head=0))

        script.create_task(speaks())
        async with client(peer) as me:
            with pytest.raises(Refused) as refusal:
                await me.send(WHERE, "x" * 300_000)
            assert refusal.value.code == "frame.too_large"


async def test_unread_is_arithmetic_over_what_is_heard(peer: Peer) -> None:
    async with asyncio.TaskGroup() as script:

        async def speaks() -> None:
            socket = await peer.socket()
            await socket.greets(conversation(head=4, cursor=4))
            mention = {"type": "text", "text": "you!", "mentions": [ME], "mention_all": False}
            await socket.pushes(
                message(5),
                message(6, sender=ME, nth=1),
                message(7, body=mention),
                message(8, ordinal=7, kind="recall", target=5, body=None),
            )

        script.create_task(speaks())
        async with client(peer) as me:
            await heard(me, 4)
            held = me.conversations[WHERE]
            assert (held.unread, held.mentions, held.head.seq, held.head.ordinal) == (2, 1, 8, 7)
