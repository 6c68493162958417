"""The pages for programmers, on a network that ends at the company's door."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.windows import Visitors


async def test_the_api_page_needs_nothing_from_elsewhere(visitors: Visitors) -> None:
    """Every route is listed and opens, and each byte came from this server."""
    reader = await visitors.window("reader")
    await reader.goes("/api-docs/")
    await expect(reader.page.get_by_role("heading", name="Yanxin").first).to_be_visible()
    await expect(reader.page.locator(".opblock").filter(has_text="/api/v1/conversations").first).to_be_visible()
    await reader.page.locator(".opblock-summary").first.click()
    await expect(reader.page.locator(".opblock.is-open")).to_contain_text("Responses")
    assert any(url.endswith("openapi.json") for url in reader.asked)
