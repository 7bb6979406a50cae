"""Searches and writes at the same time, in a process and on a database of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import empty_database

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a process that works on a database with the reference."""
    directory = tmp_path_factory.mktemp("load")
    with empty_database("load", directory) as url:
        found = {**os.environ, "DATABASE_URL": url, "HTTPREF_DATA_DIR": str(directory)}
        found["DJANGO_SETTINGS_MODULE"] = "httpref.settings"
        manage("migrate", "--verbosity=0", environment=found)
        manage("seed", environment=found)
        yield found


def manage(*arguments: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def test_readers_find_every_commit_while_an_editor_saves(environment):
    command = [sys.executable, "-m", "tests.search_load"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["errors"], found["missing"], found["left"]) == ([], [], [])
    assert found["saves"] >= 5
    assert found["searches"] >= 30
    assert done.stderr == ""


@pytest.mark.parametrize("delay", [0.9])  # seconds
def test_a_rebuild_that_is_killed_is_continued(environment, delay):
    process = subprocess.Popen(
        [sys.executable, "manage.py", "rebuild_search"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert "418" in manage("shell", "--verbosity=0", "--command", QUESTION, environment=environment)
    assert "The search index has 141 meanings." in manage("rebuild_search", environment=environment)
    assert "no issues" in manage("check", "--database", "default", environment=environment)


QUESTION = "from codes.search.find import search; print(search('teapot', 'en').results[0].code.number)"
