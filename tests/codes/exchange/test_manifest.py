import json

import pytest

from codes.exchange.bundle import read_bundle
from codes.exchange.errors import BundleError
from codes.exchange.form import as_bytes, bundled_models, file_name
from codes.exchange.manifest import digest_of, read_manifest
from codes.localized import LANGUAGES
from tests.codes.exchange.bundles import Memory, files_of, fixture, reference

DIGEST = "0" * 64


def manifest(**changes: object) -> dict:
    return {**json.loads(fixture("manifest.json")), **changes}


def entry(**changes: object) -> dict:
    return {"origin.json": {"records": 1, "sha256": DIGEST, "size": 1, **changes}}


def read(**changes: object):
    return read_manifest(as_bytes(manifest(**changes)))


def test_a_manifest_tells_source_languages_and_files():
    raw = manifest()
    found = read()
    assert (found.source, found.languages, found.unknown_languages) == ("httpref", ("en", "zh-hant", "zh-hans"), ())
    assert found.files.keys() == {file_name(model) for model in bundled_models()}
    told = raw["files"]["alias.json"]
    assert vars(found.files["alias.json"]) == told
    assert found.raw == raw


def test_a_bundle_is_named_by_what_its_manifest_says_not_by_how_it_is_written():
    loose = json.dumps(manifest()).encode()
    assert read_manifest(loose).digest == read().digest == digest_of(manifest())
    assert read(parent=DIGEST).digest != read().digest


def test_some_of_the_files_are_a_bundle_too():
    assert set(read(files=entry()).files) == {"origin.json"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": None}, "schema None is none"),
        ({"schema": "2"}, "schema '2' is none"),
        ({"schema": True}, "schema True is none"),
        ({"schema": 2.0}, "schema 2.0 is none"),
        ({"schema": 0}, "schema 0 is none"),
        ({"schema": -1}, "schema -1 is none"),
        ({"schema": 3}, "schema 3 is newer than 2, the newest that this version knows: update it first"),
        ({"schema": 10**9, "files": "elsewhere"}, "schema 1000000000 is newer than 2"),
        ({"languages": []}, "languages is a list of language codes"),
        ({"languages": "en"}, "languages is a list of language codes"),
        ({"languages": None}, "languages is a list of language codes"),
        ({"languages": ["en", "English"]}, "languages is a list of language codes"),
        ({"languages": ["en", "../etc"]}, "languages is a list of language codes"),
        ({"languages": ["en", "en"]}, "languages is a list of language codes"),
        ({"languages": ["en", ["zh-hant"]]}, "languages is a list of language codes"),
        ({"source": ""}, "source is a name in small letters"),
        ({"source": None}, "source is a name in small letters"),
        ({"source": "-httpref"}, "source is a name in small letters"),
        ({"source": "Http Ref"}, "source is a name in small letters"),
        ({"source": "httpref\n"}, "source is a name in small letters"),
        ({"source": "a" * 61}, "source is a name in small letters"),
        ({"parent": ""}, "parent is the digest of a bundle, or null"),
        ({"parent": 5}, "parent is the digest of a bundle, or null"),
        ({"parent": DIGEST + "0"}, "parent is the digest of a bundle, or null"),
        ({"parent": DIGEST[1:]}, "parent is the digest of a bundle, or null"),
        ({"parent": DIGEST.replace("0", "F")}, "parent is the digest of a bundle, or null"),
        ({"author": "somebody"}, "it has exactly files, languages, licence, parent, schema, source"),
        ({"files": {}}, "files is an object of file names"),
        ({"files": None}, "files is an object of file names"),
        ({"files": ["alias.json"]}, "files is an object of file names"),
        ({"files": {"../../etc/passwd": {"sha256": ""}}}, "no file of a bundle: '../../etc/passwd'"),
        ({"files": {"user.json": {}, "auth.json": {}}}, "no file of a bundle: 'auth.json', 'user.json'"),
        ({"files": {"manifest.json": {}}}, "no file of a bundle: 'manifest.json'"),
        ({"files": {"origin.json": None}}, "origin.json has exactly records, sha256, size"),
        ({"files": {"origin.json": {}}}, "origin.json has exactly records, sha256, size"),
        ({"files": entry(name="x")}, "origin.json has exactly records, sha256, size"),
        ({"files": entry(sha256=None)}, "the sha256 of origin.json has 64 hexadecimal digits"),
        ({"files": entry(sha256=DIGEST[1:])}, "the sha256 of origin.json has 64 hexadecimal digits"),
        ({"files": entry(sha256=DIGEST + "0")}, "the sha256 of origin.json has 64 hexadecimal digits"),
        ({"files": entry(records="1")}, "the sizes of origin.json are numbers"),
        ({"files": entry(records=-1)}, "the sizes of origin.json are numbers"),
        ({"files": entry(size=None)}, "the sizes of origin.json are numbers"),
        ({"files": entry(size=True)}, "the sizes of origin.json are numbers"),
        ({"files": entry(size=-5)}, "the sizes of origin.json are numbers"),
    ],
)
def test_a_manifest_of_another_shape_is_refused(changes, message):
    with pytest.raises(BundleError) as caught:
        read(**changes)
    assert str(caught.value).startswith(f"manifest.json: {message}")


def test_a_manifest_that_lacks_something_is_refused():
    for name in manifest():
        with pytest.raises(BundleError, match=r"^manifest\.json: "):
            read_manifest(as_bytes({key: value for key, value in manifest().items() if key != name}))


@pytest.mark.parametrize("content", [b"[]", b"null", b'"manifest"'])
def test_a_manifest_is_an_object(content):
    with pytest.raises(BundleError, match=r"^manifest.json: an object is expected$"):
        read_manifest(content)


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"schema": NaN}', b'{"schema": 2, "schema": 2}', b"[" * 100_000])
def test_a_manifest_that_is_not_json_is_refused(content):
    with pytest.raises(BundleError, match=r"^manifest\.json: "):
        read_manifest(content)


# Other schemas, other languages


def older() -> dict:
    """A manifest of schema 1, which did not tell sizes."""
    files = manifest()["files"]
    bare = {name: {"records": told["records"], "sha256": told["sha256"]} for name, told in files.items()}
    return manifest(schema=1, files=bare)


def test_a_manifest_of_schema_1_is_upgraded_and_keeps_its_name():
    found = read_manifest(as_bytes(older()))
    assert {told.size for told in found.files.values()} == {None}
    assert found.files["origin.json"].sha256 == manifest()["files"]["origin.json"]["sha256"]
    assert found.digest == digest_of(older())
    assert found.raw == older()


def test_the_files_of_a_bundle_of_schema_1_are_read():
    contents = files_of(reference("statusclass"))
    told = json.loads(contents["manifest.json"])
    told["schema"] = 1
    del told["files"]["statusclass.json"]["size"]
    bundle = read_bundle(Memory({**contents, "manifest.json": as_bytes(told)}))
    (model,) = bundle.models()
    assert len(bundle.records(model)) == 5


def test_schema_1_with_sizes_is_none():
    with pytest.raises(BundleError, match=r"^manifest\.json: alias\.json has exactly records, sha256$"):
        read(schema=1)


def test_languages_that_cannot_be_stored_are_told_from_those_that_can():
    found = read(languages=["tlh", "fr", "en", "sr-latn"])
    assert (found.languages, found.unknown_languages) == (("en", "fr"), ("sr-latn", "tlh"))
    assert set(read(languages=list(LANGUAGES)).languages) == set(LANGUAGES)
