"""An editor's way through the exchange in a real browser: a bundle in, its plan, and a conflict settled by keyboard."""

import pytest

from tests.browser.contrast import poor_contrast
from tests.browser.test_admin import sign_in
from tests.bundles import bundle_of

UPLOAD = "/admin/codes/import/upload/"


def tab_to(page, name):
    """Press Tab until what is called ``name`` has the focus; it must be seen that it has."""
    for _ in range(150):
        page.keyboard.press("Tab")
        focused = page.evaluate("(e => e.innerText || e.value || '')(document.activeElement)")
        if name == focused.strip():
            style = "(({outlineStyle, boxShadow, textDecorationLine: line}) => [outlineStyle, boxShadow, line])"
            marks = page.evaluate(f"{style}(getComputedStyle(document.activeElement))")
            assert marks != ["none", "none", "none"], name
            return
    pytest.fail(f"the keyboard does not reach {name!r}")


def write_over(page, text):
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


@pytest.fixture
def bundle():
    """A bundle that changes two terms of the glossary."""

    def change(files):
        for term in files["glossaryterm"][:2]:
            term["definition_en"] = f"Said at the source of {term['slug']}."

    return {"name": "bundle.zip", "mimeType": "application/zip", "buffer": bundle_of("glossaryterm", change=change)}


def test_an_editor_takes_a_bundle_over_and_settles_its_conflict_by_keyboard(visit, bundle):
    page = visit("/admin/codes/glossaryterm/?q=access")
    sign_in(page)
    page.get_by_role("link", name="access", exact=True).click()
    page.fill("#id_definition_en", "Said here of access.")
    page.click("[name=_save]")
    page.goto(page.url.split("/admin/")[0] + UPLOAD)
    page.set_input_files("#id_bundle", bundle)
    tab_to(page, "Upload and show the plan")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan/")
    assert page.locator("#units h2").inner_text() == "2 differences"
    assert "Said at the source" in " ".join(page.locator("ins").all_inner_texts())
    tab_to(page, "Apply exactly this plan")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    assert "1 conflict waits for a decision." in page.inner_text(".messagelist")
    tab_to(page, "1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conflict/?found_by__id__exact=*")
    tab_to(page, "Term of the glossary access")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conflict/*/change/*")
    tab_to(page, "Said here of access.")
    write_over(page, "Settled by keyboard.")
    tab_to(page, "Save what is written")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conflict/?found_by__id__exact=*")
    assert "Settled." in page.inner_text(".messagelist")
    page.goto(page.url.split("/admin/")[0] + "/en/glossary/")
    text = page.inner_text("main")
    assert "Settled by keyboard." in text
    assert "Said at the source of" in text and "Said here of access." not in text


def test_the_exchange_works_without_javascript_and_downloads_what_it_has(visit):
    page = visit("/admin/", java_script_enabled=False)
    sign_in(page)
    page.get_by_role("link", name="Export a bundle").click()
    page.get_by_label("Français").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    assert download.value.suggested_filename.endswith(".zip")


@pytest.mark.parametrize(("width", "locale", "scheme"), [(390, "zh-TW", "dark"), (1280, "en", "light")])
def test_the_pages_fit_the_screen_and_can_be_read(visit, bundle, width, locale, scheme):
    page = visit(UPLOAD, viewport={"width": width, "height": 844}, color_scheme=scheme, locale=locale)
    sign_in(page)
    page.set_input_files("#id_bundle", bundle)
    page.click("input.default")
    page.wait_for_url("**/plan/")
    plan = page.url
    site = plan.split("/admin/")[0]
    page.goto(f"{site}/admin/codes/conflict/")
    conflicts = page.eval_on_selector_all("#result_list tbody a", "links => links.map((a) => a.href)")
    for address in (plan, f"{site}{UPLOAD}", f"{site}/admin/codes/import/export/", f"{site}/admin/", *conflicts[:1]):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert poor_contrast(page, "main") == [], address
    page.goto(plan)
    page.click(".discard")
