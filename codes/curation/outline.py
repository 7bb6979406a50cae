"""Outlines: a narrow row beside each row of the reference that says which texts it has and where lists show it.

Counting texts, and finding those that are missing, would else read every text of the reference. Triggers keep the
outlines, see codes/curation/triggers.py; the statements that they run are made here.

The letters of ``Outline.texts`` stand for one language after the other, and in each for the fields of FIELDS.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F, TextField
from django.db.models.fields import IntegerField
from django.db.models.functions import Concat, Substr

from codes.exchange.texts import localized_models
from codes.localized import DEFAULT_LANGUAGE, LANGUAGES, LocalizedModel, column
from codes.models import Outline, StatusClass, StatusCode

NO_CLASS = -1  # of a row that is in no class, or no status code at all
WRITTEN, LACKING, NOTHING = "t", "m", "-"  # there; not there, but in English; neither

TARGETS = LANGUAGES[1:]
FIELDS = tuple(dict.fromkeys(field for model in localized_models() for field in model.localized_fields))
WIDTH = len(TARGETS) * len(FIELDS)  # of the letters of a row


def position(field: str, language: str) -> int:
    """Where the letter of a text stands, counted from 1."""
    return TARGETS.index(language) * len(FIELDS) + FIELDS.index(field) + 1


def letter_of(texts: str, field: str, language: str) -> str:
    """The letter of one text."""
    return texts[position(field, language) - 1]


def letters(languages: Sequence[str], field: str = "") -> Any:
    """The expression for the letters of one field, or of all of them, in some languages."""
    if tuple(languages) == TARGETS and not field:
        return F("texts")
    if field:
        parts = [Substr("texts", position(field, code), 1) for code in languages]
    else:
        parts = [Substr("texts", position(FIELDS[0], code), len(FIELDS)) for code in languages]
    return Concat(*parts, output_field=TextField()) if len(parts) > 1 else parts[0]


# The statements of the triggers


def parents(model: type[LocalizedModel]) -> Iterator[tuple[str, type[Any], str]]:
    """The relations that a natural key leads over: the column, the model it leads to, the column of the key there."""
    for path in model.natural_key_fields:
        relation, _, name = path.partition("__")
        if name:
            field: Any = model._meta.get_field(relation)
            yield field.column, field.related_model, name


def key_columns(model: type[LocalizedModel]) -> list[str]:
    """The columns of the row itself that its natural key depends on."""
    fields: list[Any] = [model._meta.get_field(path.partition("__")[0]) for path in model.natural_key_fields]
    return [field.column for field in fields]


def refreshing(model: type[LocalizedModel], condition: str) -> str:
    """The statement that makes the outlines of a model's rows, ``r``, anew where a condition is met."""
    table = Outline._meta.db_table
    joins = "".join(
        f" JOIN {parent._meta.db_table} AS {relation}_row ON {relation}_row.id = r.{relation}"
        for relation, parent, _ in parents(model)
    )
    return (
        f"INSERT INTO {table} (model, object_id, digit, place, key, texts)"
        f" SELECT '{model._meta.model_name}', r.id, {digit_of(model)}, {place_of(model)}, {key_of(model)},"
        f" {texts_of(model)} FROM {model._meta.db_table} AS r{joins} WHERE {condition}"
        " ON CONFLICT (model, object_id) DO UPDATE SET"
        " digit = excluded.digit, place = excluded.place, key = excluded.key, texts = excluded.texts"
    )


def digit_of(model: type[LocalizedModel]) -> str:
    """The class that a row belongs to."""
    if model is StatusCode:
        return f"CASE WHEN r.number BETWEEN 100 AND 599 THEN r.number / 100 ELSE {NO_CLASS} END"
    return "r.digit" if model is StatusClass else str(NO_CLASS)


def place_of(model: type[LocalizedModel]) -> str:
    """The model and the natural key, such that numbers sort as numbers."""
    return f"'{localized_models().index(model):02} ' || {key_of(model, padded=True)}"


def key_of(model: type[LocalizedModel], *, padded: bool = False) -> str:
    """A row's natural key as a text."""
    parts = []
    for path in model.natural_key_fields:
        relation, _, name = path.partition("__")
        field: Any = model._meta.get_field(relation)
        value = f"{field.column}_row.{name}" if name else f"r.{field.column}"
        number = padded and isinstance(field, IntegerField)
        parts.append(f"CAST({value}{' + 1000' if number else ''} AS text)")
    return " || '/' || ".join(parts)


def texts_of(model: type[LocalizedModel]) -> str:
    """The letters of a row."""
    return " || ".join(letter(model, field, code) for code in TARGETS for field in FIELDS)


def letter(model: type[LocalizedModel], field: str, language: str) -> str:
    if field not in model.localized_fields:
        return f"'{NOTHING}'"
    target, source = (f"r.{column(field, code)}" for code in (language, DEFAULT_LANGUAGE))
    return (
        f"CASE WHEN {target} IS NOT NULL THEN '{WRITTEN}' WHEN {source} IS NOT NULL THEN '{LACKING}'"
        f" ELSE '{NOTHING}' END"
    )
