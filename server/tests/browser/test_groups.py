"""A group as its members live it: made, written in, read, taken back, left and dismissed."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.windows import Visitors, Window
from yanxin.testing.office import Office, Person


def person(window: Window) -> Person:
    assert window.person is not None, "somebody is signed in there"
    return window.person


async def test_a_mention_is_seen_read_answered_and_reacted_to(visitors: Visitors) -> None:
    """What asks for Bob stands on his row and nobody else's, and Alice sees who has read it."""
    alice, bob, carol = await visitors.come("alice", "bob", "carol")
    await alice.begins_with(person(bob).username, person(carol).username, title="Launch")
    await expect(alice.at("conversation-title")).to_have_text("Launch")
    await expect(alice.at("conversation-sub")).to_have_text("3 members · 3 online")
    await bob.sees_on_row("Launch", unread=0)

    await alice.writes("Ready, @bo")
    await expect(alice.at("mention-list").get_by_role("option")).to_have_count(1)
    await alice.composer.press("Enter")
    await expect(alice.composer).to_have_value("Ready, @Bob ")
    await alice.writes("?")
    await alice.composer.press("Enter")
    for window, mark in ((bob, "[@me] Alice"), (carol, "Alice")):
        await window.sees_on_row("Launch", unread=1)
        await expect(window.row("Launch")).to_contain_text(f"{mark}：Ready, @Bob ?")
        await expect(window.at("rail-talk")).to_contain_text("1")
    await expect(carol.row("Launch")).not_to_contain_text("[@me]")
    await expect(alice.at("read-status")).to_have_text("2 unread")

    await bob.opens("Launch")
    await bob.sees("Ready, @Bob ?")
    await bob.sees_on_row("Launch", unread=0)
    await expect(bob.row("Launch")).not_to_contain_text("[@me]")
    await expect(alice.at("read-status")).to_have_text("Read by 1 · 1 unread")
    await alice.at("read-status").click()
    await expect(alice.at("readers-list").get_by_role("listitem")).to_contain_text(["Bob"])
    await alice.at("readers-unread").click()
    await expect(alice.at("readers-list").get_by_role("listitem")).to_contain_text(["Carol"])
    await alice.page.keyboard.press("Escape")

    await bob.message("Ready").get_by_test_id("bubble").hover()
    await bob.message("Ready").get_by_test_id("react").click()
    await bob.at("reaction-picker").locator('[data-emoji="👍"]').click()
    reaction = alice.message("Ready").get_by_test_id("reaction")
    await expect(reaction).to_have_text("1")
    await reaction.click()
    await expect(bob.message("Ready").get_by_test_id("reaction")).to_have_text("2")
    await bob.message("Ready").get_by_test_id("reaction").click()
    await expect(reaction).to_have_text("1")
    await expect(reaction).to_have_attribute("aria-pressed", "true")
    await expect(reaction).to_be_in_viewport(ratio=1)

    await bob.acts_on("Ready", "reply")
    await bob.says("Since this morning")
    await expect(alice.message("Since this morning").get_by_test_id("quote")).to_have_text("Alice：Ready, @Bob ?")
    await expect(alice.message("Since this morning").get_by_test_id("sender")).to_have_text("Bob")


async def test_coming_back_to_forty_messages(visitors: Visitors, office: Office) -> None:
    """Who was away begins at the first that is new, goes to the newest, and jumps from a quote to what it quotes."""
    (bob,) = await visitors.come("bob")
    (carol,) = await office.people("carol")
    where = await carol.founds("Night shift", person(bob))
    await bob.opens("Night shift")
    first = await carol.says("The very first", to=where)
    await bob.sees("The very first")
    await bob.sees_on_row("Night shift", unread=0)
    await bob.at("rail-people").click()
    for number in range(1, 40):
        await carol.says(f"Note {number} of the night", to=where)
    await carol.says("See above", to=where, reply_to=first.seq)

    await expect(bob.at("rail-talk")).to_contain_text("40")
    await bob.goes()
    await bob.sees_on_row("Night shift", unread=40)
    await bob.opens("Night shift")
    await expect(bob.at("new-messages")).to_be_in_viewport()
    await bob.sees("Note 1 of the night")
    await expect(bob.message("See above")).not_to_be_in_viewport()

    await bob.at("to-newest").click()
    await bob.sees("See above")
    await bob.sees_on_row("Night shift", unread=0)
    await expect(bob.at("to-newest")).to_have_count(0)
    await bob.page.reload()
    await bob.sees_on_row("Night shift", unread=0)
    await bob.sees("See above")

    await bob.message("See above").get_by_test_id("quote").click()
    await bob.sees("The very first")
    await expect(bob.message("See above")).not_to_be_in_viewport()
    await bob.at("to-newest").click()
    await bob.sees("See above")


async def test_taking_words_back(visitors: Visitors) -> None:
    """Arrow up changes the last, a recall asks first and leaves a line, and what was recalled can be written again."""
    alice, bob = await visitors.come("alice", "bob")
    await alice.begins_with(person(bob).username)
    await alice.says("Meet at nine")
    await bob.opens("Alice")
    await bob.sees_only("Meet at nine")

    await alice.composer.press("ArrowUp")
    await expect(alice.composer).to_have_value("Meet at nine")
    await alice.says("Meet at ten")
    for window in (alice, bob):
        await window.sees_only("Meet at tenedited")
        await expect(window.row("Bob" if window is alice else "Alice")).to_contain_text("Meet at ten")

    await alice.acts_on("Meet at ten", "recall")
    await expect(alice.at("confirm")).to_contain_text("Nobody will be able to read it.")
    await alice.confirms()
    await expect(bob.at("recalled-line")).to_have_text("Alice recalled a message")
    await expect(bob.row("Alice")).to_contain_text("Alice recalled a message")
    await bob.sees_only()
    await expect(alice.at("recalled-line")).to_contain_text("You recalled a message")
    await alice.at("edit-again").click()
    await expect(alice.composer).to_have_value("Meet at ten")
    await alice.composer.press("End")
    await alice.writes(", room 4")
    await alice.composer.press("Enter")
    await bob.sees_only("Meet at ten, room 4")


async def test_who_belongs_to_a_group(visitors: Visitors) -> None:
    """Renamed, joined, removed, left and dismissed: each sees it at once, without loading anything anew."""
    alice, bob, carol, dave = await visitors.come("alice", "bob", "carol", "dave")
    await alice.begins_with(person(bob).username, person(carol).username, title="Works outing")
    await alice.says("Who comes along?")
    for window in (bob, carol):
        await window.opens("Works outing")

    await alice.shows_details()
    await alice.at("rename").click()
    await alice.at("rename-title").fill("Works outing in May")
    await alice.at("rename-act").click()
    for window in (alice, bob, carol):
        await expect(window.at("conversation-title")).to_have_text("Works outing in May")
        await expect(window.row("Works outing in May")).to_be_visible()
    await expect(bob.at("system-line").last).to_have_text("Alice named the group “Works outing in May”")

    await alice.at("add-member").click()
    await alice.chooses(alice.at("add-members"), person(dave).username)
    await alice.at("add-members-act").click()
    await expect(bob.at("conversation-sub")).to_contain_text("4 members")
    await dave.opens("Works outing in May")
    await dave.says("I do")
    await bob.sees("I do")

    await alice.at("member").filter(has_text="Carol").get_by_test_id("member-menu").click()
    await alice.at("menu-remove").click()
    await expect(alice.at("confirm")).to_contain_text("They will no longer see this group")
    await alice.confirms()
    await expect(carol.row("Works outing in May")).to_have_count(0)
    await expect(carol.at("conversation")).to_have_count(0)
    await expect(dave.at("system-line").last).to_have_text("Alice removed Carol")

    await dave.shows_details()
    await dave.at("leave").click()
    await dave.confirms()
    await expect(dave.row("Works outing in May")).to_have_count(0)
    await expect(bob.at("system-line").last).to_have_text("Dave left")
    await expect(bob.at("conversation-sub")).to_contain_text("2 members")

    await alice.at("dismiss").click()
    await alice.confirms()
    for window in (alice, bob):
        await expect(window.at("dismissed")).to_have_text("This group was dismissed. It can only be read.")
        await expect(window.composer).to_have_count(0)
        await window.sees_only("Who comes along?", "I do")
