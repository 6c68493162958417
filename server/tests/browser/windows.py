"""People at browser windows: the words in which the journeys speak.

    alice, bob = await visitors.come("alice", "bob")
    await alice.opens("Bob")
    await alice.says("lunch?")
    await bob.sees("lunch?")

A window is a browser context of its own, as on a machine of its own. Whatever its page complains of, and whatever
it asks of another host than the server, fails the test in the end.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    WebSocket,
    expect,
)

from yanxin.testing.office import Office, Person
from yanxin.testing.servers import Server

PATIENCE_MS = 15_000

DESK = (1440, 900)
SMALL_DESK = (1024, 768)
PHONE = (390, 844)
SIZES = (DESK, SMALL_DESK, PHONE)

Language = Literal["zh-CN", "en-US"]
Scheme = Literal["light", "dark"]

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# The browser itself writes these whenever an answer is no 2xx; asking them is how the page finds out where it stands.
_FORGIVEN = (
    r"status of 401 \(.*\) @ \S+/api/v1/me$",
    r"status of 404 \(.*\) @ \S+/api/v1/setup$",
)

# The places of a page that may not stand out of the window, wherever their text would like to go.
_FITTING = """
() => {
  const out = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) out.push(`the page is ${root.scrollWidth} wide in a window of ${innerWidth}`);
  const scrolls = (element) => {
    for (let up = element.parentElement; up; up = up.parentElement)
      if (/auto|scroll/.test(getComputedStyle(up).overflowX) && up.scrollWidth > up.clientWidth) return true;
    return false;
  };
  for (const element of document.querySelectorAll('[data-testid], button, input, textarea, h1, h2, dialog, table')) {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const box = element.getBoundingClientRect();
    if (box.width < 2 || (box.left >= -1 && box.right <= innerWidth + 1) || scrolls(element)) continue;
    const name = element.dataset.testid ?? element.getAttribute('aria-label') ?? element.outerHTML.slice(0, 120);
    out.push(`${name}: from ${Math.round(box.left)} to ${Math.round(box.right)} in a window of ${innerWidth}`);
  }
  return out;
}
"""


async def launched(playwright: Playwright) -> Browser:
    """A browser without a screen: the machine's Chromium, else the one that Playwright has installed for itself."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    return await playwright.chromium.launch(executable_path=program, args=list(_FLAGS))


class Window:
    """One person's browser window, and what they do and see in it."""

    def __init__(self, name: str, url: str, language: Language, context: BrowserContext, page: Page) -> None:
        self.name = name
        self.url = url
        self.language = language
        self.context = context
        self.page = page
        self.person: Person | None = None
        self.asked: list[str] = []
        self._complaints: list[str] = []
        self._forgiven = [re.compile(pattern) for pattern in _FORGIVEN]
        context.on("request", self._asks)
        context.on("console", self._said)
        context.on("weberror", lambda error: self._complaints.append(f"uncaught: {error.error}"))
        page.on("websocket", self._connects)
        page.on("crash", lambda _: self._complaints.append("the page crashed"))

    # What goes on behind the page.

    def _asks(self, request: Request) -> None:
        self._asks_url(request.url)

    def _connects(self, socket: WebSocket) -> None:
        self._asks_url(socket.url)

    def _asks_url(self, url: str) -> None:
        self.asked.append(url)
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.url).netloc:
            self._complaints.append(f"asks another host: {url}")

    def _said(self, message: ConsoleMessage) -> None:
        # Warnings too: a policy that is only reported, a deprecated call and React's own doubts come as such.
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.type}: {message.text} @ {message.location.get('url', '')}")

    def forgives(self, *patterns: str) -> None:
        """What the test brings about itself is no fault: a network that is away, an answer of 403."""
        self._forgiven += [re.compile(pattern) for pattern in patterns]

    @property
    def complaints(self) -> list[str]:
        """What went wrong behind the page and is not forgiven."""
        return [
            f"{self.name}'s window: {one}"
            for one in self._complaints
            if not any(pattern.search(one) for pattern in self._forgiven)
        ]

    # Places.

    def at(self, test_id: str) -> Locator:
        """What carries this mark."""
        return self.page.get_by_test_id(test_id)

    def row(self, title: str) -> Locator:
        """A conversation in the list."""
        return self.at("conversation-row").filter(
            has=self.page.get_by_test_id("row-title").get_by_text(title, exact=True)
        )

    def message(self, text: str) -> Locator:
        """A message that is in the log, by a part of its text."""
        return self.at("message").filter(has_text=text)

    @property
    def composer(self) -> Locator:
        return self.at("composer-input")

    # Deeds.

    async def goes(self, path: str = "/") -> None:
        await self.page.goto(self.url + path)

    async def comes(self, person: Person) -> None:
        """Comes in with a session that exists, as after a night in which the window stayed open."""
        self.person = person
        await self.keeps(person.token)
        await self.goes()
        await expect(self.at("rail")).to_be_visible()

    async def keeps(self, token: str) -> None:
        """Has the cookie of a session."""
        cookie: Any = {
            "name": "__Host-session",
            "value": token,
            "url": self.url,
            "secure": True,
            "httpOnly": True,
            "sameSite": "Lax",
        }
        await self.context.add_cookies([cookie])

    async def signs_in(self, username: str, password: str) -> None:
        """Signs in by name and password."""
        form = self.at("sign-in")
        await form.locator("[name=username]").fill(username)
        await form.locator("[name=password]").fill(password)
        await form.locator("[type=submit]").click()

    async def opens(self, title: str) -> None:
        """Opens a conversation from the list."""
        await self.row(title).click()
        await expect(self.at("conversation-title")).to_have_text(title)

    async def writes(self, text: str) -> None:
        """Writes key by key, and does not send."""
        await self.composer.press_sequentially(text)

    async def says(self, text: str) -> None:
        """Writes and sends."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def acts_on(self, text: str, deed: str) -> None:
        """Chooses from the menu of a message."""
        await self.message(text).get_by_test_id("bubble").hover()
        await self.message(text).get_by_test_id("message-menu").click()
        await self.at(f"menu-{deed}").click()

    async def rests_on(self, place: Locator) -> None:
        """A finger that lies there until a menu opens, and is lifted then."""
        await expect(place).to_be_in_viewport()
        box = await place.bounding_box()
        assert box is not None, "it is in sight"
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        touch = await self.context.new_cdp_session(self.page)
        await touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        await expect(self.page.get_by_role("menu")).to_be_visible()
        await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await touch.detach()

    async def confirms(self) -> None:
        """Says yes to the question that stands on the page."""
        await self.at("confirm-act").click()
        await expect(self.at("confirm")).to_have_count(0)

    async def shows_details(self) -> None:
        """Has the drawer with the members open."""
        button = self.at("conversation-info")
        if await button.get_attribute("aria-pressed") == "false":
            await button.click()
        await expect(self.at("members-drawer")).to_be_visible()

    async def begins_with(self, *usernames: str, title: str | None = None) -> None:
        """A new conversation with the people of these names, found by searching."""
        await self.at("new-conversation").click()
        dialog = self.at("begin")
        for username in usernames:
            await self.chooses(dialog, username)
        if title is not None:
            await dialog.get_by_test_id("group-title").fill(title)
        await dialog.get_by_test_id("begin-act").click()
        await expect(dialog).to_have_count(0)

    async def chooses(self, dialog: Locator, username: str) -> None:
        """Searches for somebody in a dialog and chooses them."""
        await dialog.get_by_test_id("people-search").fill(username)
        choice = dialog.locator(f'[data-testid=person][data-username="{username}"]')
        await choice.click()
        await expect(choice).to_have_attribute("aria-checked", "true")

    # Senses.

    async def sees(self, text: str) -> None:
        """Waits until a message with this text is in sight, once."""
        await expect(self.message(text)).to_be_in_viewport()

    async def sees_only(self, *texts: str) -> None:
        """Waits until these are the messages of the open conversation, in this order, none twice."""
        await expect(self.at("bubble")).to_have_text(list(texts))

    async def sees_on_row(self, title: str, *, unread: int) -> None:
        """Waits until the list counts so many unread."""
        badge = self.row(title).get_by_test_id("unread-badge")
        if unread == 0:
            await expect(self.row(title)).to_be_visible()
            await expect(badge).to_have_count(0)
        else:
            await expect(badge).to_have_text(str(unread))

    async def misfits(self) -> list[str]:
        """What stands out of the window sideways, in sentences."""
        found: list[str] = await self.page.evaluate(_FITTING)
        return found

    async def attribute_of_root(self, name: str) -> str | None:
        return await self.page.locator("html").get_attribute(name)

    async def picture(self, path: Path) -> None:
        await self.page.screenshot(path=path)


class Visitors:
    """Everybody who sits at a window in one test."""

    def __init__(self, browser: Browser, server: Server, office: Office | None) -> None:
        self.windows: list[Window] = []
        self._browser = browser
        self._server = server
        self._office = office

    async def window(
        self,
        name: str,
        *,
        language: Language = "en-US",
        size: tuple[int, int] = DESK,
        scheme: Scheme = "light",
    ) -> Window:
        """An empty window on a machine where nobody has signed in."""
        context = await self._browser.new_context(
            ignore_https_errors=True,
            locale=language,
            color_scheme=scheme,
            viewport={"width": size[0], "height": size[1]},
            has_touch=size == PHONE,
            reduced_motion="reduce",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(PATIENCE_MS)
        window = Window(name, self._server.url.rstrip("/"), language, context, await context.new_page())
        self.windows.append(window)
        return window

    async def come(self, *names: str, **how: Any) -> Sequence[Window]:
        """New colleagues with these names, each signed in at a window."""
        assert self._office is not None, "the server is set up"
        people = await self._office.people(*names, online=False)
        return [await self.arrive(person, **how) for person in people]

    async def arrive(self, person: Person, **how: Any) -> Window:
        """A further window for somebody who exists."""
        window = await self.window(person.name, **how)
        await window.comes(person)
        return window

    async def pictures(self, folder: Path) -> list[Path]:
        """What every window shows now."""
        taken = []
        for number, window in enumerate(self.windows, 1):
            if not window.page.is_closed():
                taken.append(folder / f"{number}-{window.name}.png")
                await window.picture(taken[-1])
        return taken

    async def leave(self) -> list[str]:
        """Closes every window; gives what they complained of."""
        complaints = [one for window in self.windows for one in window.complaints]
        for window in self.windows:
            await window.context.close()
        return complaints
