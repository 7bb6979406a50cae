"""Curation in a real browser: by keyboard, without JavaScript, and two people at once."""

from urllib.parse import urlsplit

import pytest

from tests.browser.server import EDITOR

LIST = "/admin/curation/list/?language=zh-hant&model=guidestep&field=question"


def sign_in(page):
    page.fill("#id_username", EDITOR[0])
    page.fill("#id_password", EDITOR[1])
    page.press("#id_password", "Enter")
    page.wait_for_load_state()


def open_signed_in(visit, path, **options):
    page = visit(path, **options)
    sign_in(page)
    return page


def press_until(page, key, text, most=400):
    """Press a key until the link with this text has the focus."""
    for _ in range(most):
        page.keyboard.press(key)
        if text in page.evaluate("document.activeElement.matches('a') ? document.activeElement.textContent : ''"):
            return
    pytest.fail(f"{text} is not reached by {key}")


def test_a_stale_text_is_found_and_mended_by_keyboard_alone_and_is_public(visit):
    page = open_signed_in(visit, "/admin/codes/statuscode/?q=418")
    page.get_by_role("link", name="418 iana").first.click()
    page.fill("#id_summary_en", "A short and stout answer.")
    page.click("[name=_save]")
    page.goto(page.url.split("/admin/")[0] + "/admin/")
    press_until(page, "Tab", " stale")
    page.keyboard.press("Enter")
    page.wait_for_url("**/list/**state=stale")
    press_until(page, "Tab", "418/iana")
    page.keyboard.press("Enter")
    page.wait_for_url("**/summary/zh-hant/**")
    assert "answer" in page.inner_text(".stale .raw ins:last-of-type")
    # The text has the focus; what is typed is shown at once, as the public page will.
    page.keyboard.press("Control+A")
    page.keyboard.type("又矮又胖的回答。")
    page.locator("#preview .rendered", has_text="又矮又胖的回答。").wait_for()
    before = page.url
    page.keyboard.press("Control+Enter")
    # To the next stale text, or back to the list if there is none: other tests leave some.
    page.wait_for_url(lambda url: url != before)
    page.goto(page.url.split("/admin/")[0] + "/zh-hant/418/")
    assert page.inner_text(".lead") == "又矮又胖的回答。"


def test_two_people_on_one_text_and_on_two_languages(visit):
    first = open_signed_in(visit, LIST)
    first.locator(".worklist a").first.click()
    path = urlsplit(first.url).path
    second = open_signed_in(visit, path)
    third = open_signed_in(visit, path.replace("zh-hant", "zh-hans"))
    first.fill("#text", "第一個人的問題？")
    first.get_by_role("button", name="Save", exact=True).last.click()
    first.locator(".messagelist .success").wait_for()
    second.fill("#text", "第二個人的問題？")
    second.get_by_role("button", name="Save", exact=True).last.click()
    second.locator(".race").wait_for()
    assert "第一個人的問題？" in second.inner_text(".race")
    assert second.input_value("#text") == "第二個人的問題？"
    third.fill("#text", "第三个人的问题？")
    third.get_by_role("button", name="Save", exact=True).last.click()
    third.locator(".messagelist .success").wait_for()
    second.get_by_role("button", name="Save", exact=True).last.click()
    second.locator(".messagelist .success").wait_for()
    assert second.input_value("#text") == "第二個人的問題？"
    third.reload()
    assert third.input_value("#text") == "第三个人的问题？"


def test_everything_works_without_javascript(visit):
    page = open_signed_in(visit, LIST, java_script_enabled=False)
    page.locator(".worklist a").nth(1).click()
    page.fill("#text", "<b>不行</b>")
    page.click("button[value=preview]")
    assert "不行" in page.inner_text("#preview .rendered")
    page.click("#save_next")
    assert page.locator("[role=alert]").is_visible()
    page.fill("#text", "這樣可以嗎？")
    # Enter in the line of the reason saves, and decides nothing.
    page.fill("#reason", "an experiment")
    page.press("#reason", "Enter")
    assert "Saved." in page.inner_text(".messagelist")
    assert "an experiment" in page.inner_text(".history")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_page_does_not_scroll_sideways(visit, scheme):
    page = open_signed_in(visit, LIST, viewport={"width": 400, "height": 800}, color_scheme=scheme)
    page.locator(".worklist a").first.click()
    page.locator("#text").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_texts_are_sent_back_together_without_javascript(visit):
    page = open_signed_in(visit, f"{LIST}&state=approved", java_script_enabled=False)
    names = page.locator(".worklist th a").all_inner_texts()
    page.locator("[name=chosen]").nth(0).check()
    page.locator("[name=chosen]").nth(1).check()
    # Enter alone decides nothing: it means the first button, which wants a reason.
    page.press(".decide #reason", "Enter")
    assert "Say why" in page.inner_text("[role=alert]")
    assert page.locator("[name=chosen]").nth(1).is_checked()
    page.fill(".decide #reason", "Both are too long.")
    page.press(".decide #reason", "Enter")
    assert "2 texts are sent back." in page.inner_text(".messagelist")
    page.goto(page.url.replace("state=approved", "state=draft"))
    assert set(names[:2]) <= set(page.locator(".worklist th a").all_inner_texts())
    page.check("[name=all]")
    page.click(".decide button[value=approve]")
    assert "texts are approved." in page.inner_text(".messagelist")
    assert "No text fits" in page.inner_text(".curation")
