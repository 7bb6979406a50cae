"""The reference's facts, held against tests/data."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from codes.models import Ecosystem, Specification, StatusCode, Symbol

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def registered(number: int) -> StatusCode:
    return StatusCode.objects.registered().get(number=number)


def field_uses(role: str, message: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for code in StatusCode.objects.registered().prefetch_related("header_field_uses__header_field"):
        for use in code.header_field_uses.all():
            if (use.role, use.message) == (role, message):
                found.setdefault(code.number, set()).add(use.header_field.name)
    return found


def test_every_registration_is_there_and_no_other():
    expected = {
        (int(row["value"]), re.sub(r" \((TEMPORARY|OBSOLETED)[^)]*\)", "", row["description"]), row["status"])
        for row in rows("registry.csv")
        if row["status"] != "unassigned"
    }
    found = {(code.number, code.reason_phrase, code.registration) for code in StatusCode.objects.registered()}
    assert found == expected
    assert len(found) == 64


def test_the_temporary_registration_names_its_expiry():
    assert [(c.number, c.expires) for c in StatusCode.objects.filter(registration="temporary")] == [
        (104, date(2026, 11, 13))
    ]


def test_every_registered_code_is_defined_where_the_registry_says():
    for row in rows("registry.csv"):
        if row["status"] == "unassigned":
            continue
        definition = registered(int(row["value"])).references.get(role="definition")
        slug = re.sub(r"-\d\d$", "", row["spec"].lower())
        assert (definition.specification.slug, definition.section) == (slug, row["section"]), row["value"]


@pytest.mark.parametrize("row", rows("lineage.csv"), ids=lambda row: row["code"])
def test_the_lineage_is_the_chain_of_documents(row):
    code = registered(int(row["code"]))
    chain = [("rfc" + number, section) for number, section in re.findall(r"RFC(\d+) §([\d.]+)", row["chain"])]
    found = [
        (reference.specification.slug, reference.section)
        for reference in code.references.in_order_of_time()
        if reference.role in ("definition", "former-definition") and reference.specification.rfc_number
    ]
    assert found == chain


def test_former_names_are_those_that_documents_used():
    expected = {
        203: ["Partial Information"],
        204: ["No Response"],
        301: ["Moved"],
        302: ["Moved Temporarily"],
        303: ["Method"],
        306: ["Switch Proxy"],
        408: ["Request Time-out"],
        413: ["Request Entity Too Large", "Payload Too Large"],
        414: ["Request-URI Too Long", "Request-URI Too Large"],
        416: ["Requested Range Not Satisfiable"],
        418: ["I'm a teapot"],
        422: ["Unprocessable Entity"],
        502: ["Service temporarily overloaded"],
        503: ["Gateway timeout"],
        504: ["Gateway Time-out"],
    }
    codes = StatusCode.objects.registered().prefetch_related("references__specification")
    assert {code.number: names for code in codes if (names := code.former_names())} == expected


def test_the_graph_of_documents_agrees_from_both_ends():
    for row in rows("rfcs.csv"):
        document = Specification.objects.get(slug=f"rfc{row['number']}")
        assert (document.title, document.date) == (row["title"], row["date"])
        for relation in ("obsoletes", "updates", "obsoleted_by", "updated_by"):
            expected = {f"rfc{number}" for number in row[relation].split(",") if number}
            found = set(getattr(document, relation).values_list("slug", flat=True))
            # The table lists what concerns HTTP: a document may have more relations, never fewer.
            assert expected <= found, (row["number"], relation)


def test_every_vendor_meaning_is_there_and_no_other():
    expected = sorted((int(row["code"]), row["confidence"]) for row in rows("vendor.csv"))
    found = StatusCode.objects.unregistered()
    assert sorted((code.number, code.confidence) for code in found) == expected
    assert len(expected) == 77


def test_every_vendor_meaning_has_a_source_and_its_name():
    names = {(code.number, code.name_en.casefold()) for code in StatusCode.objects.unregistered()}
    for row in rows("vendor.csv"):
        if not row["name"].startswith("(") and "(" not in row["name"]:
            assert (int(row["code"]), row["name"].casefold()) in names
    assert not [code for code in StatusCode.objects.all() if not code.sources]


def test_heuristically_cacheable_codes():
    """RFC 9110, section 15.1."""
    found = StatusCode.objects.filter(heuristically_cacheable=True).values_list("number", flat=True)
    assert set(found) == {200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501}


def test_codes_without_content():
    """RFC 9110, sections 6.4.1 and 15.3.6."""
    found = StatusCode.objects.registered().filter(content_allowed=False).values_list("number", flat=True)
    assert set(found) == {100, 101, 102, 103, 104, 204, 205, 304}


def test_redirects_that_keep_the_method():
    """RFC 9110, section 15.4."""
    found = StatusCode.objects.registered().exclude(redirect_keeps_method=None)
    assert {code.number: code.redirect_keeps_method for code in found} == {
        301: False,
        302: False,
        303: False,
        307: True,
        308: True,
    }


def test_required_fields_of_responses():
    """Requirements of RFC 9110, sections 7.8, 11, 15, and of RFC 3229, section 10.4.1."""
    required = field_uses("required", "response")
    conditional = {"Cache-Control", "Content-Location", "Date", "ETag", "Expires", "Vary"}
    assert required == {
        101: {"Upgrade", "Connection"},
        206: {"Content-Range", "Content-Type"} | conditional,
        226: {"IM"},
        304: conditional,
        401: {"WWW-Authenticate"},
        405: {"Allow"},
        407: {"Proxy-Authenticate"},
        426: {"Upgrade", "Connection"},
    }


def test_expected_fields_of_responses():
    expected = field_uses("expected", "response")
    assert {number for number, names in expected.items() if "Location" in names} == {201, 301, 302, 303, 305, 307, 308}
    assert expected[416] == {"Content-Range"}
    assert expected[413] == {"Retry-After"}
    optional = field_uses("optional", "response")
    assert {number for number, names in optional.items() if "Retry-After" in names} == {429, 503}


def test_every_symbol_is_there():
    expected = {(int(row["code"]), row["ecosystem"], row["constant"].split(" = ")[0]) for row in rows("constants.csv")}
    found = Symbol.objects.values_list("status_code__number", "ecosystem__slug", "symbol")
    assert set(found) == expected


def test_known_gaps_are_kept():
    found = {
        ecosystem.slug: symbols for ecosystem, symbols in registered(425).symbols_by_ecosystem(Ecosystem.objects.all())
    }
    assert found["aspnetcore"] == []
    assert [symbol.symbol for symbol in found["python-http"]] == ["http.HTTPStatus.TOO_EARLY"]


@pytest.mark.parametrize("field", ["name", "summary"])
def test_every_meaning_is_written_in_every_shown_language(field):
    for language, _ in settings.LANGUAGES:
        assert not list(StatusCode.objects.missing(field, language))


@pytest.mark.parametrize("row", rows("older_names.csv"), ids=lambda row: f"{row['number']}-{row['name']}")
def test_names_of_older_tables_lead_to_the_number(row):
    wanted = row["name"].casefold()
    found = set()
    for code in StatusCode.objects.with_number(int(row["number"])).prefetch_related("references__specification"):
        aliases = code.aliases.values_list("text", flat=True)
        found |= {name.casefold() for name in (code.reason_phrase, code.name_en, *code.former_names(), *aliases)}
    assert wanted in found


@pytest.mark.parametrize("number", sorted({row["number"] for row in rows("older_names.csv")}))
@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_numbers_of_older_tables_have_their_page(client, language, number):
    assert client.get(f"/{language}/{number}/").status_code == 200
