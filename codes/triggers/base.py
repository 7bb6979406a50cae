"""Triggers that note writes, whoever writes: the same for the search's index and for the pages' generation.

What they note is a statement of the caller's. SQLite runs it for each row that changed, PostgreSQL once for all rows
that a statement changed.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

# Makes the statement to run. Its argument is what changed: in SQLite NEW or OLD, the name of a row; in
# PostgreSQL a query for the rows.
Note = Callable[[str], str]


class Triggers(ABC):
    """The triggers of one purpose, named after it: ``prefix_table_event``."""

    events: Iterable[str]

    def __init__(self, connection: BaseDatabaseWrapper, prefix: str) -> None:
        self.connection = connection
        self.prefix = prefix

    def run(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def name(self, table: str, event: str) -> str:
        return f"{self.prefix}_{table}_{event.lower()}"

    def expected(self, tables: Iterable[str]) -> set[str]:
        """The names that the triggers on these tables have."""
        return {self.name(table, event) for table in tables for event in self.events}

    def existing(self) -> set[str]:
        """The names of all triggers of the database."""
        with self.connection.cursor() as cursor:
            cursor.execute(self.listing)
            return {name for (name,) in cursor.fetchall()}

    @property
    @abstractmethod
    def listing(self) -> str:
        """The query for the names of all triggers."""

    @abstractmethod
    def create(self, table: str, note: Note, truncated: str = "") -> None:
        """Have writes to a table noted, in place of triggers of that name.

        ``truncated`` is the statement for TRUNCATE, where there is one: it tells nothing of rows.
        """

    @abstractmethod
    def drop(self, table: str) -> None: ...
