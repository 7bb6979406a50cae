"""The public pages, asked for as a browser or a search engine does."""

import re
from itertools import pairwise
from unittest.mock import Mock
from urllib.parse import urlsplit

import html5lib
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from codes.localized import column, text
from codes.models import (
    Comparison,
    Ecosystem,
    GlossaryTerm,
    GuideAnswer,
    GuideStep,
    Origin,
    Reference,
    Specification,
    StatusClass,
    StatusCode,
)
from codes.sitemaps import SITEMAPS
from codes.views.numbers import MOST_COMPARED_IN
from codes.views.parts import MOST_IN_FULL, part
from codes.views.reference import counted
from codes.views.start import choose_language

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "zh-hant", "zh-hans"]
UNASSIGNED = [299, 700]
EXAMPLES = [
    "",
    "404/",
    "499/",
    "000/",
    "299/",
    "4xx/",
    "table/",
    "rfc/9110/",
    "specifications/",
    "specifications/w3c-htresp-1992/",
    "origins/",
    "origins/nginx/",
    "compare/",
    "compare/401-403/",
    "guide/",
    "guide/access/",
    "glossary/",
]


def parse(response):
    """The page as a tree; fails on the first error of syntax."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(response.content.decode())


def words(element):
    return " ".join("".join(element.itertext()).split())


def main(page):
    (found,) = page.iter("main")
    return found


def links(page):
    """Of the page and of its pictures."""
    return [element.get("href") for element in page.iter() if str(element.tag).rpartition("}")[2] == "a"]


def paths_of(section, language):
    sitemap = SITEMAPS[section]()
    with translation.override(language):
        return [sitemap.location(item) for item in sitemap.items()]


def check_head(page, language):
    assert page.tag == "html"
    assert page.get("lang") == language
    (title,) = page.iter("title")
    assert re.fullmatch(r"[^<>]+ · httpref", words(title))
    (description,) = [element.get("content") for element in page.iter("meta") if element.get("name") == "description"]
    assert len(description) > 10
    assert "<" not in description
    (heading,) = page.iter("h1")
    assert words(heading)
    return words(title)


def check_headings(page):
    """No heading skips a level, which readers of outlines would take for a part that is missing."""
    levels = [int(element.tag[1]) for element in main(page).iter() if element.tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(level <= before + 1 for before, level in pairwise(levels)), levels


def check_addresses(page, path, language):
    by_relation = [(element.get("rel"), element) for element in page.iter("link")]
    (canonical,) = [element.get("href") for relation, element in by_relation if relation == "canonical"]
    assert canonical == settings.BASE_URL + path
    rest = path.removeprefix(f"/{language}/")
    others = [element for relation, element in by_relation if relation == "alternate"]
    feeds = [element.get("href") for element in others if element.get("type")]
    assert feeds == [f"/{language}/changes.atom", f"/{language}/changes.json"]
    alternates = {element.get("hreflang"): element.get("href") for element in others if element.get("hreflang")}
    assert alternates == {code: f"{settings.BASE_URL}/{code}/{rest}" for code in LANGUAGES}


def check_links(page):
    names = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(names) == len(set(names)), "an id stands twice"
    for href in links(page):
        parts = urlsplit(href)
        if not parts.netloc and parts.path:
            with translation.override(parts.path.split("/")[1]):
                resolve(parts.path)
        elif not parts.netloc:
            assert parts.fragment in names, href


def check_resources(page):
    """Nothing is loaded from another host, and nothing needs a policy that allows inline code."""
    for element in page.iter():
        inline = [name for name in element.attrib if name == "style" or str(name).startswith("on")]
        assert not inline, (element.tag, inline)
        loads = element.tag in ("script", "img", "iframe", "source", "video", "audio", "embed", "object", "use")
        icon = element.tag == "link" and element.get("rel") not in ("canonical", "alternate", "prev", "next")
        for name in ("src", "srcset", "href", "data", "poster"):
            if (loads or icon) and element.get(name):
                assert re.match(r"/[^/]|#", element.get(name)), element.get(name)
    assert not list(page.iter("style"))
    assert all(element.get("src") for element in page.iter("script"))


def check_response(response, language):
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Language"] == language
    assert not response.cookies
    assert "Set-Cookie" not in response
    assert "cookie" not in response.get("Vary", "").lower()
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*", policy)


# Every page


@pytest.mark.parametrize("section", SITEMAPS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_sound(client, language, section):
    paths = paths_of(section, language)
    assert paths
    if language != "en" and len(paths) > 30:  # the templates are the same, and texts have tests of their own
        paths = paths[LANGUAGES.index(language) :: 4]
    titles = set()
    for path in paths:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        assert response.status_code == 200, path
        assert len(queries) <= 8, path
        page = parse(response)
        check_response(response, language)
        titles.add(check_head(page, language))
        check_headings(page)
        check_addresses(page, path, language)
        check_links(page)
        check_resources(page)
    assert len(titles) == len(paths)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_guide_is_sound(client, language):
    with translation.override(language):
        paths = [row.get_absolute_url() for row in GuideStep.objects.all()]
        paths += [row.get_absolute_url() for row in GuideAnswer.objects.exclude(code=None)]
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        page = parse(response)
        check_response(response, language)
        check_head(page, language)
        check_headings(page)
        check_addresses(page, path, language)
        check_links(page)
        check_resources(page)


@pytest.mark.parametrize("number", UNASSIGNED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unassigned_number_has_a_page_that_says_so(client, language, number):
    response = client.get(f"/{language}/{number}/")
    assert response.status_code == 404
    page = parse(response)
    check_response(response, language)
    assert str(number) in check_head(page, language)
    check_links(page)
    check_resources(page)
    assert any(element.get("content") == "noindex" for element in page.iter("meta"))
    assert "https://www.rfc-editor.org/rfc/rfc9110#section-15" in links(page)


@pytest.mark.parametrize(("number", "known"), [(299, True), (700, False)])
def test_an_unassigned_number_names_the_rule_of_its_class(client, number, known):
    page = parse(client.get(f"/en/{number}/"))
    assert ("/en/2xx/" in links(main(page))) is known
    assert ("x00 code of its class, here 200" in words(page)) is known
    below, above = StatusCode.objects.neighbours(number)
    assert {f"/en/{below}/", f"/en/{above}/"} <= set(links(main(page)))


def test_style_sheets_load_nothing_from_elsewhere():
    with open(finders.find("codes/style.css"), encoding="utf-8") as file:
        assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", file.read())


# Queries: the same few for every language, however many rows there are


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("", 2),
        ("table/", 2),
        ("4xx/", 2),
        ("404/", 8),
        ("499/", 8),
        ("299/", 3),
        ("specifications/", 1),
        ("rfc/9110/", 7),
        ("origins/", 4),
        ("origins/iana/", 2),
        ("origins/nginx/", 2),
        ("compare/", 1),
        ("compare/401-403/", 2),
        ("compare/500-502-503-504/", 2),
        ("guide/", 4),
        ("guide/access/", 3),
        ("guide/access/unknown/", 1),
        ("glossary/", 1),
    ],
)
def test_a_page_takes_few_queries(client, django_assert_num_queries, language, path, count):
    client.get("/en/origins/")  # counts the meanings, once for all pages
    with django_assert_num_queries(count):
        client.get(f"/{language}/{path}")


def give_more_meanings(number, most):
    """Give a number meanings of other origins."""
    used = set(StatusCode.objects.with_number(number).values_list("origin_id", flat=True))
    for origin in Origin.objects.exclude(slug__in=[*used, "iana"])[:most]:
        code = StatusCode.objects.create(
            number=number, origin=origin, registration="vendor", name_en="Another", confidence="low"
        )
        Reference.objects.create(status_code=code, specification=Specification.objects.get(slug="rfc9110"))


def test_more_meanings_take_no_more_queries(client, django_assert_num_queries):
    give_more_meanings(404, 4)
    with django_assert_num_queries(8):
        response = client.get("/zh-hant/404/")
    assert response.content.count(b"Another") >= 4


# Long lists come in parts


def follow(client, path):
    """The parts of a list from ``path`` on, as pages."""
    pages = [main(parse(client.get(path)))]
    while following := [href for href in links(pages[-1]) if href.startswith("?after=")]:
        pages.append(main(parse(client.get(path + following[0]))))
    return pages


@pytest.mark.parametrize("most", [7, 40])
@pytest.mark.parametrize("path", ["", "table/", "4xx/", "origins/iana/", "rfc/9110/"])
def test_the_parts_of_a_list_show_together_what_the_whole_shows(client, monkeypatch, path, most):
    def shown(page):
        rows = [element for element in page.iter() if element.tag in ("tr", "li")]
        return [links(row)[0] for row in rows if re.match(r"c[1-5x]\b", row.get("class", ""))]

    whole = follow(client, f"/zh-hans/{path}")
    assert len(whole) == 1
    limited = lambda request, rows, _=0, **options: part(request, rows, most, **options)  # noqa: E731
    monkeypatch.setattr("codes.views.reference.part", limited)
    found = follow(client, f"/zh-hans/{path}")
    expected = shown(whole[0])
    assert sorted(href for page in found for href in shown(page)) == sorted(expected)
    assert all(len(shown(page)) <= most for page in found)
    counts = {re.search(r"共 (\d+) 种", words(page))[0] for page in (*found, *whole) if path in ("", "table/")}
    assert len(counts) <= 1


def test_the_parts_of_the_origins_show_together_all_of_them(client, monkeypatch):
    def shown(page):
        return [href for href in links(page) if href.startswith("/zh-hans/origins/") and href != "/zh-hans/origins/"]

    (whole,) = follow(client, "/zh-hans/origins/")
    limited = lambda request, rows: part(request, rows, 7)  # noqa: E731
    monkeypatch.setattr("codes.views.reference.part", limited)
    found = follow(client, "/zh-hans/origins/")
    assert [href for page in found for href in shown(page)] == shown(whole)
    assert {len(shown(page)) for page in found[:-1]} == {7}
    assert client.get("/zh-hans/origins/", {"after": Origin.objects.last().slug}).status_code == 404


def test_a_list_in_parts_counts_all_meanings_but_no_draft(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("codes.views.reference.MOST_ROWS", 7)
    StatusCode.with_drafts.create(number=299, origin_id="nginx", registration="vendor", name_en="A", is_draft=True)
    known = StatusCode.objects.count()
    counted.cache_clear()
    for queries in (6, 5):  # they are counted once
        with django_assert_num_queries(queries):
            page = main(parse(client.get("/en/")))
        assert f"{known} meanings" in words(page)
    StatusCode.with_drafts.get(number=299).delete()
    StatusCode.objects.from_origin("qiniu").last().delete()
    assert f"{known - 1} meanings" in words(main(parse(client.get("/en/"))))


def test_an_origin_without_meanings_has_none(client):
    Origin.objects.create(slug="new", title="New", name_en="New")
    assert "New 0 meanings" in words(main(parse(client.get("/en/origins/"))))


def test_without_a_generation_the_meanings_are_counted_each_time(client, monkeypatch):
    monkeypatch.setattr("codes.generation.read", Mock(side_effect=DatabaseError))
    for number in (297, 298):
        known = StatusCode.objects.from_origin("nginx").count()
        page = main(parse(client.get("/en/origins/")))
        assert f"nginx {known} meanings" in words(page)
        StatusCode.objects.create(number=number, origin_id="nginx", registration="vendor", name_en="A")


def test_a_number_shows_some_meanings_in_full_and_the_way_to_the_others(client, django_assert_num_queries):
    give_more_meanings(404, 7)
    pages = follow(client, "/en/404/")
    sizes = [len(list(page.iter("article"))) for page in pages]
    assert sizes == [MOST_IN_FULL, 3]
    assert all("This number has 8 meanings" in words(page) for page in pages)
    with django_assert_num_queries(9):
        client.get("/en/404/")


@pytest.mark.parametrize(
    "after", ["404", "404.nobody", "iana.404", "4040.iana", "404.iana'", "\u0664\u0660\u0664.iana"]
)
@pytest.mark.parametrize("path", ["", "4xx/", "404/", "origins/", "compare/"])
def test_a_part_after_what_does_not_exist_is_not_found(client, path, after):
    assert client.get(f"/en/{path}", {"after": after}).status_code == 404


def test_a_part_that_nothing_follows_is_not_found_and_does_not_call_the_number_unassigned(client):
    response = client.get("/en/404/", {"after": "404.iana"})
    assert response.status_code == 404
    assert b"not assigned" not in response.content


@pytest.mark.parametrize("path", ["/", "/404", "/robots.txt", "/favicon.ico", "/en/rfc/09110/", "/xx/404/"])
def test_what_shows_no_row_takes_no_query(client, django_assert_num_queries, path):
    with django_assert_num_queries(0):
        client.get(path)


# What the pages say


def test_the_list_has_every_meaning(client):
    page = parse(client.get("/en/"))
    count = StatusCode.objects.count()
    for code in StatusCode.objects.all():
        address = code.get_absolute_url()
        assert (address if code.is_registered else f"{address}#{code.anchor}") in links(page)
    assert str(count) in words(main(page))


def test_the_table_has_one_line_for_each_meaning(client):
    page = parse(client.get("/zh-hant/table/"))
    rows = [row for body in page.iter("tbody") for row in body.iter("tr")]
    assert len(rows) == StatusCode.objects.count()
    found = words(main(page))
    for code in StatusCode.objects.all():
        assert " ".join(code.summary_zh_hant.split()) in found
    numbers = [int(words(next(row.iter("th")))) for row in rows]
    assert numbers[0] == 100
    assert numbers == sorted(numbers, key=lambda number: (not 100 <= number <= 599, number))


def test_a_class_has_its_meanings_only(client):
    page = parse(client.get("/zh-hans/4xx/"))
    numbers = {int(words(row)) for body in page.iter("tbody") for row in body.iter("th")}
    assert numbers == set(StatusCode.objects.in_class(4).values_list("number", flat=True))
    assert StatusClass.objects.get(digit=4).name_zh_hans in words(next(page.iter("h1")))


def test_a_number_has_all_its_meanings_and_the_registered_first(client):
    page = parse(client.get("/zh-hant/451/"))
    expected = [code.origin_id for code in StatusCode.objects.with_number(451).in_reading_order()]
    assert [article.get("id") for article in page.iter("article")] == expected
    assert expected[0] == "iana" and len(expected) > 1
    for code in StatusCode.objects.with_number(451):
        assert code.summary_zh_hant in words(page)


def test_a_number_leads_to_its_proof(client):
    code = StatusCode.objects.registered().get(number=413)
    page = parse(client.get("/zh-hant/413/"))
    found = words(page)
    for reference in code.references.all():
        assert reference.url in links(page)
    for symbol in code.symbols.all():
        assert symbol.symbol in found
    for source in code.sources:
        assert source["title"] in found
    for name in ("Request Entity Too Large", "Payload Too Large", "Content Too Large"):
        assert name in found


def test_a_number_names_its_header_fields_and_where_they_are_defined(client):
    page = parse(client.get("/en/401/"))
    for use in StatusCode.objects.registered().get(number=401).header_field_uses.all():
        assert use.header_field.name in words(page)
        assert use.header_field.url in links(page)


def test_a_known_gap_is_shown_and_not_for_what_never_meant_to_be_whole(client):
    whole = Ecosystem.objects.create(slug="whole", title="Wholeheart")
    Ecosystem.objects.create(slug="partial", title="Halfheart", partial=True)
    found = words(parse(client.get("/en/404/")))
    assert f"{whole.title} none" in found
    assert "Halfheart" not in found


def test_an_expiring_registration_shows_its_date(client):
    code = StatusCode.objects.exclude(expires=None).get()
    assert code.expires.isoformat() in words(parse(client.get(code.get_absolute_url())))


def test_a_document_has_its_codes_and_its_place_in_the_graph(client):
    page = parse(client.get("/en/rfc/7231/"))
    assert {"/en/rfc/2616/", "/en/rfc/9110/"} <= set(links(main(page)))
    for code in StatusCode.objects.referring_to("rfc7231"):
        assert f"/en/{code.padded}/" in links(main(page))
    assert f"{Specification.objects.get(slug='rfc7231').url}#section-6.5.4" in links(page)


def test_a_document_without_codes_says_so(client):
    Specification.objects.create(
        slug="rfc99999", title="A title", date="2026", status="other", url="https://a.example/"
    )
    response = client.get("/en/rfc/99999/")
    assert "It defines no status code itself." in words(parse(response))


def test_the_documents_begin_with_the_newest(client):
    page = parse(client.get("/en/specifications/"))
    dates = [words(row.findall("td")[1]) for body in page.iter("tbody") for row in body.iter("tr")]
    assert len(dates) == Specification.objects.count()
    assert dates == sorted(dates, reverse=True)


def test_an_origin_has_its_meanings_only(client):
    page = parse(client.get("/zh-hant/origins/nginx/"))
    numbers = {int(words(row)) for body in page.iter("tbody") for row in body.iter("th")}
    assert numbers == set(StatusCode.objects.from_origin("nginx").values_list("number", flat=True))


def test_every_origin_is_listed(client):
    page = parse(client.get("/en/origins/"))
    assert {f"/en/origins/{slug}/" for slug in Origin.objects.values_list("slug", flat=True)} <= set(links(page))


def test_a_comparison_has_its_codes_its_table_its_rule_and_its_example(client):
    row = Comparison.objects.get(slug="401-403")
    page = parse(client.get("/zh-hant/compare/401-403/"))
    found = words(main(page))
    assert {f"/zh-hant/{code.padded}/" for code in row.codes.all()} <= set(links(main(page)))
    assert row.question_zh_hant == words(next(page.iter("h1")))
    assert row.example.split("\n")[0] in found
    assert len(list(main(page).iter("table"))) == 2


def test_a_number_leads_to_its_comparisons(client):
    addresses = {row.get_absolute_url() for row in StatusCode.objects.registered().get(number=401).comparisons.all()}
    assert addresses and addresses <= set(links(parse(client.get("/en/401/"))))


def test_a_number_with_very_many_comparisons_leads_to_the_list_of_all(client, django_assert_num_queries):
    code = StatusCode.objects.registered().get(number=401)
    before = code.comparisons.count()
    listed = [href for href in links(main(parse(client.get("/en/401/")))) if href.startswith("/en/compare/")]
    assert len(listed) == before < MOST_COMPARED_IN
    for place in range(MOST_COMPARED_IN):
        Comparison.objects.create(slug=f"401-9{place:02}", question_en="Another?").codes.add(code)
    with django_assert_num_queries(8):
        page = main(parse(client.get("/en/401/")))
    listed = [href for href in links(page) if href.startswith("/en/compare/")]
    assert len(listed) == MOST_COMPARED_IN + 1 and listed[-1] == "/en/compare/"
    assert listed[:-1] == sorted(listed[:-1])


def test_the_parts_of_the_comparisons_show_together_all_of_them(client, monkeypatch):
    (whole,) = follow(client, "/zh-hans/compare/")
    monkeypatch.setattr("codes.views.advice.MOST_COMPARISONS", 7)
    found = follow(client, "/zh-hans/compare/")
    assert [href for page in found for href in links(page) if "compare/" in href] == [
        href for href in links(whole) if "compare/" in href
    ]
    assert len(found) == 3
    assert client.get("/zh-hans/compare/", {"after": Comparison.objects.last().slug}).status_code == 404


def test_every_comparison_is_listed(client):
    page = parse(client.get("/en/compare/"))
    assert {row.get_absolute_url() for row in Comparison.objects.all()} <= set(links(main(page)))


def test_the_guide_begins_with_the_first_question_and_shows_all(client):
    page = parse(client.get("/zh-hant/guide/"))
    first = GuideStep.objects.get(slug="start")
    assert first.question_zh_hant in words(page)
    with translation.override("zh-hant"):
        addresses = {row.get_absolute_url() for row in GuideStep.objects.all()}
        addresses |= {row.get_absolute_url() for row in first.answers.all()}
    assert addresses <= set(links(main(page)))


def test_a_question_of_the_guide_has_its_answers_in_their_order_and_the_way_back(client):
    step = GuideStep.objects.get(slug="access")
    found = links(main(parse(client.get("/en/guide/access/"))))
    expected = [row.get_absolute_url() for row in step.answers.order_by("position")]
    assert [href for href in found if href in expected] == expected
    before = {row.get_absolute_url() for row in GuideStep.objects.filter(answers__next_step=step)}
    assert before and before <= set(found)


def test_the_guide_ends_with_a_code_and_the_reason(client):
    answer = GuideAnswer.objects.get(step__slug="access", slug="unknown")
    page = parse(client.get("/zh-hant/guide/access/unknown/"))
    assert "401" in words(next(page.iter("h1")))
    assert answer.text_zh_hant in words(page)
    assert {"/zh-hant/401/", "/zh-hant/guide/access/"} <= set(links(main(page)))


@pytest.mark.parametrize(
    "path",
    [
        "guide/nothing/",
        "guide/access/nothing/",
        "guide/access/allowed/",
        "guide/nothing/unknown/",
        "compare/nothing/",
        "compare/403-401/",
    ],
)
def test_advice_that_nobody_gives_is_not_found(client, path):
    assert client.get(f"/en/{path}").status_code == 404


def test_without_a_first_question_there_is_no_guide(client):
    GuideAnswer.objects.all().delete()
    GuideStep.objects.all().delete()
    assert client.get("/en/guide/").status_code == 404


def test_the_glossary_has_every_term_in_the_readers_language_and_in_english(client):
    found = words(main(parse(client.get("/zh-hant/glossary/"))))
    for term in GlossaryTerm.objects.all():
        assert f"{term.name_zh_hant} {term.name_en}" in found


def test_texts_from_the_database_are_never_markup(client):
    attack = '"><script>alert(1)</script>'
    StatusCode.objects.filter(number=404).update(
        name_en=attack, summary_en=attack, reason_phrase=attack, sources=[{"title": attack, "url": ""}], example=attack
    )
    StatusClass.objects.filter(digit=4).update(name_en=attack, summary_en=attack, description_en=attack)
    Origin.objects.filter(slug="iana").update(name_en=attack, description_en=attack)
    Specification.objects.filter(slug="rfc9110").update(title=attack)
    Comparison.objects.update(question_en=attack, summary_en=attack, table_en=attack, rule_en=attack, example=attack)
    GuideStep.objects.update(question_en=attack, help_en=attack)
    GuideAnswer.objects.update(text_en=attack, reason_en=attack)
    GlossaryTerm.objects.update(name_en=attack, definition_en=attack)
    paths = ["", "404/", "4xx/", "table/", "rfc/9110/", "specifications/", "origins/", "origins/iana/"]
    paths += ["compare/", "compare/401-403/", "guide/", "guide/access/", "guide/access/unknown/", "glossary/"]
    for path in paths:
        response = client.get(f"/en/{path}")
        check_resources(parse(response))
        assert "alert(1)" in response.content.decode()


# A missing translation


def own_language(page, value):
    """The language that the innermost element with exactly this text is in."""
    parents = {child: parent for parent in page.iter() for child in parent}
    element = [element for element in main(page).iter() if words(element) == " ".join(value.split())][-1]
    while element.get("lang") is None:
        element = parents[element]
    return element.get("lang")


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_a_missing_translation_is_shown_in_english_with_its_own_language(client, language):
    shown = {
        StatusCode.objects.filter(number=404): ("name", "summary", "description"),
        StatusClass.objects.filter(digit=4): ("name", "summary", "description"),
        Origin.objects.filter(slug="iana"): ("name", "description"),
        Comparison.objects.filter(slug="401-403"): ("question", "summary", "rule"),
        GuideStep.objects.filter(slug="access"): ("question", "help"),
        GuideAnswer.objects.filter(step__slug="access", slug="unknown"): ("text", "reason"),
        GlossaryTerm.objects.filter(slug="access"): ("definition",),
    }
    for rows, fields in shown.items():
        for field in fields:
            rows.update(**{column(field, "en"): f"English {rows.model.__name__} {field}", column(field, language): " "})
    expected = {
        "404/": ["StatusCode summary", "StatusCode description", "Origin name"],
        "4xx/": ["StatusClass summary", "StatusClass description", "StatusCode summary"],
        "origins/": ["Origin name"],
        "origins/iana/": ["Origin description", "StatusCode summary"],
        "table/": ["StatusCode summary", "StatusCode name"],
        "": ["StatusClass summary"],
        "rfc/9110/": ["StatusCode summary"],
        "compare/": ["Comparison question", "Comparison summary"],
        "compare/401-403/": ["Comparison question", "Comparison summary", "Comparison rule"],
        "401/": ["Comparison question"],
        "guide/access/": ["GuideStep question", "GuideStep help"],
        "guide/access/unknown/": ["GuideAnswer text", "GuideAnswer reason"],
        "glossary/": ["GlossaryTerm definition"],
    }
    for path, names in expected.items():
        page = parse(client.get(f"/{language}/{path}"))
        check_head(page, language)
        for name in names:
            assert own_language(page, f"English {name}") == "en", (path, name)


def test_a_translation_that_is_there_is_in_the_pages_language(client):
    code = StatusCode.objects.registered().get(number=404)
    page = parse(client.get("/zh-hant/404/"))
    assert own_language(page, code.summary_zh_hant) == "zh-hant"


def test_a_description_in_english_stands_for_a_missing_one(client):
    StatusCode.objects.filter(number=404).update(summary_zh_hant=None)
    code = StatusCode.objects.registered().get(number=404)
    page = parse(client.get("/zh-hant/404/"))
    (description,) = [element.get("content") for element in page.iter("meta") if element.get("name") == "description"]
    assert description == text(code, "summary", "zh-hant").value


# The choice of a language


@pytest.mark.parametrize(
    ("preferences", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("en", "en"),
        ("en-GB, zh-hant", "en"),
        ("zh-Hant", "zh-hant"),
        ("zh-TW", "zh-hant"),
        ("zh-HK", "zh-hant"),
        ("zh-Hant-TW", "zh-hant"),
        ("zh-Hans", "zh-hans"),
        ("zh-CN", "zh-hans"),
        ("zh-SG", "zh-hans"),
        ("de, zh-hans;q=0.5, en;q=0.3", "zh-hans"),
        ("en;q=0.2, zh-TW;q=0.9", "zh-hant"),
        ("fr, ja", "en"),
        ("*", "en"),
        ("zh-hant;q=0.1, *;q=0.9", "en"),
        ("zh-hant;q=0", "en"),
        ("zh-hant;q=0, en;q=0.1", "en"),
        # Malformed
        (";;;", "en"),
        ("zh-hant;q=nonsense", "en"),
        (",,,zh-hant", "en"),
        ("\x00", "en"),
        ("日本語", "en"),
        ("x" * 100_000, "en"),
        ("zh-hant," * 10_000, "zh-hant"),
        ("../../etc/passwd", "en"),
    ],
)
@pytest.mark.parametrize(("path", "rest"), [("/", ""), ("/404", "404/"), ("/404/", "404/"), ("/007", "007/")])
def test_the_start_leads_to_the_readers_language(client, path, rest, preferences, language):
    response = client.get(path, headers={} if preferences is None else {"accept-language": preferences})
    assert response.status_code == 302
    assert response["Location"] == f"/{language}/{rest}"
    assert response["Vary"] == "Accept-Language"
    assert not response.cookies


def test_the_choice_of_a_language_says_what_it_depends_on_whatever_stands_before_it(rf):
    assert choose_language(rf.get("/"))["Vary"] == "Accept-Language"


@pytest.mark.parametrize("path", EXAMPLES)
def test_the_pages_do_not_depend_on_the_readers_preferences(client, path):
    plain = client.get(f"/zh-hant/{path}")
    client.cookies["django_language"] = "zh-hans"
    client.cookies["sessionid"] = "x" * 32
    other = client.get(f"/zh-hant/{path}", headers={"accept-language": "zh-hans"})
    assert other.content == plain.content
    assert "Vary" not in plain and "Vary" not in other


# Methods and validators


@pytest.mark.parametrize("path", EXAMPLES)
def test_head_answers_like_get_without_content(client, path):
    get, head = client.get(f"/en/{path}"), client.head(f"/en/{path}")
    assert head.status_code == get.status_code
    assert head.content == b""
    assert head["Content-Type"] == get["Content-Type"]


@pytest.mark.parametrize("path", ["", "404/", "table/", "origins/nginx/"])
def test_an_unchanged_page_is_not_sent_again(client, path):
    tag = client.get(f"/en/{path}")["ETag"]
    response = client.get(f"/en/{path}", headers={"if-none-match": tag})
    assert response.status_code == 304
    assert response.content == b""


def test_a_changed_page_is_sent_again(client):
    tag = client.get("/en/404/")["ETag"]
    StatusCode.objects.filter(number=404).update(summary_en="Something else.")
    assert client.get("/en/404/", headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize("path", ["/en", "/en/404", "/zh-hant/table", "/en/rfc/9110"])
def test_a_forgotten_slash_is_added(client, path):
    response = client.get(path)
    assert response.status_code == 301
    assert response["Location"] == f"{path}/"


# Other addresses


def test_an_rfc_has_one_address(client):
    response = client.get("/zh-hant/specifications/rfc9110/")
    assert response.status_code == 301
    assert response["Location"] == "/zh-hant/rfc/9110/"


@pytest.mark.parametrize("slug", ["rfc0", "rfc000", "rfc123456", "rfc" + "9" * 5000, "rfc", "rfc-1", "nothing", "9110"])
def test_a_document_that_nobody_knows_is_not_found(client, slug):
    assert client.get(f"/en/specifications/{slug}/").status_code == 404


@pytest.mark.parametrize("path", ["/en/rfc/99999/", "/en/origins/nobody/", "/en/specifications/nothing/"])
def test_a_row_that_does_not_exist_is_not_found(client, path):
    response = client.get(path)
    assert response.status_code == 404
    check_head(parse(response), "en")


def test_a_class_that_the_database_lacks_is_not_found(client):
    StatusClass.objects.filter(digit=4).delete()
    assert client.get("/en/4xx/").status_code == 404


def test_robots_are_kept_out_of_the_admin_and_told_of_the_sitemap(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    assert "Disallow: /admin/" in lines
    assert f"Sitemap: {settings.BASE_URL}{reverse('sitemap')}" in lines


def test_the_icon_that_browsers_ask_for_is_there(client):
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert finders.find(response["Location"].removeprefix(settings.STATIC_URL))


@pytest.mark.parametrize("path", ["/4xx/", "/table/", "/0404", "/04", "/404//"])
def test_pages_live_below_a_language(path):
    with pytest.raises(Resolver404):
        resolve(path)
