"""The rows that have texts that fit a work list: found from outlines and from what is known about texts."""

from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Length, Replace
from django.db.models.lookups import GreaterThan
from django.utils.timezone import make_aware

from codes.curation import coverage, filters
from codes.curation.coverage import is_open
from codes.curation.filters import WorkList
from codes.curation.outline import LACKING, WRITTEN, letters
from codes.curation.triggers import DIALECTS
from codes.exchange.texts import localized_models
from codes.localized import DEFAULT_LANGUAGE, LocalizedModel, columns
from codes.models import Comment, Outline, TextState
from codes.models.curation import State, UnitModel


def rows(work: WorkList) -> QuerySet[Outline]:
    """The outlines of the rows that have a text that fits, in the order of the reference.

    Words are left to ``condition_of_words``. The text that has comments may be another than that in the right state.
    """
    found = Outline.objects.annotate(selected=letters(work.languages, work.field))
    if work.model:
        found = found.filter(model=work.model)
    if work.digit:
        found = found.filter(digit=work.digit)
    found = found.filter(condition_of_known(work) if work.asks_who_or_when else condition_of_state(work))
    if work.comments:
        found = found.filter(Exists(beside(Comment, work).filter(settled_at=None)))
    return found.order_by("place")


def condition_of_known(work: WorkList) -> Q:
    """That there is a text by the author and of the time that are asked for."""
    if work.state == coverage.MISSING:
        return Q(pk__in=[])
    return Q(Exists(written_as(work, beside(TextState, work))))


def condition_of_state(work: WorkList) -> Q:
    """That there is a text in the state that is asked for."""
    lacking, written = Q(selected__contains=LACKING), Q(selected__contains=WRITTEN)
    known = beside(TextState, work)
    match work.state:
        case "":
            return lacking | written
        case coverage.MISSING:
            return lacking
        case filters.TODO:
            return lacking | Q(Exists(known.filter(is_open())))
        case State.APPROVED.value:
            return written & more_written_than_open(known)
    return Q(Exists(known.filter(in_state(work.state))))


def more_written_than_open(known: QuerySet[Any]) -> Q:
    """That not all texts that are there leave something to do."""
    number = Length("selected") - Length(Replace("selected", Value(WRITTEN), Value("")))
    counted = known.filter(is_open()).values("model").annotate(number=Count("pk")).values("number")
    return Q(GreaterThan(number, Coalesce(Subquery(counted), 0)))


def beside(model: type[UnitModel], work: WorkList) -> QuerySet[Any]:
    """A subquery for what is beside the texts of a row, in the languages and the field of a list."""
    found = model._default_manager.filter(model=OuterRef("model"), object_id=OuterRef("object_id"))
    return narrowed(found, work).order_by()


def narrowed(rows: QuerySet[Any], work: WorkList) -> QuerySet[Any]:
    """What is beside texts in the languages and the field of a list."""
    rows = rows.filter(language__in=work.languages)
    return rows.filter(field=work.field) if work.field else rows


def written_as(work: WorkList, known: QuerySet[Any]) -> QuerySet[Any]:
    """What is known about texts of the author, the time and the state that a list asks for."""
    if work.author:
        known = known.filter(author=work.author)
    if work.since:
        known = known.filter(at__gte=begin_of(work.since))
    if work.before:
        known = known.filter(at__lt=begin_of(work.before))
    return known.filter(in_state(work.state)) if work.state else known


def begin_of(day: str) -> datetime:
    return make_aware(datetime.combine(date.fromisoformat(day), time.min))


def in_state(state: str) -> Q:
    """The condition that a ``TextState`` is shown in a state, or in any that leaves something to do."""
    if state == filters.TODO:
        return is_open()
    return Q(source__isnull=False) if state == coverage.STALE else Q(source__isnull=True, state=state)


def condition_of_words(work: WorkList) -> Q:
    """That the words stand in the natural key, in a source or in a text."""
    found = Q(key__icontains=work.q)
    for model in localized_models():
        name = str(model._meta.model_name)
        if work.model in ("", name) and work.field in ("", *model.localized_fields):
            rows = rows_of(model).filter(pk=OuterRef("object_id"))
            found |= Q(model=name) & Q(Exists(rows.filter(having(work.q, columns_of(model, work)))))
    return found


def columns_of(model: type[LocalizedModel], work: WorkList) -> list[str]:
    """The columns of sources and texts that a list is about."""
    return columns([work.field] if work.field else model.localized_fields, (DEFAULT_LANGUAGE, *work.languages))


def having(words: str, names: list[str]) -> Q:
    """The condition that words stand in one of some columns."""
    found = Q()
    for name in names:
        found |= DIALECTS[connection.vendor].holding(name, words)
    return found


def rows_of(model: type[LocalizedModel]) -> QuerySet[Any]:
    """The rows of a model, whose columns go by their own names."""
    return model._default_manager.rewrite(False).order_by()  # type: ignore[attr-defined, no-any-return]
