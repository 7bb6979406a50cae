"""Triggers that keep the states and the history of the texts, whatever writes a text.

In the transaction of the write itself they note each text's change in ``TextChange``, who signed it (see
``signed``), and in ``TextState`` its state. Where the English changes, the translations that did not change with it
remember the English that they were written against, which makes them stale; where it becomes that English again, or
where they are written anew, they forget it. A text that leaves the approved state stays in ``TextState``. A record
that is created leaves no trace here: its texts are as they came.

They keep the outlines as well: which texts a row has, and its place in lists, see codes/curation/outline.py.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Model

from codes.curation import outline, postgres, sqlite
from codes.localized import DEFAULT_LANGUAGE, LANGUAGES, LocalizedModel, column, columns
from codes.models.curation import (
    Action,
    Comment,
    Dismissal,
    Outline,
    Provenance,
    Signature,
    State,
    TextChange,
    TextState,
)

PREFIX = "codes_curation_"
DIALECTS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgres}
KEY = "model, object_id, field, language"


def localized_models() -> list[type[LocalizedModel]]:
    """The models with texts, in the order in which their records are listed."""
    return [model for model in apps.get_app_config("codes").get_models() if issubclass(model, LocalizedModel)]


def after_update(model: type[LocalizedModel], field: str, vendor: str) -> list[str]:
    """The statements that follow an update of ``field``'s columns, with OLD and NEW for the row."""
    name, english, differs = model._meta.model_name, column(field, DEFAULT_LANGUAGE), DIALECTS[vendor].DIFFERS
    texts = " UNION ALL ".join(
        f"SELECT '{code}' AS language, OLD.{column(field, code)} AS before, NEW.{column(field, code)} AS after"
        for code in LANGUAGES
    )
    state, change = TextState._meta.db_table, TextChange._meta.db_table
    signed = f"LEFT JOIN (SELECT * FROM {Signature._meta.db_table} ORDER BY id DESC LIMIT 1) AS s ON 1 = 1"
    unit = f"model = '{name}' AND object_id = NEW.id AND field = '{field}'"
    source_changed = f"OLD.{english} {differs} NEW.{english}"
    return [
        f"INSERT INTO {state} ({KEY}, state, source, provenance, author)"
        f" SELECT '{name}', NEW.id, '{field}', t.language, '{State.APPROVED}', coalesce(OLD.{english}, ''),"
        f" '{Provenance.RECORD}', '' FROM ({texts}) AS t WHERE {source_changed} AND t.language <> '{DEFAULT_LANGUAGE}'"
        f" AND t.after IS NOT NULL AND NOT (t.before {differs} t.after)"
        f" ON CONFLICT ({KEY}) DO UPDATE SET source = coalesce({state}.source, excluded.source)",
        f"UPDATE {state} SET source = NULL WHERE {unit} AND {source_changed} AND source = coalesce(NEW.{english}, '')",
        f"INSERT INTO {state} ({KEY}, state, source, approved, provenance, author, at)"
        f" SELECT '{name}', NEW.id, '{field}', t.language,"
        f" CASE WHEN t.language = '{DEFAULT_LANGUAGE}' THEN '{State.APPROVED}'"
        f" ELSE coalesce(s.state, '{State.REVIEW}') END, NULL, t.before,"
        f" coalesce(s.provenance, '{Provenance.OUTSIDE}'), coalesce(s.author, ''), {DIALECTS[vendor].NOW}"
        f" FROM ({texts}) AS t {signed} WHERE t.before {differs} t.after AND t.after IS NOT NULL"
        f" ON CONFLICT ({KEY}) DO UPDATE SET state = excluded.state, source = NULL, provenance = excluded.provenance,"
        " author = excluded.author, at = excluded.at,"
        f" approved = CASE WHEN {state}.state = '{State.APPROVED}' THEN excluded.approved ELSE {state}.approved END",
        f"DELETE FROM {state} WHERE {unit}"
        f" AND language IN (SELECT t.language FROM ({texts}) AS t WHERE t.after IS NULL)",
        f"INSERT INTO {change} ({KEY}, before, after, action, provenance, author, reason, at)"
        f" SELECT '{name}', NEW.id, '{field}', t.language, t.before, t.after,"
        f" coalesce(s.action, '{Action.EDITED}'), coalesce(s.provenance, '{Provenance.OUTSIDE}'),"
        f" coalesce(s.author, ''), coalesce(s.reason, ''), {DIALECTS[vendor].NOW}"
        f" FROM ({texts}) AS t {signed} WHERE t.before {differs} t.after",
    ]


def after_delete(model: type[LocalizedModel]) -> list[str]:
    """The statements that follow the deletion of a row: nothing is known about it any more."""
    return [
        f"DELETE FROM {about._meta.db_table} WHERE model = '{model._meta.model_name}' AND object_id = OLD.id"
        for about in (TextState, TextChange, Dismissal, Comment, Outline)
    ]


def outline_triggers(model: type[LocalizedModel], vendor: str) -> dict[str, list[str]]:
    """The triggers that keep the outlines of a model's rows."""
    name, table, differs = model._meta.model_name, model._meta.db_table, DIALECTS[vendor].DIFFERS
    own = [outline.refreshing(model, "r.id = NEW.id")]
    texts, keys = columns(model.localized_fields), outline.key_columns(model)
    changed = [f"(OLD.{text} IS NULL) <> (NEW.{text} IS NULL)" for text in texts]
    changed += [f"OLD.{key} {differs} NEW.{key}" for key in keys]
    event = f"AFTER UPDATE OF {', '.join([*keys, *texts])} ON {table}"
    found = trigger(f"{name}_come", f"AFTER INSERT ON {table}", "", own, vendor)
    found |= trigger(f"{name}_outline", event, f"WHEN ({' OR '.join(changed)})", own, vendor)
    for relation, parent, key in outline.parents(model):
        event = f"AFTER UPDATE OF {key} ON {parent._meta.db_table}"
        condition = f"WHEN (OLD.{key} {differs} NEW.{key})"
        body = [outline.refreshing(model, f"r.{relation} = NEW.id")]
        found |= trigger(f"{name}_{relation}", event, condition, body, vendor)
    return found


@cache
def wanted(vendor: str) -> dict[str, list[str]]:
    """The statements that make each trigger, by its name, which changes when they do."""
    found: dict[str, list[str]] = {}
    for model in localized_models():
        table = model._meta.db_table
        for field in model.localized_fields:
            names = [column(field, code) for code in LANGUAGES]
            changed = " OR ".join(f"OLD.{name} {DIALECTS[vendor].DIFFERS} NEW.{name}" for name in names)
            event = f"AFTER UPDATE OF {', '.join(names)} ON {table}"
            body = after_update(model, field, vendor)
            found |= trigger(f"{model._meta.model_name}_{field}", event, f"WHEN ({changed})", body, vendor)
        found |= trigger(f"{model._meta.model_name}", f"AFTER DELETE ON {table}", "", after_delete(model), vendor)
        found |= outline_triggers(model, vendor)
    return found


def trigger(name: str, event: str, condition: str, body: list[str], vendor: str) -> dict[str, list[str]]:
    """One trigger's name and the statements that make it."""
    statements = "; ".join(body)
    name = f"{PREFIX}{name}_{sha256(f'{event} {condition} {statements}'.encode()).hexdigest()[:8]}"
    return {name: DIALECTS[vendor].making(name, event, condition, statements)}


def installed(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The names of the triggers that exist."""
    with connections[using].cursor() as cursor:
        cursor.execute(DIALECTS[connections[using].vendor].LISTING)
        return {name for (name,) in cursor.fetchall() if name.startswith(PREFIX)}


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make the triggers that are missing, drop those of another make, and make the outlines anew."""
    there, made = installed(using), wanted(connections[using].vendor)
    if there == made.keys():
        return
    with transaction.atomic(using):
        drop(there, using)
        run((statement for statements in made.values() for statement in statements), using)
        run(outlining(), using)


def outlining() -> Iterator[str]:
    """The statements that make all outlines anew."""
    yield f"DELETE FROM {Outline._meta.db_table}"
    for model in localized_models():
        yield outline.refreshing(model, "1 = 1")


def drop(names: set[str], using: str) -> None:
    """Drop triggers."""
    statement = DIALECTS[connections[using].vendor].DROP
    run((statement.format(name) for name in sorted(names)), using)


def run(statements: Iterator[str], using: str) -> None:
    with transaction.atomic(using), connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def complaint(using: str = DEFAULT_DB_ALIAS) -> str:
    """What is wrong with the triggers, as the end of a sentence; empty if nothing is, or if there are no tables."""
    if not tables_exist(using) or installed(using) == wanted(connections[using].vendor).keys():
        return ""
    return "lack triggers, or have those of another version, so that they do not hear of changes"


def tables_exist(using: str) -> bool:
    """Whether the tables are there that the triggers stand on and write to."""
    written: list[type[Model]] = [TextState, TextChange, Signature, Dismissal, Comment, Outline]
    needed = {model._meta.db_table for model in [*localized_models(), *written]}
    return needed <= set(connections[using].introspection.table_names())


# Around migrations


def before_migrations(*, using: str, plan: list[Any], **kwargs: Any) -> None:
    """Leave the tables without triggers while they are changed."""
    if plan:
        drop(installed(using), using)


def after_migrations(*, using: str, **kwargs: Any) -> None:
    """Make what is missing."""
    if tables_exist(using):
        install(using)
