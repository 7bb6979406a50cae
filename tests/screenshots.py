"""The pictures of docs/curating.md: `make screenshots` draws them anew, from a fresh install with some work to do.

Everything is made for it and thrown away: a database, accounts, a server on a free port.
"""

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.server import EDITOR, FLAGS, ROOT, chromium, serving

PICTURES = ROOT / "docs" / "curating"
MOST = 100_000  # bytes of a picture
# What there is to do, by people who sign.
WORK = """
from codes.curation.signature import signed
from codes.curation.units import Unit
from codes.models import Comment, StatusCode
from codes.models.curation import State

registered = StatusCode.objects.filter(origin="iana")
with signed(author="mei", state=State.REVIEW):
    for number in (401, 403, 404, 410):
        text = registered.get(number=number).summary_zh_hant.rstrip("。")
        registered.filter(number=number).update(summary_zh_hant=f"{text}，請看說明。")
with signed(author="lin", state=State.DRAFT):
    registered.filter(number=408).update(summary_zh_hant="伺服器等得太久。")
with signed(author="ann", state=State.APPROVED):
    text = registered.get(number=429).summary_en.rstrip(".")
    registered.filter(number=429).update(summary_en=f"{text}, and should wait before the next one.")
unit = Unit("statuscode", registered.get(number=429).pk, "summary", "zh-hant")
Comment.objects.create(**unit.about, author="lin", text="Do we say 請求 or 要求 here? The glossary has 請求.")
"""
LIST = "/admin/curation/list/?language=zh-hant"


def draw(page: Page, address: str) -> None:
    """Take the pictures as an editor who goes through the pages."""
    page.goto(f"{address}/admin/")
    page.fill("#id_username", EDITOR[0])
    page.fill("#id_password", EDITOR[1])
    page.press("#id_password", "Enter")
    page.wait_for_load_state()
    take(page, "first-page")
    page.goto(f"{address}/admin/curation/")
    page.click("#toggle-nav-sidebar")  # which stays away
    take(page, "matrix")
    page.goto(f"{address}{LIST}&state=review")
    for box in page.locator("[name=chosen]").all()[:2]:
        box.check()
    page.evaluate("scrollTo(0, 0)")
    take(page, "list")
    page.goto(f"{address}{LIST}&state=stale")
    page.locator(".worklist th a").first.click()
    page.evaluate("scrollTo(0, 0)")
    take(page, "text")
    page.evaluate("document.getElementById('comments').scrollIntoView()")
    take(page, "comments")


def take(page: Page, name: str) -> None:
    """One picture of what is on the screen."""
    content = page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="hide")
    if len(content) > MOST:
        raise SystemExit(f"{name}.png has {len(content)} bytes; {MOST} are too many for a page that is read quickly.")
    print(f"{name}.png  {len(content) // 1000} kB")


def main() -> None:
    path = chromium()
    if path is None:
        raise SystemExit("The pictures are taken with Chromium, and none was found.")
    PICTURES.mkdir(exist_ok=True)
    options: dict[str, Any] = {"viewport": {"width": 960, "height": 620}, "color_scheme": "light", "locale": "en"}
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory)
        with (
            serving(f"sqlite:///{data / 'pictures.sqlite3'}", data) as (address, manage),
            sync_playwright() as playwright,
        ):
            manage("createsuperuser", "--noinput", "--username", EDITOR[0], "--email", "e@example.com")
            manage("shell", "--command", WORK)
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            draw(browser.new_context(**options).new_page(), address)
            browser.close()


if __name__ == "__main__":
    main()
