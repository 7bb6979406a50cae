"""What changed in the texts that the public pages show, the latest first: what the feeds tell."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q

from codes.curation.units import field_label, key_label, model_label, model_of
from codes.exchange.texts import shown_at
from codes.exchange.words import Part, word_diff
from codes.localized import DEFAULT_LANGUAGE, LocalizedModel, column
from codes.models import StatusCode, TextChange

MOST = 30
# Before anything changed.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# No XML document may have them.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Change(NamedTuple):
    """A change of a text. Who made it and why is not for the public."""

    id: str
    title: str
    url: str
    at: datetime
    parts: list[Part]


def latest_changes(language: str) -> list[Change]:
    """The latest changes in one of the shown languages; titles are in the active language."""
    has_texts = Q(before__isnull=False) | Q(after__isnull=False)
    drafts = StatusCode.with_drafts.filter(is_draft=True).order_by().values("pk")
    of_draft = Q(model=StatusCode._meta.model_name, object_id__in=drafts)
    changes = TextChange.objects.filter(has_texts, ~of_draft, language=language).order_by("-at", "-pk")[:MOST]
    rows = rows_of(changes, language)
    known = [(one, rows.get((one.model, one.object_id))) for one in changes]
    return [change_of(one, row, language) for one, row in known if row and is_public(one, row)]


def is_public(change: TextChange, row: LocalizedModel) -> bool:
    """Whether readers see what a text became; where they see approved texts only, they may not see others of it."""
    shown = getattr(row, column(change.field, change.language))
    return not settings.ONLY_APPROVED or change.language == DEFAULT_LANGUAGE or shown == change.after


def rows_of(changes: Iterable[TextChange], language: str) -> dict[tuple[str, int], LocalizedModel]:
    """The rows that texts belong to, as readers see them: a query for each model."""
    pks: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        pks[change.model].add(change.object_id)
    found: dict[tuple[str, int], LocalizedModel] = {}
    for name in pks:
        model = model_of(name)
        related = tuple(path.split("__")[0] for path in model.natural_key_fields if "__" in path)
        rows: Any = model._default_manager.published()  # type: ignore[attr-defined]
        for pk, row in rows.in_language(language, related=related).in_bulk(pks[name]).items():
            found[name, pk] = row
    return found


def change_of(change: TextChange, row: LocalizedModel, language: str) -> Change:
    """One change, as a feed tells it."""
    url, field = shown_at(row, language), field_label(type(row), change.field)
    title = f"{model_label(type(row))} {key_label(row)} · {field}"
    name = f"{change.model}/{key_label(row)}/{change.field}/{change.at:%Y-%m-%dT%H:%M:%S.%f}"
    return Change(f"{url.partition('#')[0]}#{name}", title, url, change.at, list(parts_of(change)))


def parts_of(change: TextChange) -> Iterator[Part]:
    """The words before and after; those before are left out where they may be some that nobody had approved."""
    before = None if settings.ONLY_APPROVED and change.language != DEFAULT_LANGUAGE else change.before
    return word_diff(*(CONTROLS.sub("", text or "") for text in (before, change.after)))
