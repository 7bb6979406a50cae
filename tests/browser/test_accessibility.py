"""No page has a serious flaw that axe finds: our own pages of the admin, and one of each kind that is public."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_curation import open_signed_in

CURATION = "/admin/curation/"
OURS = [
    "/admin/",
    CURATION,
    "/admin/codes/conflict/",
    f"{CURATION}?digit=4#fields",
    f"{CURATION}list/?language=all&state=missing",
    f"{CURATION}list/?language=zh-hant&model=statuscode&field=summary&digit=4",
    f"{CURATION}list/?language=zh-hant&q=Rumpelstilzchen",
]
PUBLIC = ["/en/", "/zh-hant/404/", "/zh-hans/4xx/", "/en/table/", "/en/rfc/9110/", "/en/search/?q=timeout"]
PUBLIC += ["/zh-hant/compare/401-403/", "/zh-hant/guide/", "/zh-hans/glossary/", "/en/777/"]


def flaws(page):
    """What axe finds that is serious or critical: the rule, and where."""
    found = Axe().run(page, options={"preload": False}).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    return [(page.url, one["id"], node["target"], node["failureSummary"]) for one in serious for node in one["nodes"]]


def our_pages(page, every=1):
    """Open our pages of the admin one after the other, or some of them, at last that of a text with a comment."""
    base = page.url.removesuffix("/admin/")
    exchange = page.eval_on_selector_all(".exchange a", "links => links.map((a) => a.getAttribute('href'))")
    # The lists of records are Django's own pages.
    paths = dict.fromkeys([*OURS, *(path for path in exchange if path.endswith(("upload/", "export/")))])
    for path in list(paths)[::every]:
        assert page.goto(base + path).status == 200
        yield
    page.goto(f"{base}{OURS[-2]}")
    page.locator(".worklist th a").first.click()
    page.fill("#comment", "Is this right?")
    page.click("button[value=comment]")
    page.locator(".comments").first.wait_for()
    yield


@pytest.mark.parametrize(("scheme", "every"), [("light", 1), ("dark", 3)])
def test_our_pages_of_the_admin(visit, scheme, every):
    # The policy would be in the way of axe; the next test has it.
    page = open_signed_in(visit, "/admin/", color_scheme=scheme, bypass_csp=True)
    assert [flaw for _ in our_pages(page, every) for flaw in flaws(page)] == []


def test_no_page_of_ours_complains_under_the_strict_policy(visit):
    page = open_signed_in(visit, "/admin/")
    policy = page.request.get(page.url).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert len(list(our_pages(page))) > 8


def test_public_pages(visit):
    page = visit(PUBLIC[0], bypass_csp=True)
    base = page.url.removesuffix(PUBLIC[0])
    found = []
    for path in PUBLIC:
        page.goto(base + path)
        found += flaws(page)
    assert found == []
