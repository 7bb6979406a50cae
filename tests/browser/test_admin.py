"""An editor's way through the admin in a real browser."""

from tests.browser.server import EDITOR


def sign_in(page):
    page.fill("#id_username", EDITOR[0])
    page.fill("#id_password", EDITOR[1])
    page.click("[type=submit]")


def test_an_edit_in_the_admin_is_public_at_once(visit):
    page = visit("/admin/codes/statuscode/?q=找不到資源")
    sign_in(page)
    page.get_by_role("link", name="404 iana").first.click()
    page.fill("#id_summary_zh_hant", "這裡什麼也沒有。")
    page.click("[name=_save]")
    page.click(".field-public_page a")
    assert page.url.endswith("/404/")
    page.goto(page.url.replace("/en/", "/zh-hant/"))
    assert "這裡什麼也沒有。" in page.inner_text(".lead")


def test_no_page_of_the_admin_complains(visit):
    page = visit("/admin/")
    sign_in(page)
    lists = page.eval_on_selector_all("a[href^='/admin/codes/']", "links => links.map((a) => a.href)")
    assert len(lists) > 10
    for address in lists:
        assert page.goto(address).status == 200
