"""One state of the database for the whole export, whoever edits meanwhile, in as many processes as it takes."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction
from django.db.utils import ConnectionHandler

Attach = Callable[[], None]


@contextmanager
def snapshot(scratch: Path) -> Iterator[Attach | None]:
    """Within this block the database stands still for this process, and nobody waits for it.

    Gives a function that lets a forked process see the same state; None where the caller's transaction is the
    state, which no other process can see.
    """
    if connection.in_atomic_block:
        yield None
    elif connection.vendor == "sqlite":
        with copied(scratch) as attach:
            yield attach
    else:
        with transaction.atomic():
            yield exported()


@contextmanager
def replaced(configuration: dict[str, Any]) -> Iterator[None]:
    """Within this block the default database is another one."""
    usual = connections["default"]
    connections["default"] = ConnectionHandler({"default": configuration})["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual


def configuration(**changes: Any) -> dict[str, Any]:
    """The settings of the database for a connection of one's own, without the pool, which cannot be forked."""
    # Kept open: Django would connect anew for each page.
    settings = {**connection.settings_dict, "CONN_MAX_AGE": None, **changes}
    return {**settings, "OPTIONS": {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}}


@contextmanager
def copied(scratch: Path) -> Iterator[Attach]:
    """A copy of a SQLite database: a transaction would hold other writers up, or see what they write."""
    descriptor, name = tempfile.mkstemp(dir=scratch, suffix=".sqlite3")
    os.close(descriptor)
    try:
        connection.ensure_connection()
        with closing(sqlite3.connect(name)) as copy:
            connection.connection.backup(copy)
        options = {"init_command": "PRAGMA query_only = ON"}
        settings = {**configuration(NAME=name), "OPTIONS": options}
        with replaced(settings):
            yield lambda: connections.__setitem__("default", ConnectionHandler({"default": settings})["default"])
    finally:
        with suppress(OSError):
            os.unlink(name)


def exported() -> Attach:
    """A PostgreSQL snapshot, taken in the transaction that has just begun."""
    settings = configuration()
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (name,) = cursor.fetchone()

    def attach() -> None:
        connections["default"] = ConnectionHandler({"default": settings})["default"]
        connections["default"].set_autocommit(False)
        with connections["default"].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [name])

    return attach
