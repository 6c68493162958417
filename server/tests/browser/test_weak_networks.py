"""Networks that go away, servers that start again, answers that are refusals: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
from collections.abc import Iterator

from playwright.async_api import WebSocketRoute, expect

from tests.browser.test_groups import person
from tests.browser.windows import Visitors
from yanxin.testing.office import Office
from yanxin.testing.servers import Server

AWAY = (r"net::ERR_", r"WebSocket connection to .* failed")
"""What a browser writes when the network or the server is away."""


async def test_what_is_written_without_a_network_arrives_once_and_in_order(visitors: Visitors, office: Office) -> None:
    """A faint clock while it waits, a bar that says why, and afterwards each message one time where it belongs."""
    alice, bob = await visitors.come("alice", "bob")
    alice.forgives(*AWAY)
    await alice.begins_with(person(bob).username)
    await alice.says("Before")
    await bob.opens("Alice")
    await bob.sees_only("Before")

    await alice.context.set_offline(True)
    for text in ("In the lift", "still in it", "out soon"):
        await alice.says(text)
    await expect(alice.at("pending")).to_have_count(3)
    await expect(alice.at("pending").first.get_by_title("Sending")).to_be_visible()
    await expect(alice.at("link-bar")).to_contain_text("Connection lost")
    await bob.says("Where are you?")
    await bob.sees_only("Before", "Where are you?")

    await alice.context.set_offline(False)
    said = ("Before", "Where are you?", "In the lift", "still in it", "out soon")
    for window in (bob, alice):
        await window.sees_only(*said)
    await expect(alice.at("pending")).to_have_count(0)
    await expect(alice.at("link-bar")).to_have_count(0)
    assert await person(bob).sees(person(alice)) == list(said)


async def test_a_lost_answer_makes_no_second_message(visitors: Visitors) -> None:
    """The server has the message, the sender does not know, and the page is loaded anew: it is still one message."""
    alice, bob = await visitors.come("alice", "bob")
    await alice.begins_with(person(bob).username)
    deaf = False

    def answer(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            if not deaf:
                socket.send(frame)

        server.on_message(pass_on)

    await alice.page.route_web_socket("**/api/v1/socket", answer)
    await alice.page.reload()
    await alice.opens("Bob")
    await alice.says("Heard")
    await alice.sees_only("Heard")
    deaf = True
    await alice.says("Did you get this?")
    await bob.opens("Alice")
    await bob.sees_only("Heard", "Did you get this?")
    await expect(alice.at("pending")).to_have_count(1)

    deaf = False
    await alice.page.reload()
    for window in (alice, bob):
        await window.sees_only("Heard", "Did you get this?")
    await expect(alice.at("pending")).to_have_count(0)
    await alice.says("Now")
    await bob.sees_only("Heard", "Did you get this?", "Now")


async def test_a_server_that_starts_again_under_a_talk(visitors: Visitors, house: Server) -> None:
    """Both windows come back by themselves, with what was written meanwhile."""
    alice, bob = await visitors.come("alice", "bob")
    for window in (alice, bob):
        window.forgives(*AWAY, r"status of 50\d")
    await alice.begins_with(person(bob).username)
    await alice.says("First")
    await bob.opens("Alice")
    await bob.sees_only("First")

    house.terminate()
    await alice.says("Written to nobody")
    await bob.says("Hello?")
    await expect(alice.at("link-bar")).to_be_visible()
    await expect(bob.at("link-bar")).to_be_visible()
    house.start()

    for window in (alice, bob):
        await expect(window.at("link-bar")).to_have_count(0)
        await expect(window.at("pending")).to_have_count(0)
        await expect(window.at("bubble")).to_have_count(3)
    seen = await alice.at("bubble").all_inner_texts()
    assert sorted(seen) == ["First", "Hello?", "Written to nobody"]
    await bob.sees_only(*seen)
    await alice.says("There you are")
    await bob.sees_only(*seen, "There you are")


async def test_a_refusal_is_a_red_mark_with_a_sentence(visitors: Visitors) -> None:
    """Written while the group was being dismissed: it is not sent, it says why, and it can be thrown away."""
    alice, bob = await visitors.come("alice", "bob")
    bob.forgives(*AWAY)
    await alice.begins_with(person(bob).username, title="Short-lived")
    await alice.says("Last words?")
    await bob.opens("Short-lived")
    await bob.sees_only("Last words?")
    await bob.context.set_offline(True)
    await bob.says("Just one more")
    await alice.shows_details()
    await alice.at("dismiss").click()
    await alice.confirms()

    await bob.context.set_offline(False)
    refused = bob.at("pending").get_by_role("alert")
    await expect(refused).to_contain_text("Not sent: The group was dismissed; nothing can be said here.")
    await expect(bob.row("Short-lived")).to_contain_text("[Not sent]")
    await bob.at("resend").click()
    await expect(refused).to_contain_text("Not sent: The group was dismissed")
    await bob.at("discard").click()
    await expect(bob.at("pending")).to_have_count(0)
    await expect(bob.row("Short-lived")).not_to_contain_text("[Not sent]")
    await alice.sees_only("Last words?")


async def test_words_for_a_group_that_is_mine_no_more(visitors: Visitors) -> None:
    """Written while somebody took me out: the group goes, and the words that nobody got are told."""
    alice, bob = await visitors.come("alice", "bob")
    bob.forgives(*AWAY)
    await alice.begins_with(person(bob).username, title="Tight circle")
    await alice.says("Just us")
    await bob.opens("Tight circle")
    await bob.sees_only("Just us")
    await bob.context.set_offline(True)
    await bob.says("Am I still in?")
    await alice.shows_details()
    await alice.at("member").filter(has_text="Bob").get_by_test_id("member-menu").click()
    await alice.at("menu-remove").click()
    await alice.confirms()

    await bob.context.set_offline(False)
    await expect(bob.page.get_by_text("no longer in that conversation: Am I still in?")).to_be_visible()
    await expect(bob.row("Tight circle")).to_have_count(0)
    await alice.sees_only("Just us")


async def test_a_refused_message_can_be_sent_again(visitors: Visitors) -> None:
    """The server's disk was full for a moment: one click sends what it refused, and it stands there once."""
    alice, bob = await visitors.come("alice", "bob")
    await alice.begins_with(person(bob).username)
    full = _once()

    def answer(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def asked(frame: str | bytes) -> None:
            request = json.loads(frame)
            if request["method"] == "message.send" and next(full):
                data = {"code": "server.storage_full", "status": 507, "title": "The disk is full.", "params": {}}
                error = {"code": -32000, "message": "The disk is full.", "data": data}
                socket.send(json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error}))
            else:
                server.send(frame)

        socket.on_message(asked)

    await alice.page.route_web_socket("**/api/v1/socket", answer)
    await alice.page.reload()
    await alice.opens("Bob")
    await alice.says("Try this")
    await expect(alice.at("pending").get_by_role("alert")).to_contain_text("Not sent: The disk is full.")
    await alice.says("and that")
    await bob.opens("Alice")
    await bob.sees_only("and that")
    await alice.at("resend").click()
    for window in (alice, bob):
        await window.sees_only("and that", "Try this")
    await expect(alice.at("pending")).to_have_count(0)


async def test_nobody_can_send_what_is_too_long(visitors: Visitors) -> None:
    """The limit is said before, not after: the button is off and the count stands beside it."""
    alice, bob = await visitors.come("alice", "bob")
    await alice.begins_with(person(bob).username)
    await alice.composer.fill("雁" * 20_001)
    await expect(alice.at("send")).to_be_disabled()
    await expect(alice.at("composer").get_by_role("alert")).to_have_text("Too long: 20001 / 20000")
    await alice.composer.press("Enter")
    await alice.composer.press("Backspace")
    await alice.composer.press("Backspace")
    await expect(alice.at("send")).to_be_enabled()
    await alice.composer.press("Enter")
    await expect(alice.composer).to_have_value("")
    await bob.opens("Alice")
    await expect(bob.at("bubble")).to_have_count(1)


def _once() -> Iterator[bool]:
    yield True
    while True:
        yield False
