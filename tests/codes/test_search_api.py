"""The search as programs and the page of results use it."""

import html
import json
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from codes.models import StatusCode

pytestmark = pytest.mark.django_db
KEYS = {"number", "origin", "reason_phrase", "name", "summary", "snippet", "url", "score"}
RUBBISH = [
    "",
    " ",
    "\0",
    "%00",
    "%",
    "_",
    "%%%___",
    "''",
    '"',
    '"" OR ""',
    "NEAR(a b, 5)",
    "head : x",
    "^x",
    "a*",
    "-a",
    "a AND NOT b",
    "(((",
    "&|!<->",
    "'a' & 'b' | !'c':*",
    "foo \\",
    "$1; DROP TABLE codes_statuscode; --",
    "😀",
    "👩‍👩‍👧",
    "\u202eabc\u2066",
    "\ufffd",
    "\u0301",
    "ﷺ",
    "ẞ",
    "٤٠٤",
    "x" * 10_000,
    "错" * 10_000,
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\t\n\r",
    "ー・・",
]


def ask(client, query, **parameters):
    response = client.get("/api/v1/search/", {"q": query, **parameters})
    assert response.status_code == 200, response.content
    return response.json()


def numbers(answer):
    return [result["number"] for result in answer["results"]]


# The contract


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_an_answer_has_the_keys_of_the_contract(client, language):
    answer = ask(client, "404", lang=language)
    assert set(answer) == {"query", "lang", "count", "results"}
    assert (answer["query"], answer["lang"], answer["count"]) == ("404", language, len(answer["results"]))
    assert all(set(result) == KEYS for result in answer["results"])
    first = answer["results"][0]
    row = StatusCode.objects.get(number=404)
    assert (first["number"], first["origin"], first["reason_phrase"]) == (404, "iana", "Not Found")
    assert first["name"] == getattr(row, f"name_{language.replace('-', '_')}")
    assert first["summary"] == getattr(row, f"summary_{language.replace('-', '_')}")
    assert first["url"] == f"{settings.BASE_URL}/{language}/404/"


def test_scores_fall(client):
    scores = {}
    for result in ask(client, "timeout", limit=50)["results"]:
        scores.setdefault(result["number"], result["score"])
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    assert len(scores) > 3


def test_the_meanings_of_a_number_stand_together(client):
    found = [(result["number"], result["origin"]) for result in ask(client, "499", limit=50)["results"]]
    assert found[: len([1 for number, _ in found if number == 499])] == [pair for pair in found if pair[0] == 499]
    assert {origin for number, origin in found if number == 499} >= {"nginx", "esri"}


def test_the_registered_meaning_of_a_number_comes_first(client):
    assert ask(client, "420")["results"][0]["number"] == 420
    assert [r["origin"] for r in ask(client, "308")["results"]][:2] == ["iana", "google"]


def test_an_unregistered_meaning_is_linked_to_its_place_on_the_page(client):
    assert ask(client, "nginx 499")["results"][0]["url"].endswith("/en/499/#nginx")


def test_the_limit_is_kept(client):
    assert len(ask(client, "request", limit=3)["results"]) == 3
    assert len(ask(client, "request", limit=50)["results"]) > 10
    assert len(ask(client, "request")["results"]) == 10


def test_a_text_that_is_missing_is_english(client):
    StatusCode.objects.filter(number=418).update(name_zh_hant=None, summary_zh_hant=None)
    first = ask(client, "teapot", lang="zh-hant")["results"][0]
    assert (first["number"], first["name"]) == (418, StatusCode.objects.get(number=418).name_en)
    assert first["summary"] == StatusCode.objects.get(number=418).summary_en


def test_any_origin_may_read_it_and_it_has_an_etag(client):
    response = client.get("/api/v1/search/?q=teapot", headers={"origin": "https://example.org"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert client.get("/api/v1/search/?q=teapot", headers={"if-none-match": response["ETag"]}).status_code == 304
    assert response["Content-Language"] == "en"


# What cannot be used


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ("limit=-1", "limit"),
        ("limit=0", "limit"),
        ("limit=1000000000", "limit"),
        ("limit=99999999999999999999999999", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("lang=tlh", "lang"),
        ("lang=fr", "lang"),
        ("lang=", "lang"),
    ],
)
@pytest.mark.parametrize("reader", ["en", "zh-TW", "zh-CN"])
def test_a_parameter_that_cannot_be_used_is_named(client, parameters, name, reader):
    response = client.get(f"/api/v1/search/?q=404&{parameters}", headers={"accept-language": reader})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == [name]


@pytest.mark.parametrize("query", RUBBISH, ids=range(len(RUBBISH)))
def test_any_query_has_an_answer(client, query):
    answer = ask(client, query)
    assert answer["query"] == answer["query"].strip()[:200]
    assert client.get("/en/search/", {"q": query}).status_code == 200


def test_bytes_that_are_no_utf_8_have_an_answer(client):
    assert client.get("/api/v1/search/?q=%ff%fe%ed%a0%80").status_code == 200
    assert client.get("/zh-hans/search/?q=%ff%fe%ed%a0%80").status_code == 200


@pytest.mark.parametrize(
    ("language", "begins"),
    [("en", "The query was too long"), ("zh-hant", "輸入的內容太長"), ("zh-hans", "输入的内容过长")],
)
def test_a_long_query_is_cut_with_a_message(client, language, begins):
    answer = ask(client, "teapot " * 100, lang=language)
    assert answer["query"] == ("teapot " * 100)[:200]
    assert set(answer) == {"query", "lang", "count", "results", "message"}
    assert answer["message"].startswith(begins)
    assert 418 in numbers(answer)
    page = client.get(f"/{language}/search/", {"q": "teapot " * 100}).content.decode()
    assert answer["message"] in html.unescape(page)
    assert answer["message"] not in html.unescape(client.get(f"/{language}/search/?q=teapot").content.decode())


# Snippets


def test_a_snippet_marks_what_matched_in_the_readers_language(client):
    for result in ask(client, "重定向", lang="zh-hant")["results"]:
        assert re.search("<mark>(重新導向|轉址|轉向)</mark>", result["snippet"]), result["snippet"]


def test_a_snippet_has_no_markup_but_marks(client):
    StatusCode.objects.filter(number=418).update(summary_en='<img src=x onerror="alert(1)"> & a teapot <mark>')
    (snippet,) = [r["snippet"] for r in ask(client, "teapot")["results"] if r["number"] == 418]
    assert snippet == "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; a <mark>teapot</mark> &lt;mark&gt;"


# The page of results


@pytest.mark.parametrize("query", ["404", "４０４", " 404 "])
def test_a_number_leads_to_its_page(client, query):
    response = client.get("/zh-hans/search/", {"q": query})
    assert (response.status_code, response["Location"]) == (302, "/zh-hans/404/")


def test_a_number_without_a_meaning_is_said_to_have_none(client):
    page = client.get("/en/search/?q=432").content.decode()
    assert "432 is not assigned" in page
    assert "/en/432/" in page


def test_a_misspelt_query_is_answered_for_what_was_meant(client):
    page = html.unescape(client.get("/en/search/?q=forbiddne+acess").content.decode())
    assert "Nothing matches “forbiddne acess”" in page
    assert "forbidden access" in page
    assert page.index("/en/403/") > page.index("forbidden access")


def test_a_query_that_nothing_matches_is_offered_the_nearest_spelling_and_the_classes(client):
    page = html.unescape(client.get("/en/search/?q=xqzzteapottxq").content.decode())
    assert "Nothing matches “xqzzteapottxq”" in page
    assert "/en/4xx/" in page
    page = html.unescape(client.get("/en/search/?q=precooondittyon").content.decode())
    assert "?q=precondition" in page


def test_two_numbers_are_compared(client):
    assert "/en/compare/401-403/" in client.get("/en/search/?q=401+vs+403").content.decode()
    assert "/en/compare/500-502-503-504/" in client.get("/en/search/?q=502+504").content.decode()
    assert "/en/compare/4" not in client.get("/en/search/?q=401+vs+499").content.decode()
    assert "/en/compare/4" not in client.get("/en/search/?q=error+401").content.decode()


def test_a_search_asks_the_database_a_fixed_number_of_times(client):
    ask(client, "warm up")
    for query, most in (("404", 9), ("timeout", 9), ("forbiden acess", 10), ("网关超时 nginx", 10)):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = ask(client, query)
        assert answer["count"] > 0
        assert len(queries) <= most, [query["sql"][:90] for query in queries]


def test_a_read_writes_nothing(client):
    StatusCode.objects.filter(number=418).update(summary_en="A kettle.")
    with CaptureQueriesContext(connection) as queries:
        assert 418 in numbers(ask(client, "kettle"))
    written = [query["sql"] for query in queries if not query["sql"].lstrip("( ").upper().startswith("SELECT")]
    assert written == []


def test_the_answer_is_json_as_programs_read_it(client):
    content = client.get("/api/v1/search/?q=茶壺&lang=zh-hant").content.decode()
    assert "茶壺" in content
    assert json.loads(content)["results"][0]["number"] == 418
