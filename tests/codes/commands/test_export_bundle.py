import errno
import os
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from codes.exchange.bundle import read_bundle
from codes.exchange.container import opened
from codes.localized import LANGUAGES

pytestmark = pytest.mark.django_db
SMALL = ("--model", "origin")


def languages(path: Path) -> set[str]:
    with opened(path) as container:
        return set(read_bundle(container).manifest.languages)


def test_the_reference_is_written_as_the_fixtures_have_it_and_measured(tmp_path, capsys):
    call_command("export_bundle", str(tmp_path / "export"))
    files = {path.name: path.read_bytes() for path in settings.FIXTURES_DIR.iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "export").iterdir()} == files
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert {name: int(size) for size, _, name in lines} == {name: len(content) for name, content in files.items()}


def test_the_shown_languages_are_those_of_the_setting(settings, tmp_path):
    settings.LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
    call_command("export_bundle", str(tmp_path), *SMALL, verbosity=0)
    assert languages(tmp_path) == {"en", "zh-hans"}


def test_english_is_always_among_the_languages(tmp_path):
    call_command("export_bundle", str(tmp_path), *SMALL, "--languages", "ja", "ko")
    assert languages(tmp_path) == {"en", "ja", "ko"}


def test_every_language_of_the_schema_can_be_asked_for(tmp_path):
    call_command("export_bundle", str(tmp_path), *SMALL, "--languages", *LANGUAGES)
    assert languages(tmp_path) == set(LANGUAGES)


def test_an_unknown_language_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(CommandError, match="tlh"):
        call_command("export_bundle", str(tmp_path / "export"), "--languages", "tlh")
    assert not (tmp_path / "export").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match=r"^.*/file cannot be written: File exists\.$"):
        call_command("export_bundle", str(tmp_path / "file"))


def test_some_of_the_models_can_be_written_whatever_order_they_are_asked_in(tmp_path):
    call_command("export_bundle", str(tmp_path), "--model", "origin", "--model", "statusclass")
    assert sorted(os.listdir(tmp_path)) == ["manifest.json", "origin.json", "statusclass.json"]
    assert (tmp_path / "origin.json").read_bytes() == (settings.FIXTURES_DIR / "origin.json").read_bytes()


def test_an_unknown_model_is_refused(tmp_path):
    with pytest.raises(CommandError, match="user"):
        call_command("export_bundle", str(tmp_path), "--model", "user")


def test_a_path_that_ends_in_zip_is_a_zip_file_unless_a_directory_has_that_name(tmp_path):
    (tmp_path / "directory.zip").mkdir()
    call_command("export_bundle", str(tmp_path / "directory.zip"), *SMALL)
    call_command("export_bundle", str(tmp_path / "file.zip"), *SMALL)
    files = {path.name: path.read_bytes() for path in (tmp_path / "directory.zip").iterdir()}
    with zipfile.ZipFile(tmp_path / "file.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


@pytest.mark.parametrize("name", ["export", "export.zip"])
def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(name, tmp_path, monkeypatch):
    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", fail)
    path = tmp_path / name
    with pytest.raises(CommandError) as caught:
        call_command("export_bundle", str(path), *SMALL)
    assert str(caught.value) == f"{path} cannot be written: No space left on device."
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_place_without_permission_is_told_in_one_line(tmp_path, monkeypatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    with pytest.raises(CommandError, match=r"^.*/export\.zip cannot be written: Permission denied\.$"):
        call_command("export_bundle", str(tmp_path / "export.zip"), *SMALL)


def test_a_zip_file_in_a_directory_that_is_not_there_is_told_in_one_line(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere/export\.zip cannot be written: No such file or directory\.$"):
        call_command("export_bundle", str(tmp_path / "nowhere" / "export.zip"), *SMALL)
