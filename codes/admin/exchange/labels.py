"""What units of an exchange are called on pages, and how their values are compared there."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.text import capfirst

from codes.exchange.form import bundled_fields, language_of_columns, model_named
from codes.exchange.merge import same
from codes.exchange.report import as_text
from codes.exchange.words import Part, word_diff
from codes.localized import LANGUAGES


class Line(NamedTuple):
    """Something to compare: what it is called, the language that it is written in, and its stretches."""

    label: str
    language: str
    parts: list[Part]


def model_label(model: str) -> str:
    return capfirst(str(model_named(model)._meta.verbose_name))


def key_label(key: Iterable[Any]) -> str:
    return "/".join(map(str, key))


def column_language(model: str, column: str) -> str:
    """The language of a column of texts; empty for any other."""
    return language_of_columns(model_named(model), LANGUAGES).get(column, "")


def column_label(model: str, column: str) -> str:
    """A field's name, with the language's own name if it is a text; empty for a whole record."""
    if not column:
        return ""
    field: Any = model_named(model)._meta.get_field(column)
    name = capfirst(str(getattr(field, "translated_field", field).verbose_name))
    language = column_language(model, column)
    return f"{name} · {settings.CONTENT_LANGUAGES[language]}" if language else name


def compared(old: Any, new: Any) -> list[Part]:
    """Two values, word by word, whole."""
    return list(word_diff(as_text(old), as_text(new)))


def record_lines(
    model: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, *, every: bool = False
) -> Iterator[Line]:
    """The fields in which two records differ, or ``every`` field with a value, in the order of the model.

    What a missing record has is no value.
    """
    before, after = old or {}, new or {}
    for column in bundled_fields(model_named(model), LANGUAGES):
        one, other = before.get(column), after.get(column)
        if not same(one, other) or (every and as_text(one)):
            yield Line(column_label(model, column), column_language(model, column), compared(one, other))
