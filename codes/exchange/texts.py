"""What a translator's file holds: each text in English, and in the one language that the file is in.

A file needs no base to be merged three ways: beside each translation stands a fingerprint of it as it was given out.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation

from codes.drafts import preview_of
from codes.exchange.form import Key, bundled_models, in_order
from codes.localized import DEFAULT_LANGUAGE, LocalizedModel, column, shown_languages
from codes.models import GuideAnswer, StatusCode

# Enough that no two versions of a text have the same; with the letters before them no spreadsheet reads a number.
FINGERPRINT_LENGTH = 16


class Entry(NamedTuple):
    """A text on its way to a translator or back."""

    context: str  # ``statuscode:404/iana:summary``
    source: str  # in English
    translation: str  # empty if there is none
    fingerprint: str  # of the translation that was given out; empty if there was none


class Offered(NamedTuple):
    """An entry with what its translator should know."""

    entry: Entry
    shown_at: str  # the address of a public page
    longest: int | None  # in characters


class Returned(NamedTuple):
    """An entry as a file has it."""

    entry: Entry
    line: int  # where it begins, counted from 1
    is_fuzzy: bool = False  # the translator's tool says: not finished


class TextsFile(NamedTuple):
    """A translator's file that was read."""

    name: str
    kind: str  # ``po`` or ``csv``
    digest: str
    language: str
    returned: dict[str, Returned]  # by context


def localized_models() -> list[type[LocalizedModel]]:
    """The models whose texts are translated, in the order of bundles."""
    return [model for model in bundled_models() if issubclass(model, LocalizedModel)]


def context_of(model: type[LocalizedModel], key: Key, field: str) -> str:
    """How files name a text, whatever its language."""
    return f"{model._meta.model_name}:{'/'.join(map(str, key))}:{field}"


def fingerprint(text: str | None) -> str:
    """What tells one version of a text from another; empty if there is no text."""
    return f"sha256:{sha256(text.encode()).hexdigest()[:FINGERPRINT_LENGTH]}" if text else ""


def offer(language: str, *, missing: bool = False) -> Iterator[Offered]:
    """Every text that there is in English, in canonical order; or only those that ``language`` lacks."""
    for model in localized_models():
        for chunk in in_order(model):
            for row in rows_with_texts(model, language, chunk):
                offered = offers_of_row(row, language)
                yield from (one for one in offered if one.entry.source and not (missing and one.entry.translation))


def rows_with_texts(model: type[LocalizedModel], language: str, chunk: Sequence[int]) -> Iterator[LocalizedModel]:
    """Rows in the order of their ids in ``chunk``, with their texts in English and ``language``."""
    related = tuple(path.split("__")[0] for path in model.natural_key_fields if "__" in path)
    rows = model._default_manager.in_language(language, related=related)  # type: ignore[attr-defined]
    rows = rows.for_readers().in_bulk(chunk)  # translators work at every text
    return (rows[pk] for pk in chunk if pk in rows)


def offers_of_row(row: LocalizedModel, language: str) -> Iterator[Offered]:
    """The texts of a row, also those that are empty."""
    address = shown_at(row, language)
    for field in row.localized_fields:
        source, target = (getattr(row, column(field, code)) for code in (DEFAULT_LANGUAGE, language))
        entry = Entry(context_of(type(row), row.natural_key(), field), source or "", target or "", fingerprint(target))
        yield Offered(entry, address, getattr(row._meta.get_field(column(field, language)), "max_length", None))


def shown_at(row: LocalizedModel, language: str) -> str:
    """The address of the page that shows a row, a draft's preview: in ``language``, or in English if not shown."""
    page: Any = row.step if isinstance(row, GuideAnswer) and row.next_step_id else row
    place = f"#{row.anchor}" if isinstance(row, StatusCode) else ""
    with translation.override(language if language in shown_languages() else DEFAULT_LANGUAGE):
        if isinstance(row, StatusCode) and row.is_draft:
            return f"{settings.BASE_URL}{preview_of(row).path}"
        return f"{settings.BASE_URL}{page.get_absolute_url()}{place}"
