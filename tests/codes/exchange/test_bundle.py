import errno
import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation

from codes.exchange.bundle import (
    Bundle,
    export,
    manifest_of,
    read_bundle,
    replacing,
    write_directory,
    write_zip_file,
)
from codes.exchange.container import Directory, opened
from codes.exchange.errors import BundleError
from codes.exchange.form import as_bytes, bundled_models, file_name, model_named
from codes.localized import LANGUAGES, LocalizedModel, shown_languages
from codes.models import Comparison, Origin, Source, StatusCode
from tests.codes.exchange.bundles import (
    Memory,
    bundle_of,
    contents,
    files_of,
    nothing_of_the_reference,
    reference,
    signed,
)

SMALL = ("statusclass", "origin")


def files_in(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def silent(name: str, size: int) -> None:
    """Nobody wants to hear of the progress."""


def exported(directory: Path, *models: str, languages: tuple[str, ...] = LANGUAGES) -> Path:
    """The bundle of some models of the database, in a directory."""
    write_directory(directory, export([model_named(name) for name in models], languages), silent)
    return directory


def fixtures() -> dict[str, bytes]:
    return files_in(settings.FIXTURES_DIR)


# Writing


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_database_gives_the_fixtures_byte_for_byte_whatever_language_is_active(language, tmp_path):
    with translation.override(language):
        write_directory(tmp_path, export(bundled_models(), tuple(reversed(shown_languages()))), silent)
    written, expected = files_in(tmp_path), fixtures()
    assert written.keys() == expected.keys()
    assert [name for name in expected if written[name] != expected[name]] == []


@pytest.mark.django_db
def test_a_directory_and_a_zip_file_have_the_same_files(tmp_path):
    models = [model_named(name) for name in SMALL]
    exported(tmp_path / "new" / "directory", *SMALL, languages=("en",))
    for name in ("one.zip", "other.zip"):
        write_zip_file(tmp_path / name, export(models, ("en",)), silent)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files_in(tmp_path / "new" / "directory")


@pytest.mark.django_db
def test_the_manifest_counts_and_signs_the_files(tmp_path):
    Origin.objects.create(slug="ours", title="Ours", name_en="Ours")
    told: dict[str, int] = {}
    models = [model_named(name) for name in (*SMALL, "glossaryterm")]
    write_directory(tmp_path, export(models, ("zh-hant", "en")), told.__setitem__)
    files = files_in(tmp_path)
    assert told == {name: len(content) for name, content in files.items()}
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["files"] == {
        file_name(model): {
            "records": model._default_manager.count(),
            "sha256": hashlib.sha256(files[file_name(model)]).hexdigest(),
            "size": len(files[file_name(model)]),
        }
        for model in models
    }
    assert manifest["languages"] == ["en", "zh-hant"]


@pytest.mark.django_db
def test_an_edited_install_signs_its_bundle_with_its_own_name_and_the_one_it_came_from(settings):
    settings.SOURCE = "ours"
    Source.objects.update(manifest={**Source.objects.get().manifest, "licence": "CC0-1.0"})
    manifest = manifest_of({}, ("zh-hant", "en"))
    assert manifest == {
        "files": {},
        "languages": ["en", "zh-hant"],
        "licence": "CC0-1.0",
        "parent": Source.objects.get().digest,
        "schema": 2,
        "source": "ours",
    }


@pytest.mark.django_db
def test_an_install_that_took_nothing_over_has_no_parent_and_no_licence():
    Source.objects.all().delete()
    manifest = manifest_of({}, ("en",))
    assert (manifest["parent"], manifest["licence"]) == (None, None)


@pytest.mark.django_db
def test_what_is_as_it_came_has_the_manifest_that_it_came_with():
    source = Source.objects.get()
    Source.objects.create(slug="other", digest="0" * 64, manifest={**source.manifest, "files": {}})
    assert manifest_of(source.manifest["files"], source.manifest["languages"]) == source.manifest
    assert manifest_of(source.manifest["files"], ["en"])["parent"] == "0" * 64


@pytest.mark.django_db
def test_what_was_written_is_read_again(tmp_path):
    comparison = Comparison.objects.create(slug="000-999", question_en="Who are you, or what may you?")
    comparison.codes.set(StatusCode.objects.filter(number__in=[401, 403], origin="iana"))
    bundle = read_bundle(Directory(exported(tmp_path, *SMALL, "comparison")))
    assert set(bundle.manifest.languages) == set(LANGUAGES)
    assert [str(model._meta.model_name) for model in bundle.models()] == [*SMALL, "comparison"]
    assert [len(bundle.records(model)) for model in bundle.models()] == [
        model._default_manager.count() for model in bundle.models()
    ]
    record = bundle.records(Comparison)[0]
    assert record.place == "comparison.json, record 1"
    assert record.fields["codes"] == [[401, "iana"], [403, "iana"]]


class Full(OSError):
    """What a full disk says."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupted(name: str) -> Any:
    """Files of which one cannot be written to its end."""

    def pieces():
        yield b"half of "
        raise Full

    yield "origin.json", iter([b"[]\n"])
    yield name, pieces()


@pytest.mark.parametrize("there", [True, False], ids=["replacing", "new"])
def test_a_file_that_cannot_be_written_to_its_end_leaves_what_was_there(there, tmp_path):
    before = {"alias.json": b"the old one\n"} if there else {}
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Full):
        write_directory(tmp_path, interrupted("alias.json"), silent)
    assert files_in(tmp_path) == {"origin.json": b"[]\n", **before}


@pytest.mark.parametrize("there", [True, False], ids=["replacing", "new"])
def test_a_zip_file_that_cannot_be_written_to_its_end_leaves_what_was_there(there, tmp_path):
    before = {"bundle.zip": b"the old one\n"} if there else {}
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Full):
        write_zip_file(tmp_path / "bundle.zip", interrupted("alias.json"), silent)
    assert files_in(tmp_path) == before


def test_a_file_takes_its_place_whole_and_can_be_read_by_others(tmp_path):
    path = tmp_path / "origin.json"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == ["origin.json"]


# Reading


def test_a_bundle_has_its_models_in_the_order_of_creation():
    records = {"origin": [], "statusclass": []}
    assert [str(model._meta.model_name) for model in bundle_of(records).models()] == ["statusclass", "origin"]


def test_a_changed_file_is_refused():
    files = files_of(reference(*SMALL))
    bundle = read_bundle(Memory({**files, "origin.json": files["origin.json"].replace(b"Shopify", b"shopify")}))
    assert len(bundle.records(model_named("statusclass"))) == 5
    with pytest.raises(BundleError) as caught:
        bundle.content(Origin)
    assert str(caught.value) == "origin.json: the content does not have the digest that manifest.json gives"


@pytest.mark.parametrize("told", [0, 4, 6])
def test_another_number_of_records_than_the_manifest_tells_is_refused(told):
    files = files_of(reference("statusclass"))
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["statusclass.json"]["records"] = told
    bundle = read_bundle(Memory({**files, "manifest.json": as_bytes(manifest)}))
    message = rf"^statusclass\.json: 5 records instead of the {told} that manifest\.json gives$"
    with pytest.raises(BundleError, match=message):
        bundle.records(model_named("statusclass"))


class Asked(Memory):
    """Files of which each was asked for with some number of bytes."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(files)
        self.most: dict[str, int] = {}

    def read(self, name: str, most: int) -> bytes:
        self.most[name] = most
        return super().read(name, most)


def test_no_more_bytes_are_read_than_the_manifest_tells_nor_than_are_taken():
    files = files_of({"origin": []})
    container = Asked(files)
    read_bundle(container, limit=1_000).content(Origin)
    assert container.most == {"manifest.json": 1_000_000, "origin.json": 3}
    manifest = json.loads(files["manifest.json"])
    manifest["schema"] = 1
    del manifest["files"]["origin.json"]["size"]
    older = Asked({**files, "manifest.json": as_bytes(manifest)})
    read_bundle(older, limit=1_000).content(Origin)
    assert older.most["origin.json"] == 1_000


def test_a_bundle_larger_than_what_is_taken_is_refused_before_its_files_are_read(settings):
    container = Asked(files_of(reference(*SMALL)))
    size = sum(len(content) for name, content in container.files.items() if name != "manifest.json")
    assert isinstance(read_bundle(container, limit=size), Bundle)
    settings.BUNDLE_LIMIT = size - 1
    with pytest.raises(BundleError, match=rf"^the bundle is larger than {size - 1} bytes, the most that is taken$"):
        read_bundle(container)
    assert set(container.most) == {"manifest.json"}


@pytest.mark.parametrize("name", ["manifest.json", "alias.json"])
def test_a_missing_file_is_named(name, tmp_path):
    for other, content in files_of({"alias": [], "origin": []}).items():
        if other != name:
            (tmp_path / other).write_bytes(content)
    with pytest.raises(BundleError, match=name):
        read_bundle(Directory(tmp_path))


def test_files_that_the_manifest_lists_and_nobody_has_are_named():
    files = files_of({"alias": [], "origin": [], "symbol": []})
    kept = {name: content for name, content in files.items() if name in ("manifest.json", "origin.json")}
    with pytest.raises(BundleError, match=r"^files of the manifest are missing: alias\.json, symbol\.json$"):
        read_bundle(Memory(kept))


def test_files_that_the_manifest_does_not_list_are_named():
    files = {**files_of({"origin": []}), "user.json": b"[]", "notes.txt": b""}
    with pytest.raises(BundleError, match=r"^files that the manifest does not list: notes\.txt, user\.json$"):
        read_bundle(Memory(files))


def test_a_bundle_of_another_name_than_the_one_asked_for_is_refused():
    container = Memory(files_of({"origin": []}))
    container.digest = read_bundle(container).manifest.digest
    assert read_bundle(container).models() == [Origin]
    container.digest = "0" * 64
    with pytest.raises(BundleError, match=r"^the bundle has changed while it was read: try again$"):
        read_bundle(container)


def test_a_link_in_a_directory_is_not_followed(tmp_path):
    for name, content in files_of({"origin": []}).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "origin.json").rename(tmp_path / ".elsewhere")
    (tmp_path / "origin.json").symlink_to(tmp_path / ".elsewhere")
    with pytest.raises(BundleError, match=r"^origin\.json: no ordinary file$"):
        read_bundle(Directory(tmp_path)).content(Origin)


def test_a_zip_file_is_held_to_its_manifest_too(tmp_path):
    files = files_of({"origin": []})
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
        for name, content in {**files, "alias.json": b"[]\n"}.items():
            archive.writestr(name, content)
    with (
        opened(tmp_path / "bundle.zip") as container,
        pytest.raises(BundleError, match=r"^files that the manifest does not list: alias\.json$"),
    ):
        read_bundle(container)


def test_a_record_of_a_foreign_model_is_refused_though_the_file_is_signed():
    content = as_bytes([{"model": "auth.user", "fields": {"username": "root", "is_superuser": True}}])
    bundle = read_bundle(Memory(signed({"origin.json": content})))
    with pytest.raises(BundleError, match=r"^origin\.json, record 1: the model is 'auth\.user' instead of"):
        bundle.records(Origin)


# Plain Django


@pytest.fixture
def empty_database(db: None, django_db_blocker: Any) -> Any:
    with nothing_of_the_reference(django_db_blocker):
        yield


@pytest.mark.usefixtures("empty_database")
def test_plain_loaddata_reads_the_fixtures_into_an_empty_database(tmp_path):
    # Plain Django asks the database for every natural key, so that all the aliases would take half a minute.
    models = bundled_models()
    fields = [field for model in models for field in model._meta.get_fields() if field.concrete and field.is_relation]
    referred_to = {str(field.related_model._meta.model_name) for field in fields}
    records = {name: every if name in referred_to else every[:10] for name, every in reference().items()}
    files = {name: content for name, content in files_of(records).items() if name != "manifest.json"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    call_command("loaddata", *(tmp_path / file_name(model) for model in models), verbosity=0)
    found = contents()
    assert [name for name in files if found[name] != files[name]] == []
    assert not any(model.objects.drifted().exists() for model in models if issubclass(model, LocalizedModel))
