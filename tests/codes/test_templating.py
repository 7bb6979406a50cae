"""What the templates of the public pages can call, and that all of them compile."""

from types import SimpleNamespace

import pytest
from django.template import engines
from django.urls import resolve
from django.utils import translation
from jinja2 import ChoiceLoader, DictLoader, UndefinedError

from codes.models import StatusCode
from codes.models.status_code import Registration
from codes.templating import part

ENVIRONMENT = engines["jinja2"].env


@pytest.fixture
def page(rf):
    """A function that renders a piece of a template for a page."""

    def page(source, language="en", request=None, **context):
        with translation.override(language):
            return engines["jinja2"].from_string(source).render(context, request or rf.get("/"))

    return page


@pytest.fixture
def code():
    return StatusCode(
        number=404,
        origin_id="iana",
        reason_phrase="Not Found",
        name_en="Not Found",
        name_zh_hant="找不到",
        summary_en="A <b>summary</b> & more.",
        description_en="See [410](/410).",
        description_zh_hant="見 [410](/410)。",
    )


# The environment


@pytest.mark.parametrize("name", ENVIRONMENT.list_templates())
def test_every_template_compiles(name):
    assert ENVIRONMENT.get_template(name)


def test_a_misspelt_name_is_an_error(page):
    for source in ("{{ cod }}", "{% if cod %}{% endif %}", "{{ code.nam }}"):
        with pytest.raises(UndefinedError):
            page(source, code=SimpleNamespace(name="a"))


def test_everything_is_escaped(page):
    assert page("{{ value }}", value="<b>&'\"") == "&lt;b&gt;&amp;&#39;&#34;"
    source = '{{ _("What %(status)s means")|format(status=value) }}'
    assert page(source, value="<b>") == "What &lt;b&gt; means"


# What pages have in common


@pytest.fixture
def parts(monkeypatch):
    """A dictionary whose templates pages can use as well as the real ones."""
    sources = {}
    monkeypatch.setattr(ENVIRONMENT, "loader", ChoiceLoader([DictLoader(sources), ENVIRONMENT.loader]))
    part.cache_clear()
    yield sources
    part.cache_clear()


def test_a_part_is_rendered_once_for_each_language_and_what_it_is_given(page, parts):
    parts["a.html"] = '<a href="{{ url("guide") }}">{{ _("All codes") }} {{ given }}</a>\n'
    source = '{{ once("a.html", given=value) }}'
    assert page(source, value="<1>") == '<a href="/en/guide/">All codes &lt;1&gt;</a>'
    assert page(source, "zh-hant", value="<1>") == '<a href="/zh-hant/guide/">全部狀態碼 &lt;1&gt;</a>'
    assert page(source, value=2) == '<a href="/en/guide/">All codes 2</a>'
    assert page(source, value="<1>") == '<a href="/en/guide/">All codes &lt;1&gt;</a>'
    assert (part.cache_info().misses, part.cache_info().hits) == (3, 1)


def test_a_part_knows_nothing_that_it_is_not_given(page, parts):
    for name in ("value", "request", "export"):
        parts[f"{name}.html"] = f"{{{{ {name} }}}}"
        with pytest.raises(UndefinedError):
            page(f'{{{{ once("{name}.html") }}}}', value=1)


def test_a_part_that_somebody_works_on_is_as_it_is_now(page, parts, monkeypatch):
    monkeypatch.setattr(ENVIRONMENT, "auto_reload", True)
    found = []
    for text in ("before", "after"):
        parts["b.html"] = text
        found.append(page('{{ once("b.html") }}'))
    assert found == ["before", "after"]


# The interface's texts


def test_texts_of_the_interface_are_in_the_pages_language(page):
    source = '{{ _("All codes") }}'
    assert [page(source, language) for language in ("en", "zh-hant", "en")] == ["All codes", "全部狀態碼", "All codes"]


def test_a_count_of_meanings_is_a_phrase(page):
    source = "{{ meanings(1) }}, {{ meanings(2) }}"
    assert page(source) == "1 meaning, 2 meanings"
    assert page(source, "zh-hans") != page(source)


def test_a_fact_is_true_or_not(page):
    source = "{{ yes_or_no(true) }}, {{ yes_or_no(false) }}"
    assert page(source) == "yes, no"
    assert page(source, "zh-hant") == "是, 否"


def test_a_choice_is_shown_in_the_pages_language(page, code):
    code.registration = "temporary"
    for language in ("en", "zh-hans"):
        with translation.override(language):
            expected = str(Registration.TEMPORARY.label)
        assert page('{{ label(code, "registration") }}', language, code=code) == expected
    code.registration = "registered"
    assert page('{{ label(code, "registration") }}', code=code) == "registered"


# The reference's texts


def test_a_text_is_in_the_pages_language_else_in_english(page, code):
    source = '{{ localized(code, "name") }} {{ localized(code, "summary") }}'
    assert page(source, "zh-hant", code=code) == "找不到 A &lt;b&gt;summary&lt;/b&gt; &amp; more."


def test_without_an_active_language_the_default_is_used(page, code):
    assert page('{{ localized(code, "name") }}', None, code=code) == "Not Found"
    assert '<a href="/en/410/">' in page('{{ prose(code, "description") }}', None, code=code)


def test_a_short_text_is_escaped(page, code):
    assert page('{{ words(code, "summary") }}', code=code) == "A &lt;b&gt;summary&lt;/b&gt; &amp; more."


def test_a_short_text_in_another_language_is_marked(page, code):
    assert page('{{ words(code, "name") }}', "zh-hant", code=code) == "找不到"
    assert page('{{ words(code, "summary") }}', "zh-hant", code=code) == (
        '<span lang="en" class="fallback">A &lt;b&gt;summary&lt;/b&gt; &amp; more.</span>'
    )


def test_a_long_text_is_rendered_for_the_reader(page, code):
    found = page('{{ prose(code, "description") }}', "zh-hant", code=code)
    assert found == '<p>見 <a href="/zh-hant/410/">410</a>。</p>\n'


def test_a_long_text_in_another_language_is_marked_and_links_to_the_readers_pages(page, code):
    found = page('{{ prose(code, "description") }}', "zh-hans", code=code)
    assert found == '<div lang="en" class="fallback"><p>See <a href="/zh-hans/410/">410</a>.</p>\n</div>'


def test_a_text_is_shown_in_english_beside_the_readers_language(page, code):
    assert page('{{ english(code, "name") }}', "zh-hant", code=code) == "Not Found"
    assert page('{{ english(code, "visitor") }}', "zh-hant", code=code) == ""


def test_a_missing_text_is_nothing(page, code):
    assert page('{{ words(code, "visitor") }}{{ prose(code, "visitor") }}', "zh-hant", code=code) == ""


def test_the_reason_phrase_is_english_whatever_the_page(page, code):
    assert page("{{ phrase(code) }}", "zh-hant", code=code) == '<span lang="en">Not Found</span>'


def test_a_code_without_a_reason_phrase_has_its_english_name_there(page, code):
    code.reason_phrase, code.name_en = "", "A & B"
    assert page("{{ phrase(code) }}", "zh-hant", code=code) == '<span lang="en">A &amp; B</span>'


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
def test_a_local_name_is_shown_where_it_says_more_than_the_reason_phrase(
    page, code, language, reason_phrase, name, expected
):
    code.reason_phrase, code.name_zh_hant = reason_phrase, name
    assert page("{{ local_name(code) }}", language, code=code) == expected


# Addresses


def test_addresses_are_in_the_pages_language(page):
    assert page('{{ url("number", 4) }} {{ url("all_codes") }}', "zh-hans") == "/zh-hans/004/ /zh-hans/"


def test_a_meaning_is_found_on_its_numbers_page(page, code):
    assert page("{{ meaning_url(code) }}", code=code) == "/en/404/"
    code.origin_id = "nginx"
    assert page("{{ meaning_url(code) }}", code=code) == "/en/404/#nginx"


def test_a_part_of_the_query_is_changed_and_the_rest_is_kept(page, rf):
    request = rf.get("/en/", {"a": "1&2", "after": "x"})
    assert page('{{ with_query(after="é\\"") }}', request=request) == "?a=1%262&amp;after=%C3%A9%22"
    assert request.GET["after"] == "x"


# The page in other languages

OTHERS = "{% for other in alternates() %}{{ other.code }} {{ other.path }}\n{% endfor %}"
START = {"en": "/en/", "zh-hant": "/zh-hant/", "zh-hans": "/zh-hans/"}


@pytest.fixture
def others(page, rf):
    """A function that gives the paths by language as a page in Traditional Chinese names them."""

    def others(path, query=None, language="zh-hant", **context):
        request = rf.get(path, query)
        with translation.override(language):
            request.resolver_match = resolve(path)
        return dict(line.split(" ") for line in page(OTHERS, language, request, **context).splitlines())

    return others


@pytest.mark.parametrize("rest", ["/404/", "/4xx/", "/rfc/9110/", "/origins/nginx/", "/guide/a/b/", "/preview/a:b/"])
def test_a_page_is_named_in_every_shown_language(others, rest):
    assert others(f"/zh-hant{rest}") == {language: f"/{language}{rest}" for language in START}


def test_what_was_searched_is_kept(others):
    query = "?q=a%26b+%E9%80%BE%E6%99%82"
    found = others("/zh-hant/search/", {"q": "a&b 逾時", "page": "2"})
    assert found == {language: f"/{language}/search/{query}" for language in START}
    assert others("/zh-hant/search/") == {language: f"/{language}/search/" for language in START}


def test_the_query_of_any_other_page_is_dropped(others):
    assert others("/zh-hant/404/", {"q": "a"})["en"] == "/en/404/"


def test_addresses_and_names_come_from_the_settings(page, settings):
    settings.BASE_URL = "https://codes.example"
    source = "{% for other in alternates() %}{{ other.name }} {{ other.url }} {% endfor %}"
    assert "繁體中文 https://codes.example/zh-hant/ " in page(source)


def test_languages_that_are_not_shown_are_not_named(others, settings):
    settings.LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
    assert set(others("/en/404/", language="en")) == {"en", "zh-hans"}


def test_an_error_page_leads_to_the_start(others):
    assert others("/zh-hant/404/", status=500) == START


def test_before_its_address_is_resolved_the_start_is_named(page):
    assert page(OTHERS) == "".join(f"{language} {path}\n" for language, path in START.items())


def test_an_address_without_a_name_leads_to_the_start(others):
    assert resolve("/404").url_name is None
    assert others("/404") == START
