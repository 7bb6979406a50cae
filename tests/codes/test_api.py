from itertools import product
from urllib.parse import urlencode

import pytest
from django.conf import settings
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from codes.localized import column
from codes.models import Specification, StatusClass, StatusCode

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "zh-hant", "zh-hans"]
# The contract of DESIGN.md.
LONG_KEYS = {"description", "server", "client", "visitor", "example"}
KEYS = LONG_KEYS | {
    "number", "origin", "reason_phrase", "class", "registration", "expires", "visibility", "confidence",
    "heuristically_cacheable", "content_allowed", "redirect_keeps_method", "header_fields", "references",
    "former_names", "aliases", "symbols", "sources", "lang", "name", "summary", "url", "fallback_fields",
}  # fmt: skip
CLASS_KEYS = {"digit", "notation", "lang", "name", "summary", "description", "url", "fallback_fields"}
SPECIFICATION_KEYS = {
    "slug", "title", "date", "status", "series", "url", "obsoletes", "updates", "obsoleted_by", "updated_by",
}  # fmt: skip
PATHS = ["codes/", "codes/404/", "classes/", "specifications/"]


@pytest.fixture
def get(client):
    def get(path, status=200, **parameters):
        response = client.get(f"/api/v1/{path}?{urlencode(parameters)}")
        assert response.status_code == status, response.content
        return response.json()

    return get


def refusal(client, query):
    response = client.get(f"/api/v1/codes/?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    return response.json()


# The contract


def test_the_list_has_every_meaning_with_the_keys_of_the_contract_but_the_long_texts(get):
    document = get("codes/")
    assert set(document) == {"count", "results"}
    assert document["count"] == len(document["results"]) == StatusCode.objects.count()
    assert {frozenset(meaning) for meaning in document["results"]} == {frozenset(KEYS - LONG_KEYS)}


@pytest.mark.parametrize("value", ["1", "true"])
def test_the_list_has_the_long_texts_when_asked(get, value):
    assert {frozenset(meaning) for meaning in get("codes/", full=value)["results"]} == {frozenset(KEYS)}


@pytest.mark.parametrize("value", ["0", "false"])
def test_the_list_has_no_long_texts_when_not_wanted(get, value):
    assert {frozenset(meaning) for meaning in get("codes/", full=value)["results"]} == {frozenset(KEYS - LONG_KEYS)}


def test_a_number_has_all_its_meanings_in_full_and_the_registered_first(get):
    document = get("codes/451/")
    assert set(document) == {"number", "meanings"}
    assert document["number"] == 451
    assert {frozenset(meaning) for meaning in document["meanings"]} == {frozenset(KEYS)}
    origins = [meaning["origin"] for meaning in document["meanings"]]
    assert origins == [row.origin_id for row in StatusCode.objects.with_number(451).in_reading_order()]
    assert origins[0] == "iana"


def test_a_meaning_has_the_values_of_the_contract(get):
    (meaning,) = [row for row in get("codes/413/")["meanings"] if row["origin"] == "iana"]
    row = StatusCode.objects.registered().get(number=413)
    assert meaning["number"] == 413
    assert meaning["class"] == 4
    assert meaning["reason_phrase"] == "Content Too Large"
    assert meaning["registration"] == "registered"
    assert meaning["expires"] is None
    assert meaning["redirect_keeps_method"] is None
    assert meaning["content_allowed"] is True
    assert meaning["heuristically_cacheable"] is False
    assert meaning["former_names"] == ["Request Entity Too Large", "Payload Too Large"]
    assert meaning["sources"] == row.sources
    assert meaning["url"] == f"{settings.BASE_URL}/en/413/"
    reference = meaning["references"][-1]
    assert reference == {
        "specification": "rfc9110",
        "section": "15.5.14",
        "role": "definition",
        "reason_phrase": "Content Too Large",
        "url": "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14",
    }
    assert {"ecosystem": "nginx", "symbol": "NGX_HTTP_REQUEST_ENTITY_TOO_LARGE"} in meaning["symbols"]
    assert {"name": "Retry-After", "role": "expected", "message": "response"} in meaning["header_fields"]


def test_nested_values_have_the_keys_of_the_contract(get):
    keys = {"header_fields": set(), "references": set(), "symbols": set(), "sources": set()}
    for meaning, name in product(get("codes/")["results"], keys):
        keys[name] |= {frozenset(value) for value in meaning[name]}
    assert keys == {
        "header_fields": {frozenset({"name", "role", "message"})},
        "references": {frozenset({"specification", "section", "role", "reason_phrase", "url"})},
        "symbols": {frozenset({"ecosystem", "symbol"})},
        "sources": {frozenset({"title", "url"})},
    }


def test_facts_have_the_terms_of_the_contract(get):
    meanings = get("codes/")["results"]
    terms = {
        "registration": {"registered", "temporary", "unused", "obsoleted", "vendor", "draft", "folklore"},
        "visibility": {"client", "log", "body", "internal"},
        "confidence": {"high", "medium", "low"},
        "class": {1, 2, 3, 4, 5, None},
        "redirect_keeps_method": {True, False, None},
        "heuristically_cacheable": {True, False},
        "content_allowed": {True, False},
    }
    for name, values in terms.items():
        assert {meaning[name] for meaning in meanings} <= values, name
    assert all((meaning["redirect_keeps_method"] is None) or meaning["class"] == 3 for meaning in meanings)


def test_a_temporary_registration_has_its_expiry_as_a_date(get):
    (meaning,) = get("codes/", registration="temporary")["results"]
    assert meaning["expires"] == StatusCode.objects.get(registration="temporary").expires.isoformat()


def test_the_address_of_an_unregistered_meaning_leads_to_it(get):
    (meaning,) = [row for row in get("codes/499/", lang="zh-hans")["meanings"] if row["origin"] == "nginx"]
    assert meaning["url"] == f"{settings.BASE_URL}/zh-hans/499/#nginx"


def test_a_number_outside_the_classes_has_none(get):
    assert get("codes/000/")["meanings"][0]["class"] is None
    assert get("codes/000/")["number"] == 0


def test_the_classes(get):
    document = get("classes/", lang="zh-hant")
    assert set(document) == {"count", "results"}
    assert document["count"] == len(document["results"]) == 5
    for row, stored in zip(document["results"], StatusClass.objects.order_by("digit"), strict=True):
        assert set(row) == CLASS_KEYS
        assert (row["digit"], row["notation"], row["lang"]) == (stored.digit, f"{stored.digit}xx", "zh-hant")
        assert row["name"] == stored.name_zh_hant
        assert row["url"] == f"{settings.BASE_URL}/zh-hant/{stored.digit}xx/"


def test_the_specifications_and_their_graph(get):
    document = get("specifications/")
    assert set(document) == {"count", "results"}
    assert document["count"] == len(document["results"]) == Specification.objects.count()
    rows = {row["slug"]: row for row in document["results"]}
    assert {frozenset(row) for row in rows.values()} == {frozenset(SPECIFICATION_KEYS)}
    assert "rfc2616" in rows["rfc7231"]["obsoletes"]
    assert "rfc9110" in rows["rfc7231"]["obsoleted_by"]
    for slug, row in rows.items():
        assert row["obsoletes"] == sorted(row["obsoletes"])
        assert all(slug in rows[other]["obsoleted_by"] for other in row["obsoletes"])
        assert all(slug in rows[other]["updated_by"] for other in row["updates"])


# Languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_in_the_language_asked_for(get, language):
    fields = ("name", "summary", "description", "server", "client", "visitor")
    texts = {column(field, code): f"{field} {code}" for field in fields for code in LANGUAGES}
    StatusCode.objects.filter(number=404).update(**texts)
    (meaning,) = get("codes/404/", lang=language)["meanings"]
    assert {field: meaning[field] for field in fields} == {field: f"{field} {language}" for field in fields}
    assert meaning["lang"] == language
    assert meaning["fallback_fields"] == []
    assert meaning["url"] == f"{settings.BASE_URL}/{language}/404/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_aliases_are_in_the_language_asked_for(get, language):
    (meaning,) = get("codes/404/", lang=language)["meanings"]
    known = StatusCode.objects.registered().get(number=404).aliases.filter(language=language)
    assert meaning["aliases"] and set(meaning["aliases"]) == set(known.values_list("text", flat=True))


def test_without_a_language_texts_are_english_whatever_the_reader_prefers(client):
    response = client.get("/api/v1/codes/404/", headers={"accept-language": "zh-hant"})
    assert response.json()["meanings"][0]["lang"] == "en"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_says_which_language_it_is_in(client, language):
    response = client.get(f"/api/v1/codes/404/?lang={language}", headers={"accept-language": "zh-hans"})
    assert response["Content-Language"] == language


def test_a_text_shown_in_english_is_listed(get):
    StatusCode.objects.filter(number=404).update(summary_zh_hant=None, visitor_zh_hant=None, visitor_en="Go back.")
    (meaning,) = get("codes/404/", lang="zh-hant")["meanings"]
    row = StatusCode.objects.registered().get(number=404)
    assert meaning["fallback_fields"] == ["summary", "visitor"]
    assert meaning["summary"] == row.summary_en
    assert meaning["visitor"] == "Go back."
    listed = {row["number"]: row for row in get("codes/", lang="zh-hant", registration="registered")["results"]}
    assert listed[404]["fallback_fields"] == ["summary"]


def test_a_text_that_nobody_wrote_is_empty_and_no_fallback(get):
    StatusCode.objects.filter(number=404).update(visitor_zh_hant=None, visitor_en=None)
    (meaning,) = get("codes/404/", lang="zh-hant")["meanings"]
    assert meaning["visitor"] == ""
    assert meaning["fallback_fields"] == []


def test_characters_stand_as_they_are(client):
    content = client.get("/api/v1/codes/404/?lang=zh-hant").content.decode()
    assert StatusCode.objects.registered().get(number=404).name_zh_hant in content


# Filters


@pytest.mark.parametrize("value", ["4", "4xx"])
def test_the_list_of_a_class(get, value):
    numbers = [meaning["number"] for meaning in get("codes/", **{"class": value})["results"]]
    assert numbers == list(StatusCode.objects.in_class(4).in_reading_order().values_list("number", flat=True))


def test_the_list_of_an_origin(get):
    document = get("codes/", origin="nginx")
    assert {meaning["origin"] for meaning in document["results"]} == {"nginx"}
    assert document["count"] == StatusCode.objects.from_origin("nginx").count()


def test_the_list_of_an_origin_that_nobody_knows_is_empty(get):
    assert get("codes/", origin="nobody") == {"count": 0, "results": []}


@pytest.mark.parametrize("value", ["registered", "temporary", "unused", "obsoleted", "vendor", "draft", "folklore"])
def test_the_list_of_a_registration(get, value):
    document = get("codes/", registration=value)
    assert {meaning["registration"] for meaning in document["results"]} == {value}
    assert document["count"] == StatusCode.objects.filter(registration=value).count()


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_the_list_of_what_is_heuristically_cacheable(get, value, expected):
    document = get("codes/", cacheable=value)
    assert {meaning["heuristically_cacheable"] for meaning in document["results"]} == {expected}
    assert document["count"] == StatusCode.objects.filter(heuristically_cacheable=expected).count()


def test_the_list_of_a_document_has_each_meaning_once(get):
    document = get("codes/", rfc="9110")
    numbers = [meaning["number"] for meaning in document["results"]]
    assert len(numbers) == len(set(numbers)) == StatusCode.objects.referring_to("rfc9110").count()
    for meaning in document["results"]:
        assert "rfc9110" in {reference["specification"] for reference in meaning["references"]}
    assert get("codes/", rfc="1")["count"] == 0


def test_filters_narrow_each_other(get):
    document = get("codes/", **{"class": "4", "registration": "registered", "cacheable": "true", "rfc": "9110"})
    assert {meaning["number"] for meaning in document["results"]} == {404, 405, 410, 414}


# Wrong parameters


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("class", ""),
        ("class", "0"),
        ("class", "6xx"),
        ("class", "4x"),
        ("class", "4xx\n"),
        ("class", "٤"),
        ("origin", "\x00"),
        ("origin", "a b"),
        ("origin", "x" * 10_000),
        ("registration", "Registered"),
        ("registration", ""),
        ("cacheable", "perhaps"),
        ("cacheable", ""),
        ("rfc", "rfc9110"),
        ("rfc", "0"),
        ("rfc", "-1"),
        ("rfc", "100000"),
        ("rfc", "9" * 5000),
        ("rfc", "9110.5"),
        ("full", "x"),
        ("full", ""),
        ("lang", "ja"),
        ("lang", "zh"),
        ("lang", "zh-TW"),
        ("lang", ""),
        ("lang", "\x00"),
    ],
)
def test_a_value_that_makes_no_sense_is_a_problem_that_names_the_parameter(client, name, value):
    document = refusal(client, urlencode({name: value}))
    assert [error["parameter"] for error in document["errors"]] == [name]
    assert document["errors"][0]["detail"]


def test_a_value_that_is_no_utf8_is_a_problem(client):
    assert refusal(client, "lang=%ff")


@pytest.mark.parametrize("path", PATHS)
def test_a_parameter_that_does_not_exist_is_a_problem_that_names_it(client, path):
    response = client.get(f"/api/v1/{path}?colour=red")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert "colour" in response.content.decode()


def test_a_filter_of_the_list_does_not_exist_elsewhere(client):
    assert client.get("/api/v1/codes/404/?origin=nginx").status_code == 400


def test_every_wrong_parameter_is_named_at_once(client):
    document = refusal(client, "class=9&rfc=x")
    assert {error["parameter"] for error in document["errors"]} == {"class", "rfc"}


@pytest.mark.parametrize("number", ["0404", "40", "4xx", "abc", "٤٠٤", "-04", "404%0A", "1e2"])
def test_what_is_no_number_is_a_problem(client, number):
    response = client.get(f"/api/v1/codes/{number}/")
    assert response.status_code in (400, 404)
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("number", ["299", "700"])
def test_a_number_without_a_meaning_is_not_found(client, number):
    response = client.get(f"/api/v1/codes/{number}/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert number in response.json()["detail"]


# Queries


@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("query", ["", "&class=4", "&origin=nginx", "&registration=temporary", "&full=1"])
def test_the_list_takes_the_same_queries_however_long_it_is(client, django_assert_num_queries, language, query):
    with django_assert_num_queries(5):
        client.get(f"/api/v1/codes/?lang={language}{query}")


@pytest.mark.parametrize(
    ("path", "count"),
    [("codes/404/", 5), ("codes/499/", 5), ("codes/299/", 1), ("classes/", 1), ("specifications/", 5)],
)
def test_an_answer_takes_few_queries(client, django_assert_num_queries, path, count):
    with django_assert_num_queries(count):
        client.get(f"/api/v1/{path}")


def test_the_list_without_long_texts_does_not_load_them(client, django_assert_num_queries):
    with django_assert_num_queries(5) as queries:
        client.get("/api/v1/codes/?lang=zh-hant")
    statements = " ".join(query["sql"] for query in queries)
    assert '"codes_statuscode"."summary_zh_hant"' in statements
    for name in ("description_en", "description_zh_hant", "summary_zh_hans", "example"):
        assert f'"codes_statuscode"."{name}"' not in statements


# Of the web


@pytest.mark.parametrize("path", [*PATHS, "openapi.json"])
def test_an_unchanged_answer_is_not_sent_again(client, path):
    tag = client.get(f"/api/v1/{path}")["ETag"]
    response = client.get(f"/api/v1/{path}", headers={"if-none-match": tag})
    assert response.status_code == 304
    assert response.content == b""
    assert response["ETag"] == tag


def test_a_changed_answer_is_sent_again(client):
    tag = client.get("/api/v1/codes/404/")["ETag"]
    StatusCode.objects.filter(number=404).update(summary_en="Something else.")
    response = client.get("/api/v1/codes/404/", headers={"if-none-match": tag})
    assert response.status_code == 200
    assert response["ETag"] != tag


@pytest.mark.parametrize("path", [*PATHS, "openapi.json", "codes/299/", "codes/?colour=red", "nothing/"])
def test_pages_of_any_origin_may_read(client, path):
    response = client.get(f"/api/v1/{path}", headers={"origin": "https://example.com"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert "ETag" in response["Access-Control-Expose-Headers"]


def test_a_browsers_preflight_is_answered(client):
    response = client.options(
        "/api/v1/codes/", headers={"origin": "https://example.com", "access-control-request-method": "GET"}
    )
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "*"
    assert set(response["Access-Control-Allow-Methods"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", ["/en/404/", "/admin/login/"])
def test_only_the_api_is_open_to_pages_of_other_origins(client, path):
    response = client.get(path, headers={"origin": "https://example.com"})
    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize("path", [*PATHS, "openapi.json"])
def test_head_answers_like_get_without_content(client, path):
    get, head = client.get(f"/api/v1/{path}"), client.head(f"/api/v1/{path}")
    assert head.status_code == 200
    assert head.content == b""
    assert head["Content-Type"] == get["Content-Type"]


@pytest.mark.parametrize("path", PATHS)
def test_answers_know_no_cookies(client, path):
    response = client.get(f"/api/v1/{path}")
    assert not response.cookies
    assert "cookie" not in response.get("Vary", "").lower()
    assert response["Content-Type"].startswith("application/json")
    assert response["X-Content-Type-Options"] == "nosniff"


# The description


@pytest.fixture
def description(client):
    return client.get("/api/v1/openapi.json").json()


def test_the_description_is_sound_openapi(description):
    validate(description)


def test_the_description_names_every_address(description):
    assert set(description["paths"]) == {
        "/api/v1/codes/",
        "/api/v1/codes/{number}/",
        "/api/v1/classes/",
        "/api/v1/specifications/",
        "/api/v1/search/",
        "/api/v1/bundle/",
        "/api/v1/bundle/{name}",
    }
    assert {method for path in description["paths"].values() for method in path} == {"get"}


def test_the_description_names_every_parameter(description):
    parameters = description["paths"]["/api/v1/codes/"]["get"]["parameters"]
    names = {parameter["name"] for parameter in parameters}
    assert names == {"class", "origin", "registration", "cacheable", "rfc", "lang", "full"}
    assert not any(parameter["required"] for parameter in parameters)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("codes/", "/api/v1/codes/"),
        ("codes/?full=1&lang=zh-hans", "/api/v1/codes/"),
        ("codes/404/", "/api/v1/codes/{number}/"),
        ("codes/104/", "/api/v1/codes/{number}/"),
        ("classes/", "/api/v1/classes/"),
        ("specifications/", "/api/v1/specifications/"),
        ("search/?q=teapot", "/api/v1/search/"),
    ],
)
def test_answers_are_as_described(client, description, path, address):
    answer = description["paths"][address]["get"]["responses"]["200"]
    schema = {**answer["content"]["application/json"]["schema"], "components": description["components"]}
    OAS31Validator(schema).validate(client.get(f"/api/v1/{path}").json())


def test_the_interactive_documentation_of_the_library_is_not_served(client):
    assert client.get("/api/v1/docs").status_code == 404
