import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from codes.exchange.bundle import read_bundle
from codes.localized import LANGUAGES

pytestmark = pytest.mark.django_db


def test_the_reference_is_written_as_the_fixtures_have_it_and_counted(tmp_path, capsys):
    call_command("export_bundle", str(tmp_path / "export"))
    files = {path.name: path.read_bytes() for path in settings.FIXTURES_DIR.iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "export").iterdir()} == files
    counts = {name: entry["records"] for name, entry in json.loads(files["manifest.json"])["files"].items()}
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert {name: int(count) for count, name in lines} == counts


def test_the_shown_languages_are_those_of_the_setting(settings, tmp_path):
    settings.LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
    call_command("export_bundle", str(tmp_path), verbosity=0)
    assert read_bundle(tmp_path).languages == ("en", "zh-hans")


def test_english_is_always_among_the_languages(tmp_path):
    call_command("export_bundle", str(tmp_path), "--languages", "ja", "ko")
    assert read_bundle(tmp_path).languages == ("en", "ja", "ko")


def test_every_language_of_the_schema_can_be_asked_for(tmp_path):
    call_command("export_bundle", str(tmp_path), "--languages", *LANGUAGES)
    assert set(read_bundle(tmp_path).languages) == set(LANGUAGES)


def test_an_unknown_language_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(CommandError, match="tlh"):
        call_command("export_bundle", str(tmp_path / "export"), "--languages", "tlh")
    assert not (tmp_path / "export").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match=r"^.*/file cannot be written: File exists\.$"):
        call_command("export_bundle", str(tmp_path / "file"))
