import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model
from django.utils import translation

from codes.exchange.bundle import (
    BundleError,
    Record,
    as_bytes,
    bundled_models,
    dump_model,
    file_name,
    parse,
    read_bundle,
    read_manifest,
    read_records,
    write_bundle,
)
from codes.localized import LANGUAGES, LocalizedModel, shown_languages
from codes.models import Alias, Comparison, Ecosystem, Origin, Specification, StatusCode
from codes.natural_key import NaturalKeyModel


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def relations(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.get_fields() if field.concrete and field.is_relation]


def write_manifest(directory: Path, **changes: object) -> None:
    manifest = json.loads((settings.FIXTURES_DIR / "manifest.json").read_bytes())
    (directory / "manifest.json").write_bytes(as_bytes({**manifest, **changes}))


def ecosystem(**changes: object) -> dict[str, object]:
    fields = {"slug": "go", "title": "Go", "source": "net/http/status.go", "version": "1.25", "partial": False}
    return {"model": "codes.ecosystem", "fields": fields, **changes}


def read_ecosystems(*records: object) -> list[Record]:
    return list(read_records(Ecosystem, as_bytes(list(records)), ("en",)))


# What a bundle holds


def test_every_model_of_the_reference_is_in_the_bundle_after_those_it_refers_to():
    models = bundled_models()
    assert set(models) == {model for model in apps.get_models() if issubclass(model, NaturalKeyModel)}
    for position, model in enumerate(models, start=1):
        assert {field.related_model for field in relations(model)} <= set(models[:position]), model


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_database_gives_the_fixtures_byte_for_byte_whatever_language_is_active(language, tmp_path):
    with translation.override(language):
        write_bundle(tmp_path, tuple(reversed(shown_languages())))
    written, expected = contents(tmp_path), contents(settings.FIXTURES_DIR)
    assert written.keys() == expected.keys()
    assert [name for name in expected if written[name] != expected[name]] == []


@pytest.mark.django_db
def test_records_are_sorted_by_natural_key_not_by_the_order_they_were_made_in():
    Origin.objects.create(slug="a-late-one", title="Late", name_en="Late")
    Alias.objects.create(status_code=StatusCode.objects.with_number(0).get(), language="en", text="\N{BULLET} late")
    slugs = [record["fields"]["slug"] for record in json.loads(dump_model(Origin, ("en",)))]
    assert slugs[0] == "a-late-one"
    assert slugs == sorted(slugs)
    aliases = [record["fields"] for record in json.loads(dump_model(Alias, ("en",)))]
    keys = [(*alias["status_code"], alias["language"], alias["text"]) for alias in aliases]
    assert keys == sorted(keys)


@pytest.mark.django_db
def test_a_relation_to_many_rows_is_a_sorted_list_of_natural_keys():
    row = Specification.objects.get(slug="rfc9110")
    older = Specification.objects.get(slug="rfc1945")
    newer = Specification.objects.filter(slug__startswith="draft-", date__gt=older.date)[0]
    row.obsoletes.set([older, newer])
    assert row.obsoletes.first().slug == "rfc1945"
    fields = [record["fields"] for record in json.loads(dump_model(Specification, ("en",)))]
    (obsoletes,) = [record["obsoletes"] for record in fields if record["slug"] == "rfc9110"]
    assert obsoletes == [[newer.slug], ["rfc1945"]]


@pytest.mark.django_db
def test_a_record_has_the_texts_of_the_bundles_languages_and_no_id_and_no_base_column():
    Comparison.objects.create(slug="000-999", question_en="Who?", question_ja="誰?", question_de="Wer?")
    record = json.loads(dump_model(Comparison, ("en", "ja")))[0]
    texts = {f"{field}_{code}" for field in Comparison.localized_fields for code in ("en", "ja")}
    assert record.keys() == {"model", "fields"}
    assert record["fields"].keys() == {"slug", "example", "codes", *texts}
    assert record["fields"]["question_ja"] == "誰?"


@pytest.mark.django_db
def test_a_date_is_written_as_iso_8601_has_it():
    temporary = [r["fields"]["expires"] for r in json.loads(dump_model(StatusCode, ("en",))) if r["fields"]["expires"]]
    assert temporary == [StatusCode.objects.get(registration="temporary").expires.isoformat()]


def test_json_has_one_form():
    assert as_bytes({"b": ["é"], "a": None}) == '{\n  "a": null,\n  "b": [\n    "é"\n  ]\n}\n'.encode()


def test_what_is_no_number_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_bytes(float("nan"))


@pytest.mark.django_db
def test_the_manifest_counts_and_signs_the_files(tmp_path):
    Origin.objects.create(slug="ours", title="Ours", name_en="Ours")
    counts = write_bundle(tmp_path / "new" / "directory", ("zh-hant", "en"))
    files = contents(tmp_path / "new" / "directory")
    manifest = json.loads(files.pop("manifest.json"))
    assert counts == {file_name(model): model._default_manager.count() for model in bundled_models()}
    assert manifest["files"] == {
        name: {"records": counts[name], "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    }
    assert manifest["languages"] == ["en", "zh-hant"]


@pytest.mark.django_db
def test_what_was_written_is_read_again(tmp_path):
    comparison = Comparison.objects.create(slug="000-999", question_en="Who are you, or what may you?")
    comparison.codes.set(StatusCode.objects.filter(number__in=[401, 403], origin="iana"))
    counts = write_bundle(tmp_path, LANGUAGES)
    bundle = read_bundle(tmp_path)
    assert set(bundle.languages) == set(LANGUAGES)
    assert {f"{name}.json": len(records) for name, records in bundle.records.items()} == counts
    record = bundle.records["comparison"][0]
    assert record.place == "comparison.json, record 1"
    assert record.fields["codes"] == [[401, "iana"], [403, "iana"]]


@pytest.mark.django_db
def test_plain_loaddata_reads_the_fixtures_into_an_empty_database(tmp_path):
    # Plain Django asks the database for every natural key, so that all the aliases would take half a minute.
    bundle = read_bundle(settings.FIXTURES_DIR)
    referred_to = {field.related_model for model in bundled_models() for field in relations(model)}
    expected = {}
    for model in bundled_models():
        label = model._meta.label_lower
        records = [{"model": label, "fields": record.fields} for record in bundle.records[str(model._meta.model_name)]]
        expected[model] = records if model in referred_to else records[:10]
        (tmp_path / file_name(model)).write_bytes(as_bytes(expected[model]))
    for model in reversed(bundled_models()):
        model._default_manager.all().delete()
    # It warns of a file without records.
    call_command("loaddata", *(tmp_path / file_name(model) for model in expected if expected[model]), verbosity=0)
    for model, records in expected.items():
        assert json.loads(dump_model(model, bundle.languages)) == records, model
    assert not any(model.objects.drifted().exists() for model in expected if issubclass(model, LocalizedModel))


# What cannot be read


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[{"a": 1,]', "line 1 column"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', "the key 'b' stands twice in one object"),
        (b"[NaN]", "NaN is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'["\xe9"]', "utf-8"),
        (b"\xef\xbb\xbf[]", "BOM"),
        ("[]".encode("utf-16"), "utf-8"),
        (b"", "line 1 column 1"),
    ],
    ids=[
        "broken-off",
        "duplicate-key",
        "nan",
        "infinity",
        "nesting",
        "latin-1",
        "bom",
        "utf-16",
        "empty",
    ],
)
def test_what_is_not_json_is_refused_with_the_files_name(content, message):
    with pytest.raises(BundleError, match=f"(?s)^origin.json: .*{message}"):
        parse("origin.json", content)


def test_an_object_with_many_keys_is_read_in_a_moment():
    content = as_bytes({str(number): 0 for number in range(20_000)})
    began = time.process_time()
    assert len(parse("origin.json", content)) == 20_000
    assert time.process_time() - began < 1


def test_each_record_knows_its_place():
    assert [record.place for record in read_ecosystems(ecosystem(), ecosystem())] == [
        "ecosystem.json, record 1",
        "ecosystem.json, record 2",
    ]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("go", "a record has a model and fields, and nothing else"),
        ({"model": "codes.ecosystem"}, "a record has a model and fields, and nothing else"),
        (ecosystem(pk=1), "a record has a model and fields, and nothing else"),
        (ecosystem(fields=["go"]), "a record has a model and fields, and nothing else"),
        (ecosystem(model="auth.user"), "the model is 'auth.user' instead of 'codes.ecosystem'"),
        (ecosystem(fields={"slug": "go", "b": 1, "a": 2}), "unknown fields: a, b"),
        (ecosystem(fields={"slug": "go", "title": "Go", "version": "1"}), "missing fields: partial, source"),
        (ecosystem(fields={"id": 1}), "unknown fields: id"),
    ],
    ids=["text", "no-fields", "pk", "list", "wrong-model", "unknown-field", "missing-field", "id"],
)
def test_a_record_of_another_shape_is_refused_with_its_place(record, message):
    with pytest.raises(BundleError) as caught:
        read_ecosystems(ecosystem(), record)
    assert str(caught.value) == f"ecosystem.json, record 2: {message}"


def test_a_base_column_is_an_unknown_field():
    record = {"model": "codes.origin", "fields": {"name": "nginx"}}
    with pytest.raises(BundleError, match="unknown fields: name$"):
        list(read_records(Origin, as_bytes([record]), ("en",)))


def test_a_text_in_a_language_that_the_manifest_does_not_list_is_an_unknown_field():
    with pytest.raises(BundleError, match="unknown fields: name_ja$"):
        list(read_records(Origin, as_bytes([{"model": "codes.origin", "fields": {"name_ja": "x"}}]), ("en",)))


def test_a_file_is_a_list_of_records():
    with pytest.raises(BundleError, match=r"^ecosystem.json: a list of records is expected$"):
        list(read_records(Ecosystem, b"{}", ("en",)))


def test_a_changed_file_is_refused(tmp_path):
    for name, content in contents(settings.FIXTURES_DIR).items():
        (tmp_path / name).write_bytes(content + b" " if name == "symbol.json" else content)
    with pytest.raises(BundleError, match=r"^symbol.json: .*digest"):
        read_bundle(tmp_path)


@pytest.mark.parametrize("name", ["manifest.json", "alias.json"])
def test_a_missing_file_is_named(name, tmp_path):
    for other in settings.FIXTURES_DIR.iterdir():
        if other.name != name:
            (tmp_path / other.name).symlink_to(other)
    with pytest.raises(BundleError, match=rf"{name}: cannot be read \(No such file or directory\)$"):
        read_bundle(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 2}, "schema 2 is not 1, the one known here"),
        ({"schema": None}, "schema None is not 1"),
        ({"languages": []}, "languages is a list of some of en, "),
        ({"languages": "en"}, "languages is a list of some of en, "),
        ({"languages": ["en", "tlh"]}, "languages is a list of some of en, "),
        ({"languages": ["en", ["zh-hant"]]}, "languages is a list of some of en, "),
        ({"files": {}}, "files lists exactly alias.json, "),
        ({"files": ["alias.json"]}, "files lists exactly alias.json, "),
        ({"files": {"../../etc/passwd": {"sha256": ""}}}, "files lists exactly alias.json, "),
    ],
)
def test_a_manifest_of_another_shape_is_refused(changes, message, tmp_path):
    write_manifest(tmp_path, **changes)
    with pytest.raises(BundleError) as caught:
        read_manifest(tmp_path)
    assert str(caught.value).startswith(f"manifest.json: {message}")


@pytest.mark.parametrize("entry", [{}, {"sha256": None}, None])
def test_a_manifest_without_a_files_digest_is_refused(entry, tmp_path):
    write_manifest(tmp_path, files={file_name(model): entry for model in bundled_models()})
    with pytest.raises(BundleError, match=r"^manifest.json: each file has a sha256$"):
        read_manifest(tmp_path)


def test_a_manifest_is_an_object(tmp_path):
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(BundleError, match=r"^manifest.json: an object is expected$"):
        read_manifest(tmp_path)
