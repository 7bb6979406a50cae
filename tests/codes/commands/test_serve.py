import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import ConnectionHandler, connections
from granian.cli import cli

from codes import generation
from codes.management.commands.serve import collect_static_files
from codes.models import Alias, Origin, StatusCode
from codes.search.index import engine
from httpref.pages.shared import Shared

Arguments = list[str]


@pytest.fixture(autouse=True)
def static_files(settings, tmp_path: Path) -> Path:
    """A directory with one static file, which is collected in its hashed form."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "style.css").write_text("p {}")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    return source


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Arguments]:
    """The servers that were started in the place of this process."""
    calls: list[Arguments] = []
    monkeypatch.setattr(os, "execv", lambda path, arguments: calls.append([path, *arguments]))
    return calls


@pytest.fixture
def port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def use_database(django_db_blocker: Any) -> Iterator[Callable[..., None]]:
    """A function that puts another database in the place of the tests' own."""
    usual = connections["default"]

    def use(**configuration: Any) -> None:
        connections["default"] = ConnectionHandler({"default": configuration})["default"]

    ContentType.objects.clear_cache()
    with django_db_blocker.unblock():
        yield use
        connections["default"].close()
    connections["default"] = usual
    ContentType.objects.clear_cache()


@pytest.fixture(scope="module")
def served_before(tmp_path_factory: pytest.TempPathFactory, django_db_setup: Any, django_db_blocker: Any) -> Path:
    """A SQLite database that an earlier start made ready."""
    path = tmp_path_factory.mktemp("served") / "database.sqlite3"
    usual = connections["default"]
    configuration = {"ENGINE": "django.db.backends.sqlite3", "NAME": path}
    connections["default"] = ConnectionHandler({"default": configuration})["default"]
    ContentType.objects.clear_cache()
    with django_db_blocker.unblock():
        for command in ("migrate", "seed_groups", "seed"):
            call_command(command, verbosity=0, stdout=StringIO())
        generation.ensure()
        connections["default"].close()
    connections["default"] = usual
    ContentType.objects.clear_cache()
    return path


@pytest.fixture
def ready(served_before: Path, use_database: Callable[..., None], tmp_path: Path) -> None:
    """A copy of it is the default database."""
    use_database(ENGINE="django.db.backends.sqlite3", NAME=shutil.copy(served_before, tmp_path / "new.sqlite3"))


def serve(port: int) -> None:
    call_command("serve", "--host", "127.0.0.1", "--port", str(port))


def test_a_new_database_is_made_ready_and_served(use_database, started, port, tmp_path, capsys):
    use_database(ENGINE="django.db.backends.sqlite3", NAME=tmp_path / "new.sqlite3")
    serve(port)
    out = capsys.readouterr().out
    steps = [
        "Preparing the database ...",
        "created: editors",
        "Filling it",
        " status codes",
        f"http://127.0.0.1:{port}/",
    ]
    assert [step for step in steps if step not in out] == []
    assert sorted(steps, key=out.index) == steps
    assert "manage.py createsuperuser" in out
    assert StatusCode.objects.with_number(404).exists()
    assert Group.objects.get(name="editors").permissions.exists()
    assert len(started) == 1


@pytest.mark.usefixtures("ready")
def test_a_later_start_prepares_nothing_and_keeps_what_was_edited(started, port, capsys):
    serve(port)
    Origin.objects.filter(slug="nginx").update(name_en="edited here")
    Alias.objects.all().delete()
    Group.objects.get(name="viewers").delete()
    capsys.readouterr()
    serve(port)
    lines = capsys.readouterr().out.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == ["httpref listens on http", "An editor's account"]
    assert Origin.objects.get(slug="nginx").name_en == "edited here"
    assert not Alias.objects.exists()
    assert not Group.objects.filter(name="viewers").exists()
    assert len(started) == 2


@pytest.mark.usefixtures("ready")
def test_a_start_builds_an_index_that_is_not_current_and_indexes_what_was_left(started, port, capsys):
    engine().run("UPDATE codes_search_state SET fingerprint = 'older'")
    capsys.readouterr()
    serve(port)
    assert "Building the search index: it was made for other languages" in capsys.readouterr().out
    engine().note_all()
    serve(port)
    assert "search index" not in capsys.readouterr().out
    assert engine().pending(1) == []
    assert engine().state().documents == StatusCode.objects.count()


def test_a_database_that_was_only_migrated_gets_its_groups_too(use_database, started, port, tmp_path):
    use_database(ENGINE="django.db.backends.sqlite3", NAME=tmp_path / "new.sqlite3")
    call_command("migrate", verbosity=0)
    serve(port)
    assert Group.objects.filter(name="editors").exists()
    assert len(started) == 1


@pytest.mark.django_db
def test_the_server_is_told_where_to_listen_and_what_to_serve(started, port):
    serve(port)
    ((program, *arguments),) = started
    assert [program, *arguments[:3]] == [sys.executable, sys.executable, "-m", "granian"]
    understood = cli.make_context("granian", arguments[3:]).params
    assert (understood["host"], understood["port"], str(understood["interface"])) == ("127.0.0.1", port, "wsgi")
    assert understood["app"] == "httpref.wsgi:application"


@pytest.mark.django_db
def test_workers_and_threads_are_those_of_the_settings(started, port, settings):
    settings.WORKERS, settings.THREADS = 3, 7
    serve(port)
    understood = cli.make_context("granian", started[0][4:]).params
    assert (understood["workers"], understood["blocking_threads"]) == (3, 7)
    assert understood["respawn_failed_workers"]


@pytest.mark.usefixtures("ready")
def test_the_generation_is_known_before_the_workers_start(started, port, settings, tmp_path):
    settings.PAGES_DIR = tmp_path / "pages"
    (settings.PAGES_DIR / "metrics").mkdir(parents=True)
    serve(port)
    shared = Shared(settings.PAGES_DIR, connections["default"].settings_dict, create=False)
    assert shared.generation == generation.read(connections["default"])
    assert not (settings.PAGES_DIR / "metrics").exists()


@pytest.mark.usefixtures("ready")
def test_a_database_of_before_the_generation_gets_it(started, port):
    with connections["default"].cursor() as cursor:
        cursor.execute(f"DROP TABLE {generation.TABLE}")
    serve(port)
    assert generation.complaint(connections["default"]) == ""


# What it refuses


def test_an_occupied_port_is_named_before_the_database_is_touched(started):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(
            CommandError, match=f"^Cannot listen on 127.0.0.1 port {port}: Address already in use. .*PORT"
        ):
            serve(port)
    assert started == []


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_out_of_range_is_refused(port, started):
    with pytest.raises(CommandError, match=f"^A port is a number from 1 to 65535, not {port}.$"):
        call_command("serve", port=port)
    assert started == []


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b"])
def test_an_address_that_this_machine_does_not_have_is_refused(host, port, started):
    with pytest.raises(CommandError, match=f"^Cannot listen on {host} port {port}: ."):
        call_command("serve", "--host", host, "--port", str(port))
    assert started == []


@pytest.mark.parametrize(("name", "reason"), [("nowhere/db", "unable to open"), ("text", "not a database")])
def test_a_file_that_cannot_be_the_database_is_refused(name, reason, use_database, started, port, tmp_path):
    (tmp_path / "text").write_text("p {}" * 1000)
    use_database(ENGINE="django.db.backends.sqlite3", NAME=tmp_path / name)
    with pytest.raises(CommandError, match=f"^The database cannot be used: .*{reason}"):
        serve(port)
    assert started == []


def test_a_database_server_that_does_not_answer_is_refused_at_once_with_its_reason(use_database, started, port):
    use_database(
        ENGINE="django.db.backends.postgresql",
        NAME="httpref",
        HOST="127.0.0.1",
        PORT=port,
        OPTIONS={"pool": {"min_size": 1, "max_size": 10, "timeout": 10}},
    )
    began = time.monotonic()
    with pytest.raises(CommandError, match="^The database cannot be used: .*refused"):
        serve(port)
    assert time.monotonic() - began < 5
    assert started == []


def test_an_unsound_bundle_stops_the_start(use_database, started, port, settings, tmp_path):
    use_database(ENGINE="django.db.backends.sqlite3", NAME=tmp_path / "new.sqlite3")
    settings.FIXTURES_DIR = tmp_path
    with pytest.raises(CommandError, match="^Nothing was seeded"):
        serve(port)
    assert started == []


# Static files


def collected(settings: Any) -> set[str]:
    return set(json.loads((settings.STATIC_ROOT / "staticfiles.json").read_bytes())["paths"])


def test_static_files_are_collected_at_the_first_start(settings):
    collect_static_files()
    assert collected(settings) == {"style.css"}


def test_static_files_are_not_collected_again_without_need(settings):
    collect_static_files()
    (settings.STATIC_ROOT / "style.css").unlink()
    collect_static_files()
    assert not (settings.STATIC_ROOT / "style.css").exists()


def test_static_files_are_collected_again_when_one_of_them_is_newer(settings, static_files):
    collect_static_files()
    (static_files / "new.css").write_text("a {}")
    later = time.time() + 60
    os.utime(static_files / "new.css", (later, later))
    collect_static_files()
    assert collected(settings) == {"style.css", "new.css"}
