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


class SQLiteTriggers(Triggers):
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
    events = tuple(rows)
    listing = "SELECT name FROM sqlite_master WHERE type = 'trigger'"

    def create(self, table: str, note: Note, truncated: str = "") -> None:
        self.drop(table)
        for event, rows in self.rows.items():
            # Once where the row itself does not matter.
            notes = " ".join(f"{statement};" for statement in dict.fromkeys(map(note, rows)))
            self.run(f"CREATE TRIGGER {self.name(table, event)} AFTER {event} ON {table} BEGIN {notes} END")

    def drop(self, table: str) -> None:
        for event in self.events:
            self.run(f"DROP TRIGGER IF EXISTS {self.name(table, event)}")


class PostgreSQLTriggers(Triggers):
    changed = {
        "INSERT": ("REFERENCING NEW TABLE AS come", "SELECT * FROM come"),
        "UPDATE": (
            "REFERENCING OLD TABLE AS gone NEW TABLE AS come",
            "SELECT * FROM gone UNION ALL SELECT * FROM come",
        ),
        "DELETE": ("REFERENCING OLD TABLE AS gone", "SELECT * FROM gone"),
    }
    events = (*changed, "TRUNCATE")
    listing = "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal"

    def create(self, table: str, note: Note, truncated: str = "") -> None:
        self.drop(table)
        for event, (tables, rows) in self.changed.items():
            self.create_one(table, event, tables, note(rows))
        self.create_one(table, "TRUNCATE", "", truncated)

    def create_one(self, table: str, event: str, tables: str, statement: str) -> None:
        name = self.name(table, event)
        self.run(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$"
        )
        self.run(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )

    def drop(self, table: str) -> None:
        for event in self.events:
            name = self.name(table, event)
            self.run(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            self.run(f"DROP FUNCTION IF EXISTS {name} CASCADE")


TRIGGERS: dict[str, type[Triggers]] = {"sqlite": SQLiteTriggers, "postgresql": PostgreSQLTriggers}
