"""Triggers of PostgreSQL: a statement for all rows that a statement changed."""

from codes.triggers.base import Note, Triggers


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
