"""Writing a bundle into the database, whole or not at all."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction

from codes.exchange.bundle import Bundle, BundleError, Record, bundled_models, stored_value
from codes.search.index import refresh

Progress = Callable[[str, int], None]
Key = tuple[Any, ...]


def is_empty() -> bool:
    """Whether the database holds nothing of the reference."""
    return not any(model._default_manager.exists() for model in bundled_models())


def seed(*, bundle: Bundle, progress: Progress) -> None:
    """Fill an empty database with a bundle, in one transaction.

    ``progress`` is called after each model with its plural name and the number of its records.
    Raises BundleError, which names the file and the record, if the database is not empty or a
    record is not valid; nothing is written then.
    """
    with transaction.atomic():
        if not is_empty():
            raise BundleError("the database is not empty; seeding never overwrites")
        known: dict[type[models.Model], dict[Key, models.Model]] = {}
        for model in bundled_models():
            records = bundle.records[str(model._meta.model_name)]
            known[model] = create_rows(model, records, known)
            progress(str(model._meta.verbose_name_plural), len(records))
        refresh()


def create_rows(
    model: type[models.Model], records: list[Record], known: dict[type[models.Model], dict[Key, models.Model]]
) -> dict[Key, models.Model]:
    """Create the rows of one model; the rows by natural key."""
    rows: dict[Key, models.Model] = {}
    known = {**known, model: rows}
    for record in records:
        row = build_row(model, record, known)
        key = row.natural_key()  # type: ignore[attr-defined]
        if key in rows:
            raise BundleError(f"{record.place}: the natural key {key} stands here a second time")
        rows[key] = row
    try:
        with transaction.atomic():
            model._default_manager.bulk_create(rows.values())
    except DatabaseError:
        # Slower, but it tells which record breaks which rule.
        for record, row in zip(records, rows.values(), strict=True):
            create_row(record, row)
        raise
    for field in model._meta.many_to_many:
        for record, row in zip(records, rows.values(), strict=True):
            keys = record.fields[field.name]
            if not isinstance(keys, list):
                raise BundleError(f"{record.place}: {field.name} is a list of natural keys")
            targets = [find(record, field, key, known) for key in keys]
            getattr(row, field.name).set(targets)
    return rows


def build_row(
    model: type[models.Model], record: Record, known: dict[type[models.Model], dict[Key, models.Model]]
) -> models.Model:
    """An unsaved row with its fields checked, but not yet the rules that span rows."""
    fields = [field for field in model._meta.concrete_fields if field.name in record.fields]
    values = dict(record.fields)
    for field in fields:
        if field.is_relation and (values[field.name] is not None or not field.null):
            values[field.name] = find(record, field, values[field.name], known)
    try:
        refuse_unstorable(record.fields)
        row = model(**{field.name: values[field.name] for field in fields})
        row.clean_fields(exclude=[field.name for field in fields if field.is_relation])
        for field in fields:
            if not field.is_relation:
                refuse_unlike(field, record.fields[field.name], stored_value(field, row))
    except ValidationError as error:
        raise BundleError(f"{record.place}: {explain(error)}") from error
    except RecursionError as error:
        raise BundleError(f"{record.place}: nested too deeply") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BundleError(f"{record.place}: {error}") from error
    return row


def refuse_unstorable(value: Any) -> None:
    """Raise ValueError for a text with a NUL or half a surrogate pair, which not every database takes."""
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError("a text contains NUL")
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            refuse_unstorable(part)


def refuse_unlike(field: Any, given: Any, stored: Any) -> None:
    """Raise ValueError if a value would be stored as another one: 101.5 as 101. Texts may be normalised."""
    if given is None and not field.null:
        raise ValueError(f"{field.name}: cannot be null")
    if isinstance(given, str) and isinstance(field, models.CharField | models.TextField):
        return
    structured = isinstance(field, models.JSONField)
    kind = type(field.get_default()) if structured else type(stored)
    # Django takes these for "empty" and looks no further.
    empty = not structured and given in ("", [], {})
    if type(given) is not kind or given != stored or empty:
        raise ValueError(f"{field.name}: {given!r} is not in the form in which it is stored, {stored!r}")


def create_row(record: Record, row: models.Model) -> None:
    try:
        with transaction.atomic():
            row.full_clean()
            row.save(force_insert=True)
    except ValidationError as error:
        raise BundleError(f"{record.place}: {explain(error)}") from error
    except DatabaseError as error:
        raise BundleError(f"{record.place}: {error}") from error


def find(
    record: Record, field: Any, key: Any, known: dict[type[models.Model], dict[Key, models.Model]]
) -> models.Model:
    """The row that a natural key in a record refers to."""
    if key is None:
        raise BundleError(f"{record.place}: {field.name}: cannot be null")
    try:
        return known[field.related_model][tuple(key)]
    except (KeyError, TypeError) as error:
        raise BundleError(f"{record.place}: {field.name} refers to {key!r}, which does not exist") from error


def explain(error: ValidationError) -> str:
    """The messages of a row's validation error in one line."""
    return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
