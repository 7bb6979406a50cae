import pytest
from django.template import engines
from django.urls import resolve
from django.utils import translation

from codes.localized import Text
from codes.models import StatusCode
from codes.templatetags.reference import alternates, local_name, localized, phrase, prose, words


def render(source, **context):
    return engines["django"].from_string("{% load reference %}" + source).render(context)


@pytest.fixture
def code():
    return StatusCode(
        number=404,
        reason_phrase="Not Found",
        name_en="Not Found",
        name_zh_hant="找不到",
        summary_en="A <b>summary</b> & more.",
        description_en="See [410](/410).",
        description_zh_hant="見 [410](/410)。",
    )


def test_a_field_is_found_in_the_active_language(code):
    with translation.override("zh-hant"):
        assert localized(code, "name") == Text("找不到", "zh-hant", False)
        assert localized(code, "summary") == Text("A <b>summary</b> & more.", "en", True)


def test_without_an_active_language_the_default_is_used(code):
    with translation.override(None):
        assert localized(code, "name") == Text("Not Found", "en", False)
        assert '<a href="/en/410/">' in prose(code, "description")


def test_a_short_text_is_escaped(code):
    assert words(code, "summary") == "A &lt;b&gt;summary&lt;/b&gt; &amp; more."
    assert render("{% words code 'summary' %}", code=code) == words(code, "summary")


def test_a_short_text_in_another_language_is_marked(code):
    with translation.override("zh-hant"):
        assert words(code, "name") == "找不到"
        marked = words(code, "summary")
    assert marked == '<span lang="en" class="fallback">A &lt;b&gt;summary&lt;/b&gt; &amp; more.</span>'


def test_a_long_text_is_rendered_for_the_reader(code):
    with translation.override("zh-hant"):
        assert prose(code, "description") == '<p>見 <a href="/zh-hant/410/">410</a>。</p>\n'


def test_a_long_text_in_another_language_is_marked_and_links_to_the_readers_pages(code):
    with translation.override("zh-hans"):
        found = render("{% prose code 'description' %}", code=code)
    assert found == '<div lang="en" class="fallback"><p>See <a href="/zh-hans/410/">410</a>.</p>\n</div>'


def test_a_text_is_shown_in_english_beside_the_readers_language(code):
    with translation.override("zh-hant"):
        assert render("{{ code|english:'name' }}", code=code) == "Not Found"
        assert render("{{ code|english:'summary' }}", code=code) == "A &lt;b&gt;summary&lt;/b&gt; &amp; more."
        assert render("{{ code|english:'visitor' }}", code=code) == ""


def test_a_missing_text_is_nothing(code):
    with translation.override("zh-hant"):
        assert words(code, "visitor") == ""
        assert prose(code, "visitor") == ""


def test_the_reason_phrase_is_english_whatever_the_page(code):
    with translation.override("zh-hant"):
        assert phrase(code) == '<span lang="en">Not Found</span>'


def test_a_code_without_a_reason_phrase_has_its_english_name_there(code):
    code.reason_phrase, code.name_en = "", "A & B"
    with translation.override("zh-hant"):
        assert phrase(code) == '<span lang="en">A &amp; B</span>'


@pytest.mark.parametrize(
    ("language", "reason_phrase", "name", "expected"),
    [
        ("zh-hant", "Not Found", "找不到", "找不到"),
        ("zh-hant", "Not Found", "Not Found", ""),
        ("zh-hant", "Not Found", None, ""),
        ("zh-hant", "", "找不到", ""),
        ("en", "Not Found", "找不到", ""),
    ],
)
def test_a_local_name_is_shown_where_it_says_more_than_the_reason_phrase(code, language, reason_phrase, name, expected):
    code.reason_phrase, code.name_zh_hant = reason_phrase, name
    with translation.override(language):
        assert local_name(code) == expected


# The page in other languages


def found(request=None, **context):
    return {other["code"]: other["path"] for other in alternates({"request": request, **context})}


@pytest.fixture
def request_for(rf):
    def request_for(path):
        request = rf.get(path)
        with translation.override(path.split("/")[1]):
            request.resolver_match = resolve(path)
        return request

    return request_for


START = {"en": "/en/", "zh-hant": "/zh-hant/", "zh-hans": "/zh-hans/"}


@pytest.mark.parametrize("path", ["/zh-hant/404/", "/zh-hant/4xx/", "/zh-hant/rfc/9110/", "/zh-hant/origins/nginx/"])
def test_a_page_is_named_in_every_shown_language(request_for, path):
    rest = path.removeprefix("/zh-hant")
    assert found(request_for(path)) == {language: f"/{language}{rest}" for language in START}
    assert translation.get_language() == "en"


def test_what_was_searched_is_kept(request_for, rf):
    request = rf.get("/en/search/", {"q": "a&b 逾時", "page": "2"})
    request.resolver_match = resolve("/en/search/")
    query = "?q=a%26b+%E9%80%BE%E6%99%82"
    assert found(request) == {language: f"/{language}/search/{query}" for language in START}
    assert found(request_for("/en/search/")) == {language: f"/{language}/search/" for language in START}


def test_the_query_of_any_other_page_is_dropped(request_for, rf):
    request = rf.get("/en/404/", {"q": "a"})
    request.resolver_match = resolve("/en/404/")
    assert found(request)["zh-hant"] == "/zh-hant/404/"


def test_addresses_and_names_come_from_the_settings(request_for, settings):
    settings.BASE_URL = "https://codes.example"
    assert alternates({"request": request_for("/en/404/")})[1] == {
        "code": "zh-hant",
        "name": "繁體中文",
        "path": "/zh-hant/404/",
        "url": "https://codes.example/zh-hant/404/",
    }


def test_languages_that_are_not_shown_are_not_named(request_for, settings):
    settings.LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
    assert set(found(request_for("/en/404/"))) == {"en", "zh-hans"}


def test_an_error_page_leads_to_the_start(request_for):
    assert found(request_for("/en/404/"), status=500) == START


def test_without_a_request_or_before_its_address_is_resolved_the_start_is_named(rf):
    assert found() == START
    assert found(rf.get("/nowhere/")) == START


def test_an_address_without_a_name_leads_to_the_start(request_for):
    request = request_for("/404")
    assert request.resolver_match.url_name is None
    assert found(request) == START
