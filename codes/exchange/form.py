"""The canonical form of the reference: which records and fields there are, and their one order.

Records are sorted by natural key, with sorted keys, no database id and no base column, one text column per language.
The same content has the same form on any machine, engine or locale.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from codes.localized import LocalizedModel, columns

# In the order in which they can be created: no record refers to a later file.
MODEL_NAMES = (
    "statusclass",
    "origin",
    "specification",
    "statuscode",
    "reference",
    "headerfield",
    "headerfielduse",
    "ecosystem",
    "symbol",
    "alias",
    "comparison",
    "guidestep",
    "guideanswer",
    "glossaryterm",
)
# Rows in memory at a time, where a whole table need not be.
CHUNK = 500

Model = type[models.Model]
Key = tuple[Any, ...]
Fields = dict[str, Any]


class Record(NamedTuple):
    """One row as a bundle has it: ``fields`` hold natural keys where the row refers to others."""

    place: str
    fields: Fields


class Row(NamedTuple):
    """One row of the database in the form of a record."""

    pk: int
    key: Key
    fields: Fields


def bundled_models() -> list[Model]:
    """The models that a bundle holds, each after those it refers to."""
    return [model_named(name) for name in MODEL_NAMES]


def model_named(name: str) -> Model:
    """The model of a name of MODEL_NAMES."""
    return apps.get_model("codes", name)


def file_name(model: Model) -> str:
    """The file of a model: ``statuscode.json``."""
    return f"{model._meta.model_name}.json"


def bundled_fields(model: Model, languages: Sequence[str]) -> list[str]:
    """The fields of a model that a bundle in ``languages`` holds."""
    names = [
        field.name
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if not field.primary_key and not hasattr(field, "translated_field") and field.name not in model.install_fields  # type: ignore[attr-defined]
    ]
    if not issubclass(model, LocalizedModel):
        return names
    neutral = [name for name in names if name not in model.base_columns()]
    return neutral + columns(model.localized_fields, languages)


def language_of_columns(model: Model, languages: Sequence[str]) -> dict[str, str]:
    """The columns of texts among ``bundled_fields``, with the language of each."""
    if not issubclass(model, LocalizedModel):
        return {}
    return {name: language for language in languages for name in columns(model.localized_fields, [language])}


def key_fields(model: Model) -> list[Any]:
    """The fields that the natural key is made of; a relation stands for the whole key of its target."""
    paths: tuple[str, ...] = model.natural_key_fields  # type: ignore[attr-defined]
    return [model._meta.get_field(name) for name in dict.fromkeys(path.split("__")[0] for path in paths)]


def key_of(model: Model, fields: Fields) -> Key:
    """The natural key of a record. Parts that no key has make one that no row has."""
    parts: list[Any] = []
    for field in key_fields(model):
        value = fields[field.name]
        parts += value if field.is_relation and isinstance(value, list) else [value]
    return tuple(parts) if can_be_key(parts) else ("", repr(parts))


def can_be_key(parts: Any) -> bool:
    """Whether a JSON value can be the natural key of a row: a list of texts and whole numbers."""
    return isinstance(parts, list) and all(type(part) in (str, int) for part in parts)


def as_bytes(value: Any) -> bytes:
    """JSON in its one form: sorted keys, two blanks of indent, UTF-8 as it is, one line end at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n").encode()


def record_bytes(model: Model, every: Iterator[Fields]) -> Iterator[bytes]:
    """The file of a model, piece by piece: what ``as_bytes`` makes of the list of all records."""
    before = b"[\n"
    for fields in every:
        record = as_bytes({"model": model._meta.label_lower, "fields": fields}).rstrip(b"\n")
        yield before + b"  " + record.replace(b"\n", b"\n  ")
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def stored_value(field: Any, row: models.Model) -> Any:
    """The value of a field that is no relation, as JSON has it."""
    value = field.value_from_object(row)
    return value.isoformat() if hasattr(value, "isoformat") else value


def value_of(field: Any, row: models.Model) -> Any:
    """The value of any field, as a record has it."""
    if field.many_to_many:
        return sorted(list(target.natural_key()) for target in getattr(row, field.name).all())
    if field.is_relation:
        target = getattr(row, field.name)
        return None if target is None else list(target.natural_key())
    return stored_value(field, row)


def rows_of(
    model: Model, languages: Sequence[str], pks: Sequence[int] | None = None, *, published: bool = False
) -> Iterator[Row]:
    """The rows of a model in the form of records, in no order, some in memory at a time.

    With ``published`` relations to drafts are left out, and translations that readers do not see; for few rows.
    """
    fields = [model._meta.get_field(name) for name in bundled_fields(model, languages)]
    found: Any = model._default_manager.order_by("pk")
    if hasattr(found, "rewrite"):  # the names are columns already
        found = found.rewrite(False)
    if pks is not None:
        found = found.filter(pk__in=pks)
    related = [path for field in fields for path in paths_to_keys(field)]
    to_many = [prefetched(field, published=published) for field in fields if field.many_to_many]
    found = found.select_related(*related).prefetch_related(*to_many)
    if published and hasattr(found, "for_readers"):
        found = found.for_readers(*languages)  # what is given away is what readers see
    for row in found if published else found.iterator(chunk_size=CHUNK):
        yield Row(row.pk, row.natural_key(), {field.name: value_of(field, row) for field in fields})


def prefetched(field: Any, *, published: bool) -> Any:
    """A relation to many rows, all of them or those that the public may see."""
    rows = field.related_model._default_manager.all()
    return models.Prefetch(field.name, rows.published() if published else rows)


def paths_to_keys(field: Any) -> list[str]:
    """The relations to follow for the natural key that a foreign key stands for."""
    if not field.is_relation or field.many_to_many:
        return []
    further = [path for part in key_fields(field.related_model) for path in paths_to_keys(part)]
    return [field.name, *(f"{field.name}__{path}" for path in further)]


def in_order(model: Model, *, published: bool = False) -> Iterator[list[int]]:
    """The ids of all rows of a model, or of those that the public may see, in canonical order, some at a time."""
    paths: tuple[str, ...] = model.natural_key_fields  # type: ignore[attr-defined]
    rows: Any = model._default_manager.order_by()
    keys = sorted((key, pk) for pk, *key in (rows.published() if published else rows).values_list("pk", *paths))
    order = [pk for _, pk in keys]
    for start in range(0, len(order), CHUNK):
        yield order[start : start + CHUNK]


def records_of(model: Model, languages: Sequence[str]) -> Iterator[Fields]:
    """The fields of the rows that a bundle gives away, in canonical order, some in memory at a time: no drafts."""
    for chunk in in_order(model, published=True):
        rows = {row.pk: row.fields for row in rows_of(model, languages, chunk, published=True)}
        yield from (rows[pk] for pk in chunk if pk in rows)
