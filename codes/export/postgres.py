"""A snapshot of a PostgreSQL database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, connections, transaction
from django.db.utils import ConnectionHandler

from codes.export.connections import Attach, configuration

READ = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


@contextmanager
def snapshot(scratch: Path) -> Iterator[Attach]:
    """A transaction that sees one state, which other processes take part in by its name."""
    settings = configuration()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(READ)
        cursor.execute("SELECT pg_export_snapshot()")
        (name,) = cursor.fetchone()

        def attach() -> None:
            connections["default"] = ConnectionHandler({"default": settings})["default"]
            connections["default"].set_autocommit(False)
            with connections["default"].cursor() as cursor:
                cursor.execute(READ)
                cursor.execute("SET TRANSACTION SNAPSHOT %s", [name])

        yield attach
