"""A database file that is replaced while the site runs."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import ConnectionHandler

from codes import replacement


def write(path: Path, value: str) -> None:
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE told (value TEXT)")
        file.execute("INSERT INTO told VALUES (?)", [value])
    file.close()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[Any]:
    """A connection to a SQLite file that says "old"."""
    write(tmp_path / "database", "old")
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "database"}
    connections = ConnectionHandler({"default": database})
    monkeypatch.setattr(replacement, "connections", connections)
    with django_db_blocker.unblock():
        yield connections["default"]
        connections["default"].close()


def told(connection: Any) -> str:
    with connection.cursor() as cursor:
        return str(cursor.execute("SELECT value FROM told").fetchone()[0])


def replace(path: Path) -> None:
    write(path.with_name("other"), "new")
    os.replace(path.with_name("other"), path)


def test_a_request_reads_the_file_that_stands_there_now(file, tmp_path):
    assert told(file) == "old"
    opened = file.connection
    request_started.send(sender=None)
    assert file.connection is opened
    replace(tmp_path / "database")
    assert told(file) == "old"
    request_started.send(sender=None)
    assert told(file) == "new"


def test_a_transaction_is_not_broken_off(file, tmp_path):
    assert told(file) == "old"
    file.in_atomic_block = True
    replace(tmp_path / "database")
    request_started.send(sender=None)
    file.in_atomic_block = False
    assert told(file) == "old"


def test_a_connection_that_was_not_opened_yet_is_left_alone(file):
    request_started.send(sender=None)
    assert file.connection is None


def test_a_file_that_is_gone_is_read_on(file, tmp_path):
    assert told(file) == "old"
    assert not replacement.is_gone(file)
    os.remove(tmp_path / "database")
    request_started.send(sender=None)
    assert told(file) == "old"
    assert replacement.is_gone(file)
    assert not (tmp_path / "database").exists()


def test_what_is_no_file_has_no_identity(file, tmp_path):
    os.remove(tmp_path / "database")
    assert replacement.identity(file) is None
    assert replacement.identity(SimpleNamespace(vendor="postgresql")) is None
