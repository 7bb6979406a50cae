"""A snapshot of a SQLite database."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.db import connection, connections
from django.db.utils import ConnectionHandler

from codes.export.connections import Attach, configuration, replaced


@contextmanager
def snapshot(scratch: Path) -> Iterator[Attach]:
    """A copy of the database: a transaction would hold other writers up, or see what they write."""
    descriptor, name = tempfile.mkstemp(dir=scratch, suffix=".sqlite3")
    os.close(descriptor)
    try:
        connection.ensure_connection()
        with closing(sqlite3.connect(name)) as copy:
            connection.connection.backup(copy)
        settings = {**configuration(NAME=name), "OPTIONS": {"init_command": "PRAGMA query_only = ON"}}
        with replaced(settings):
            yield lambda: connections.__setitem__("default", ConnectionHandler({"default": settings})["default"])
    finally:
        with suppress(OSError):
            os.unlink(name)
