"""A SQLite file that another one was put in the place of, as after a restore: connections to the old one are left."""

import os
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def identity(connection: BaseDatabaseWrapper) -> tuple[int, int] | None:
    """The file that stands now where the database is; None where it is no file."""
    if connection.vendor != "sqlite":
        return None
    try:
        found = os.stat(connection.settings_dict["NAME"])
    except OSError:
        return None
    return found.st_dev, found.st_ino


def note_file(*, connection: Any, **kwargs: Any) -> None:
    """Remember which file a connection was opened to."""
    connection.opened_file = identity(connection)


def leave_replaced_files(**kwargs: Any) -> None:
    """Before a request: close the connections whose file is not the one that stands there now.

    Where none stands there, the one that is open is still good, and a new connection would make an empty one.
    """
    connection: Any
    for connection in connections.all(initialized_only=True):
        is_open = connection.connection is not None and not connection.in_atomic_block
        if is_open and identity(connection) not in (None, connection.opened_file):
            connection.close()


def is_gone(connection: BaseDatabaseWrapper) -> bool:
    """Whether the file of a connection that is open is not there any more."""
    return getattr(connection, "opened_file", None) is not None and identity(connection) is None
