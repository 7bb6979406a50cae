"""How far the translations have come: counts by model, class, field, language and state.

Two queries over what triggers keep beside the texts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from django.db.models import Aggregate, Case, Count, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce

from codes.curation.outline import LACKING, NO_CLASS, WIDTH, WRITTEN, position
from codes.curation.triggers import DIALECTS
from codes.curation.units import model_of
from codes.models import Outline, TextState
from codes.models.curation import State

MISSING, STALE = "missing", "stale"
STATES = (MISSING, State.DRAFT.value, State.REVIEW.value, STALE, State.APPROVED.value)
TODO = STATES[:-1]


class Joined(Aggregate):
    """All texts of a group in one, in no order."""

    template = "%(function)s(%(expressions)s, '')"
    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        return super().as_sql(compiler, connection, function=DIALECTS[connection.vendor].JOINED, **extra)


class Cell(NamedTuple):
    """Where a number of texts stand together."""

    model: str
    digit: int  # of the class; NO_CLASS if there is none
    field: str
    language: str
    state: str


def coverage(languages: Sequence[str]) -> Counter[Cell]:
    """How many texts there are in each cell, for ``languages`` other than English."""
    counts: Counter[Cell] = Counter()
    for cell, number in written_or_missing(languages):
        counts[cell] += number
    for model, digit, field, language, state, number in open_states(languages):
        counts[Cell(model, digit, field, language, state)] += number
        counts[Cell(model, digit, field, language, State.APPROVED)] -= number
    return counts


def written_or_missing(languages: Sequence[str]) -> Iterator[tuple[Cell, int]]:
    """The numbers of texts that are missing, and of those that are there, whatever their state."""
    shown = {WRITTEN: State.APPROVED.value, LACKING: MISSING}
    groups = Outline.objects.order_by().values_list("model", "digit").annotate(joined=Joined("texts"))
    for model, digit, texts in groups:
        for language, field in product(languages, model_of(model).localized_fields):
            of_field = texts[position(field, language) - 1 :: WIDTH]
            for letter, state in shown.items():
                yield Cell(model, digit, field, language, state), of_field.count(letter)


def open_states(languages: Sequence[str]) -> QuerySet[Any, Any]:
    """The numbers of texts in a state other than plainly approved."""
    outline = Outline.objects.filter(model=OuterRef("model"), object_id=OuterRef("object_id")).order_by()
    rows = TextState.objects.filter(is_open(), language__in=languages).order_by()
    digit = Coalesce(Subquery(outline.values("digit")), NO_CLASS)
    of_cell = rows.annotate(digit=digit, shown=shown_state())
    names = ("model", "digit", "field", "language", "shown")
    return of_cell.values(*names).annotate(number=Count("pk")).values_list(*names, "number")  # type: ignore[no-any-return]


def is_open() -> Q:
    """The condition that a ``TextState`` leaves something to do."""
    return Q(source__isnull=False) | ~Q(state=State.APPROVED)


def shown_state() -> Case:
    """The state of a ``TextState`` as it is shown: a text that is stale is nothing else."""
    return Case(When(source__isnull=False, then=Value(STALE)), default=F("state"), output_field=TextField())


def summed(counts: Counter[Cell], *names: str) -> dict[tuple[Any, ...], dict[str, int]]:
    """The numbers by state of the cells that have ``names`` in common: ``summed(counts, "field", "language")``."""
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for cell, number in counts.items():
        key = tuple(getattr(cell, name) for name in names)
        found.setdefault(key, dict.fromkeys(STATES, 0))[cell.state] += number
    return found
