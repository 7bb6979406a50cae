"""The public pages in a real browser."""

import re

import pytest

from tests.browser.contrast import poor_contrast

LANGUAGES = ["en", "zh-hant", "zh-hans"]
PAGES = [
    "",
    "404/",
    "499/",
    "432/",
    "777/",
    "4xx/",
    "table/",
    "rfc/9110/",
    "specifications/",
    "origins/",
    "origins/nginx/",
    "search/",
    "search/?q=timeout",
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen(visit, language, width):
    page = visit(f"/{language}/", viewport={"width": width, "height": 844})
    for path in PAGES:
        page.goto(page.url.split(f"/{language}/")[0] + f"/{language}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/zh-hant/", "/zh-hant/404/", "/en/table/", "/en/499/", "/zh-hans/777/", "/en/search/?q=timeout"]
)
def test_text_stands_out_from_its_ground(visit, path, scheme):
    """Contrast of at least 4.5 to 1 for all text (WCAG 2.2, 1.4.3)."""
    page = visit(path, color_scheme=scheme)
    assert poor_contrast(page) == []


def test_a_reader_finds_a_code_without_javascript(visit):
    page = visit("/404", java_script_enabled=False, locale="zh-TW")
    assert page.url.endswith("/zh-hant/404/")
    page.get_by_role("link", name="4xx", exact=False).first.click()
    assert page.url.endswith("/zh-hant/4xx/")
    page.get_by_role("link", name="418", exact=True).click()
    assert "418" in page.title()
    page.get_by_role("link", name="简体中文").click()
    assert page.url.endswith("/zh-hans/418/")
    assert page.locator("html").get_attribute("lang") == "zh-hans"


def test_the_keyboard_reaches_the_content_first(visit):
    page = visit("/en/404/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"


def test_every_link_of_the_site_leads_somewhere(visit):
    """All pages reachable from the list in one language, each asked for once."""
    page = visit("/zh-hant/")
    base = page.url.removesuffix("/zh-hant/")
    seen: set[str] = set()
    waiting = ["/zh-hant/"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = page.request.get(base + path)
        assert answer.status == 200, path
        body = answer.text()
        targets = set(re.findall(r'href="(/[^"#]*)', body))
        waiting.extend(
            target for target in targets if target.startswith("/zh-hant/") and target not in seen | set(waiting)
        )
        fragments = set(re.findall(r'href="#([^"]+)"', body))
        assert fragments <= set(re.findall(r'\bid="([^"]+)"', body)), path
    assert len(seen) > 200


@pytest.mark.parametrize("path", ["/en/404/", "/zh-hant/table/"])
def test_a_printed_page_fits_the_paper(visit, path):
    page = visit(path)
    assert page.pdf(format="A4").startswith(b"%PDF")
