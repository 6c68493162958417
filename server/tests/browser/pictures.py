"""Pictures of every screen, for people who review the look.

    .venv/bin/python -m tests.browser.pictures FOLDER [WORD]     (in server/)

A demo company is started, and every screen is taken at three sizes, light and dark, in Chinese and English:
`FOLDER/1440x900-light-zh-CN/03-group.png` and so on, with `FOLDER/index.html` to leaf through. With a WORD only those
that have it in this name.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from html import escape
from itertools import product
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from tests.browser.windows import PATIENCE_MS, SIZES, Language, Scheme, Visitors, Window, launched
from yanxin.bootstrap.demo.company import ADMIN, VISITOR
from yanxin.testing.servers import Server

GROUP = "海燕项目组"
LONG_GROUP = "海燕多轴伺服驱动器"
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en-US")

Way = Callable[[Window], Awaitable[None]]
"""How one comes to a screen, from a page that was just loaded."""


async def opened(window: Window, title: str) -> None:
    """The conversation whose title begins so, wherever in the list it stands."""
    await window.at("inbox-search").fill(title)
    await window.at("conversation-row").filter(has_text=title).first.click()
    await expect(window.at("message").first).to_be_visible()


async def newest(window: Window, title: str = GROUP) -> None:
    """The newest of a conversation, with what is unread read."""
    await opened(window, title)
    await window.at("log").press("End")
    await expect(window.at("to-newest")).to_have_count(0)


async def inbox(window: Window) -> None:
    await expect(window.at("conversation-row").first).to_be_visible()


async def group(window: Window) -> None:
    await opened(window, GROUP)


async def direct(window: Window) -> None:
    await window.page.get_by_role("tab").last.click()
    await window.at("conversation-row").nth(1).click()
    await expect(window.at("message").first).to_be_visible()


async def long_title(window: Window) -> None:
    await opened(window, LONG_GROUP)


async def details(window: Window) -> None:
    await newest(window)
    await window.shows_details()
    await expect(window.at("member").first).to_be_visible()


async def row_menu(window: Window) -> None:
    await window.at("conversation-row").first.click(button="right")
    await expect(window.page.get_by_role("menu")).to_be_visible()


async def message_menu(window: Window) -> None:
    await newest(window)
    await window.at("bubble").last.click(button="right")
    await expect(window.page.get_by_role("menu")).to_be_visible()


async def message_hover(window: Window) -> None:
    await newest(window)
    await window.at("bubble").last.hover()


async def reacting(window: Window) -> None:
    await message_menu(window)
    await window.at("menu-react").click()
    await expect(window.at("reaction-picker")).to_be_visible()


async def quoting(window: Window) -> None:
    await message_menu(window)
    await window.at("menu-reply").click()
    await window.composer.fill("看过了，**没问题**，周五前给结果。")


async def mentioning(window: Window) -> None:
    await newest(window)
    await window.composer.press_sequentially("@")
    await expect(window.at("mention-list")).to_be_visible()


async def emoji(window: Window) -> None:
    await newest(window)
    await window.at("emoji").click()
    await expect(window.page.locator(".emoji-pop")).to_be_visible()


async def coding(window: Window) -> None:
    await newest(window)
    await window.at("code-mode").click()
    await window.composer.fill("def mean(values: list[float]) -> float:\n    return sum(values) / len(values)")


async def preview(window: Window) -> None:
    await newest(window)
    await window.composer.fill(
        "## 结论\n\n1. 周期 **1 ms** 稳定\n2. `0x1A02` 要改\n\n> 见昨天的记录\n\n| 轴 | 抖动 |\n|---|---|\n| X | 12 µs |"
    )
    await window.at("preview").click()
    await expect(window.at("preview-text")).to_contain_text("结论")


async def pending(window: Window) -> None:
    await newest(window, "我的设备" if window.language == "zh-CN" else "My devices")
    await window.context.set_offline(True)
    await window.says("这一句在路上，**网络**断了。")
    await expect(window.at("pending")).to_be_visible()
    await expect(window.at("link-bar")).to_be_visible(timeout=60_000)


async def beginning(window: Window) -> None:
    await window.at("new-conversation").click()
    dialog = window.at("begin")
    for number in (0, 2):
        await dialog.get_by_test_id("person").nth(number).click()
    await expect(dialog.get_by_test_id("group-title")).to_be_visible()


async def leaving(window: Window) -> None:
    await details(window)
    await window.at("leave").click()
    await expect(window.at("confirm")).to_be_visible()


async def nothing_there(window: Window) -> None:
    await window.goes("/c/999999")
    await expect(window.page.locator(".state h2")).to_be_visible()


async def nothing_found(window: Window) -> None:
    await window.at("inbox-search").fill("zzzz")
    await expect(window.page.locator(".inbox .state h2")).to_be_visible()


async def people(window: Window) -> None:
    await window.goes("/people")
    await expect(window.at("person").first).to_be_visible()


async def settings(window: Window) -> None:
    await window.goes("/settings")
    await expect(window.at("session-row").first).to_be_visible()


async def settings_foot(window: Window) -> None:
    await settings(window)
    await window.at("sign-out").scroll_into_view_if_needed()


async def administration(window: Window) -> None:
    await window.goes("/admin")
    await expect(window.at("person-row").first).to_be_visible()


async def adding(window: Window) -> None:
    await administration(window)
    await window.at("add-person").click()
    await window.at("add-person-act").click()
    await expect(window.page.locator(".ant-form-item-explain-error").first).to_be_visible()


async def disabling(window: Window) -> None:
    await administration(window)
    if await window.at("person-menu").count() > 0:
        await window.at("person-menu").nth(1).click()
        await window.at("menu-disable").click()
    else:
        await window.at("disable").nth(1).click()
    await expect(window.page.get_by_role("dialog")).to_be_visible()


async def signing_in(window: Window) -> None:
    await window.goes()
    await expect(window.at("sign-in")).to_be_visible()


async def wrong_password(window: Window) -> None:
    await signing_in(window)
    await window.signs_in("nobody", "wrong password")
    await expect(window.at("problem")).to_be_visible()


async def setting_up(window: Window) -> None:
    await window.goes("/setup#a-token")
    await expect(window.at("setup")).to_be_visible()


async def half_a_link(window: Window) -> None:
    await window.goes("/setup")
    await expect(window.page.locator(".state h2")).to_be_visible()


async def not_set_up(window: Window) -> None:
    await window.goes("/sign-in")
    await expect(window.page.locator(".gate-note.warn")).to_be_visible()


async def api(window: Window) -> None:
    await window.goes("/api-docs/")
    await expect(window.page.locator(".opblock").first).to_be_visible()


TALKING: dict[str, Way] = {
    "01-inbox": inbox,
    "02-group": group,
    "03-group-newest": newest,
    "04-direct": direct,
    "05-long-title": long_title,
    "06-details": details,
    "07-row-menu": row_menu,
    "08-message-hover": message_hover,
    "09-message-menu": message_menu,
    "10-reacting": reacting,
    "11-quoting": quoting,
    "12-mentioning": mentioning,
    "13-emoji": emoji,
    "14-coding": coding,
    "15-preview": preview,
    "16-beginning": beginning,
    "17-leaving": leaving,
    "18-nothing-there": nothing_there,
    "19-nothing-found": nothing_found,
    "20-people": people,
    "21-settings": settings,
    "22-settings-foot": settings_foot,
    "23-offline": pending,
}
ADMINISTERING: dict[str, Way] = {
    "30-first-day": lambda window: expect(window.at("rail")).to_be_visible(),
    "31-administration": administration,
    "32-adding": adding,
    "33-disabling": disabling,
    "34-api": api,
}
OUTSIDE: dict[str, Way] = {"40-signing-in": signing_in, "41-wrong-password": wrong_password}
BEFORE: dict[str, Way] = {"50-setting-up": setting_up, "51-half-a-link": half_a_link, "52-not-set-up": not_set_up}


async def take(folder: Path, word: str) -> list[str]:
    """Takes every picture; gives sentences on those that could not be taken."""
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        demo = Server(Path(place) / "demo", options=("--tls", "auto", "--demo"))
        fresh = Server(Path(place) / "fresh", options=("--tls", "auto"))
        with demo, fresh:
            visitor, admin = (demo.command("user", "token", name).stdout.strip() for name in (VISITOR, ADMIN))
            async with async_playwright() as playwright:
                browser = await launched(playwright)
                expect.set_options(timeout=PATIENCE_MS)
                for server, token, screens in (
                    (demo, visitor, TALKING),
                    (demo, admin, ADMINISTERING),
                    (demo, None, OUTSIDE),
                    (fresh, None, BEFORE),
                ):
                    failures += await round_of(browser, server, token, screens, folder, word)
                await browser.close()
    leaf_through(folder)
    return failures


async def round_of(
    browser: Browser, server: Server, token: str | None, screens: dict[str, Way], folder: Path, word: str
) -> list[str]:
    """These screens at every size, in every light and language."""
    failures: list[str] = []
    for size, scheme, language in product(SIZES, SCHEMES, LANGUAGES):
        visitors = Visitors(browser, server, None)
        place = folder / f"{size[0]}x{size[1]}-{scheme}-{language}"
        for name, way in screens.items():
            if word not in f"{place.name}/{name}":
                continue
            place.mkdir(parents=True, exist_ok=True)
            window = await visitors.window(name, language=language, size=size, scheme=scheme)
            window.forgives(r"net::ERR_INTERNET_DISCONNECTED", r"status of 401 \(.*\) @ \S+/api/v1/sessions$")
            try:
                if token is not None:
                    await window.keeps(token)
                    await window.goes()
                await way(window)
                await window.page.wait_for_load_state("networkidle")
            except Exception as error:  # One screen that cannot be reached hides no other; it is told in the end.
                failures.append(f"{place.name}/{name}: {str(error).splitlines()[0]}")
            await window.picture(place / f"{name}.png")
            await window.context.close()
        failures += [f"{place.name}: {one}" for window in visitors.windows for one in window.complaints]
    return failures


def leaf_through(folder: Path) -> None:
    """A page with every picture, small, each screen in all its dresses beside each other."""
    screens = sorted({picture.name for picture in folder.glob("*/*.png")})
    rows = [
        f"<h2>{escape(name)}</h2><p>"
        + "".join(
            f'<a href="{escape(str(picture.relative_to(folder)))}"><img loading="lazy" height="300" '
            f'src="{escape(str(picture.relative_to(folder)))}" title="{escape(picture.parent.name)}"></a> '
            for picture in sorted(folder.glob(f"*/{name}"), reverse=True)
        )
        for name in screens
    ]
    page = '<!doctype html><meta charset="utf-8"><title>Yanxin</title><body>' + "\n".join(rows)
    (folder / "index.html").write_text(page, "utf-8")


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    for sentence in asyncio.run(take(Path(sys.argv[1]), *(sys.argv[2:] or [""]))):
        print(sentence)
