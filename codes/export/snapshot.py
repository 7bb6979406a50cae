"""One state of the database for the whole export, whoever edits meanwhile, in as many processes as it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from codes.export import postgres, sqlite
from codes.export.connections import Attach

SNAPSHOTS = {"sqlite": sqlite.snapshot, "postgresql": postgres.snapshot}


@contextmanager
def snapshot(scratch: Path) -> Iterator[Attach | None]:
    """Within this block the database stands still for this process, and nobody waits for it.

    Gives a function that lets a forked process see the same state; None where the caller's transaction is the
    state, which no other process can see.
    """
    if connection.in_atomic_block:
        yield None
    else:
        with SNAPSHOTS[connection.vendor](scratch) as attach:
            yield attach
