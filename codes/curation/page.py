"""What the page of one text shows beside the text itself."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import TextField
from django.urls import reverse
from django.utils.safestring import SafeString

from codes.curation.checks import Finding
from codes.curation.saving import Seen
from codes.curation.units import Rulebook, Unit, digest_of, dismissed, field_label, key_label, model_label, model_of
from codes.exchange.texts import shown_at
from codes.exchange.words import Part, word_diff
from codes.localized import DEFAULT_LANGUAGE, LANGUAGES, LocalizedModel, column
from codes.markdown import render
from codes.models import GlossaryTerm, StatusCode, TextChange, TextState
from codes.models.curation import State


class Remark(NamedTuple):
    """A finding, and who dismissed it."""

    finding: Finding
    dismissed_by: str


class Term(NamedTuple):
    """A term of the glossary that stands in a source."""

    english: str
    required: str
    forbidden: list[str]
    is_used: bool


class Version(NamedTuple):
    """An entry of the history, with what changed."""

    change: TextChange
    parts: list[Part]
    is_text: bool
    is_current: bool


def is_markdown(unit: Unit) -> bool:
    """Whether the public pages render the text; they show short ones as they are."""
    return isinstance(model_of(unit.model)._meta.get_field(unit.column), TextField)


def rendered(unit: Unit, text: str | None) -> SafeString | str:
    """A text as the public page in the unit's language shows it."""
    return render(text or "", unit.language) if is_markdown(unit) else text or ""


def titles(unit: Unit, row: LocalizedModel) -> dict[str, str]:
    """What the text is called."""
    model = type(row)
    return {
        "record": f"{model_label(model)} {key_label(row)}",
        "field": field_label(model, unit.field),
        "language_name": settings.CONTENT_LANGUAGES[unit.language],
    }


def remarks(book: Rulebook, unit: Unit, source: str, target: str) -> list[Remark]:
    """What is wrong with a text, and what of it was dismissed."""
    if not target:
        return []
    known = dismissed(unit, source, target)
    return [Remark(one, known.get(one.check, "")) for one in book.examine(unit, source, target)]


def terms(book: Rulebook, unit: Unit, source: str, target: str) -> Iterator[Term]:
    """The glossary's terms that stand in the source, longest first, and what this language calls them."""
    if unit.model == GlossaryTerm._meta.model_name:
        return
    names = [(getattr(term, column("name", DEFAULT_LANGUAGE)), term) for term in book.terms]
    for english, term in sorted(names, key=lambda pair: (-len(pair[0]), pair[0])):
        if re.search(rf"(?<!\w){re.escape(english)}(?:e?s)?(?!\w)", source, re.IGNORECASE):
            required = getattr(term, column("name", unit.language)) or ""
            forbidden = term.forbidden.get(unit.language, [])
            yield Term(english, required, forbidden, bool(required) and required.casefold() in target.casefold())


def other_languages(unit: Unit, row: LocalizedModel) -> list[tuple[str, str, SafeString | str]]:
    """The text in the languages that are neither its source nor its own: code, name, and as it is shown."""
    codes = [code for code in LANGUAGES if code not in (DEFAULT_LANGUAGE, unit.language)]
    found = [(code, getattr(row, column(unit.field, code))) for code in codes]
    return [(code, settings.CONTENT_LANGUAGES[code], rendered(unit, text)) for code, text in found if text]


def history(unit: Unit, current: str | None) -> list[Version]:
    """What happened to the text, the latest first."""
    changes = TextChange.objects.filter(**unit.about).order_by("-at", "-pk")
    return [
        Version(
            change,
            list(word_diff(change.before or "", change.after or "")),
            is_text=change.before != change.after,
            is_current=change.after == current,
        )
        for change in changes
    ]


def changed_source(known: TextState | None, source: str | None) -> list[Part]:
    """What changed in the source since the text was written, word by word; empty if nothing did."""
    return list(word_diff(known.source, source or "")) if known and known.source is not None else []


def references(row: LocalizedModel) -> list[tuple[str, str]]:
    """The documents that define a status code: label and address."""
    if not isinstance(row, StatusCode):
        return []
    found = row.references.select_related("specification")
    return [(", ".join(filter(None, (one.specification.label, one.section))), one.url) for one in found]


def page_of(unit: Unit, row: LocalizedModel, text: str | None = None) -> dict[str, Any]:
    """The context of the page; ``text`` is what the form has, if it is not what is stored."""
    now = Seen(getattr(row, unit.source_column), getattr(row, unit.column))
    source, target = now.source or "", (now.target or "") if text is None else text
    known, book = unit.state(), Rulebook()
    return {
        **titles(unit, row),
        "unit": unit,
        "now": now,
        "text": target,
        "known": known,
        "state": state_of(known, now),
        "is_markdown": is_markdown(unit),
        "source_rendered": rendered(unit, source),
        "preview": rendered(unit, target),
        "remarks": remarks(book, unit, source, target),
        "terms": list(terms(book, unit, source, target)),
        "others": other_languages(unit, row),
        "history": history(unit, now.target),
        "changed_source": changed_source(known, source),
        "references": references(row),
        "record_page": reverse(f"admin:codes_{unit.model}_change", args=[row.pk]),
        "public_page": shown_at(row, unit.language),
        "digest": digest_of(source, now.target or ""),
        "longest": book.rules(unit).longest,
    }


def state_of(known: TextState | None, now: Seen) -> str:
    """The state of a text, missing and stale among them."""
    if now.target is None:
        return "missing"
    if known is None:
        return State.APPROVED.value
    return "stale" if known.source is not None else known.state
