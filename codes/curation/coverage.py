"""How far the translations have come: counts by model, class, field, language and state, in one query."""

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Concat

from codes.curation.units import model_of
from codes.exchange.texts import localized_models
from codes.localized import DEFAULT_LANGUAGE, LocalizedModel, column
from codes.models import StatusClass, StatusCode, TextState
from codes.models.curation import State

MISSING, STALE = "missing", "stale"
STATES = (MISSING, State.DRAFT.value, State.REVIEW.value, STALE, State.APPROVED.value)
TODO = STATES[:-1]
NO_CLASS = -1  # of a row that is in no class, or no status code at all


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
    for kind, digit, *numbers in every_count(languages):
        name, *of_state = kind.split()
        if of_state:
            field, language, state = of_state
            counts[Cell(name, digit, field, language, state)] += numbers[0]
            counts[Cell(name, digit, field, language, State.APPROVED)] -= numbers[0]
            continue
        places = product(model_of(name).localized_fields, languages, (MISSING, State.APPROVED.value))
        for (field, language, state), number in zip(places, numbers, strict=False):
            counts[Cell(name, digit, field, language, state)] += number
    return counts


def every_count(languages: Sequence[str]) -> QuerySet[Any, Any]:
    """One query: for each model and class the numbers of texts that are missing and that are there, and of states.

    All its parts have the same columns, as many as the model with the most fields needs.
    """
    width = 2 * len(languages) * max(len(model.localized_fields) for model in localized_models())
    first, *others = [texts_of(model, languages, width) for model in localized_models()]
    return first.union(*others, states(languages, width), all=True)


def texts_of(model: type[LocalizedModel], languages: Sequence[str], width: int) -> QuerySet[Any, Any]:
    """A row for each class: the numbers of missing and of existing texts, field by field and language by language."""
    numbers: list[Any] = []
    for field, language in product(model.localized_fields, languages):
        name, source = column(field, language), column(field, DEFAULT_LANGUAGE)
        lacking = Q(**{f"{name}__isnull": True, f"{source}__isnull": False})
        # Asking whether a text is there reads the head of its row only; counting the text would read it all.
        numbers += [Count("pk", filter=lacking), Count("pk", filter=Q(**{f"{name}__isnull": False}))]
    rows: Any = model._default_manager.rewrite(False).order_by()  # type: ignore[attr-defined]
    kind = Value(str(model._meta.model_name), TextField())
    grouped = rows.annotate(kind=kind, class_digit=digit_of(model)).values("kind", "class_digit")
    return with_numbers(grouped, numbers, width)


def with_numbers(grouped: Any, numbers: Sequence[Any], width: int) -> QuerySet[Any, Any]:
    """Rows of kind, class and ``width`` numbers, the last of them nothing but filling."""
    padded = [*numbers, *[Value(0, IntegerField())] * (width - len(numbers))]
    columns = {f"number_{place}": number for place, number in enumerate(padded)}
    found: QuerySet[Any, Any] = grouped.annotate(**columns).values_list("kind", "class_digit", *columns)
    return found


def digit_of(model: type[LocalizedModel]) -> Any:
    """The class that a row belongs to."""
    if model is StatusCode:
        in_class = When(number__range=(100, 599), then=F("number") / 100)
        return Case(in_class, default=Value(NO_CLASS), output_field=IntegerField())
    return F("digit") if model is StatusClass else Value(NO_CLASS, IntegerField())


def states(languages: Sequence[str], width: int) -> QuerySet[Any, Any]:
    """A row for each model, class, field, language and state other than plainly approved."""
    blank = Value(" ")
    kind = Concat("model", blank, "field", blank, "language", blank, shown_state(), output_field=TextField())
    code = StatusCode._default_manager.filter(pk=OuterRef("object_id")).annotate(class_digit=digit_of(StatusCode))
    status_class = StatusClass._default_manager.filter(pk=OuterRef("object_id"))
    digit = Case(
        When(model="statuscode", then=Subquery(code.order_by().values("class_digit"))),
        When(model="statusclass", then=Subquery(status_class.order_by().values("digit"))),
        default=Value(NO_CLASS),
        output_field=IntegerField(),
    )
    open_ones = TextState.objects.filter(Q(source__isnull=False) | ~Q(state=State.APPROVED), language__in=languages)
    grouped = open_ones.order_by().annotate(kind=kind, class_digit=digit).values("kind", "class_digit")
    return with_numbers(grouped, [Count("pk")], width)


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
