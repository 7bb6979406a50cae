"""How PostgreSQL says what the triggers need."""

DIFFERS = "IS DISTINCT FROM"
NOW = "clock_timestamp()"
LISTING = "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal"
DROP = "DROP FUNCTION IF EXISTS {} CASCADE"


def making(name: str, event: str, condition: str, statements: str) -> list[str]:
    """The statements that make a trigger, and the function that it calls."""
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {statements}; RETURN NULL; END $$",
        f"CREATE TRIGGER {name} {event} FOR EACH ROW {condition} EXECUTE FUNCTION {name}()",
    ]
