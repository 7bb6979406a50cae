"""What PostgreSQL does for generations. Each write adds a token: writers of one row would wait for each other."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

KEY = "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
NEW_TOKEN = "INSERT INTO codes_generation (token) SELECT hashtextextended(gen_random_uuid()::text, 0)"
MOST_TOKENS = 500


def note(rows: str, condition: str) -> str:
    """The statement for what changed, if any of it meets a condition on ``changed``."""
    return f"{NEW_TOKEN} WHERE EXISTS (SELECT 1 FROM ({rows}) AS changed WHERE {condition or 'true'})"


@contextmanager
def reading(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A transaction that sees one state."""
    with transaction.atomic(connection.alias):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def tidy(connection: BaseDatabaseWrapper) -> None:
    """Put tokens together when there are many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM codes_generation")
        many = cursor.fetchone()[0] > MOST_TOKENS
    if many:
        put_together(connection)


def put_together(connection: BaseDatabaseWrapper) -> None:
    """Replace tokens by their sum; those that another process is putting together are left to it."""
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM codes_generation"
            " WHERE id IN (SELECT id FROM codes_generation FOR UPDATE SKIP LOCKED) RETURNING token"
        )
        total = sum(token for (token,) in cursor.fetchall()) % 2**64
        cursor.execute("INSERT INTO codes_generation (token) VALUES (%s)", [total - 2**64 if total >= 2**63 else total])
