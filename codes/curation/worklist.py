"""Work lists: the texts of one language in the order of the reference, filtered, a page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.fields import IntegerField
from django.db.models.functions import Cast, Coalesce, Concat, Left

from codes.curation.coverage import MISSING, STALE, STATES, digit_of, shown_state
from codes.curation.units import Unit, fields, model_of
from codes.exchange.texts import localized_models
from codes.localized import DEFAULT_LANGUAGE, LANGUAGES, LocalizedModel, column
from codes.models import TextState
from codes.models.curation import State

PAGE = 50
EXCERPT = 160
TODO = "todo"  # every state but the approved one


class Item(NamedTuple):
    """A text of a list. ``place`` sorts the list and tells where a page goes on."""

    place: str
    model: str
    pk: int
    field: str
    key: str
    state: str


@dataclass(frozen=True)
class WorkList:
    """What a list is filtered by; empty values filter nothing."""

    language: str
    model: str = ""
    field: str = ""
    digit: str = ""  # of the class
    state: str = ""  # one of STATES, or ``todo`` for all but the approved ones
    author: str = ""
    q: str = ""

    @classmethod
    def asked_for(cls, query: Mapping[str, str], languages: Sequence[str]) -> "WorkList":
        """The list that a query string asks for; what it asks for and there is not is left out."""
        known: dict[str, Sequence[str]] = {
            "language": LANGUAGES[1:],
            "model": [str(model._meta.model_name) for model in localized_models()],
            "field": [name for _, name in fields()],
            "digit": list("12345"),
            "state": [*STATES, TODO],
        }
        values = {name: query.get(name, "") for name in known if query.get(name, "") in known[name]}
        language = values.pop("language", "") or (languages[0] if languages else LANGUAGES[1])
        free = {name: query.get(name, "").replace("\0", "").strip() for name in ("author", "q")}
        return cls(language, **values, **free)

    @property
    def query(self) -> dict[str, str]:
        """The query string that asks for this list."""
        names = ("language", "model", "field", "digit", "state", "author", "q")
        return {name: value for name in names if (value := getattr(self, name))}

    def page(self, after: str = "") -> tuple[list[Item], bool]:
        """The texts behind a place, and whether there are more."""
        found = [Item(*row) for row in self.items(after)[: PAGE + 1]]
        return found[:PAGE], len(found) > PAGE

    def count(self) -> int:
        """How many texts there are."""
        return self.items().count()

    def following(self, unit: Unit) -> Item | None:
        """The text behind that of a unit, whether that one is still in the list or not; else the first one."""
        place = place_of(unit)
        for after in (place, ""):
            found = [Item(*row) for row in self.items(after)[:2]]
            others = [item for item in found if (item.model, item.pk, item.field) != unit[:3]]
            if others:
                return others[0]
        return None

    def items(self, after: str = "") -> QuerySet[Any, Any]:
        """The query for all texts behind a place."""
        parts = [
            self.filtered(model, name, after)
            for model, name in fields()
            if self.model in ("", model._meta.model_name) and self.field in ("", name)
        ]
        if not parts:
            return TextState.objects.annotate(place=Value("")).values_list("place").order_by("place").none()
        first, *others = parts
        return (first.union(*others, all=True) if others else first).order_by("place")

    def filtered(self, model: type[LocalizedModel], name: str, after: str) -> QuerySet[Any, Any]:
        """The texts of one field of one model."""
        rows, source, target = annotated(model, name, self.language), *columns_of(name, self.language)
        rows = rows.filter(Q(**{f"{source}__isnull": False}) | Q(**{f"{target}__isnull": False}))
        if after:
            rows = rows.filter(place__gt=after)
        if self.state == State.APPROVED:
            rows = rows.filter(state=State.APPROVED)
        elif self.state:
            # Found from the few states that are kept, not by working out the state of every text.
            is_missing = Q(**{f"{target}__isnull": True})
            known = open_ones(model, name, self.language, self.state).values("object_id")
            wanted = {MISSING: is_missing, TODO: is_missing | Q(pk__in=known)}
            rows = rows.filter(wanted.get(self.state, Q(pk__in=known)))
        if self.digit:
            rows = rows.annotate(class_digit=digit_of(model)).filter(class_digit=int(self.digit))
        if self.author:
            rows = rows.filter(Exists(state_of(model, name, self.language).filter(author=self.author)))
        if self.q:
            found = Q(**{f"{source}__icontains": self.q}) | Q(**{f"{target}__icontains": self.q})
            rows = rows.filter(found | Q(key__icontains=self.q))
        return rows.values_list("place", "unit_model", "pk", "unit_field", "key", "state")  # type: ignore[no-any-return]


def columns_of(name: str, language: str) -> tuple[str, str]:
    """The columns of the English and of the translation."""
    return column(name, DEFAULT_LANGUAGE), column(name, language)


def state_of(model: type[LocalizedModel], name: str, language: str) -> QuerySet[TextState]:
    """A subquery for what is known about a text of each row."""
    return TextState.objects.filter(
        model=model._meta.model_name, object_id=OuterRef("pk"), field=name, language=language
    ).order_by()


def open_ones(model: type[LocalizedModel], name: str, language: str, state: str) -> QuerySet[TextState]:
    """What is known about texts that are in a state, or in any that leaves something to do."""
    rows = TextState.objects.filter(model=model._meta.model_name, field=name, language=language).order_by()
    if state == TODO:
        return rows.filter(Q(source__isnull=False) | ~Q(state=State.APPROVED))
    return rows.filter(source__isnull=False) if state == STALE else rows.filter(source__isnull=True, state=state)


def annotated(model: type[LocalizedModel], name: str, language: str) -> Any:
    """The rows of a model with the place, the key and the state of one of their texts."""
    _source, target = columns_of(name, language)
    known = state_of(model, name, language).annotate(shown=shown_state()).values("shown")
    is_missing = When(**{f"{target}__isnull": True}, then=Value(MISSING))
    state = Case(is_missing, default=Coalesce(Subquery(known), Value(State.APPROVED.value)), output_field=TextField())
    models = [one._meta.model_name for one in localized_models()]
    before = f"{models.index(model._meta.model_name):02} "
    behind = f" {model.localized_fields.index(name):02}"
    return (
        model._default_manager.rewrite(False)  # type: ignore[attr-defined]
        .order_by()
        .annotate(
            key=natural_key(model, padded=False),
            place=Concat(Value(before), natural_key(model, padded=True), Value(behind), output_field=TextField()),
            unit_model=Value(str(model._meta.model_name), TextField()),
            unit_field=Value(name, TextField()),
            state=state,
        )
    )


def natural_key(model: type[LocalizedModel], *, padded: bool) -> Any:
    """A row's natural key as a text; ``padded`` such that numbers sort as numbers."""
    parts: list[Any] = []
    for path in model.natural_key_fields:
        part: Any = Cast(F(path), TextField())
        if padded and path in {one.name for one in model._meta.fields if isinstance(one, IntegerField)}:
            part = Cast(F(path) + 1_000, TextField())
        parts += [part, Value("/")]
    parts = parts[:-1]
    return Concat(*parts, output_field=TextField()) if len(parts) > 1 else parts[0]


def place_of(unit: Unit) -> str:
    """The place of a unit in every list that it is in; empty if there is no such row."""
    rows = annotated(model_of(unit.model), unit.field, unit.language).filter(pk=unit.pk)
    return str(rows.values_list("place", flat=True).first() or "")


def excerpts(items: Sequence[Item], language: str) -> dict[tuple[str, int, str], tuple[str, str]]:
    """How the source and the translation of each text of a page begin: a query for each model on it."""
    found: dict[tuple[str, int, str], tuple[str, str]] = {}
    for name in {item.model for item in items}:
        on_page = [item for item in items if item.model == name]
        names = {column for item in on_page for column in columns_of(item.field, language)}
        beginnings = {f"begin_{column}": Left(column, EXCERPT) for column in names}
        rows: Any = model_of(name)._default_manager.rewrite(False).order_by()  # type: ignore[attr-defined]
        texts = rows.filter(pk__in={item.pk for item in on_page}).annotate(**beginnings).values("pk", *beginnings)
        by_pk = {row["pk"]: row for row in texts}
        for item in on_page:
            row = by_pk.get(item.pk, {})  # none, if it was deleted since
            source, target = (row.get(f"begin_{column}") or "" for column in columns_of(item.field, language))
            found[item.model, item.pk, item.field] = source, target
    return found


def known_about(items: Sequence[Item], language: str) -> dict[tuple[str, int, str], TextState]:
    """What is known about the texts of a page, in one query."""
    rows = TextState.objects.filter(language=language, object_id__in={item.pk for item in items})
    return {(row.model, row.object_id, row.field): row for row in rows}


def authors(language: str) -> Iterator[str]:
    """Who wrote texts in a language."""
    rows = TextState.objects.filter(language=language).exclude(author="").order_by("author")
    return iter(rows.values_list("author", flat=True).distinct())
