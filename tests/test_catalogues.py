"""The interface's texts in each language."""

import re
import shutil
from pathlib import Path

import polib
import pytest
from django.core.management import call_command

LOCALE = Path(__file__).parent.parent / "codes" / "locale"
CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_text_is_translated_with_its_placeholders(path):
    catalogue = polib.pofile(str(path))
    assert catalogue.percent_translated() == 100
    for entry in catalogue:
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(entry.msgid)), entry.msgid


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_the_compiled_catalogue_is_the_source_compiled(path):
    compiled = polib.mofile(str(path.with_suffix(".mo")))
    source = polib.pofile(str(path))
    assert {(e.msgid, e.msgstr, tuple(e.msgstr_plural.items())) for e in compiled} == {
        (e.msgid, e.msgstr, tuple(e.msgstr_plural.items())) for e in source
    }


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_text_of_code_and_templates_is_collected(path, tmp_path, settings, monkeypatch):
    root = LOCALE.parent.parent
    for name in ("codes", "templates", "httpref"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    settings.LOCALE_PATHS = [tmp_path / "codes" / "locale"]
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=[path.parts[-3]], no_location=True, no_wrap=True, verbosity=0)
    collected = polib.pofile(str(tmp_path / "codes" / "locale" / Path(*path.parts[-3:])))
    assert {entry.msgid for entry in collected if not entry.obsolete} == {
        entry.msgid for entry in polib.pofile(str(path))
    }
