"""How it looks and feels: languages, themes, sizes, the keyboard, hostile text, long histories."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import expect

from tests.browser.test_groups import person
from tests.browser.windows import PHONE, SIZES, Visitors, Window
from yanxin.domain.bodies import Code
from yanxin.testing.office import Office, Person

LONG_NAME = "Bartholomäus-Maximilian-Konstantin-von-und-zu-Hohenlohe-Wald"
LONG_TITLE = "项目" * 30
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 12

HOSTILE = """\
# <script>window.hacked = 1</script>
<img src="https://evil.example/a.png" onerror="window.hacked = 2"><svg onload="window.hacked = 3">
![picture](https://evil.example/b.png) [click](javascript:window.hacked=4) <javascript:window.hacked=5>
<iframe src="https://evil.example/"></iframe><style>body{display:none}</style><base href="https://evil.example/">
[away](https://evil.example/page "title") <https://evil.example/auto> \u202egnp.exe
"""

HISTORY = 2000
LANES = 8
"""So many write at once, to fill a history in a few seconds."""


async def test_in_ones_own_language_and_light(visitors: Visitors) -> None:
    """The device says what to begin with, the person what it is from then on, on every device at once."""
    (alice,) = await visitors.come("alice", language="zh-CN", scheme="dark")
    second = await visitors.arrive(person(alice))
    assert await alice.attribute_of_root("lang") == "zh-CN"
    assert await alice.attribute_of_root("data-theme") == "dark"
    await expect(alice.page.get_by_role("heading", name="选一个会话").or_(alice.at("inbox"))).not_to_have_count(0)
    dark = await brightness(alice)
    light = await brightness(second)
    assert dark < 60 < 200 < light

    await alice.at("rail-settings").click()
    await alice.at("settings-theme").get_by_text("浅色").click()
    await expect(alice.page.locator("html")).to_have_attribute("data-theme", "light")
    assert await brightness(alice) == light
    await alice.at("settings-language").get_by_text("English").click()
    await expect(alice.page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    await expect(alice.page.locator("html")).to_have_attribute("lang", "en")

    await second.at("rail-settings").click()
    await second.at("settings-theme").get_by_text("Dark").click()
    for window in (alice, second):
        await expect(window.page.locator("html")).to_have_attribute("data-theme", "dark")
    await second.at("settings-font-size").get_by_text("Largest").click()
    await expect(alice.page.locator("html")).to_have_attribute("data-size", "18")
    await alice.page.reload()
    await expect(alice.page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(alice.page.get_by_role("heading", name="Settings", level=1)).to_be_visible()


async def brightness(window: Window) -> float:
    """How bright the ground of the page is, 0 to 255."""
    colour: str = await window.page.evaluate("getComputedStyle(document.body).backgroundColor")
    channels = [float(number) for number in re.findall(r"[\d.]+", colour)[:3]]
    return sum(channels) / 3


async def test_on_a_phone_one_column_at_a_time(visitors: Visitors, office: Office) -> None:
    """The list, then the talk over it, then back; by touch alone."""
    alice, bob = await visitors.come("alice", "bob", size=PHONE)
    await alice.begins_with(person(bob).username)
    await expect(alice.at("inbox")).not_to_be_visible()
    await alice.composer.fill("From the road")
    await alice.at("send").tap()
    await bob.row("Alice").tap()
    await bob.sees_only("From the road")
    await expect(bob.at("inbox")).not_to_be_visible()
    for button in (bob.at("back"), bob.at("conversation-info"), bob.at("send")):
        box = await button.bounding_box()
        assert box is not None, "it is visible"
        assert min(box["width"], box["height"]) >= 44, f"too small for a thumb: {box}"
    await bob.at("back").tap()
    await expect(bob.at("inbox")).to_be_visible()
    await expect(bob.at("conversation")).not_to_be_visible()
    await bob.row("Alice").tap()
    await bob.rests_on(bob.at("bubble"))
    await expect(bob.page.get_by_role("menu")).to_be_visible()
    await bob.at("menu-reply").tap()
    await bob.composer.fill("Drive safely")
    await bob.at("send").tap()
    await expect(alice.message("Drive safely").get_by_test_id("quote")).to_have_text("Alice：From the road")
    await bob.page.go_back()
    await expect(bob.at("inbox")).to_be_visible()


async def test_by_keyboard_alone(visitors: Visitors) -> None:
    """Tab, arrows and Enter lead through the list into a talk, to a message's menu, and back to writing."""
    alice, bob, carol = await visitors.come("alice", "bob", "carol")
    keys = alice.page.keyboard
    await alice.begins_with(person(carol).username)
    await alice.says("First")
    await alice.begins_with(person(bob).username)
    await alice.says("Second")
    await alice.sees_only("Second")
    await alice.goes()
    await expect(alice.row("Bob")).to_be_visible()

    first = alice.at("conversation-row").first
    for _ in range(20):
        await keys.press("Tab")
        if await first.evaluate("row => row === document.activeElement"):
            break
    await expect(alice.row("Bob")).to_be_focused()
    await keys.press("ArrowDown")
    await expect(alice.row("Carol")).to_be_focused()
    await keys.press("Enter")
    await expect(alice.at("conversation-title")).to_have_text("Carol")
    await expect(alice.composer).to_be_focused()
    await keys.type("Written without a mouse")
    await keys.press("Enter")
    await carol.opens("Alice")
    await carol.sees_only("First", "Written without a mouse")

    await keys.press("Shift+Tab")
    await expect(alice.at("log")).to_be_focused()
    await keys.press("ArrowUp")
    await expect(alice.message("Written without a mouse")).to_be_focused()
    await keys.press("Enter")
    await expect(alice.page.get_by_role("menu")).to_be_visible()
    await keys.press("End")
    await expect(alice.at("menu-recall")).to_be_focused()
    await keys.press("Enter")
    await expect(alice.at("confirm")).to_be_visible()
    await keys.press("Escape")
    await expect(alice.at("confirm")).to_have_count(0)

    await keys.press("Control+k")
    await keys.type("Bob")
    await keys.press("Enter")
    await expect(alice.at("conversation-title")).to_have_text("Bob")


async def test_long_names_stay_in_their_places(visitors: Visitors, office: Office) -> None:
    """A name and a title of sixty characters, a word without end and wide code move nothing out of the window."""
    assert len(LONG_NAME) == len(LONG_TITLE) == 60
    (carol,) = await office.people("carol")
    username = f"long-{carol.username}"
    await office.chief.add_user(username, LONG_NAME, "open sesame 2026")
    (alice,) = await visitors.come("alice")
    where = await carol.founds(LONG_TITLE, person(alice))
    await carol.says(f"{LONG_WORD} https://{LONG_WORD.lower()}.example/{LONG_WORD}", to=where)
    await carol.says(Code(text="x = " + "1 + " * 200 + "1", language="python"), to=where)
    await carol.says("|" + "column|" * 40 + "\n|" + "-|" * 40 + "\n|" + "cell|" * 40, to=where)
    await alice.begins_with(username)
    await alice.says(LONG_WORD)

    for width, height in SIZES:
        await alice.page.set_viewport_size({"width": width, "height": height})
        await alice.goes()
        assert await alice.misfits() == [], f"in the list at {width} × {height}"
        for title in (LONG_NAME, LONG_TITLE):
            await alice.opens(title)
            await expect(alice.at("message").first).to_be_visible()
            assert await alice.misfits() == [], f"at {width} × {height}"
            await alice.shows_details()
            assert await alice.misfits() == [], f"with details, at {width} × {height}"
            await alice.at("close-drawer").click()
            if (width, height) == PHONE:
                await alice.at("back").click()
        for page in ("people", "settings"):
            await alice.at(f"rail-{page}").click()
            await expect(alice.at(f"{page}-page")).to_be_visible()
            assert await alice.misfits() == [], f"on {page} at {width} × {height}"


async def test_emoji_are_our_own_pictures(visitors: Visitors, office: Office) -> None:
    """Many desktops have no font with emoji: in titles, lists, messages and pickers they come from the server."""
    (carol,) = await office.people("carol")
    (alice,) = await visitors.come("alice")
    await carol.says("🎉 Well played", to=await carol.founds("Badminton 🏸", person(alice)))
    await alice.at("conversation-row").click()
    await alice.acts_on("Well played", "react")
    for place in ("row-title", "conversation-title", "bubble", "reaction-picker"):
        picture = alice.at(place).locator("img").first
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("img => img.naturalWidth > 0"), f"the picture in {place} is there"
        await expect(picture).to_have_attribute("src", re.compile("^/"))


async def test_hostile_text_is_text(visitors: Visitors, office: Office) -> None:
    """Whatever somebody writes: no script runs, nothing is fetched, and the text can be read."""
    (mallory,) = await office.people("mallory")
    (alice,) = await visitors.come("alice")
    await mallory.says(HOSTILE, to=await mallory.founds("<b>Title</b><img src=x onerror=hacked=6>", person(alice)))
    await alice.at("conversation-row").click()
    await expect(alice.at("conversation-title")).to_have_text("<b>Title</b><img src=x onerror=hacked=6>")
    bubble = alice.at("bubble")
    for text in ("<script>window.hacked = 1</script>", '<img src="https://evil.example/a.png"', "<iframe", "<base"):
        await expect(bubble).to_contain_text(text)
    await expect(bubble.locator("script, img:not([src^='/']), iframe, svg, style, base, object")).to_have_count(0)
    links = await bubble.locator("a").evaluate_all("links => links.map(a => [a.protocol, a.target, a.rel])")
    assert links, "a link to a page is a link"
    for protocol, target, rel in links:
        assert protocol in ("http:", "https:", "mailto:")
        assert target == "_blank"
        assert {"noopener", "noreferrer"} <= set(rel.split())
    assert await alice.page.evaluate("window.hacked") is None
    document = await alice.page.reload()
    assert document is not None, "the page has come from the server"
    policy = (await document.all_headers())["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none';" in policy
    assert not [url for url in alice.asked if "evil" in url]


async def test_a_long_history_keeps_its_place(visitors: Visitors, office: Office) -> None:
    """Two thousand messages up to the first and down again; what one reads stays where it is while more comes."""
    (bob,) = await office.people("bob")
    (alice,) = await visitors.come("alice")
    where = await bob.founds("Long story", person(alice))
    await fill(bob, where)
    for window in (alice, await visitors.arrive(person(alice), size=PHONE)):
        await window.opens("Long story")
        if window is alice:
            await window.sees("the beginning of the story")
            await window.at("to-newest").click()
        await window.sees("the end of the story")
        beginning = window.page.get_by_text("The conversation begins here")
        pages = 0
        while not await beginning.is_visible():
            moved = await window.at("log").evaluate(UP_A_PAGE)
            assert moved <= 4, f"what was being read jumped by {moved} pixels at page {pages}"
            pages += 1
            assert pages < HISTORY / 20, "the beginning comes at last"
        await window.at("log").press("Home")
        await window.sees("the beginning of the story")

    await bob.says("One more", to=where)
    for window in visitors.windows:
        await expect(window.at("to-newest")).to_have_text("1")
        await expect(window.message("the beginning of the story")).to_be_in_viewport()
    for window in visitors.windows:
        await window.at("to-newest").click()
        await window.sees("One more")
    await alice.sees_on_row("Long story", unread=0)


# To the top of what is here; when older messages have come above it, the first that was in sight must not have moved.
UP_A_PAGE = """
async (log) => {
  const frame = () => new Promise(requestAnimationFrame);
  const until = async (is) => {
    const end = Date.now() + 15000;
    while (!is()) { if (Date.now() > end) throw new Error('nothing older comes'); await frame(); }
  };
  const shown = () => [...log.querySelectorAll('[data-seq]')].filter(
    (one) => one.getBoundingClientRect().bottom > log.getBoundingClientRect().top + 4);
  for (let calm = 0; calm < 4; await frame()) {
    calm = log.scrollTop === 200 ? calm + 1 : 0;
    log.scrollTop = 200;
  }
  const before = shown()[0];
  const seq = before.dataset.seq;
  const top = before.getBoundingClientRect().top;
  const height = log.scrollHeight;
  await until(() => log.scrollHeight > height + 200 || log.textContent.includes('The conversation begins here'));
  for (let calm = 0, last = null; calm < 4; ) {
    await frame();
    const now = log.querySelector(`[data-seq="${seq}"]`)?.getBoundingClientRect().top;
    calm = now === last ? calm + 1 : 0;
    last = now;
  }
  const after = log.querySelector(`[data-seq="${seq}"]`);
  return after ? Math.abs(after.getBoundingClientRect().top - top) : 100000;
}
"""


async def fill(bob: Person, where: int) -> None:
    """A history of HISTORY messages of different heights."""

    async def write(lane: int) -> None:
        for number in range(lane, HISTORY - 2, LANES):
            await bob.says(f"Line {number} " + "and so on " * (number % 40), to=where)

    await bob.says("This is the beginning of the story", to=where)
    await asyncio.gather(*(write(lane) for lane in range(LANES)))
    await bob.says("This is the end of the story", to=where)
