"""The command as it is, in processes of its own, killed in the middle."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from codes.exchange.bundle import export, write_directory
from codes.exchange.form import bundled_models
from codes.localized import shown_languages
from tests.databases import empty_database

ROOT = Path(__file__).parents[3]


@pytest.fixture
def manage(small_site, tmp_path):
    """A function that starts a command on a database of its own, which holds the small site."""
    write_directory(tmp_path / "bundle", export(bundled_models(), shown_languages()), lambda name, size: None)
    with empty_database("export", tmp_path) as url:
        environment = {**os.environ, "DATABASE_URL": url, "HTTPREF_DATA_DIR": str(tmp_path / "data")}

        def start(*arguments: str) -> subprocess.Popen[str]:
            command = [sys.executable, str(ROOT / "manage.py"), *arguments]
            return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

        for arguments in (["migrate", "--verbosity", "0"], ["seed", str(tmp_path / "bundle")]):
            process = start(*arguments)
            process.communicate()
            assert process.returncode == 0
        yield start


def files(site: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(site)): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file() and ".httpref-export" not in path.parts
    }


def test_a_run_that_is_killed_goes_on_and_ends_with_the_same_files(manage, tmp_path):
    site = tmp_path / "site"
    arguments = ["export_site", str(site), "--base-url", "https://example.org", "--languages", "en", "--jobs", "2"]
    killed = manage(*arguments)
    for line in killed.stdout:
        if int(line.split()[0]) > 1050:  # beyond the redirects of the numbers: pages are being rendered
            killed.send_signal(signal.SIGKILL)
            break
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    some = files(site)
    resumed = manage(*arguments)
    out, _ = resumed.communicate()
    assert resumed.returncode == 0
    total, written = counts(out)
    assert 0 < written < total
    whole = files(site)
    assert set(some) < set(whole)
    shutil.rmtree(site)
    process = manage(*arguments)
    process.communicate()
    assert files(site) == whole


def counts(out: str) -> tuple[int, int]:
    """How many files the export has, and how many were written."""
    numbers = [int(word) for word in out.splitlines()[-1].split() if word.isdigit()]
    return numbers[0], numbers[1]
