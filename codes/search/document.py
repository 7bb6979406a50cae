"""What the index holds of a meaning: the passages that can name it, its keys, the terms of its long texts."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

from codes.localized import column, shown_languages
from codes.models import StatusClass, StatusCode
from codes.models.header import FieldRole
from codes.models.specification import Role
from codes.models.status_code import Registration, Visibility
from codes.search.analyze import NOT_WORD, one_for_all_regions, runs, spell_out, terms, words
from codes.search.folding import composed, fold

LONGEST_KEY = 120
LONG_TEXTS = ("description", "server", "client", "visitor", "correction")
TAIL = re.compile(r"[^.:\[]*$")
NEUTRAL = ""  # the language of what is the same in every language


class Kind(IntEnum):
    """What a passage is to its meaning; the order is that of the list of suggestions."""

    NUMBER = 0
    NAME = 1
    FORMER_NAME = 2
    SYMBOL = 3
    ALIAS = 4
    REQUIRED_FIELD = 5
    EXPECTED_FIELD = 6
    OPTIONAL_FIELD = 7
    DEFINITION = 8
    OTHER_REFERENCE = 9
    ORIGIN = 10
    SUMMARY = 11
    TITLE = 12
    CLASS = 13


class Passage(NamedTuple):
    """The terms of a text that names or describes a meaning, and the language it is in."""

    kind: int
    language: str
    terms: list[str]


class Key(NamedTuple):
    """A text without blanks and punctuation that stands for a meaning as a whole."""

    kind: int
    key: str
    language: str


@dataclass
class Document:
    """One meaning, as the index has it."""

    entry: int
    number: int
    standing: float
    passages: list[Passage] = field(default_factory=list)
    keys: set[Key] = field(default_factory=set)
    head: set[str] = field(default_factory=set)
    body: set[str] = field(default_factory=set)
    words: set[tuple[str, str]] = field(default_factory=set)


# What a meaning that people rarely meet needs more in evidence.
STANDING = {
    Registration.REGISTERED: 1.0,
    Registration.TEMPORARY: 0.95,
    Registration.OBSOLETED: 0.92,
    Registration.UNUSED: 0.92,
    Registration.VENDOR: 0.9,
    Registration.DRAFT: 0.75,
    Registration.FOLKLORE: 0.75,
}
UNNAMED, UNSEEN = 0.97, 0.92


def standing(row: StatusCode) -> float:
    """How much the evidence for a meaning counts: less for those that people rarely meet."""
    standing = STANDING[Registration(row.registration)]
    if any(row.symbols.all()):
        return standing  # software has a name for it
    return standing * UNNAMED * (1.0 if row.visibility == Visibility.CLIENT else UNSEEN)


def keys_of(text: str) -> list[str]:
    """The forms in which a text as a whole is compared: ``Request Time-out`` is ``requesttimeout``.

    The first has one word for what the regions call differently. Where it differs, the second keeps the region's
    own word, for one that is not typed to its end yet is no regional term.
    """
    folded = fold(composed(text))
    forms = (one_for_all_regions(folded), folded)
    return [key for key in dict.fromkeys(NOT_WORD.sub("", form)[:LONGEST_KEY] for form in forms) if key]


def tail(symbol: str) -> str:
    """The last part of a symbol's path: ``NOT_FOUND`` of ``http.HTTPStatus.NOT_FOUND``."""
    found = TAIL.search(symbol)
    return found[0] if found else symbol


def naming(row: StatusCode) -> Iterator[tuple[int, str, str]]:
    """What stands for the meaning as a whole: kind, text, language."""
    yield Kind.NUMBER, row.padded, NEUTRAL
    yield Kind.NAME, row.reason_phrase, NEUTRAL
    for language in shown_languages():
        yield Kind.NAME, getattr(row, column("name", language)) or "", language
    for name in row.former_names():
        yield Kind.FORMER_NAME, name, NEUTRAL
    for symbol in row.symbols.all():
        yield Kind.SYMBOL, tail(symbol.symbol), NEUTRAL
    for alias in row.aliases.all():
        if alias.language in shown_languages():
            yield Kind.ALIAS, alias.text, alias.language
    roles = {
        FieldRole.REQUIRED: Kind.REQUIRED_FIELD,
        FieldRole.EXPECTED: Kind.EXPECTED_FIELD,
        FieldRole.OPTIONAL: Kind.OPTIONAL_FIELD,
    }
    for use in row.header_field_uses.all():
        yield roles[FieldRole(use.role)], use.header_field.name, NEUTRAL
    for reference in row.references.all():
        kind = Kind.DEFINITION if reference.role == Role.DEFINITION else Kind.OTHER_REFERENCE
        yield kind, reference.specification.slug, NEUTRAL


def origin_kind(name: str) -> Kind:
    """A name of one word is the vendor's own; in a longer one, most words are general: Oxylabs Web Unblocker."""
    return Kind.ORIGIN if len(runs(fold(composed(name)))) == 1 else Kind.TITLE


def describing(row: StatusCode, status_class: StatusClass | None) -> Iterator[tuple[int, str, str]]:
    """What says more of the meaning, but does not stand for it: kind, text, language."""
    if row.registration == Registration.VENDOR:
        yield Kind.ORIGIN, row.origin.slug, NEUTRAL
        yield origin_kind(row.origin.title), row.origin.title, NEUTRAL
        for language in shown_languages():
            name = getattr(row.origin, column("name", language)) or ""
            yield origin_kind(name), name, language
    for reference in row.references.all():
        if reference.role != Role.STATUS_LINE:
            yield Kind.TITLE, reference.specification.title, NEUTRAL
    for language in shown_languages():
        yield Kind.SUMMARY, getattr(row, column("summary", language)) or "", language
        if status_class:
            yield Kind.CLASS, getattr(status_class, column("name", language)) or "", language
    if status_class:
        yield Kind.CLASS, status_class.notation, NEUTRAL


class Analysed(NamedTuple):
    """What a short text says."""

    terms: list[str]  # each once
    head: frozenset[str]  # the terms, and ideographs by themselves
    words: frozenset[tuple[str, str]]
    keys: list[str]


@lru_cache(maxsize=20_000)
def analysed(text: str) -> Analysed:
    """Kept, for many meanings have the same titles and classes."""
    spelt_out = spell_out(text)
    found = dict.fromkeys(terms(spelt_out))
    known = frozenset(pair for pair in words(spelt_out) if not pair[0].isdigit())
    return Analysed(list(found), frozenset(terms(spelt_out, singles=True)), known, keys_of(text))


def document(row: StatusCode, status_class: StatusClass | None) -> Document:
    """The document of a meaning whose related rows are prefetched."""
    made = Document(row.pk, row.number, standing(row))
    seen: set[tuple[str, frozenset[str]]] = set()
    for kind, text, language in (*naming(row), *describing(row, status_class)):
        known = analysed(text)
        if kind <= Kind.OTHER_REFERENCE:
            made.keys.update(Key(kind, key, language) for key in known.keys)
        found = (language, frozenset(known.terms))
        if known.terms and found not in seen:
            seen.add(found)
            made.passages.append(Passage(kind, language, known.terms))
            made.head |= known.head
            made.words |= known.words
    for symbol in row.symbols.all():
        made.keys.update(Key(Kind.SYMBOL, key, NEUTRAL) for key in keys_of(symbol.symbol))
    for reference in row.references.all():
        if reference.section:
            cited = f"{reference.specification.slug}{reference.section}"
            made.keys.update(Key(Kind.DEFINITION, key, NEUTRAL) for key in keys_of(cited))
    for name in LONG_TEXTS:
        for language in shown_languages():
            made.body.update(terms(getattr(row, column(name, language)) or ""))
    return made


def documents(entries: Iterable[int]) -> list[Document]:
    """The documents of the meanings with these primary keys; those that do not exist are left out."""
    rows: Any = StatusCode.objects.filter(pk__in=list(entries)).select_related("origin")
    rows = rows.for_readers(*shown_languages(), related=("origin",))
    rows = rows.prefetch_related("symbols", "aliases", "header_field_uses__header_field", "references__specification")
    classes = {row.digit: row for row in StatusClass.objects.for_readers(*shown_languages())}
    return [document(row, classes.get(row.digit or 0)) for row in rows]
