"""From an empty folder to two people who talk, as somebody lives it who has never seen Yanxin."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.windows import Visitors, Window
from yanxin.testing.servers import Server

PASSWORD = "open sesame 2026"


async def test_from_the_printed_link_to_the_first_words(new_house: Server, strangers: Visitors) -> None:
    """Set-up, a colleague, and a talk in which each sees the other come, type, read and go."""
    chief = await strangers.window("chief", language="zh-CN")
    await names_the_company(chief, new_house)
    await finds_the_link_later(await strangers.window("stranger", language="zh-CN"), new_house)
    await adds_a_colleague(chief)

    lin = await strangers.window("lin", language="zh-CN")
    await lin.goes()
    await lin.signs_in("lin", PASSWORD)
    await lin.at("rail-people").click()
    await lin.at("person").filter(has_text="王工").get_by_test_id("talk-to").click()
    await expect(lin.at("conversation-title")).to_have_text("王工")
    await expect(lin.at("conversation-sub")).to_have_text("在线")
    await lin.says("王工，**第一句话**")
    await lin.sees("第一句话")

    # The administrator is still on another page, and nothing was loaded anew.
    await expect(chief.at("rail-talk")).to_contain_text("1")
    await expect(lin.at("read-status")).to_have_attribute("data-read", "0")
    await chief.at("rail-talk").click()
    await chief.sees_on_row("林晓", unread=1)
    await expect(chief.row("林晓")).to_contain_text("第一句话")
    await chief.opens("林晓")
    await chief.sees("第一句话")
    await chief.sees_on_row("林晓", unread=0)
    await expect(lin.at("read-status")).to_have_text("已读")

    await chief.writes("收到")
    await expect(lin.at("typing")).to_have_text("王工 正在输入…")
    await chief.composer.press("Enter")
    await lin.sees_only("王工，第一句话", "收到")
    await chief.sees_only("王工，第一句话", "收到")
    await expect(lin.at("typing")).to_have_text("")

    await chief.context.close()
    await expect(lin.at("conversation-sub")).to_have_text("离线")


async def names_the_company(chief: Window, house: Server) -> None:
    """The only three things that are asked for before the first message: a company, a name, a password."""
    await chief.goes("/setup")
    await expect(chief.page.get_by_role("heading", name="初始化链接不完整")).to_be_visible()
    await chief.goes(f"/setup#{house.started.setup_token}")
    await chief.page.reload()
    form = chief.at("setup")
    await form.get_by_label("公司名称").fill("雁信试用公司")
    await form.get_by_label("你的姓名").fill("王工")
    await form.get_by_label("登录名").fill("wang")
    await form.locator("[name=password]").fill(PASSWORD)
    await form.locator("[name=again]").fill(PASSWORD + "?")
    await form.locator("[type=submit]").click()
    await expect(chief.at("problem")).to_have_text("两次输入的密码不一样")
    await form.locator("[name=again]").fill(PASSWORD)
    await form.locator("[type=submit]").click()
    await expect(chief.page.get_by_role("heading", name="还没有会话")).to_be_visible()

    await chief.goes(f"/setup#{house.started.setup_token}")
    await expect(chief.at("inbox")).to_be_visible()


async def adds_a_colleague(chief: Window) -> None:
    """On the page for administrators."""
    await chief.at("rail-admin").click()
    await chief.at("add-person").click()
    form = chief.at("add-person-form")
    await form.get_by_label("姓名").fill("林晓")
    await form.get_by_label("登录名").fill("lin")
    await form.get_by_label("初始密码").fill(PASSWORD)
    await chief.at("add-person-act").click()
    await expect(chief.page.get_by_text("已添加 林晓")).to_be_visible()
    await expect(chief.page.locator('[data-testid=person-row][data-username="lin"]')).to_contain_text("正常")


async def finds_the_link_later(stranger: Window, house: Server) -> None:
    """It works once: the next one is sent to the sign-in page, where a wrong password gets a sentence."""
    stranger.forgives(r"status of 401 \(.*\) @ \S+/api/v1/sessions$")
    await stranger.goes(f"/setup#{house.started.setup_token}")
    await expect(stranger.page.get_by_role("heading", name="初始化已经完成")).to_be_visible()
    await stranger.page.get_by_role("button", name="去登录").click()
    await stranger.signs_in("wang", "not the password")
    await expect(stranger.at("problem")).to_have_text("登录名或密码不对。")
