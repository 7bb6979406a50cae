"""Seeding: a bundle taken over into an empty database, where nothing may be in its way."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import translation

from codes.exchange.apply import is_empty, seed
from codes.exchange.bundle import Bundle, read_bundle
from codes.exchange.errors import BundleError
from codes.exchange.form import bundled_models
from codes.localized import LocalizedModel
from codes.models import Conflict, HeaderField, Import, Origin, Source, Specification, StatusClass, StatusCode
from tests.codes.exchange.bundles import (
    Memory,
    Records,
    bundle_of,
    contents,
    files_of,
    fixture,
    nothing_of_the_reference,
    reference,
    signed,
)

pytestmark = pytest.mark.django_db
CODES = ("statusclass", "origin", "specification", "statuscode")
# The models that a model's records refer to, and that need to be there.
NEEDED = {
    "statuscode": ["origin"],
    "headerfield": ["specification"],
    "reference": ["origin", "specification", "statuscode"],
    "alias": ["origin", "statuscode"],
}


@pytest.fixture(scope="module", autouse=True)
def empty_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """All tests of this module begin with an empty database, which is emptied once."""
    with nothing_of_the_reference(django_db_blocker):
        yield


def counts() -> int:
    return sum(model._default_manager.count() for model in bundled_models())


def broken(model: str, position: int, **fields: Any) -> Records:
    """The records of a model as far as one, counted from 1, which has other fields; and what they refer to."""
    records = reference(*NEEDED.get(model, []), model)
    records[model] = records[model][:position]
    records[model][position - 1].update(fields)
    return records


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_empty_database_holds_the_bundle_afterwards_whatever_language_is_active(language):
    names = (*CODES, "comparison") if language == "en" else CODES
    with translation.override(language):
        assert is_empty()
        seed(bundle=bundle_of(reference(*names)))
        assert not is_empty()
    found = contents()
    assert [name for name in names if found[f"{name}.json"] != fixture(f"{name}.json")] == []
    for model in bundled_models():
        assert not issubclass(model, LocalizedModel) or not model.objects.drifted().exists(), model


def test_seeding_is_an_import_with_a_base_and_an_entry_in_the_log():
    bundle = bundle_of(reference("statusclass", "origin"), source="elsewhere")
    seed(bundle=bundle)
    source, entry = Source.objects.get(), Import.objects.get()
    assert (source.slug, source.digest, source.manifest) == ("elsewhere", bundle.manifest.digest, bundle.manifest.raw)
    assert {file.model: len(file.records) for file in source.files.all()} == {"statusclass": 5, "origin": 28}
    assert (entry.author, entry.source, entry.digest) == ("seed", "elsewhere", bundle.manifest.digest)
    assert entry.counts == {"statusclass": {"create": 5}, "origin": {"create": 28}}
    assert not Conflict.objects.exists()


def test_progress_tells_each_kind_and_how_many():
    told: list[tuple[str, int, int]] = []
    seed(bundle=bundle_of(reference(*CODES)), progress=lambda *what: told.append(what))
    models = [model for model in bundled_models() if model._meta.model_name in CODES]
    assert told == [(str(model._meta.verbose_name_plural), n, n) for model in models for n in [model.objects.count()]]


def test_a_text_is_stored_in_its_one_form():
    records = reference("statusclass")
    records["statusclass"][0].update(name_en=" Interim\t", summary_zh_hant=" ", description_en="a\r\nb\r\n")
    seed(bundle=bundle_of(records))
    row = StatusClass.objects.get(digit=1)
    assert (row.name_en, row.summary_zh_hant, row.description_en) == ("Interim", None, "a\nb")


def test_a_row_may_refer_to_later_rows_of_its_own_kind():
    records = reference("specification")
    first, *_, last = (fields["slug"] for fields in records["specification"])
    records["specification"][0]["updates"] = [[last]]
    seed(bundle=bundle_of(records))
    assert Specification.objects.get(slug=first).updates.get().slug == last


def test_a_database_that_was_emptied_is_seeded_again():
    bundle = bundle_of(reference("statusclass"))
    seed(bundle=bundle)
    StatusClass.objects.all().delete()
    seed(bundle=bundle)
    assert StatusClass.objects.count() == 5


def test_a_database_with_data_is_left_alone():
    Origin.objects.create(slug="nginx", title="nginx", name_en="edited here")
    with pytest.raises(BundleError, match=r"^the database is not empty; seeding never overwrites$"):
        seed(bundle=bundle_of(reference("origin")))
    assert counts() == 1
    assert Origin.objects.get().name_en == "edited here"


@pytest.mark.parametrize("model", [StatusClass, HeaderField])
def test_a_single_row_is_data_too(model):
    if model is StatusClass:
        StatusClass.objects.create(digit=1, name_en="Informational")
    else:
        HeaderField.objects.create(name="Accept")
    assert not is_empty()
    with pytest.raises(BundleError, match="not empty"):
        seed(bundle=bundle_of(reference("statusclass")))
    assert counts() == 1


BROKEN = [
    # what the field cannot be
    ("statusclass", 5, {"digit": "five"}, "digit: .*integer"),
    ("statuscode", 3, {"number": None}, "number: .*null"),
    ("statuscode", 3, {"number": [101]}, "number: .*integer"),
    ("statuscode", 3, {"number": 101.5}, "number: "),
    ("statuscode", 3, {"number": 10**30}, ""),
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
    ("statuscode", 3, {"reason_phrase": "a\0b"}, "NUL"),
    ("statuscode", 3, {"sources": {}}, "sources: "),
    ("statuscode", 3, {"sources": [{"title": "x", "url": "javascript:alert(1)"}]}, "sources: "),
    ("statuscode", 3, {"sources": [{"title": "a\0b", "url": ""}]}, "NUL"),
    ("origin", 2, {"url": "javascript:alert(1)"}, "url: "),
    ("alias", 7, {"language": "tlh"}, "language: .*tlh"),
    ("alias", 7, {"text": ""}, "text: .*blank"),
    # what it refers to
    ("statuscode", 3, {"origin": ["nobody"]}, r"origin refers to \['nobody'\], which does not exist"),
    ("statuscode", 3, {"origin": "iana"}, "origin refers to 'iana', which does not exist"),
    ("statuscode", 3, {"origin": [["iana"]]}, "origin refers to .*, which does not exist"),
    ("statuscode", 3, {"origin": []}, r"origin refers to \[\], which does not exist"),
    ("statuscode", 3, {"origin": {"slug": "iana"}}, "origin refers to .*, which does not exist"),
    ("statuscode", 3, {"origin": 1}, "origin refers to 1, which does not exist"),
    ("statuscode", 3, {"origin": None}, "origin: .*null"),
    ("reference", 4, {"specification": ["rfc0"]}, r"specification refers to \['rfc0'\], which does not exist"),
    ("reference", 4, {"specification": None}, "specification"),
    ("alias", 9, {"status_code": [404, "nobody"]}, r"status_code refers to \[404, 'nobody'\], which does not exist"),
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


@pytest.mark.parametrize(
    ("model", "position", "fields", "message"),
    BROKEN,
    ids=lambda value: ascii(value) if isinstance(value, dict) else None,
)
def test_a_broken_record_is_named_and_nothing_is_written(model, position, fields, message):
    with pytest.raises(BundleError, match=rf"(?s)^{model}\.json, record {position}: .*{message}") as caught:
        seed(bundle=bundle_of(broken(model, position, **fields)))
    assert "\n" not in str(caught.value)
    assert is_empty()


def with_sources(content: bytes) -> Bundle:
    """Three status codes, with these bytes for the sources of the third."""
    records = broken("statuscode", 3, sources="HERE")
    files = {name: file for name, file in files_of(records).items() if name != "manifest.json"}
    files["statuscode.json"] = files["statuscode.json"].replace(b'"HERE"', content)
    return read_bundle(Memory(signed(files)))


def test_half_a_surrogate_pair_is_named():
    with pytest.raises(BundleError, match=r"^statuscode\.json, record 3: .*surrogates not allowed"):
        seed(bundle=with_sources(b'[{"title": "\\ud800", "url": ""}]'))
    assert is_empty()


@pytest.mark.parametrize(("model", "field"), [("statusclass", "digit"), ("origin", "slug")])
def test_a_natural_key_that_stands_twice_is_named_with_its_second_place(model, field):
    records = reference(model)
    records[model].append({**records[model][0], "title" if model == "origin" else "name_en": "Another"})
    with pytest.raises(BundleError) as caught:
        seed(bundle=bundle_of(records))
    place, key = len(records[model]), (records[model][0][field],)
    assert str(caught.value) == f"{model}.json, record {place}: the natural key {key} stands here a second time"
    assert is_empty()


def test_a_bundle_without_english_stops_at_the_first_text():
    records = reference("statusclass")
    bare = [{name: value for name, value in f.items() if not name.endswith("_en")} for f in records["statusclass"]]
    with pytest.raises(BundleError, match=r"^statusclass.json, record 1: .*The English name is required"):
        seed(bundle=bundle_of({"statusclass": bare}, languages=["zh-hans", "zh-hant"]))


def test_a_rule_that_only_the_database_knows_names_the_record_too():
    connection.check_constraints()  # PostgreSQL makes no index while some of them wait
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX a_rule_of_this_install ON codes_statuscode (number)")
    records = reference(*CODES)
    numbers = [fields["number"] for fields in records["statuscode"]]
    second = next(place for place, number in enumerate(numbers, start=1) if number in numbers[: place - 1])
    with pytest.raises(BundleError, match=rf"^statuscode.json, record {second}: "):
        seed(bundle=bundle_of(records))
    assert is_empty()


def test_a_failure_of_the_database_is_not_blamed_on_a_record(monkeypatch):
    def fail(rows: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(StatusClass._default_manager, "bulk_create", fail)
    with pytest.raises(OperationalError, match="disk full"):
        seed(bundle=bundle_of(reference("statusclass")))
    assert is_empty()


def test_a_failure_halfway_leaves_nothing_behind():
    def interrupt(name: str, done: int, total: int) -> None:
        if name == StatusCode._meta.verbose_name_plural:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(bundle=bundle_of(reference(*CODES)), progress=interrupt)
    assert is_empty()


def test_a_file_that_is_not_sound_undoes_the_files_before_it():
    bundle = bundle_of(reference("statusclass", "origin"))
    bundle.container.files["origin.json"] += b" "
    with pytest.raises(BundleError, match=r"^origin\.json: .*digest"):
        seed(bundle=bundle)
    assert is_empty()
