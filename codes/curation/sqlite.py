"""How SQLite says what the triggers need."""

DIFFERS = "IS NOT"
NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"
LISTING = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
DROP = "DROP TRIGGER IF EXISTS {}"


def making(name: str, event: str, condition: str, statements: str) -> list[str]:
    """The statements that make a trigger."""
    return [f"CREATE TRIGGER {name} {event} FOR EACH ROW {condition} BEGIN {statements}; END"]
