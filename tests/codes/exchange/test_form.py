import json
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.utils import translation

from codes.exchange.form import (
    MODEL_NAMES,
    as_bytes,
    bundled_fields,
    bundled_models,
    file_name,
    key_fields,
    key_of,
    language_of_columns,
    model_named,
    paths_to_keys,
    record_bytes,
    records_of,
    rows_of,
)
from codes.localized import column
from codes.models import (
    Alias,
    Comparison,
    Ecosystem,
    GuideAnswer,
    HeaderFieldUse,
    Origin,
    Specification,
    StatusCode,
    Symbol,
)
from codes.natural_key import NaturalKeyModel


def relations(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.get_fields() if field.concrete and field.is_relation]


# What a bundle holds


def test_every_model_of_the_reference_is_in_the_bundle_after_those_it_refers_to():
    models = bundled_models()
    assert set(models) == {model for model in apps.get_models() if issubclass(model, NaturalKeyModel)}
    for position, model in enumerate(models, start=1):
        assert {field.related_model for field in relations(model)} <= set(models[:position]), model


def test_a_model_is_found_by_its_name_and_has_a_file_of_it():
    assert [file_name(model_named(name)) for name in MODEL_NAMES] == [f"{name}.json" for name in MODEL_NAMES]


def test_fields_are_all_but_the_id_the_base_columns_and_other_languages():
    texts = {column(field, code) for field in Comparison.localized_fields for code in ("en", "ja")}
    assert set(bundled_fields(Comparison, ("en", "ja"))) == {"slug", "example", "codes", *texts}
    assert set(bundled_fields(Ecosystem, ("en", "ja"))) == {"slug", "title", "source", "version", "partial"}
    assert bundled_fields(Origin, ()) == ["slug", "title", "url"]


def test_each_column_of_texts_has_its_language():
    assert language_of_columns(Origin, ("en", "fr")) == {
        column(field, code): code for field in ("name", "description") for code in ("en", "fr")
    }
    assert language_of_columns(Ecosystem, ("en", "fr")) == {}


def test_a_key_is_made_of_whole_relations():
    assert [field.name for field in key_fields(Symbol)] == ["ecosystem", "status_code", "symbol"]
    assert [field.name for field in key_fields(StatusCode)] == ["number", "origin"]


def test_the_natural_key_of_a_record_has_the_keys_of_its_targets():
    fields = {"ecosystem": ["go"], "status_code": [404, "iana"], "symbol": "http.StatusNotFound"}
    assert key_of(Symbol, fields) == ("go", 404, "iana", "http.StatusNotFound")
    assert key_of(Origin, {"slug": "iana"}) == ("iana",)


@pytest.mark.parametrize("slug", [None, True, 1.5, ["iana"], {"a": 1}], ids=repr)
def test_a_key_that_no_row_can_have_is_a_key_all_the_same(slug):
    key = key_of(Origin, {"slug": slug})
    assert len(key) == 2
    assert hash(key) == hash(key_of(Origin, {"slug": slug}))


def test_a_relation_leads_on_to_the_relations_of_its_targets_key():
    symbol = {field.name: field for field in Symbol._meta.concrete_fields}
    assert paths_to_keys(symbol["status_code"]) == ["status_code", "status_code__origin"]
    assert paths_to_keys(symbol["symbol"]) == []
    assert paths_to_keys(Comparison._meta.get_field("codes")) == []


# Its one form


def test_json_has_one_form():
    assert as_bytes({"b": ["é"], "a": None}) == '{\n  "a": null,\n  "b": [\n    "é"\n  ]\n}\n'.encode()


def test_what_is_no_number_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_bytes(float("nan"))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_file_written_piece_by_piece_is_the_list_of_its_records(count):
    every = [{"slug": f"a{number}", "sources": [{"title": "b\nc", "url": ""}], "empty": []} for number in range(count)]
    whole = as_bytes([{"model": "codes.origin", "fields": fields} for fields in every])
    assert b"".join(record_bytes(Origin, iter(every))) == whole


# The rows of the database


@pytest.mark.django_db
def test_records_are_sorted_by_natural_key_not_by_the_order_they_were_made_in():
    Origin.objects.create(slug="a-late-one", title="Late", name_en="Late")
    slugs = [fields["slug"] for fields in records_of(Origin, ("en",))]
    assert slugs[0] == "a-late-one"
    assert slugs == sorted(slugs)


@pytest.mark.django_db
def test_keys_are_compared_part_by_part_and_numbers_as_numbers():
    Alias.objects.filter(status_code__number__gt=101).delete()
    Alias.objects.create(status_code=StatusCode.objects.with_number(0).get(), language="en", text="\N{BULLET} late")
    keys = [(*fields["status_code"], fields["language"], fields["text"]) for fields in records_of(Alias, ())]
    assert {keys[0][0], keys[-1][0]} == {0, 101}
    assert keys == sorted(keys)


@pytest.mark.django_db
def test_some_rows_at_a_time_are_in_memory_and_none_is_lost(monkeypatch):
    everything = list(records_of(Origin, ("en",)))
    monkeypatch.setattr("codes.exchange.form.CHUNK", 5)
    assert list(records_of(Origin, ("en",))) == everything
    assert len(everything) == Origin.objects.count()


@pytest.mark.django_db
def test_a_row_that_goes_while_records_are_read_is_left_out(monkeypatch):
    monkeypatch.setattr("codes.exchange.form.CHUNK", 5)
    records = records_of(Ecosystem, ())
    first = next(records)["slug"]
    last = Ecosystem.objects.order_by("slug").last()
    last.delete()
    assert [first, *(fields["slug"] for fields in records)] == sorted(Ecosystem.objects.values_list("slug", flat=True))


@pytest.mark.django_db
def test_a_relation_to_many_rows_is_a_sorted_list_of_natural_keys():
    row = Specification.objects.get(slug="rfc9110")
    older = Specification.objects.get(slug="rfc1945")
    newer = Specification.objects.filter(slug__startswith="draft-", date__gt=older.date)[0]
    row.obsoletes.set([older, newer])
    assert row.obsoletes.first().slug == "rfc1945"
    (fields,) = [row.fields for row in rows_of(Specification, ("en",), [row.pk])]
    assert fields["obsoletes"] == [[newer.slug], ["rfc1945"]]


@pytest.mark.django_db
def test_a_relation_is_the_natural_key_of_its_target_or_null():
    row = HeaderFieldUse.objects.filter(status_code__number=401).first()
    (found,) = rows_of(HeaderFieldUse, (), [row.pk])
    assert found.fields["status_code"] == [401, "iana"]
    assert (found.pk, found.key) == (row.pk, row.natural_key())
    answer = GuideAnswer.objects.filter(code=None).first()
    (found,) = rows_of(GuideAnswer, (), [answer.pk])
    assert (found.fields["code"], found.fields["next_step"]) == (None, [answer.next_step.slug])


@pytest.mark.django_db
def test_a_record_has_the_texts_of_the_bundles_languages_and_no_id_and_no_base_column():
    Comparison.objects.create(slug="000-999", question_en="Who?", question_ja="誰?", question_de="Wer?")
    fields = next(records_of(Comparison, ("en", "ja")))
    assert fields.keys() == set(bundled_fields(Comparison, ("en", "ja")))
    assert fields[column("question", "ja")] == "誰?"


@pytest.mark.django_db
def test_texts_are_read_from_their_own_columns_whatever_language_is_active():
    expected = list(records_of(Origin, ("en", "zh-hant")))
    with translation.override("zh-hant"):
        assert list(records_of(Origin, ("en", "zh-hant"))) == expected


@pytest.mark.django_db
def test_a_date_is_written_as_iso_8601_has_it():
    temporary = [fields["expires"] for fields in records_of(StatusCode, ("en",)) if fields["expires"]]
    assert temporary == [StatusCode.objects.get(registration="temporary").expires.isoformat()]


@pytest.mark.django_db
def test_rows_are_read_with_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert len(list(rows_of(Symbol, ()))) == Symbol.objects.count()
    with django_assert_max_num_queries(3):
        for found in rows_of(Specification, ()):
            assert json.dumps(found.fields)
