import os
import subprocess
import sys
from pathlib import Path

import pytest

MANAGE = Path(__file__).parent.parent / "manage.py"


def manage(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a run of manage.py from another directory answers; its data and its database are new."""
    given = {"HTTPREF_DATA_DIR": str(directory / "data"), "DATABASE_URL": "", **environment}
    return subprocess.run(
        [sys.executable, str(MANAGE), *arguments],
        cwd=directory,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", ["check", "serve", "migrate"])
def test_settings_that_make_no_sense_end_every_command_with_one_line(command, tmp_path):
    result = manage(tmp_path, command, PORT="http")
    assert result.returncode == 1
    assert result.stderr == "httpref cannot start: PORT is a number, not 'http'.\n"
    assert result.stdout == ""


def test_a_production_without_its_settings_is_refused_with_one_line(tmp_path):
    result = manage(tmp_path, "serve", HTTPREF_ENV="production", HTTPREF_SECRET_KEY="", HTTPREF_ALLOWED_HOSTS="")
    assert result.returncode == 1
    assert result.stderr.startswith("httpref cannot start: in production these settings are required, and missing: ")
    assert result.stderr.count("\n") == 1


def test_a_data_directory_that_cannot_be_made_is_refused_with_one_line(tmp_path):
    result = manage(tmp_path, "check", HTTPREF_DATA_DIR=str(MANAGE))
    assert result.returncode == 1
    assert result.stderr.startswith("httpref cannot start: ")
    assert result.stderr.count("\n") == 1


def test_a_command_runs_from_any_directory(tmp_path):
    result = manage(tmp_path, "check", "--database", "default")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_command_is_loaded_without_a_look_for_garbage(tmp_path):
    result = manage(tmp_path, "shell", "--no-imports", "--command", "import gc; print(gc.get_threshold()[0])")
    assert (result.stdout, result.stderr) == ("50000\n", "")


def test_a_refusal_of_a_command_is_one_line_too(tmp_path):
    result = manage(tmp_path, "serve", "--port", "99999")
    assert result.returncode == 1
    assert result.stderr == "CommandError: A port is a number from 1 to 65535, not 99999.\n"


@pytest.mark.parametrize("command", ["search_eval", "export_site"])
def test_a_database_without_tables_ends_a_command_with_one_line(command, tmp_path):
    queries = tmp_path / "queries"
    queries.write_text("en\tteapot\t418\n")
    result = manage(tmp_path, command, str(queries) if command == "search_eval" else "site")
    assert result.returncode == 1
    assert result.stderr.startswith("The database cannot be used: no such table: codes_")
    assert result.stderr.endswith(" Is it running, and migrated (manage.py migrate)?\n")
    assert result.stderr.count("\n") == 1


def test_the_whole_story_of_a_database_is_told_where_it_is_asked_for(tmp_path):
    result = manage(tmp_path, "seed_groups", "--traceback")
    assert (result.returncode, result.stderr.startswith("Traceback")) == (1, True)
