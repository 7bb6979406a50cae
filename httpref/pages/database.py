"""The generation as the database has it, read without Django."""

import os
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

# Rows are added and put together, so only their sum is meant; see codes/generation.py.
STATEMENT = "SELECT sum(token) FROM codes_generation"
# Django's own options of a connection, which the driver does not know.
NOT_OF_THE_DRIVER = ("pool", "assume_role", "isolation_level", "server_side_binding")


def generation_of(total: Any) -> int:
    """The generation for the sum of the tokens: 64 bits, and never the unknown one while there are tokens."""
    return 0 if total is None else int(total) % 2**64 or 1


class Reader:
    """A connection of its own, kept open; made anew after an error, or where the database is another file."""

    def __init__(self, database: Mapping[str, Any]) -> None:
        self.database = database
        self.connection: Any = None
        self.file: tuple[int, int] | None = None

    def generation(self) -> int:
        """Raises an error of the driver, or OSError, if the database cannot be read."""
        try:
            if "sqlite" in self.database["ENGINE"]:
                self.follow_file()
            if self.connection is None:
                self.connection = self.connect()
            return generation_of(self.connection.execute(STATEMENT).fetchone()[0])
        except Exception:
            self.close()
            raise

    def follow_file(self) -> None:
        """A database put back from a copy is another file under the same name."""
        status = os.stat(self.database["NAME"])
        file = (status.st_dev, status.st_ino)
        if file != self.file:
            self.close()
        self.file = file

    @property
    def connect(self) -> Callable[[], Any]:
        return self.to_sqlite if "sqlite" in self.database["ENGINE"] else self.to_postgresql

    def to_sqlite(self) -> Any:
        address = f"file:{quote(str(self.database['NAME']))}?mode=ro"
        return sqlite3.connect(address, uri=True, timeout=1, isolation_level=None, check_same_thread=False)

    def to_postgresql(self) -> Any:
        import psycopg  # an install on SQLite never loads it

        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        given = {name: self.database[key] for key, name in names.items() if self.database.get(key)}
        options = {k: v for k, v in self.database.get("OPTIONS", {}).items() if k not in NOT_OF_THE_DRIVER}
        # A server that vanished must not keep the check waiting: its failure is noticed, and logged, within seconds.
        limits = {"connect_timeout": 3, "tcp_user_timeout": 3000, "options": "-c statement_timeout=3000"}
        return psycopg.connect(**{**limits, **options, **given}, autocommit=True)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
