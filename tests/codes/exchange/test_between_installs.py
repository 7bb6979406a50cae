"""Installs in processes of their own: one pulls from the other, one is killed while it applies."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from codes.exchange.form import as_bytes
from tests.databases import copy_of_the_reference

# Nothing is asked of the tests' own database, but the installs are copies of it.
pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]


class Install:
    """A database and a data directory of its own."""

    def __init__(self, url: str, directory: Path) -> None:
        directory.mkdir()
        self.environment = {**os.environ, "DATABASE_URL": url, "HTTPREF_DATA_DIR": str(directory)}
        self.environment.pop("COV_CORE_SOURCE", None)

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        command = [sys.executable, "manage.py", *arguments]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=ROOT, env={**self.environment, **options}, **pipes)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The exit code of a command, and what it printed to both streams."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def python(self, code: str) -> str:
        """What Python code prints, with the models at hand."""
        status, out, err = self.run("shell", "--no-imports", "-c", f"from codes.models import *\n{code}")
        assert status == 0, err
        return out.strip()


@pytest.fixture(scope="module")
def upstream(django_db_setup: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Install]:
    """An install on the engine under test, with the reference in it."""
    directory = tmp_path_factory.mktemp("upstream")
    with copy_of_the_reference(django_db_setup, "upstream", directory) as url:
        yield Install(url, directory / "data")


@pytest.fixture(scope="module")
def address(upstream: Install) -> Iterator[str]:
    """Where that install is served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = upstream.start("serve", "--port", port)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api/v1/bundle/origin.json", server)
        yield address
    finally:
        server.terminate()
        server.communicate()


def wait_for(url: str, server: "subprocess.Popen[str]") -> None:
    for _ in range(300):
        try:
            with urlopen(url):
                return
        except URLError:
            assert server.poll() is None, server.communicate()
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="module")
def own(django_db_setup: str, tmp_path_factory: pytest.TempPathFactory) -> Install:
    """An install on SQLite with the reference in it, and work of its own: a text rewritten, one in French."""
    directory = tmp_path_factory.mktemp("own")
    install = Install(f"sqlite:///{directory / 'own.sqlite3'}", directory / "data")
    if django_db_setup.endswith(".sqlite3"):
        shutil.copy(django_db_setup, directory / "own.sqlite3")
    else:
        assert install.run("migrate", "--verbosity", "0")[0] == 0
        assert install.run("seed")[0] == 0
    install.python(
        "row = StatusCode.objects.get(number=403, origin='iana')\n"
        "row.summary_en, row.summary_fr = 'Ours.', 'À nous.'\n"
        "row.save()"
    )
    return install


def test_an_install_takes_what_another_one_has_and_keeps_its_own(upstream, address, own):
    status, _, err = own.run("pull", address, "--quiet")
    assert status == 0, err
    upstream.python(
        "row = StatusCode.objects.get(number=403, origin='iana')\n"
        "row.summary_en, row.summary_zh_hant = 'Theirs.', '他們的。'\n"
        "row.save()\n"
        "Origin.objects.create(slug='acme', title='Acme', name_en='Acme')"
    )
    status, out, err = own.run("pull", address, "--json")
    plan = json.loads(out)
    assert (status, plan["counts"]) == (2, {"origin": {"create": 1}, "statuscode": {"change": 1, "conflict": 1}}), err
    assert "alias" not in err, "a file that has not changed was fetched"
    status, out, err = own.run("pull", address, "--apply", plan["plan"])
    assert (status, out.strip().splitlines()[-1]) == (2, "Applied."), err
    printed = own.python(
        "row = StatusCode.objects.get(number=403, origin='iana')\n"
        "print(row.summary_en, row.summary_fr, row.summary_zh_hant, Origin.objects.get(slug='acme'))"
    )
    assert printed == "Ours. À nous. 他們的。 Acme"
    status, out, err = own.run("pull", "httpref", "--quiet")  # by the name of the source that it was
    assert (status, out.splitlines()[-1]) == (0, "Nothing to do."), err


@pytest.mark.parametrize("path", ["", "symbol.json"])
def test_the_list_of_files_and_each_of_them_can_be_asked_for_again_at_no_cost(path, address):
    url = f"{address}/api/v1/bundle/{path}"
    with urlopen(url) as response:
        tag = response.headers["ETag"]
    with pytest.raises(URLError, match="304"):
        urlopen(Request(url, headers={"If-None-Match": tag}))


def test_an_import_that_is_killed_changes_nothing_and_the_next_one_works(own, tmp_path):
    bundle = tmp_path / "bundle"
    assert own.run("export_bundle", str(bundle))[0] == 0
    sign(bundle, "alias.json", lambda records: records[::2])
    sign(bundle, "statuscode.json", lambda records: [rename(record) for record in records])
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    (bundle / "manifest.json").write_text(json.dumps({**manifest, "source": "killed"}))
    before = state(own)
    plan = json.loads(own.run("import_bundle", str(bundle), "--json", "--keep", "facts=upstream")[1])["plan"]
    arguments = ("import_bundle", str(bundle), "--keep", "facts=upstream", "--apply", plan)
    process = own.start(*arguments)
    for line in process.stderr:
        if "status codes" in line:
            process.kill()
            break
    assert process.wait() == -9
    process.communicate()
    assert state(own) == before
    status, out, err = own.run(*arguments)
    assert "Applied." in out, err
    assert state(own) != before


def state(install: Install) -> tuple[int, int]:
    """How many sources an install on SQLite knows, and how many of its meanings were renamed."""
    with closing(sqlite3.connect(install.environment["DATABASE_URL"].removeprefix("sqlite:///"))) as database:
        renamed = "SELECT count(*) FROM codes_statuscode WHERE reason_phrase LIKE 'Renamed%'"
        found: tuple[int, int] = database.execute(f"SELECT (SELECT count(*) FROM codes_source), ({renamed})").fetchone()
        return found


def rename(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "fields": {**record["fields"], "reason_phrase": f"Renamed {record['fields']['number']}"}}


def sign(bundle: Path, name: str, change: Any) -> None:
    """Change the records of a file, and sign it."""
    records = change(json.loads((bundle / name).read_bytes()))
    content = as_bytes(records)
    (bundle / name).write_bytes(content)
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    digest = sha256(content).hexdigest()
    manifest["files"][name] = {"records": len(records), "sha256": digest, "size": len(content)}
    (bundle / "manifest.json").write_bytes(as_bytes(manifest))
