"""The search field in a real browser; the answers of the search interface are fixed ones."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.contrast import poor_contrast
from tests.browser.server import FLAGS, chromium

API = "**/api/v1/search/**"
OPTION = "[role=option]"


def result(number, name, **members):
    members = {"origin": "iana", "reason_phrase": "", "summary": "A summary.", "snippet": "", **members}
    # The configured host is another one than the one visited; no test may lead to it.
    return {
        "number": number,
        "name": name,
        "url": f"https://www.example.com/zh-hant/{number:03}/",
        "score": 1,
        **members,
    }


RESULTS = [
    result(404, "找不到資源", reason_phrase="Not Found", snippet="這個<mark>網址</mark>&lt;沒有&gt;內容。"),
    result(410, "Gone", reason_phrase="Gone"),
    result(
        499, "用戶端關閉請求", reason_phrase="Client Closed Request", origin="nginx",
        url="https://www.example.com/zh-hant/499/#nginx",
    ),
    result(0, "沒有狀態碼", origin="curl"),
]  # fmt: skip


def asked(request):
    """What a request to the search interface asks for."""
    return {name: value for name, (value,) in parse_qs(urlsplit(request.url).query).items()}


@pytest.fixture
def open_page(visit):
    """A function that opens a page whose search interface answers as told; returns the page and all it asked."""

    def open_page(path="/zh-hant/", results=RESULTS, answer=None, **options):
        page, questions = visit(path, shared=not options, **options), []

        def respond(route):
            questions.append(asked(route.request))
            if answer:
                answer(route)
            else:
                route.fulfill(json={**questions[-1], "count": len(results), "results": results})

        page.route(API, respond)
        return page, questions

    return open_page


@pytest.fixture
def open_list(open_page):
    """A function that opens a page and types, and returns the page when the list is open."""

    def open_list(text="找", **options):
        page, _ = open_page(**options)
        field(page).click()
        page.keyboard.insert_text(text)
        expect(page.locator(OPTION).first).to_be_visible()
        return page

    return open_list


def field(page):
    return page.get_by_role("combobox")


def options(page):
    return page.locator(OPTION)


def path(page):
    return page.url.split("/", 3)[3]


def check_closed(page):
    expect(page.locator("[role=listbox]")).to_be_hidden()
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    assert field(page).get_attribute("aria-activedescendant") is None


def check_active(page, index):
    """One option, or with None no option, is the active one, for the eyes and for assistive technology."""
    selected = options(page).evaluate_all("(all) => all.map((one) => one.getAttribute('aria-selected') === 'true')")
    assert [i for i, chosen in enumerate(selected) if chosen] == ([] if index is None else [index])
    active = field(page).get_attribute("aria-activedescendant")
    assert active == (None if index is None else options(page).nth(index).get_attribute("id"))


def wait_for(page, condition):
    """Let the page go on until something is so; fails after five seconds."""
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not come true")


# Without JavaScript


def test_the_form_works_without_javascript(visit):
    page = visit("/zh-hant/404/", java_script_enabled=False)
    page.get_by_label("搜尋").and_(page.locator("input")).fill("a&b 逾時")
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh-hant/search/?q=*")
    assert asked(page)["q"] == "a&b 逾時"
    assert page.locator("input[name=q]").input_value() == "a&b 逾時"
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/search/?q=*")
    assert page.locator("input[name=q]").input_value() == "a&b 逾時"


def test_the_button_searches_without_javascript(visit):
    page = visit("/en/", java_script_enabled=False)
    page.fill("input[name=q]", "not found")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/en/search/?q=not+found")
    page.get_by_role("link", name="404").first.click()
    page.wait_for_url("**/en/404/")
    page.fill("input[name=q]", "418")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/418/")


# The list


def test_suggestions_show_what_the_reader_needs(open_list):
    page = open_list()
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    assert [" ".join(text.split()) for text in options(page).all_inner_texts()] == [
        "404 找不到資源 Not Found 這個網址<沒有>內容。",
        "410 Gone A summary.",
        "499 用戶端關閉請求 Client Closed Request nginx A summary.",
        "000 沒有狀態碼 curl A summary.",
    ]
    assert page.locator(f"{OPTION} mark").all_inner_texts() == ["網址"]
    assert page.locator(f"{OPTION} small[lang=en]").all_inner_texts() == ["Not Found", "Client Closed Request"]
    assert options(page).evaluate_all("(all) => all.map((one) => one.className)") == ["c4", "c4", "c4", "cx"]


def test_the_field_is_a_combobox_with_a_list(open_list):
    page = open_list()
    expect(field(page)).to_have_attribute("aria-autocomplete", "list")
    expect(field(page)).to_have_attribute("autocomplete", "off")
    expect(field(page)).to_have_accessible_name("搜尋")
    controlled = page.locator(f"#{field(page).get_attribute('aria-controls')}")
    expect(controlled).to_have_role("listbox")
    expect(controlled).to_have_accessible_name("搜尋建議")
    assert controlled.locator(OPTION).count() == len(RESULTS)
    check_active(page, None)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Results: 4"), ("zh-hant", "結果：4 筆"), ("zh-hans", "结果：4 条")]
)
def test_the_number_of_suggestions_is_said(open_list, language, text):
    page = open_list(path=f"/{language}/")
    expect(page.get_by_role("status")).to_have_text(text)
    expect(page.get_by_role("status")).to_have_css("clip-path", "inset(50%)")


def test_without_suggestions_there_is_no_list(open_page):
    page, _ = open_page(results=[])
    field(page).fill("qwertz")
    expect(page.get_by_role("status")).to_have_text("結果：0 筆")
    check_closed(page)


def test_the_interface_is_asked_in_the_readers_language(open_page):
    page, questions = open_page("/zh-hans/404/")
    field(page).fill(" a&b 超时 ")
    expect(options(page)).to_have_count(len(RESULTS))
    assert questions == [{"q": "a&b 超时", "lang": "zh-hans", "limit": "8"}]


def test_quick_typing_asks_once(open_page):
    page, questions = open_page()
    # Within one task of the page, so that no slow machine comes between the keystrokes.
    field(page).evaluate(
        "(input) => { for (const c of 'gone') { input.value += c; input.dispatchEvent(new InputEvent('input')); } }"
    )
    expect(options(page)).to_have_count(len(RESULTS))
    page.wait_for_timeout(300)
    assert [question["q"] for question in questions] == ["gone"]


def test_an_emptied_field_has_no_list(open_list):
    page = open_list()
    field(page).fill("")
    check_closed(page)
    expect(page.get_by_role("status")).to_have_text("")


def test_spaces_are_not_asked_for(open_page):
    page, questions = open_page()
    field(page).fill("   ")
    page.wait_for_timeout(300)
    assert questions == []


def test_a_new_question_ends_the_older_one_and_is_not_overwritten_by_it(open_page):
    held, failed = [], []

    def answer(route):
        if asked(route.request)["q"] == "old":
            held.append(route)
        else:
            route.fulfill(json={"results": [result(503, "new")]})

    page, _ = open_page(answer=answer)
    page.on("requestfailed", lambda request: failed.append((asked(request)["q"], request.failure)))
    field(page).fill("old")
    wait_for(page, lambda: held)
    field(page).fill("new")
    expect(options(page)).to_have_text(["503 new A summary."])
    assert failed == [("old", "net::ERR_ABORTED")]
    held[0].fulfill(json={"results": [result(404, "old")]})
    page.wait_for_timeout(200)
    expect(options(page)).to_have_text(["503 new A summary."])


@pytest.mark.parametrize("complete", [False, True])
def test_an_answer_to_a_text_that_has_changed_since_is_not_shown(open_page, complete):
    held = []
    page, _ = open_page(answer=held.append)
    if complete:
        # An answer that is complete cannot be aborted any more.
        page.evaluate("window.fetch = ((real) => (address) => real(address))(window.fetch)")
    field(page).fill("old")
    wait_for(page, lambda: held)
    # The next question is not put yet when the answer arrives.
    page.evaluate("window.setTimeout = () => 0")
    field(page).fill("older")
    held[0].fulfill(json={"results": RESULTS})
    page.wait_for_timeout(200)
    check_closed(page)


def test_an_answer_that_comes_after_the_reader_left_the_field_opens_nothing(open_page):
    held = []
    page, _ = open_page(answer=held.append)
    field(page).fill("old")
    wait_for(page, lambda: held)
    page.keyboard.press("Tab")
    held[0].fulfill(json={"results": RESULTS})
    page.wait_for_timeout(200)
    check_closed(page)


def test_texts_of_the_answer_are_never_markup(open_list):
    attack = "<img src=x onerror='window.harmed = 1'>"
    tags = f"{attack}<!-- x --><b>b</b><script>window.harmed = 2</script><mark onclick='x()'>"
    results = [
        result(404, f"{attack}1", snippet=f"{tags}<mark>a{attack}</mark>&amp;lt;", reason_phrase=attack, origin=attack),
        result(410, "Gone", summary=f"{attack}<mark>&amp;", url="javascript:window.harmed=3"),
        result(410, "Gone", url="https://a.example//b.example/"),
    ]
    page = open_list(results=results)
    marks = page.locator(f"{OPTION} mark")
    assert marks.all_inner_texts() == [f"a{attack}"]
    shown = options(page).all_inner_texts()
    assert f"{tags}a{attack}&lt;" in shown[0]
    assert shown[0].count(attack) == 5
    assert f"{attack}<mark>&amp;" in shown[1]
    assert page.locator(f"{OPTION} :not(span, strong, small, mark)").count() == 0
    origin = page.evaluate("location.origin + '/'")
    assert all(href.startswith(origin) for href in options(page).evaluate_all("(all) => all.map((one) => one.href)"))
    page.wait_for_timeout(200)
    assert page.evaluate("window.harmed") is None


# Failures


def refuse(route):
    problem = {"type": "about:blank", "title": "Internal Server Error", "status": 500, "detail": ""}
    route.fulfill(status=500, json=problem, content_type="application/problem+json")


FAILURES = {
    "problem": refuse,
    "network": lambda route: route.abort(),
    "error with results": lambda route: route.fulfill(status=503, json={"results": RESULTS}),
    "no JSON": lambda route: route.fulfill(body="<!doctype html>"),
    "no results": lambda route: route.fulfill(json={}),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_failure_is_said_and_enter_still_searches(open_list, failure):
    page = open_list()
    page.route(API, failure)
    field(page).fill("找不")
    note = page.get_by_role("status")
    expect(note).to_have_text("目前無法顯示搜尋建議，按 Enter 仍可搜尋。")
    expect(note).to_have_css("clip-path", "none")
    check_closed(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh-hant/search/?q=*")


def test_suggestions_come_back_after_a_failure(open_page):
    page, _ = open_page()
    page.route(API, refuse, times=1)
    field(page).fill("找")
    expect(page.get_by_role("status")).to_contain_text("Enter")
    field(page).fill("找不")
    expect(options(page).first).to_be_visible()
    expect(page.get_by_role("status")).to_have_css("clip-path", "inset(50%)")


# Input methods


def compose(page, text):
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    return session


def test_an_unfinished_composition_is_not_asked_for(open_page):
    page, questions = open_page()
    field(page).click()
    session = compose(page, "逾")
    page.wait_for_timeout(300)
    assert questions == []
    session.send("Input.insertText", {"text": "逾時"})
    expect(options(page)).to_have_count(len(RESULTS))
    assert [question["q"] for question in questions] == ["逾時"]


def test_a_composition_holds_back_the_question_before_it(open_page):
    page, questions = open_page()
    field(page).evaluate(
        """(input) => {
          input.value = "a";
          input.dispatchEvent(new InputEvent("input"));
          input.dispatchEvent(new CompositionEvent("compositionstart"));
        }"""
    )
    page.wait_for_timeout(300)
    assert questions == []


@pytest.mark.parametrize("sign", ["isComposing: true", "keyCode: 229"])
def test_keys_of_an_input_method_are_left_to_it(open_list, sign):
    page = open_list()
    page.keyboard.press("ArrowDown")
    for key in ("Enter", "Escape", "ArrowDown", "Tab"):
        field(page).evaluate(
            f"(input) => input.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}', bubbles: true, {sign}}}))"
        )
        page.wait_for_timeout(100)
        check_active(page, 0)
        assert path(page) == "zh-hant/", key
        expect(options(page).first).to_be_visible()


# The slash


@pytest.mark.parametrize("key", ["/", "Shift+NumpadDivide"])
def test_the_slash_leads_to_the_field(visit, key):
    page = visit("/en/search/?q=old", shared=True)
    page.keyboard.press(key)
    expect(page.locator("input[name=q]")).to_be_focused()
    page.keyboard.type("new/er")
    expect(page.locator("input[name=q]")).to_have_value("new/er")


def test_other_keys_do_not_lead_to_the_field(visit):
    page = visit("/en/404/", shared=True)
    for key in ("Control+/", "Alt+/", "Meta+/", "a"):
        page.keyboard.press(key)
        expect(field(page)).not_to_be_focused()


def test_the_slash_can_be_typed_elsewhere(visit):
    page = visit("/en/404/", shared=True)
    for place, other in enumerate(("input", "textarea", "select", "div contenteditable")):
        page.evaluate(
            "(html) => document.querySelector('main').insertAdjacentHTML('beforebegin', html)",
            f"<{other} id=other{place}></{other.split()[0]}>",
        )
        page.focus(f"#other{place}")
        page.keyboard.press("/")
        expect(page.locator(f"#other{place}")).to_be_focused()
        if other != "select":
            assert page.eval_on_selector(f"#other{place}", "(one) => one.value ?? one.textContent") == "/"


# Keys in the field


def test_arrows_move_through_the_list_and_around_its_ends(open_list):
    page = open_list()
    last = len(RESULTS) - 1
    for key, index in [("Down", 0), ("Down", 1), ("Up", 0), ("Up", last), ("Down", 0)]:
        page.keyboard.press(f"Arrow{key}")
        check_active(page, index)


def test_the_list_can_be_entered_from_its_end(open_list):
    page = open_list()
    page.keyboard.press("ArrowUp")
    check_active(page, len(RESULTS) - 1)


def test_the_active_option_is_in_sight(open_list):
    page = open_list(results=[result(number, "x") for number in range(400, 430)])
    page.keyboard.press("ArrowUp")
    expect(options(page).last).to_be_in_viewport()
    bottom = options(page).last.bounding_box()["y"] + options(page).last.bounding_box()["height"]
    box = page.locator("[role=listbox]").bounding_box()
    assert bottom <= box["y"] + box["height"]


def test_typing_on_leaves_the_list(open_list):
    page = open_list()
    page.keyboard.press("ArrowDown")
    # At the keystroke, not only when the next answer is there.
    page.route(API, lambda route: None)
    page.keyboard.type("x")
    check_active(page, None)


def test_home_and_end_stay_in_the_text(open_list):
    page = open_list("gone")
    page.keyboard.press("ArrowDown")
    for key, caret in [("Home", 0), ("End", 4)]:
        page.keyboard.press(key)
        assert field(page).evaluate("(input) => input.selectionStart") == caret
        check_active(page, 0)


def test_the_arrow_down_opens_a_closed_list(open_list):
    page = open_list()
    page.keyboard.press("Escape")
    check_closed(page)
    page.keyboard.press("ArrowDown")
    expect(options(page).first).to_be_visible()


def test_enter_opens_the_active_option_on_the_host_visited(open_list, server):
    page = open_list()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server}/zh-hant/499/#nginx")


def test_an_option_on_the_same_page_closes_the_list(open_list):
    page = open_list(path="/zh-hant/499/")
    options(page).nth(2).click()
    page.wait_for_url("**/zh-hant/499/#nginx")
    check_closed(page)


@pytest.mark.parametrize("text", ["410", "４１０", " 410 "])
def test_enter_goes_straight_to_a_number(open_page, text):
    page, _ = open_page("/zh-hans/404/")
    field(page).fill(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh-hans/410/")


@pytest.mark.parametrize("text", ["not found", "41", "4100", "4xx"])
def test_enter_searches_for_anything_else(open_page, text):
    page, _ = open_page("/zh-hans/404/")
    field(page).fill(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh-hans/search/?q=*")
    assert asked(page)["q"] == text


def test_escape_closes_the_list_and_then_empties_the_field(open_list):
    page = open_list("gone")
    page.keyboard.press("Escape")
    check_closed(page)
    expect(field(page)).to_have_value("gone")
    page.keyboard.press("Escape")
    expect(field(page)).to_have_value("")
    expect(field(page)).to_be_focused()


def test_tab_closes_the_list_and_goes_on_to_the_button(open_list):
    page = open_list()
    page.keyboard.press("Tab")
    check_closed(page)
    expect(page.get_by_role("button", name="搜尋")).to_be_focused()


def test_the_list_closes_when_the_focus_leaves(open_list):
    page = open_list()
    field(page).evaluate("(input) => input.blur()")
    check_closed(page)


# The pointer


def test_a_click_opens_an_option(open_list, server):
    page = open_list()
    options(page).first.click()
    page.wait_for_url(f"{server}/zh-hant/404/")


def test_a_tap_opens_an_option(open_list):
    page = open_list(has_touch=True, viewport={"width": 390, "height": 844})
    options(page).nth(1).tap()
    page.wait_for_url("**/zh-hant/410/")


@pytest.mark.parametrize("how", [{"modifiers": ["Control"]}, {"button": "middle"}])
def test_an_option_opens_in_a_new_tab_as_a_link_does(open_list, how):
    page = open_list()
    with page.context.expect_page() as opened:
        options(page).first.click(**how)
    opened.value.wait_for_url("**/zh-hant/404/")
    assert path(page) == "zh-hant/"
    expect(options(page).first).to_be_visible()
    expect(field(page)).to_be_focused()


def test_a_click_outside_closes_the_list(open_list):
    page = open_list()
    page.mouse.click(1275, 450)
    check_closed(page)


def test_a_click_outside_closes_the_list_even_if_the_focus_stays(open_list):
    page = open_list()
    page.evaluate("document.addEventListener('mousedown', (event) => event.preventDefault())")
    page.mouse.click(1275, 450)
    expect(field(page)).to_be_focused()
    check_closed(page)


def test_coming_back_finds_no_open_list(browser, server):
    # Playwright turns off the store of kept pages, which is what this is about.
    shown = browser.browser_type.launch(
        executable_path=chromium(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    page = shown.new_page()
    page.route(API, lambda route: route.fulfill(json={"results": RESULTS}))
    page.goto(f"{server}/zh-hant/404/")
    page.evaluate("addEventListener('pageshow', (event) => { window.kept = event.persisted })")
    field(page).fill("找")
    expect(options(page).first).to_be_visible()
    page.evaluate("location.assign('/zh-hant/table/')")
    page.wait_for_url("**/table/")
    page.evaluate("history.back()")
    page.wait_for_url("**/404/", wait_until="commit")
    wait_for(page, lambda: page.evaluate("window.kept"))
    check_closed(page)
    shown.close()


# How it looks


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_list_fits_the_screen_and_can_be_read(open_list, width, scheme):
    page = open_list(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.keyboard.press("ArrowDown")
    options(page).nth(1).hover()
    box = page.locator("[role=listbox]").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert poor_contrast(page) == []
    page.route(API, refuse)
    page.keyboard.type("x")
    expect(page.get_by_role("status")).to_contain_text("Enter")
    assert poor_contrast(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_active_option_and_the_focus_show_in_forced_colours(open_list):
    page = open_list(forced_colors="active")
    page.keyboard.press("ArrowDown")
    for element in (options(page).first, field(page)):
        assert element.evaluate("(e) => getComputedStyle(e).outlineStyle") == "solid"
        assert float(element.evaluate("(e) => getComputedStyle(e).outlineWidth").removesuffix("px")) >= 2
    assert options(page).nth(1).evaluate("(e) => getComputedStyle(e).outlineStyle") == "none"


# With the real search


def test_half_a_word_with_an_error_in_it_leads_to_the_code(visit):
    page = visit("/zh-hant/", shared=True)
    page.keyboard.press("/")
    page.keyboard.type("forbiden", delay=20)
    expect(options(page).first).to_contain_text("403")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh-hant/403/")


def test_the_page_of_results_is_reached_by_enter_and_marks_what_matched(visit):
    page = visit("/zh-hant/", shared=True)
    page.keyboard.press("/")
    page.keyboard.type("重定向", delay=20)
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh-hant/search/?q=*")
    first = page.locator("ol.found > li").first
    assert first.locator("a.n").inner_text() in ("301", "302", "307", "308")
    assert set(first.locator("mark").all_inner_texts()) & {"重新導向", "轉址"}
