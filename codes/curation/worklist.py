"""Work lists: texts in the order of the reference, filtered, a page at a time.

A query finds as many rows as a page needs that have texts that fit; which of their texts these are is looked up for
those rows only. So neither the number of queries nor what they read depends on how long a list is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any, NamedTuple

from django.db.models import Case, Exists, OuterRef, QuerySet, When

from codes.curation.coverage import MISSING, Cell, coverage, shown_state
from codes.curation.filters import TODO, WorkList
from codes.curation.outline import LACKING, NOTHING, TARGETS, letter_of
from codes.curation.selection import columns_of, condition_of_words, having, narrowed, rows, rows_of, written_as
from codes.curation.units import Unit, model_of
from codes.exchange.texts import localized_models
from codes.models import Comment, Outline, TextState
from codes.models.curation import State

PAGE = 50
EXCERPT = 160
# And where words are looked for, how many texts at most, and of how many rows.
STEP_TEXTS, STEP_ROWS = 100_000, 10_000
BEHIND = "~"  # every text of a row
# The rows that are looked at where a query cannot tell whether the text that fits is one and the same.
MOST_ROWS = 500


class Item(NamedTuple):
    """A text of a list. ``place`` sorts the list and tells where a page goes on."""

    place: str
    unit: Unit
    key: str
    state: str
    known: TextState | None
    comments: int  # that nobody has settled


class Page(NamedTuple):
    """The texts behind a place, and the place where the next page begins; empty if this is the last one."""

    items: list[Item]
    next: str


def page_of(work: WorkList, after: str = "", most: int = 0) -> Page:
    """The texts behind a place, ``most`` of them, or as many as a page has.

    There may be fewer, even none, before the next page where words are looked for, or comments.
    """
    most = most or PAGE
    begin = after.rpartition(" ")[0]
    # One more to know whether there are more, and one that may have nothing left behind the place.
    limit = MOST_ROWS if work.q or work.comments else most + 2
    behind = rows(work).filter(place__gte=begin)
    end = end_of_step(work, behind) if work.q else ""
    if work.q:
        behind = behind.filter(condition_of_words(work))
    found = list((behind.filter(place__lt=end) if end else behind)[:limit])
    items: list[Item] = []
    for item in items_of(work, found):
        if item.place.rpartition(" ")[0] == begin and item.place <= after:
            continue
        if len(items) == most:
            return Page(items, items[-1].place)
        items.append(item)
    if len(found) == limit:
        return Page(items, f"{found[-1].place} {BEHIND}")
    return Page(items, f"{end} " if end else "")


def end_of_step(work: WorkList, behind: QuerySet[Outline]) -> str:
    """The place before which words are looked for now; empty if that is the end of the list.

    Nothing but reading the texts finds words, so that a search goes through many rows in steps.
    """
    width = max(len(columns_of(model, work)) for model in localized_models())
    step = min(STEP_ROWS, STEP_TEXTS // width)
    return str(behind.values_list("place", flat=True)[step : step + 1].first() or "")


def items_of(work: WorkList, found: Sequence[Outline]) -> Iterator[Item]:
    """The texts of some rows that fit."""
    known, comments, words = known_about(work, found), open_comments(work, found), places_of_words(work, found)
    for row in found:
        is_named = work.q.casefold() in row.key.casefold()
        for unit in units_of(work, row):
            state = state_of(row, unit, known.get(unit))
            if (
                (unit in known if work.asks_who_or_when else is_in_state(work, state))
                and (comments[unit] or not work.comments)
                and (is_named or words[unit.model, unit.pk] & {unit.column, unit.source_column})
            ):
                yield Item(place(row, unit), unit, row.key, state, known.get(unit), comments[unit])


def units_of(work: WorkList, row: Outline) -> Iterator[Unit]:
    """The texts of a row that a list may be about: those that are there, or that there is English for."""
    names = model_of(row.model).localized_fields
    for field in [name for name in names if work.field in ("", name)]:
        for language in work.languages:
            if letter_of(row.texts, field, language) != NOTHING:
                yield Unit(row.model, row.object_id, field, language)


def state_of(row: Outline, unit: Unit, known: Any) -> str:
    """The state of a text, as it is shown."""
    if letter_of(row.texts, unit.field, unit.language) == LACKING:
        return MISSING
    return known.shown if known else State.APPROVED.value


def is_in_state(work: WorkList, state: str) -> bool:
    return work.state in ("", state) or (work.state == TODO and state != State.APPROVED)


def place(row: Outline, unit: Unit) -> str:
    """The place of a text in every list that it is in."""
    field = model_of(unit.model).localized_fields.index(unit.field)
    return f"{row.place} {field:02}{TARGETS.index(unit.language):02}"


def known_about(work: WorkList, found: Sequence[Outline]) -> dict[Unit, TextState]:
    """What is known about the texts of some rows: only about those of the author and the time, if asked for."""
    about: Any = narrowed(TextState.objects.filter(object_id__in={row.object_id for row in found}), work)
    if work.asks_who_or_when:
        about = written_as(work, about)
    return {Unit(*row.about): row for row in about.annotate(shown=shown_state()).defer("source")}


def open_comments(work: WorkList, found: Sequence[Outline]) -> Counter[Unit]:
    """How many open comments there are on the texts of some rows."""
    about = narrowed(Comment.objects.filter(object_id__in={row.object_id for row in found}, settled_at=None), work)
    return Counter(Unit(*one) for one in about.values_list("model", "object_id", "field", "language"))


def places_of_words(work: WorkList, found: Sequence[Outline]) -> dict[tuple[str, int], set[str]]:
    """The columns in which the words of a list stand, by model and row: a query for each model among the rows."""
    places: dict[tuple[str, int], set[str]] = defaultdict(set)
    for name in {row.model for row in found} if work.q else ():
        names = columns_of(model_of(name), work)
        pks = [row.object_id for row in found if row.model == name]
        flags = {f"in_{one}": Case(When(having(work.q, [one]), then=True), default=False) for one in names}
        for pk, *are_there in rows_of(model_of(name)).filter(pk__in=pks).annotate(**flags).values_list("pk", *flags):
            places[name, pk] = set(compress(names, are_there))
    return places


def count(work: WorkList) -> int | None:
    """How many texts there are; None where only reading them all would tell."""
    if work.q or work.comments:
        return None
    if not work.asks_who_or_when:
        return sum(number for cell, number in coverage(work.languages).items() if is_counted(work, cell))
    if work.state == MISSING:
        return 0
    about = written_as(work, narrowed(TextState.objects.all(), work))
    if work.model:
        about = about.filter(model=work.model)
    if work.digit:
        outlines = Outline.objects.filter(model=OuterRef("model"), object_id=OuterRef("object_id"), digit=work.digit)
        about = about.filter(Exists(outlines))
    return about.count()


def is_counted(work: WorkList, cell: Cell) -> bool:
    """Whether the texts of a cell are in a list."""
    return (
        work.model in ("", cell.model)
        and work.field in ("", cell.field)
        and work.digit in ("", str(cell.digit))
        and is_in_state(work, cell.state)
    )


def following(work: WorkList, unit: Unit) -> Item | None:
    """The text behind that of a unit, whether that one is still in the list or not; else the first one."""
    row = Outline.objects.filter(model=unit.model, object_id=unit.pk).first()
    for after in dict.fromkeys([place(row, unit) if row else "", ""]):
        others = [item for item in page_of(work, after, 2).items if item.unit != unit]
        if others:
            return others[0]
    return None


def texts_of(items: Sequence[Item]) -> dict[Unit, tuple[str, str]]:
    """The source and the translation of each text of a page: a query for each model on it."""
    found: dict[Unit, tuple[str, str]] = {}
    for name in {item.unit.model for item in items}:
        units = [item.unit for item in items if item.unit.model == name]
        names = {column for unit in units for column in (unit.source_column, unit.column)}
        rows = rows_of(model_of(name)).filter(pk__in={unit.pk for unit in units}).values("pk", *names)
        by_pk = {row["pk"]: row for row in rows}
        for unit in units:
            row = by_pk.get(unit.pk, {})  # none, if it was deleted since
            source, target = (row.get(column) or "" for column in (unit.source_column, unit.column))
            found[unit] = source, target
    return found


def authors(languages: Sequence[str]) -> list[str]:
    """Who wrote texts in some languages."""
    rows = TextState.objects.filter(language__in=languages).exclude(author="").order_by("author")
    return list(rows.values_list("author", flat=True).distinct())
