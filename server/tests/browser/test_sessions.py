"""Where one is signed in: seen, ended, changed, and taken away."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.test_groups import person
from tests.browser.windows import Visitors, Window
from yanxin.testing.office import PASSWORD, Office
from yanxin.testing.servers import CHIEF, CHIEFS_PASSWORD

NEW_PASSWORD = "another sesame 2026"
REFUSED_SIGN_IN = r"status of 401 \(.*\) @ \S+/api/v1/sessions$"
ENDED_UNDER_IT = r"status of 401 \(.*\) @ \S+/api/v1/"
"""What an open page writes whose session somebody else has ended."""


async def is_signed_out(window: Window) -> None:
    """The window stands on the sign-in page by itself, and says why."""
    await expect(window.at("sign-in")).to_contain_text("Your session has ended. Please sign in again.")
    await expect(window.at("rail")).to_have_count(0)


async def test_a_device_that_is_not_mine_any_more(visitors: Visitors, office: Office) -> None:
    """Signed in at two desks; the one ends the other, and a new password ends all the rest."""
    (alice,) = await office.people("alice", online=False)
    desk = await visitors.arrive(alice)
    other = await visitors.window("alice's other desk")
    other.forgives(ENDED_UNDER_IT)
    await other.goes()
    await other.signs_in(alice.username, PASSWORD)
    await expect(other.at("inbox")).to_be_visible()

    await desk.at("rail-settings").click()
    rows = desk.at("session-row")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("This device")
    await expect(rows.first).to_contain_text("127.0.0.1")
    await expect(rows.last).to_contain_text("Chrome · Linux")
    await rows.last.get_by_test_id("end-session").click()
    await is_signed_out(other)
    await expect(rows).to_have_count(1)

    await other.signs_in(alice.username, PASSWORD)
    await expect(other.at("inbox")).to_be_visible()
    settings = desk.at("settings-page")
    await settings.get_by_label("Current password", exact=True).fill(PASSWORD)
    await settings.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    await settings.get_by_label("New password again", exact=True).fill(NEW_PASSWORD)
    await settings.get_by_role("button", name="Change password").click()
    await expect(desk.page.get_by_text("Password changed.")).to_be_visible()
    await is_signed_out(other)
    await expect(settings).to_be_visible()

    await other.signs_in(alice.username, PASSWORD)
    await expect(other.at("problem")).to_have_text("The name or the password is wrong.")
    await other.signs_in(alice.username, NEW_PASSWORD)
    await expect(other.at("inbox")).to_be_visible()

    await other.at("rail-settings").click()
    await other.at("sign-out").click()
    await other.confirms()
    await expect(other.at("sign-in")).to_be_visible()
    await expect(other.at("sign-in")).not_to_contain_text("Your session has ended")


async def test_a_leaver_is_signed_out_at_once(visitors: Visitors) -> None:
    """Disabled while talking: out on every device in that moment, and not in again."""
    (bob,) = await visitors.come("bob")
    bob.forgives(ENDED_UNDER_IT, REFUSED_SIGN_IN)
    chief = await visitors.window("chief")
    await chief.goes()
    await chief.signs_in(CHIEF, CHIEFS_PASSWORD)
    await chief.begins_with(person(bob).username)
    await chief.says("A word, please")
    await bob.opens("Chief")
    await bob.sees("A word, please")

    await chief.at("rail-admin").click()
    row = chief.page.locator(f'[data-testid=person-row][data-username="{person(bob).username}"]')
    await chief.page.get_by_placeholder("Search by name").fill(person(bob).username)
    await row.get_by_test_id("disable").click()
    question = chief.page.get_by_role("dialog")
    await expect(question).to_contain_text("signed out everywhere at once")
    await question.get_by_role("button", name="Disable").click()
    await expect(row).to_contain_text("Disabled")
    await is_signed_out(bob)
    await bob.signs_in(person(bob).username, PASSWORD)
    await expect(bob.at("problem")).to_have_text("The name or the password is wrong.")

    await row.get_by_test_id("enable").click()
    await expect(row).to_contain_text("Active")
    await row.get_by_test_id("new-password").click()
    await chief.page.get_by_role("dialog").get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    await chief.at("new-password-act").click()
    await expect(chief.page.get_by_text("The new password is set")).to_be_visible()
    await bob.signs_in(person(bob).username, NEW_PASSWORD)
    await bob.opens("Chief")
    await bob.sees("A word, please")
