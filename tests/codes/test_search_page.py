"""The page of results, the form that leads to it, and its description for browsers."""

import xml.etree.ElementTree as ET
from itertools import groupby
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils import translation
from django.utils.html import format_html

from codes.models import Comparison, StatusClass, StatusCode
from tests.codes.test_views import (
    LANGUAGES,
    check_addresses,
    check_head,
    check_headings,
    check_links,
    check_resources,
    links,
    main,
    parse,
    words,
)

pytestmark = pytest.mark.django_db
SPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture
def page_for(rf):
    """A function that renders the page of results for what a search may find."""

    def page_for(query, *codes, language="en", snippet="", **found):
        results = [SimpleNamespace(code=code, name=code.name, snippet=snippet) for code in codes]
        request = rf.get(f"/{language}/search/", {"q": query})
        context = {
            "query": query,
            "cut": False,
            "results": results,
            "groups": [(number, list(rows)) for number, rows in groupby(results, lambda one: one.code.number)],
            "suggestion": "",
            "corrected": False,
            "classes": StatusClass.objects.in_language(language, "name", "summary"),
            "comparison": None,
            "unassigned": None,
        }
        with translation.override(language):
            request.resolver_match = resolve(request.path)
            return parse(render(request, "codes/search.html", {**context, **found}))

    return page_for


def codes(*numbers):
    return list(StatusCode.objects.filter(number__in=numbers).in_reading_order())


def classes(language="en"):
    return {f"/{language}/{digit}xx/" for digit in range(1, 6)}


# Results


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_results_is_sound(page_for, language):
    page = page_for("timeout", *codes(408, 499, 504), language=language)
    assert "timeout" in check_head(page, language)
    check_headings(page)
    check_links(page)
    check_resources(page)


def test_a_number_stands_once_with_each_of_its_meanings(page_for):
    found = codes(404, 451)
    page = main(page_for("x", *found, language="zh-hant"))
    (listed,) = [element for element in page.iter("ol") if element.get("class") == "found"]
    numbers = [words(element) for element in listed.iter("a") if element.get("class") == "n"]
    assert numbers == ["404", "451"]
    for code in found:
        address = f"/zh-hant/{code.padded}/" + ("" if code.is_registered else f"#{code.anchor}")
        assert address in links(listed)
        assert {code.name_zh_hant, code.summary_zh_hant} <= {words(element) for element in listed.iter()}
        assert (code.reason_phrase or code.name_en) in words(listed)
        assert code.is_registered or code.origin_id in words(listed)
    assert f"結果：{len(found)} 筆" in words(page)
    assert classes("zh-hant").isdisjoint(links(page))


def test_a_snippet_is_shown_with_its_marks_in_place_of_the_summary(page_for):
    (code,) = codes(404)
    page = main(page_for("x", code, snippet=format_html("a &amp; <mark>{}</mark>", "<b>")))
    assert [words(element) for element in page.iter("mark")] == ["<b>"]
    assert "a & <b>" in words(page)
    assert code.summary_en not in words(page)


def test_a_name_without_a_translation_is_marked_as_english(page_for):
    StatusCode.objects.filter(number=404).update(name_zh_hant=None, summary_zh_hant=None)
    (code,) = codes(404)
    page = main(page_for("x", code, language="zh-hant"))
    for element in page.iter("strong"):
        assert [inner.get("lang") for inner in element] == ["en"]
    assert [element.get("lang") for element in page.iter("span") if element.get("class") == "fallback"] == ["en"]


def test_a_query_is_never_markup(page_for):
    attack = "<script>alert(1)</script>"
    page = page_for(attack, *codes(404), suggestion=attack, corrected=True)
    check_resources(page)
    assert words(main(page)).count(attack) == 3


# What is said besides


def test_a_correction_is_said(page_for):
    found = words(main(page_for("timeot", *codes(408), suggestion="timeout", corrected=True)))
    assert "Nothing matches “timeot”. These are the results for “timeout”." in found
    assert "Did you mean" not in found


def test_a_suggestion_is_offered_and_leads_to_its_search(page_for):
    page = main(page_for("qwertz", suggestion="a&b"))
    assert "Nothing matches “qwertz”." in words(page)
    assert "Did you mean: a&b" in words(page)
    assert "?q=a%26b" in links(page)
    assert classes() <= set(links(page))


def test_a_query_that_was_cut_is_said_to_be(page_for):
    assert "200 characters" in words(main(page_for("x" * 200, cut=True)))
    assert "200 characters" not in words(main(page_for("x" * 200)))


def test_a_comparison_of_the_codes_is_named(page_for):
    comparison = Comparison.objects.get(slug="401-403")
    page = main(page_for("401 403", *codes(401, 403), comparison=comparison))
    assert "/en/compare/401-403/" in links(page)
    assert comparison.question_en in words(page)


@pytest.mark.parametrize("number", [299, 0])
def test_a_number_that_nobody_uses_leads_to_its_page(page_for, number):
    page = main(page_for(f"{number:03}", unassigned=number))
    assert f"/en/{number:03}/" in links(page)
    assert f"{number:03} is not assigned" in words(page)
    assert "Nothing matches" not in words(page)
    assert classes() <= set(links(page))


def test_without_a_query_the_page_says_what_can_be_typed(client):
    page = parse(client.get("/en/search/"))
    assert "Type a number" in words(main(page))
    assert "Nothing matches" not in words(main(page))
    assert classes() <= set(links(main(page)))
    (field,) = page.iter("input")
    assert field.get("value") is None
    assert "autofocus" in field.attrib


def test_search_engines_keep_the_search_and_no_results(client):
    check_addresses(parse(client.get("/en/search/")), "/en/search/", "en")
    page = parse(client.get("/en/search/?q=timeout"))
    assert [element.get("content") for element in page.iter("meta") if element.get("name") == "robots"] == ["noindex"]
    assert not [
        element for element in page.iter("link") if element.get("rel") == "canonical" or element.get("hreflang")
    ]


# The form


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["", "404/", "299/", "nothing/"])
def test_every_page_has_the_form(client, language, path):
    (form,) = parse(client.get(f"/{language}/{path}")).iter("form")
    assert form.get("role") == "search"
    assert form.get("action") == f"/{language}/search/"
    assert form.get("method") is None
    (field,) = form.iter("input")
    assert (field.get("name"), field.get("type"), field.get("maxlength")) == ("q", "search", "200")
    assert "value" not in field.attrib and "autofocus" not in field.attrib
    (label,) = form.iter("label")
    assert words(label)
    assert list(form.iter("button"))
    assert form.get("data-number") == f"/{language}/000/"
    assert "{count}" in form.get("data-count")


def test_the_form_carries_the_query(client):
    (field,) = parse(client.get("/en/search/", {"q": 'a "<b>'})).iter("input")
    assert field.get("value") == 'a "<b>'
    assert "autofocus" not in field.attrib


def test_no_other_page_repeats_a_query(client):
    assert client.get("/en/404/?q=qwertz").content == client.get("/en/404/").content


# OpenSearch


@pytest.mark.parametrize("language", LANGUAGES)
def test_browsers_learn_to_search_in_the_language_of_the_page(client, settings, language):
    settings.BASE_URL = "https://codes.example"
    page = parse(client.get(f"/{language}/404/"))
    (link,) = [element for element in page.iter("link") if element.get("rel") == "search"]
    response = client.get(link.get("href"))
    assert response["Content-Type"] == link.get("type") == "application/opensearchdescription+xml"
    found = ET.fromstring(response.content)
    text = {element.tag.removeprefix(SPACE): element.text for element in found}
    assert found.tag == f"{SPACE}OpenSearchDescription"
    assert text["ShortName"] == link.get("title")
    assert text["InputEncoding"] == "UTF-8"
    assert text["Language"] == language
    assert text["Image"] == "https://codes.example/static/codes/icon.svg"
    with translation.override(language):
        assert text["Description"] == translation.gettext("HTTP status codes by number, name or keyword.")
    template = found.find(f"{SPACE}Url[@type='text/html']").get("template")
    assert template == f"https://codes.example/{language}/search/?q={{searchTerms}}"


@pytest.mark.parametrize("language", settings.CONTENT_LANGUAGES)
def test_the_short_name_is_short_in_every_language(rf, language):
    with translation.override(language):
        source = render_to_string("codes/opensearch.xml", {"base": "https://codes.example"}, rf.get("/"))
    assert len(ET.fromstring(source).findtext(f"{SPACE}ShortName")) <= 16
