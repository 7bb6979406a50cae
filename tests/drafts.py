"""A draft whose every text has one word in it that stands nowhere else."""

from typing import Any

from django.db import models

from codes.localized import LANGUAGES, LocalizedModel, columns
from codes.models import (
    Alias,
    Comparison,
    Ecosystem,
    GuideAnswer,
    GuideStep,
    HeaderField,
    HeaderFieldUse,
    Origin,
    Reference,
    Specification,
    StatusCode,
    Symbol,
)

MARKER = "Qwozyxu"
NUMBER = 299
VENDOR = "qwozyxu-vendor"


def texts(model: type[models.Model]) -> dict[str, Any]:
    """The marker for every text of a model that may be any text, in every language."""
    found = [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]
    names = {field.name for field in found} - set(getattr(model, "localized_fields", ()))
    if issubclass(model, LocalizedModel):
        names |= set(columns(model.localized_fields, LANGUAGES))
    return dict.fromkeys(sorted(names), MARKER)


def marked_draft() -> StatusCode:
    """A draft of a new vendor, with everything that can belong to one or lead to it."""
    vendor = Origin.objects.create(**{**texts(Origin), "slug": VENDOR, "url": f"https://{VENDOR}.example/"})
    draft: StatusCode = StatusCode.with_drafts.create(
        **texts(StatusCode),
        number=NUMBER,
        origin=vendor,
        registration="vendor",
        sources=[{"title": MARKER, "url": f"https://{MARKER}.example/"}],
        is_draft=True,
    )
    of_draft: dict[str, Any] = {"status_code": draft}
    Reference.objects.create(**{**texts(Reference), **of_draft, "specification": Specification.objects.first()})
    HeaderFieldUse.objects.create(**of_draft, header_field=HeaderField.objects.first(), role="required")
    Symbol.objects.create(**texts(Symbol), **of_draft, ecosystem=Ecosystem.objects.first())
    for language in LANGUAGES:
        Alias.objects.create(**of_draft, language=language, text=f"{MARKER} {language}")
    Comparison.objects.first().codes.add(draft)
    answer = {**texts(GuideAnswer), "slug": VENDOR, "position": 99}
    GuideAnswer.objects.create(**answer, step=GuideStep.objects.get(slug="start"), code=draft)
    return draft
