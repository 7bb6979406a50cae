"""Units of the reference: one localized field of one row in one language."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst

from codes.curation.checks import Check, Finding, Rules, examine, longest_summary
from codes.exchange.form import model_named
from codes.exchange.texts import localized_models
from codes.localized import DEFAULT_LANGUAGE, LANGUAGES, LocalizedModel, column
from codes.models import Dismissal, GlossaryTerm, HeaderField, TextState

# Names and labels put numbers and names in their own way; every other field is prose.
LABELS = ("name", "question", "text")


class Unit(NamedTuple):
    """Names one text: the model's name, the row's id, the field without its language, the language."""

    model: str
    pk: int
    field: str
    language: str

    @property
    def column(self) -> str:
        """The column that holds the text."""
        return column(self.field, self.language)

    @property
    def source_column(self) -> str:
        """The column that holds the English."""
        return column(self.field, DEFAULT_LANGUAGE)

    @property
    def about(self) -> dict[str, Any]:
        """What its rows of state, history and dismissals have in common."""
        return {"model": self.model, "object_id": self.pk, "field": self.field, "language": self.language}

    def rows(self) -> Any:
        """The query for its row, by the names of columns."""
        return model_of(self.model)._default_manager.rewrite(False).order_by().filter(pk=self.pk)  # type: ignore[attr-defined]

    def state(self) -> TextState | None:
        """What is known about its text; None if it is as it came with its record."""
        return TextState.objects.filter(**self.about).first()


def model_of(name: str) -> type[LocalizedModel]:
    """The model with texts of this name. Raises LookupError."""
    model = model_named(name)
    if not issubclass(model, LocalizedModel):
        raise LookupError(name)
    return model


def is_unit(unit: Unit) -> bool:
    """Whether there can be such a text: a known model, field and language other than English."""
    try:
        model = model_of(unit.model)
        return unit.field in model.localized_fields and unit.language in LANGUAGES[1:]
    except (LookupError, FieldDoesNotExist):
        return False


def fields() -> Iterator[tuple[type[LocalizedModel], str]]:
    """Every localized field with its model, in the order of bundles."""
    for model in localized_models():
        for field in model.localized_fields:
            yield model, field


def model_label(model: type[LocalizedModel]) -> str:
    return capfirst(str(model._meta.verbose_name))


def field_label(model: type[LocalizedModel], field: str) -> str:
    return capfirst(str(getattr(model._meta.get_field(field), "verbose_name", field)))


def key_label(row: LocalizedModel) -> str:
    """A row's natural key, as the pages write it."""
    return "/".join(map(str, row.natural_key()))


class Rulebook:
    """What the reference says that texts have to keep to: read once, asked for many units."""

    def __init__(self) -> None:
        self.terms = list(GlossaryTerm.objects.all())
        self.header_fields = tuple(HeaderField.objects.values_list("name", flat=True))
        self.forbidden = cache(self.forbidden_forms)

    def forbidden_forms(self, language: str) -> dict[str, str]:
        """The forms that texts in a language avoid, with the term that stands for each."""
        name = column("name", language)
        return {form: getattr(term, name) or "" for term in self.terms for form in term.forbidden.get(language, [])}

    def rules(self, unit: Unit) -> Rules:
        """The rules for one text."""
        model = model_of(unit.model)
        lengths = [getattr(model._meta.get_field(unit.column), "max_length", None)]
        if unit.field == "summary":
            lengths.append(longest_summary(unit.language))
        longest = min((length for length in lengths if length), default=None)
        forbidden = {} if model is GlossaryTerm else self.forbidden(unit.language)
        return Rules(forbidden, self.header_fields, longest)

    def examine(self, unit: Unit, source: str, target: str) -> list[Finding]:
        """What is wrong with a text."""
        return examine(source, target, unit.language, self.rules(unit), prose=unit.field not in LABELS)


def digest_of(source: str, target: str) -> str:
    """What a dismissed warning was about: it comes back when one of the texts is another."""
    return sha256(f"{source}\0{target}".encode()).hexdigest()


def dismissed(unit: Unit, source: str, target: str) -> dict[Check, str]:
    """The checks whose warnings about this very text were dismissed, with the name of who did it."""
    rows = Dismissal.objects.filter(**unit.about, digest=digest_of(source, target))
    return {Check(name): author for name, author in rows.values_list("check_name", "author")}
