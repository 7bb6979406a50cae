"""Looking at all translations at once."""

from collections.abc import Iterator, Sequence

from codes.curation.checks import Finding
from codes.curation.units import Rulebook, Unit, digest_of
from codes.exchange.form import CHUNK
from codes.exchange.texts import localized_models
from codes.localized import DEFAULT_LANGUAGE, LocalizedModel, column
from codes.models import Dismissal


def examine_all(languages: Sequence[str]) -> Iterator[tuple[str, Finding]]:
    """Every finding about the translations into ``languages`` that nobody dismissed, with the name of its text."""
    book = Rulebook()
    known = {(row.about, row.check_name, row.digest) for row in Dismissal.objects.iterator()}
    for model in localized_models():
        for row in model._default_manager.order_by("pk").iterator(chunk_size=CHUNK):
            for unit, source, target in texts_of(row, languages):
                for finding in book.examine(unit, source, target):
                    if (unit, finding.check, digest_of(source, target)) not in known:
                        yield name_of(row, unit), finding


def texts_of(row: LocalizedModel, languages: Sequence[str]) -> Iterator[tuple[Unit, str, str]]:
    """The translations that a row has, each with its source."""
    for field in row.localized_fields:
        source = getattr(row, column(field, DEFAULT_LANGUAGE)) or ""
        for language in languages:
            if target := getattr(row, column(field, language)):
                yield Unit(str(row._meta.model_name), row.pk, field, language), source, target


def name_of(row: LocalizedModel, unit: Unit) -> str:
    """``statuscode 404/iana summary zh-hant``: what a text is called where there are no pages."""
    return f"{unit.model} {'/'.join(map(str, row.natural_key()))} {unit.field} {unit.language}"
