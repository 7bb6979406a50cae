import time

import pytest

from codes.exchange.errors import BundleError
from codes.exchange.form import Record, as_bytes
from codes.exchange.reading import parse, read_records
from codes.localized import column, columns
from codes.models import Ecosystem, Origin, StatusClass, StatusCode
from tests.codes.exchange.bundles import find, reference


def ecosystem(**changes: object) -> dict[str, object]:
    fields = {"slug": "go", "title": "Go", "source": "net/http/status.go", "version": "1.25", "partial": False}
    return {"model": "codes.ecosystem", "fields": fields, **changes}


def read_ecosystems(*records: object) -> list[Record]:
    return list(read_records(Ecosystem, as_bytes(list(records)), ("en",)))


def status_class(**changes: object) -> bytes:
    """The file with the class of a digit alone, in English."""
    texts = dict.fromkeys(columns(StatusClass.localized_fields, ["en"]))
    return as_bytes([{"model": "codes.statusclass", "fields": {"digit": 1, **texts, **changes}}])


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
        (b"[" + b"9" * 5_000 + b"]", "digits"),
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
        "endless-number",
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
        (ecosystem(model=None), "the model is None instead of 'codes.ecosystem'"),
        (ecosystem(fields={"slug": "go", "b": 1, "a": 2}), "unknown fields: a, b"),
        (ecosystem(fields={"slug": "go", "title": "Go", "version": "1"}), "missing fields: partial, source"),
        (ecosystem(fields={"id": 1}), "unknown fields: id"),
    ],
    ids=["text", "no-fields", "pk", "list", "wrong-model", "no-model", "unknown-field", "missing-field", "id"],
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
    record = {"model": "codes.origin", "fields": {column("name", "ja"): "x"}}
    with pytest.raises(BundleError, match=f"unknown fields: {column('name', 'ja')}$"):
        list(read_records(Origin, as_bytes([record]), ("en",)))


def test_a_file_is_a_list_of_records():
    with pytest.raises(BundleError, match=r"^ecosystem.json: a list of records is expected$"):
        list(read_records(Ecosystem, b"{}", ("en",)))


def test_texts_in_languages_that_cannot_be_stored_are_expected_and_left_out():
    name, foreign = column("name", "en"), columns(StatusClass.localized_fields, ["tlh"])
    content = status_class(**{name: "Informational"}, **dict.fromkeys(foreign, "nuqneH"))
    (record,) = read_records(StatusClass, content, ("en",), ("tlh",))
    assert record.fields.keys() == {"digit", *columns(StatusClass.localized_fields, ["en"])}
    with pytest.raises(BundleError, match=f"missing fields: {foreign[2]}, {foreign[0]}, {foreign[1]}$"):
        list(read_records(StatusClass, status_class(), ("en",), ("tlh",)))


@pytest.mark.parametrize(
    ("written", "stored"), [(" a\r\nb\r\n", "a\nb"), ("a\rb", "a\nb"), (" \t", None), ("", None), (None, None), (5, 5)]
)
def test_a_text_has_the_form_in_which_it_is_stored(written, stored):
    name = column("name", "en")
    (record,) = read_records(StatusClass, status_class(**{name: written}), ("en",))
    assert record.fields[name] == stored


def test_a_text_that_is_the_same_in_every_language_is_empty_where_it_is_blank():
    fields = find(reference("statuscode")["statuscode"], number=404, origin=["iana"])
    content = as_bytes([{"model": "codes.statuscode", "fields": {**fields, "example": " \r\n", "reason_phrase": " "}}])
    (record,) = read_records(StatusCode, content, ("en", "zh-hans", "zh-hant"))
    assert record.fields["example"] == ""
    assert record.fields["reason_phrase"] == " "  # no text of its own form: nothing but a value
