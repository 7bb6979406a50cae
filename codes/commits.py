"""What is to be done once a write is committed."""

from collections.abc import Callable
from functools import wraps

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Work = Callable[[BaseDatabaseWrapper], object]


def after_commit(connection: BaseDatabaseWrapper, work: Work) -> None:
    """Call ``work`` once when the current transaction commits, however often it is asked for; at once outside of one.

    A failure of the work is logged and harms nothing. Where the caller begins and ends transactions by hand, nobody
    knows when they end, and nothing is done.
    """

    @wraps(work)
    def call() -> None:
        work(connection)

    if any(getattr(waiting, "__wrapped__", None) is work for _, waiting, *_ in connection.run_on_commit):
        return
    if connection.in_atomic_block or connection.get_autocommit():
        transaction.on_commit(call, using=connection.alias, robust=True)
