"""Triggers of SQLite: a statement for each row that changed."""

from codes.triggers.base import Note, Triggers


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
