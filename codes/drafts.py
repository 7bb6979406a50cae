"""Drafts: publishing a meaning, taking it back, and the signed links that show one before it is public."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from codes.localized import DEFAULT_LANGUAGE, column
from codes.models import StatusCode

# What a meaning has to say in English before it is public.
NEEDED = ("name", "summary")
PREVIEW_DAYS = 14
SALT = "codes.preview"


class Preview(NamedTuple):
    """A link to a draft."""

    path: str  # in the active language
    until: datetime


class Expired(Exception):
    """A link that was good once."""


# Publishing


def lacking(values: Mapping[str, Any]) -> list[str]:
    """The fields that have to be written in English before a meaning is public; ``values`` are those of columns."""
    return [field for field in NEEDED if not values.get(column(field, DEFAULT_LANGUAGE))]


def publish(pk: int) -> bool:
    """Make a draft public; whether it was one. Raises ValidationError if it breaks a rule or lacks a text."""
    with transaction.atomic():
        row = StatusCode.with_drafts.select_for_update().get(pk=pk)
        if not row.is_draft:
            return False
        row.full_clean()
        if missing := lacking(vars(row)):
            names = ", ".join(str(StatusCode._meta.get_field(name).verbose_name) for name in missing)  # type: ignore[union-attr]
            raise ValidationError(_("It lacks English texts: {names}.").format(names=names))
        row.is_draft = False
        row.save(update_fields=["is_draft"])
        return True


def withdraw(pk: int) -> bool:
    """Make a public meaning a draft again; whether it was public. Raises ValidationError if public pages lead to it."""
    with transaction.atomic():
        row = StatusCode.with_drafts.select_for_update().get(pk=pk)
        if row.is_draft:
            return False
        leading = [*row.guide_answers.all(), *row.comparisons.all()]
        if leading:
            names = ", ".join(map(str, leading))
            raise ValidationError(_("The guide or comparisons lead to it: {names}.").format(names=names))
        row.is_draft = True
        row.save(update_fields=["is_draft"])
        return True


# Links


def preview_of(row: StatusCode) -> Preview:
    """A new link to a draft, and to nothing else: whoever has it can read the draft until it expires."""
    until = (timezone.now() + timedelta(days=PREVIEW_DAYS)).replace(second=0, microsecond=0)
    token = signing.dumps([row.pk, int(until.timestamp())], salt=SALT)
    return Preview(reverse("preview", args=[token]), until)


def draft_of(token: str) -> tuple[int, datetime]:
    """The primary key that a link is for, and until when. Raises BadSignature for no such link, and Expired."""
    pk, seconds = signing.loads(token, salt=SALT)
    until = datetime.fromtimestamp(seconds, UTC)
    if until <= timezone.now():
        raise Expired
    return pk, until
