import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from codes.exchange.texts import fingerprint
from codes.models import Conflict, Import, StatusClass

pytestmark = pytest.mark.django_db

LINES = "context,source,translation,fingerprint\nstatusclass:4:name,Client error,{},{}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file in which the name of the class 4xx was translated."""
    StatusClass.objects.filter(digit=4).update(name_en="Client error", name_fr="Erreur")
    path = tmp_path / "fr.csv"
    path.write_text(LINES.format("Erreur du client", fingerprint("Erreur")), encoding="utf-8")
    return path


def name() -> str | None:
    return StatusClass.objects.get(digit=4).name_fr


def run(path: Path, *options: str) -> int:
    """The exit code."""
    with pytest.raises(SystemExit) as caught:
        call_command("import_texts", str(path), *options)
    return int(caught.value.code or 0)


def plan(path: Path, capsys: Any, *options: str) -> dict[str, Any]:
    capsys.readouterr()
    run(path, "--language", "fr", "--json", "--quiet", *options)
    shown: dict[str, Any] = json.loads(capsys.readouterr().out)
    return shown


def test_the_plan_is_shown_and_applied_as_it_was_shown(path, capsys):
    assert run(path, "--language", "fr") == 3
    out, err = capsys.readouterr()
    assert "statusclass 4 name_fr: changed\n    Erreur{+ du client+}" in out
    assert err.split() == ["1", "of", "1", "status", "classes"]
    assert name() == "Erreur"
    digest = out.rpartition("--apply ")[2].strip()
    assert run(path, "--language", "fr", "--apply", digest) == 0
    assert "Applied." in capsys.readouterr().out
    assert name() == "Erreur du client"
    assert Import.objects.filter(kind="csv").exists()
    assert run(path, "--language", "fr") == 0
    assert "Nothing to do." in capsys.readouterr().out


def test_the_plan_is_shown_as_json(path, capsys):
    shown = plan(path, capsys)
    assert (shown["kind"], shown["source"], shown["counts"]) == ("csv", "texts-fr", {"statusclass": {"change": 1}})
    assert [(unit["key"], unit["column"], unit["upstream"]) for unit in shown["units"]] == [
        ([4], "name_fr", "Erreur du client")
    ]


def test_conflicts_have_their_exit_code_and_are_queued(path, capsys):
    StatusClass.objects.filter(digit=4).update(name_fr="ici")
    assert run(path, "--language", "fr") == 2
    digest = plan(path, capsys)["plan"]
    assert run(path, "--language", "fr", "--apply", digest) == 2
    assert Conflict.objects.open().get().upstream == "Erreur du client"


def test_a_policy_decides_conflicts(path, capsys):
    StatusClass.objects.filter(digit=4).update(name_fr="ici")
    keep = ("--keep", "fr=upstream")
    digest = plan(path, capsys, *keep)["plan"]
    assert run(path, "--language", "fr", *keep, "--apply", digest) == 0
    assert name() == "Erreur du client"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "fr.csv: the file does not name its language; it has to be given."),
        (("--language", "en"), "fr.csv: English is what is translated; it has no translations."),
        (("--language", "fr", "--apply", "0123"), "the plan has changed since it was shown"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(options, message, path):
    with pytest.raises(CommandError) as caught:
        call_command("import_texts", str(path), *options)
    assert str(caught.value).startswith(f"Nothing was changed: {message}")
    assert name() == "Erreur"


def test_a_file_over_the_limit_is_refused(path):
    path.write_bytes(b"x" * 1_000_001)
    with pytest.raises(CommandError, match=r"fr\.csv: larger than 1000000 bytes"):
        call_command("import_texts", str(path), "--language", "fr", "--limit", "1")
