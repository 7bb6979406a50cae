"""The generation of the content: a number that changes, in the same transaction, with whatever pages show.

The database keeps tokens, random numbers, and the generation is their sum. Triggers add one with every write to
a table that pages show. So it depends on what is committed and visible and on nothing else: not on the order in which
transactions end, which is not that of any sequence; and a copy of the database that goes its own way never comes to a
generation of the original. Tokens may be put together into their sum at any time.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from codes.commits import after_commit
from codes.exchange.form import bundled_models
from codes.generation import postgres, sqlite
from codes.models import Source, TextState
from codes.search.sources import CODES, OWNED
from codes.triggers import TRIGGERS
from codes.triggers.base import Triggers
from httpref.pages.database import STATEMENT, generation_of
from httpref.pages.shared import Shared

log = logging.getLogger(__name__)

TABLE = "codes_generation"
ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgres}


STATES = TextState._meta.db_table


def tables() -> tuple[str, ...]:
    """The tables that pages show; those of the texts' states where only approved texts are shown."""
    return (*reference_tables(), STATES) if settings.ONLY_APPROVED else reference_tables()


@cache
def reference_tables() -> tuple[str, ...]:
    """All tables of the reference with those that only link rows, and what names its bundle."""
    models: list[type[Model]] = [*bundled_models(), Source]
    links = [field.m2m_db_table() for model in models for field in model._meta.many_to_many]
    return tuple(sorted([*links, *(model._meta.db_table for model in models)]))


def is_public(table: str) -> str:
    """The condition under which pages show a row ``changed`` of a table; empty if they always do.

    What an editor writes into a draft changes no page.
    """
    if table == CODES:
        return "NOT changed.is_draft"
    if table in [model._meta.db_table for model in OWNED]:
        return f"EXISTS (SELECT 1 FROM {CODES} WHERE id = changed.status_code_id AND NOT is_draft)"
    return ""


@cache
def write(*names: str) -> re.Pattern[str]:
    """A statement that writes to one of the tables of these names."""
    return re.compile(rf'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|TRUNCATE) "(?:{"|".join(names)})"')


def read(connection: BaseDatabaseWrapper) -> int:
    """The generation of what this connection sees; zero if it has none."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT)
        return generation_of(cursor.fetchone()[0])


# Around migrations


def triggers(connection: BaseDatabaseWrapper) -> Triggers:
    return TRIGGERS[connection.vendor](connection, TABLE)


def before_migrations(*, using: str, plan: list[Any], **kwargs: Any) -> None:
    """Leave the tables without triggers while they are changed."""
    connection = connections[using]
    if plan and TABLE in connection.introspection.table_names():
        with transaction.atomic(using):
            for table in (*reference_tables(), STATES):
                triggers(connection).drop(table)


def after_migrations(*, using: str, plan: list[Any], **kwargs: Any) -> None:
    """A migration may have changed the content, whether or not there were triggers to note it."""
    ensure(using, anew=bool(plan))


def ensure(using: str = DEFAULT_DB_ALIAS, *, anew: bool = False) -> None:
    """Make the table and the triggers if they are missing, or in any case ``anew``."""
    connection = connections[using]
    if complaint(connection) or (anew and is_migrated(connection)):
        with transaction.atomic(using):
            install(connection)


def is_migrated(connection: BaseDatabaseWrapper) -> bool:
    """Whether the tables that pages show are all there."""
    return set(connection.introspection.table_names()).issuperset(tables())


def complaint(connection: BaseDatabaseWrapper) -> str:
    """What keeps writes from being noted, as the end of a sentence; empty if nothing does, or there is no reference."""
    if not is_migrated(connection):
        return ""
    noting = triggers(connection)
    if TABLE not in connection.introspection.table_names():
        return "does not exist"
    there = noting.existing() & noting.expected((*reference_tables(), STATES))
    return "" if there == noting.expected(tables()) else "lacks triggers, or has too many, so that pages may stay old"


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the table and the triggers, and a new generation."""
    engine, noting = ENGINES[connection.vendor], triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (id {engine.KEY}, token bigint NOT NULL)")
        cursor.execute(f"INSERT INTO {TABLE} (token) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM {TABLE})")
        noting.drop(STATES)
        for table in tables():
            noting.create(table, partial(engine.note, condition=is_public(table)), engine.NEW_TOKEN)
        cursor.execute(engine.NEW_TOKEN)
    after_commit(connection, publish)


# Rendering


@contextmanager
def snapshot(using: str = DEFAULT_DB_ALIAS) -> Iterator[int]:
    """Read one state of the database inside. The value is its generation, zero if there is none to be had.

    Inside a transaction of the caller's nothing is done: what it sees may never be committed.
    """
    connection = connections[using]
    if connection.in_atomic_block:
        yield 0
        return
    with ENGINES[connection.vendor].reading(connection):
        yield generation_if_any(connection)
        # Nothing was written; and a rollback, unlike a commit, does not fail.
        transaction.set_rollback(True, using)


def generation_if_any(connection: BaseDatabaseWrapper) -> int:
    """The generation; zero in a database that was not migrated since generations exist."""
    try:
        with transaction.atomic(connection.alias):
            return read(connection)
    except DatabaseError as error:
        log.warning("pages are not stored, for the database has no generation: %s", error)
        return 0


# Following the writes


def follow(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A wrapper of a connection's statements: a write has the new generation published after its commit."""
    result = execute(sql, params, many, context)
    if write(*tables()).match(str(sql)):
        after_commit(context["connection"], publish)
    return result


def follow_connection(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Follow the writes of a connection that was just opened."""
    if follow not in connection.execute_wrappers:
        connection.execute_wrappers.append(follow)


def publish(connection: BaseDatabaseWrapper) -> None:
    """Tell the processes of this host the generation, if any of them keeps pages."""
    try:
        shared = Shared(settings.PAGES_DIR, connection.settings_dict, create=False)
    except OSError:
        return
    with shared.lock():
        shared.publish(read(connection))
    ENGINES[connection.vendor].tidy(connection)
