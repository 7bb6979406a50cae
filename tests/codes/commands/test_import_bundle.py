import getpass
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from codes.exchange.form import as_bytes
from codes.management.importing import EXIT_CODES, operator
from codes.models import Conflict, GlossaryTerm, Import
from tests.codes.exchange.bundles import Records, files_of, term

pytestmark = pytest.mark.django_db
NOTHING, APPLIED, CONFLICTS, CHANGES = 0, 0, 2, 3


def here(**changes: Any) -> str:
    """The English name of the gateway here, after some changes."""
    if changes:
        GlossaryTerm.objects.filter(slug="gateway").update(**changes)
    return GlossaryTerm.objects.get(slug="gateway").name_en


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A directory with a bundle that changes a term."""
    return written(tmp_path, term(name_en="Gateway!"))


def written(directory: Path, records: Records, **manifest: Any) -> Path:
    for name, content in files_of(records, **manifest).items():
        (directory / name).write_bytes(content)
    return directory


def run(*arguments: object, **options: Any) -> tuple[int, str, str]:
    """The exit code of an import, and what it wrote to both streams."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("import_bundle", *map(str, arguments), stdout=out, stderr=err, no_color=True, **options)
    return int(caught.value.code or 0), out.getvalue(), err.getvalue()


def digest_of(output: str) -> str:
    return output.rpartition("--apply ")[2].strip()


def refused(*arguments: object) -> str:
    """Why an import is refused."""
    before = here()
    with pytest.raises(CommandError) as caught:
        call_command("import_bundle", *map(str, arguments), stdout=io.StringIO(), stderr=io.StringIO())
    assert here() == before
    assert Import.objects.count() == 1
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_plan_is_shown_and_nothing_changed(bundle):
    before = here()
    for options in ([], ["--dry-run"]):
        code, out, err = run(bundle, *options)
        assert (code, here()) == (CHANGES, before)
        assert "       1 glossaryterm: changed\n" in out
        assert "glossaryterm gateway name_en: changed\n    " in out
        assert out.endswith(f"To apply exactly this: --apply {digest_of(out)}\n")
        assert "90 of 90 terms of the glossary" in err


def test_the_plan_that_was_shown_is_applied(bundle):
    _, out, _ = run(bundle)
    code, out, _ = run(bundle, "--apply", digest_of(out))
    assert (code, here()) == (APPLIED, "Gateway!")
    assert out.endswith("Applied.\n")
    assert Import.objects.first().author == getpass.getuser()
    code, out, _ = run(bundle)
    assert (code, out.splitlines()[-1]) == (NOTHING, "Nothing to do.")


def test_a_zip_file_is_taken_too(bundle, tmp_path):
    path = tmp_path / "bundle.zip"
    files = [file for file in bundle.iterdir() if file.suffix == ".json"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    _, out, _ = run(path)
    assert run(path, "--apply", digest_of(out))[0] == APPLIED
    assert here() == "Gateway!"


def test_conflicts_have_an_exit_code_of_their_own(bundle):
    here(name_en="Ours")
    code, out, _ = run(bundle)
    assert code == CONFLICTS
    code, out, _ = run(bundle, "--apply", digest_of(out))
    assert (code, here()) == (CONFLICTS, "Ours")
    assert Conflict.objects.get().upstream == "Gateway!"


def test_only_the_base_may_have_to_move(tmp_path):
    bundle = written(tmp_path, term(), parent="0" * 64)
    code, out, _ = run(bundle)
    assert code == CHANGES
    assert "only the base of the next import moves on" in out
    assert run(bundle, "--apply", digest_of(out))[0] == APPLIED
    assert run(bundle)[0] == NOTHING


def test_a_policy_decides(bundle):
    here(name_en="Ours", name_zh_hant="本地")
    code, out, _ = run(bundle, "--keep", "en=upstream", "--keep", "zh-hant=local")
    assert code == CHANGES
    run(bundle, "--keep", "en=upstream", "--keep", "zh-hant=local", "--apply", digest_of(out))
    assert here() == "Gateway!"


def test_the_plan_is_told_to_programs(bundle):
    code, out, err = run(bundle, "--json")
    told = json.loads(out)
    assert (code, told["counts"]) == (CHANGES, {"glossaryterm": {"change": 1}})
    assert told["units"][0]["upstream"] == "Gateway!"
    assert "terms of the glossary" in err
    code, out, _ = run(bundle, "--json", "--apply", told["plan"])
    assert (code, json.loads(out)["plan"]) == (APPLIED, told["plan"])


def test_less_is_told_on_demand(bundle):
    _, out, err = run(bundle, "--quiet", verbosity=0)
    assert err == ""
    assert "1 glossaryterm: changed" in out
    assert "gateway" not in out


@pytest.mark.parametrize(
    "text", ["fr", "fr=", "=local", "fr=theirs", "tlh=local", "fr=LOCAL", "fr=local=upstream", "facts=both"]
)
def test_a_policy_that_is_none_is_refused(text, bundle):
    message = refused(bundle, "--keep", text)
    assert f"LANGUAGE=local or LANGUAGE=upstream is expected, not {text!r}" in message
    assert "zh-hant" in message


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "", "²"])
def test_a_limit_that_is_none_is_refused(text, bundle):
    assert "a number of megabytes is expected" in refused(bundle, f"--limit={text}")


def test_a_bundle_over_the_limit_is_refused(tmp_path):
    files = files_of({"glossaryterm": []})
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["glossaryterm.json"]["size"] = 1_000_001
    for name, content in {**files, "manifest.json": as_bytes(manifest)}.items():
        (tmp_path / name).write_bytes(content)
    message = "Nothing was changed: the bundle is larger than 1000000 bytes, the most that is taken."
    assert refused(tmp_path, "--limit", "1") == message
    assert run(tmp_path, "--limit", "2")[0] == CONFLICTS  # all terms are gone at the source


def test_showing_and_applying_at_once_is_refused(bundle):
    assert "not allowed with argument" in refused(bundle, "--dry-run", "--apply", "0" * 16)


def test_another_plan_than_the_one_shown_is_refused_and_todays_named(bundle):
    _, out, _ = run(bundle)
    message = refused(bundle, "--apply", "0" * 16)
    expected = f"the plan has changed since it was shown: today's is {digest_of(out)}. Look at it first."
    assert message == f"Nothing was changed: {expected}"


def test_a_bundle_that_is_not_sound_is_refused_in_one_line(tmp_path):
    bundle = written(tmp_path, term(name_en=" "))
    assert refused(bundle).startswith("Nothing was changed: glossaryterm.json, record ")
    (bundle / "manifest.json").write_text("{")
    assert refused(bundle).startswith("Nothing was changed: manifest.json: ")


def test_a_path_that_leads_nowhere_is_refused_in_one_line(tmp_path):
    assert "nowhere is no directory and no file that can be read" in refused(tmp_path / "nowhere")


def test_a_directory_without_a_bundle_is_refused_in_one_line(tmp_path):
    message = "Nothing was changed: manifest.json: cannot be read (No such file or directory)."
    assert refused(tmp_path) == message


def test_a_failure_of_the_database_is_told_in_one_line(bundle, monkeypatch):
    def fail(*args: object, **options: object) -> None:
        raise DatabaseError("database is\nlocked")

    monkeypatch.setattr("codes.exchange.apply.rows_of", fail)
    assert refused(bundle) == "Nothing was changed: the database says: database is locked."


@pytest.mark.parametrize("error", [KeyError("no such user"), OSError("no such user"), ImportError("pwd")])
def test_an_operator_without_a_name_is_the_command(error, monkeypatch):
    def fail() -> None:
        raise error

    monkeypatch.setattr(getpass, "getuser", fail)
    assert operator() == "command"


def test_the_exit_codes_are_told_by_the_help(capsys):
    with pytest.raises(SystemExit):
        call_command("import_bundle", "--help")
    assert EXIT_CODES.split()[-1] in capsys.readouterr().out
