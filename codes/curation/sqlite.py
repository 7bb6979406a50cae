"""How SQLite says what curation needs."""

from django.db.models import Q

DIFFERS = "IS NOT"
NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
LISTING = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
JOINED = "group_concat"
DROP = "DROP TRIGGER IF EXISTS {}"


def making(name: str, event: str, condition: str, statements: str) -> list[str]:
    """The statements that make a trigger."""
    return [f"CREATE TRIGGER {name} {event} FOR EACH ROW {condition} BEGIN {statements}; END"]


def holding(column: str, words: str) -> Q:
    """The condition that words stand in a column, whatever the case of Latin letters."""
    return Q(**{f"{column}__icontains": words})
