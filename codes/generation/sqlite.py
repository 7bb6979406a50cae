"""What SQLite does for generations. It has one writer at a time, so there is one token, which each write replaces."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

KEY = "INTEGER PRIMARY KEY"
NEW_TOKEN = "UPDATE codes_generation SET token = random()"


def note(row: str, condition: str) -> str:
    """The statement for a row that changed, if it meets a condition on ``changed``."""
    return f"{NEW_TOKEN} WHERE {condition}".replace("changed.", f"{row}.") if condition else NEW_TOKEN


@contextmanager
def reading(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A transaction that sees one state. Usual ones begin by taking the only lock, see the settings; it must not."""
    connection.ensure_connection()  # which sets the mode
    usual, connection.transaction_mode = connection.transaction_mode, None  # type: ignore[attr-defined]
    with ExitStack() as stack:
        try:
            stack.enter_context(transaction.atomic(connection.alias))
        finally:
            connection.transaction_mode = usual  # type: ignore[attr-defined]
        yield


def tidy(connection: BaseDatabaseWrapper) -> None:
    """Nothing to do: there is one token."""
