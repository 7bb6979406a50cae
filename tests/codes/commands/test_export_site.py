import os

import pytest
from django.core.management import CommandError, call_command

from codes.export.site import Outcome
from codes.management.commands import export_site as module


@pytest.fixture
def asked(monkeypatch):
    """What the command asked of the export, which reports progress and writes nothing."""
    calls = []

    def export_site(directory, address, languages, *, jobs, progress):
        calls.append((directory, str(address), languages, jobs))
        for done in range(0, 1001, 10):
            progress(done, 1000)
        return Outcome(1000, 7, 2)

    monkeypatch.setattr(module, "export_site", export_site)
    return calls


def test_everything_has_a_default(asked, tmp_path, settings, capsys):
    settings.BASE_URL = "https://www.example.com"
    call_command("export_site", str(tmp_path))
    expected = (tmp_path, "https://www.example.com", ("en", "zh-hant", "zh-hans"), os.cpu_count())
    assert asked == [expected]
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "The export has 1000 files: 7 written, 2 removed."
    assert lines[-2].split() == ["1000", "of", "1000", "files"]
    assert 20 <= len(lines) <= 22


def test_options_are_passed_on_and_english_is_always_among_the_languages(asked, tmp_path):
    arguments = ["--base-url", "https://example.org/http/", "--languages", "zh-hans", "--jobs", "3"]
    call_command("export_site", str(tmp_path), *arguments)
    assert asked == [(tmp_path, "https://example.org/http", ("en", "zh-hans"), 3)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--base-url", "rubbish"], "'rubbish' is no address of a site"),
        (["--base-url", ""], "'' is no address of a site"),
        (["--languages", "tlh"], "invalid choice: 'tlh'"),
        (["--languages", "ja"], "invalid choice: 'ja'"),
        (["--jobs", "0"], "--jobs is the number of processes"),
        (["--jobs", "many"], "invalid int value"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked, tmp_path, arguments, message):
    with pytest.raises(CommandError, match=message):
        call_command("export_site", str(tmp_path / "site"), *arguments)
    assert asked == []
    assert not (tmp_path / "site").exists()


@pytest.mark.django_db
def test_a_directory_of_somebody_else_is_refused_in_one_line(tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(CommandError, match="^The export is not complete: .* is not empty, and no export made it"):
        call_command("export_site", str(tmp_path))


def test_an_interruption_is_told_in_one_line(monkeypatch, tmp_path):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "export_site", interrupted)
    with pytest.raises(CommandError, match="^Interrupted. Start again: the export goes on"):
        call_command("export_site", str(tmp_path))
