import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import translation

from codes.exchange.apply import build_row, is_empty, seed
from codes.exchange.bundle import Bundle, BundleError, Record, bundled_models, dump_model, file_name, read_bundle
from codes.localized import LocalizedModel, shown_languages
from codes.models import HeaderField, Origin, Specification, StatusClass, StatusCode

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole_bundle() -> Bundle:
    return read_bundle(settings.FIXTURES_DIR)


@pytest.fixture
def bundle(whole_bundle: Bundle) -> Bundle:
    """The fixtures with few of the aliases and symbols, which are nine records of ten."""
    for model in ("alias", "symbol"):
        del whole_bundle.records[model][50:]
    return whole_bundle


def seed_quietly(bundle: Bundle) -> None:
    seed(bundle=bundle, progress=lambda name, count: None)


def change(bundle: Bundle, model: str, position: int, **fields: Any) -> None:
    """Change some fields of the record that stands at ``position``, counted from 1."""
    bundle.records[model][position - 1].fields.update(fields)


def counts() -> dict[str, int]:
    return {file_name(model): model._default_manager.count() for model in bundled_models()}


@pytest.mark.usefixtures("empty_database")
def test_an_empty_database_holds_the_bundle_afterwards_whatever_language_is_active(whole_bundle):
    # The database of all tests was seeded in English: test_bundle compares it with the fixtures.
    with translation.override("zh-hans"):
        assert is_empty()
        seed_quietly(whole_bundle)
        assert not is_empty()
    for model in bundled_models():
        expected = (settings.FIXTURES_DIR / file_name(model)).read_bytes()
        assert dump_model(model, tuple(shown_languages())) == expected, model
        if issubclass(model, LocalizedModel):
            assert not model.objects.drifted().exists(), model


@pytest.mark.usefixtures("empty_database")
def test_progress_tells_each_kind_and_how_many(bundle):
    told: list[tuple[str, int]] = []
    seed(bundle=bundle, progress=lambda name, count: told.append((name, count)))
    assert told == [
        (str(model._meta.verbose_name_plural), model._default_manager.count()) for model in bundled_models()
    ]


@pytest.mark.usefixtures("empty_database")
def test_a_text_is_stored_in_its_one_form(bundle):
    change(bundle, "statusclass", 1, name_en=" Interim\t", summary_zh_hant=" ", description_en="a\r\nb\r\n")
    seed_quietly(bundle)
    row = StatusClass.objects.get(digit=1)
    assert (row.name_en, row.summary_zh_hant, row.description_en) == ("Interim", None, "a\nb")


@pytest.mark.usefixtures("empty_database")
def test_a_row_may_refer_to_later_rows_of_its_own_kind(bundle):
    first, *_, last = (record.fields["slug"] for record in bundle.records["specification"])
    change(bundle, "specification", 1, updates=[[last]])
    seed_quietly(bundle)
    assert Specification.objects.get(slug=first).updates.get().slug == last


def test_a_database_with_data_is_left_alone(bundle):
    before = counts()
    Origin.objects.filter(slug="nginx").update(name_en="edited here")
    with pytest.raises(BundleError, match="not empty"):
        seed_quietly(bundle)
    assert counts() == before
    assert Origin.objects.get(slug="nginx").name_en == "edited here"


@pytest.mark.usefixtures("empty_database")
@pytest.mark.parametrize("model", [StatusClass, HeaderField])
def test_a_single_row_is_data_too(model, bundle):
    if model is StatusClass:
        StatusClass.objects.create(digit=1, name_en="Informational")
    else:
        HeaderField.objects.create(name="Accept")
    with pytest.raises(BundleError, match="not empty"):
        seed_quietly(bundle)
    assert sum(counts().values()) == 1


BROKEN = [
    # what the field cannot be
    ("statusclass", 5, {"digit": "five"}, "digit: .*integer"),
    ("statuscode", 3, {"number": None}, "number: .*null"),
    ("statuscode", 3, {"number": [101]}, "number: .*integer"),
    ("statuscode", 3, {"number": 101.5}, "number: "),
    ("statuscode", 3, {"expires": "13.11.2026"}, "expires: "),
    ("statuscode", 3, {"expires": "2026-02-30"}, "expires: "),
    ("statuscode", 3, {"expires": "2026-11-3"}, "expires: .*2026-11-03"),
    ("statuscode", 3, {"expires": 2026}, ""),
    ("statuscode", 3, {"expires": []}, ""),
    ("statuscode", 3, {"expires": ""}, "expires"),
    ("statuscode", 3, {"redirect_keeps_method": ""}, "redirect_keeps_method"),
    ("statuscode", 3, {"number": True}, "number: "),
    ("statuscode", 3, {"number": "101"}, "number: "),
    ("statuscode", 3, {"content_allowed": 0}, "content_allowed: "),
    ("statuscode", 3, {"content_allowed": "perhaps"}, "content_allowed: "),
    ("statuscode", 3, {"registration": "rumoured"}, "registration: .*rumoured"),
    ("statuscode", 3, {"name_en": 101}, ""),
    ("statuscode", 3, {"name_zh_hant": "x" * 81}, "name_zh_hant: .*80"),
    ("statuscode", 3, {"reason_phrase": None}, "reason_phrase"),
    ("statuscode", 3, {"reason_phrase": ["Switching", "Protocols"]}, "reason_phrase"),
    ("statuscode", 3, {"sources": {}}, "sources: "),
    ("statuscode", 3, {"sources": [{"title": "x", "url": "javascript:alert(1)"}]}, "sources: "),
    ("origin", 2, {"url": "javascript:alert(1)"}, "url: "),
    ("alias", 7, {"language": "tlh"}, "language: .*tlh"),
    ("alias", 7, {"text": ""}, "text: .*blank"),
    # what it refers to
    ("statuscode", 3, {"origin": ["nobody"]}, r"origin refers to \['nobody'\], which does not exist"),
    ("statuscode", 3, {"origin": "iana"}, "origin refers to 'iana', which does not exist"),
    ("statuscode", 3, {"origin": [["iana"]]}, "origin refers to .*, which does not exist"),
    ("statuscode", 3, {"origin": 1}, "origin refers to 1, which does not exist"),
    ("statuscode", 3, {"origin": None}, "origin: .*null"),
    ("reference", 4, {"specification": ["rfc0"]}, r"specification refers to \['rfc0'\], which does not exist"),
    ("reference", 4, {"specification": None}, "specification"),
    ("symbol", 9, {"status_code": [404, "nobody"]}, r"status_code refers to \[404, 'nobody'\], which does not exist"),
    ("specification", 8, {"obsoletes": [["rfc0"]]}, r"obsoletes refers to \['rfc0'\], which does not exist"),
    ("specification", 8, {"obsoletes": "rfc2616"}, "obsoletes"),
    ("specification", 8, {"obsoletes": None}, "obsoletes"),
    # the rules that a row must obey
    ("statusclass", 5, {"digit": 6}, "A status class has a digit from 1 to 5"),
    ("statuscode", 3, {"registration": "vendor"}, "The registration does not fit the origin"),
    ("statuscode", 3, {"name_en": "  "}, "The English name is required"),
    ("statuscode", 3, {"content_allowed": True}, "An interim response"),
    ("headerfield", 6, {"name": "ACCEPT"}, "A header field of this name exists"),
]


@pytest.mark.usefixtures("empty_database")
@pytest.mark.parametrize(
    ("model", "position", "fields", "message"),
    BROKEN,
    ids=lambda value: ascii(value) if isinstance(value, dict) else None,
)
def test_a_broken_record_is_named_and_nothing_is_written(model, position, fields, message, bundle):
    change(bundle, model, position, **fields)
    with pytest.raises(BundleError, match=rf"(?s)^{model}\.json, record {position}: .*{message}") as caught:
        seed_quietly(bundle)
    assert "\n" not in str(caught.value)
    assert is_empty()


@pytest.mark.usefixtures("empty_database")
def test_a_value_that_is_nested_too_deeply_is_named(bundle):
    sources: list[Any] = []
    for _ in range(sys.getrecursionlimit()):
        sources = [sources]
    change(bundle, "statuscode", 3, sources=sources)
    with pytest.raises(BundleError, match=r"^statuscode\.json, record 3: nested too deeply$"):
        seed_quietly(bundle)
    assert is_empty()


@pytest.mark.usefixtures("empty_database")
def test_a_natural_key_that_stands_twice_is_named_with_its_second_place(bundle):
    records = bundle.records["origin"]
    records.append(Record(f"origin.json, record {len(records) + 1}", dict(records[0].fields)))
    with pytest.raises(BundleError) as caught:
        seed_quietly(bundle)
    key = (records[0].fields["slug"],)
    assert str(caught.value) == f"{records[-1].place}: the natural key {key} stands here a second time"
    assert is_empty()


@pytest.mark.usefixtures("empty_database")
def test_a_bundle_without_english_stops_at_the_first_text(bundle):
    for record in bundle.records["statusclass"]:
        for name in [name for name in record.fields if name.endswith("_en")]:
            del record.fields[name]
    with pytest.raises(BundleError, match=r"^statusclass.json, record 1: .*The English name is required"):
        seed_quietly(bundle)


@pytest.mark.usefixtures("empty_database")
def test_a_rule_that_only_the_database_knows_names_the_record_too(bundle):
    connection.check_constraints()  # PostgreSQL makes no index while some of them wait
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX a_rule_of_this_install ON codes_statuscode (number)")
    numbers = [record.fields["number"] for record in bundle.records["statuscode"]]
    second = next(place for place, number in enumerate(numbers, start=1) if number in numbers[: place - 1])
    with pytest.raises(BundleError, match=rf"^statuscode.json, record {second}: "):
        seed_quietly(bundle)
    assert is_empty()


@pytest.mark.usefixtures("empty_database")
def test_a_failure_of_the_database_is_not_blamed_on_a_record(bundle, monkeypatch):
    def fail(rows: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(StatusClass._default_manager, "bulk_create", fail)
    with pytest.raises(OperationalError, match="disk full"):
        seed_quietly(bundle)
    assert is_empty()


@pytest.mark.usefixtures("empty_database")
def test_a_failure_halfway_leaves_nothing_behind(bundle):
    def interrupt(name: str, count: int) -> None:
        if name == StatusCode._meta.verbose_name_plural:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(bundle=bundle, progress=interrupt)
    assert is_empty()


@pytest.mark.django_db
def test_a_value_nested_beyond_measure_is_named():
    deep: list = []
    for _ in range(5000):
        deep = [deep]
    record = Record("statuscode.json, record 1", {"number": 299, "sources": deep})
    with pytest.raises(BundleError, match=r"^statuscode\.json, record 1: nested too deeply$"):
        build_row(StatusCode, record, {})
