"""Keeping the index in step with the reference.

Triggers of the database note in a queue, in the transaction of the write itself and whatever wrote, which meanings
changed. A search answers for those from the reference itself, so it is never behind; ``refresh`` brings the index up
to date and empties the queue, soon after the commit. See docs/decisions/0008-search.md.
"""

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from codes.commits import after_commit
from codes.localized import shown_languages
from codes.search import analyze, folding
from codes.search.document import documents
from codes.search.engine import Engine
from codes.search.postgres import PostgreSQLEngine
from codes.search.sources import followed
from codes.search.sqlite import SQLiteEngine

Progress = Callable[[int, int], None]

ENGINES: dict[str, type[Engine]] = {"sqlite": SQLiteEngine, "postgresql": PostgreSQLEngine}
# The layout of the tables: move it when they change.
LAYOUT = 9
# Meanings that one transaction of ``refresh`` indexes: writers of SQLite wait for its end.
BATCH = 200
# Changed meanings that a search reads from the reference itself until the index has them.
MOST_CHANGED = 200
NOTES = 5_000


@cache
def write(*tables: str) -> re.Pattern[str]:
    """A statement of Django's that writes to one of the tables."""
    return re.compile(rf'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) "(?:{"|".join(tables)})"')


def engine(using: str = DEFAULT_DB_ALIAS) -> Engine:
    """The index of a database."""
    connection = connections[using]
    return ENGINES[connection.vendor](connection)


@cache
def data_digest() -> str:
    """A digest of the tables that the analysis reads."""
    content = b"".join(path.read_bytes() for path in sorted(folding.DATA.iterdir()))
    return sha256(content).hexdigest()[:16]


def fingerprint() -> str:
    """What the content of the index depends on besides the reference."""
    texts = " approved" if settings.ONLY_APPROVED else ""
    return f"{LAYOUT}.{analyze.VERSION} {data_digest()} {' '.join(shown_languages())}{texts}"


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make the tables and triggers. An index of another make is dropped, and every meaning noted for indexing."""
    index = engine(using)
    with transaction.atomic(using):
        if index.exists() and index.fingerprint() != fingerprint():
            index.drop_triggers()
            index.drop_tables()
        index.create_tables()
        index.create_triggers()
        if index.fingerprint() != fingerprint():
            index.set_fingerprint(fingerprint())
            index.note_all()


def uninstall_triggers(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop the triggers, so that migrations can change the tables they stand on."""
    index = engine(using)
    with transaction.atomic(using):
        index.drop_triggers()


def refresh(using: str = DEFAULT_DB_ALIAS, progress: Progress | None = None) -> int:
    """Index what the queue notes, batch by batch, each in its own transaction; the number of meanings indexed.

    ``progress`` is called after each batch with the meanings done and those still noted. Interrupted at any moment,
    it leaves the rest in the queue.
    """
    index, done, is_less = engine(using), 0, False
    while True:
        with transaction.atomic(using):
            index.lock()
            entries = list(dict.fromkeys(index.noted(NOTES)))[:BATCH]
            if not entries:
                if is_less:
                    index.forget_words()
                if done:
                    index.settle()
                return done
            if not index.state().documents:
                index.unsettle()
            # All that are there before the texts are read, or a meaning of many notes is indexed many times.
            notes = index.notes_of(entries)
            made = documents(entries)
            is_less |= len(made) < len(entries)
            index.replace(entries, made)
            index.forget(notes)
        done += len(entries)
        if progress:
            progress(done, len(index.pending(1_000_000)))


def rebuild(using: str = DEFAULT_DB_ALIAS, progress: Progress | None = None) -> int:
    """Drop the index and build it anew; the number of meanings indexed."""
    index = engine(using)
    with transaction.atomic(using):  # never without tables, not even when killed here
        index.drop_triggers()
        index.drop_tables()
        install(using)
    return refresh(using, progress)


def complaint(using: str = DEFAULT_DB_ALIAS) -> str:
    """What is wrong with the index, as the end of a sentence; empty if nothing is, or if there is no reference."""
    index = engine(using)
    if not index.reference_exists():
        return ""
    if found := defect(using):
        return found
    if len(index.pending(MOST_CHANGED + 1)) > MOST_CHANGED:
        return "is behind by more meanings than a search looks up by itself"
    return ""


def defect(using: str = DEFAULT_DB_ALIAS) -> str:
    """What is wrong with an index that has to be built anew."""
    index = engine(using)
    if not index.exists():
        return "does not exist"
    if index.fingerprint() != fingerprint():
        return "was made for other languages or by another version"
    if not index.expected_triggers() <= index.triggers():
        return "lacks triggers, so that it does not hear of changes"
    if not index.pending(1) and index.state().documents != index.meanings():
        return "has not as many meanings as the reference"
    return ""


def bring_up_to_date(using: str = DEFAULT_DB_ALIAS, progress: Progress | None = None) -> None:
    """What a start does: build an index that is missing or another one's, and index what is noted."""
    if defect(using):
        rebuild(using, progress)
    else:
        refresh(using, progress)


# Following the writes


def follow(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A wrapper of a connection's statements: a write to the reference has the index refreshed after its commit."""
    result = execute(sql, params, many, context)
    if write(*followed()).match(str(sql)):
        schedule(context["connection"])
    return result


def schedule(connection: BaseDatabaseWrapper) -> None:
    """Have the index refreshed once when the current transaction commits.

    Outside a transaction nothing is done: a statement may not be finished yet, and the next commit will do it.
    """

    if connection.in_atomic_block:
        # A failure harms nothing: the queue remains, and searches read it.
        after_commit(connection, refresh_index)


def refresh_index(connection: BaseDatabaseWrapper) -> None:
    refresh(connection.alias)


def follow_connection(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Follow the writes of a connection that was just opened."""
    if follow not in connection.execute_wrappers:
        connection.execute_wrappers.append(follow)


# Around migrations


def before_migrations(*, using: str, plan: list[Any], **kwargs: Any) -> None:
    """Leave the tables of the reference without triggers while they are changed."""
    if plan and engine(using).exists():
        uninstall_triggers(using)


def after_migrations(*, using: str, plan: list[Any], **kwargs: Any) -> None:
    """Make what is missing; after a real migration everything is indexed anew, for its texts may have changed."""
    if not engine(using).reference_exists():
        return
    install(using)
    if plan:
        engine(using).note_all()
        refresh(using)
