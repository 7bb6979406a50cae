from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from codes.addresses import path_of
from codes.localized import LocalizedModel, LocalizedQuerySet, required


class StatusClassQuerySet(LocalizedQuerySet["StatusClass"]):
    def of_number(self, number: int) -> Self:
        """The class of a status code; none for a number outside 100-599."""
        return self.filter(digit=number // 100)


class StatusClass(LocalizedModel):
    """The first digit of a status code and what it states (RFC 9110, section 15)."""

    natural_key_fields = ("digit",)
    localized_fields = ("name", "summary", "description")

    digit = models.PositiveSmallIntegerField(_("digit"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)

    objects = StatusClassQuerySet.as_manager()

    class Meta:
        verbose_name = _("status class")
        verbose_name_plural = _("status classes")
        ordering = ["digit"]
        constraints = [
            models.CheckConstraint(
                name="statusclass_digit",
                condition=models.Q(digit__range=(1, 5)),
                violation_error_message=_("A status class has a digit from 1 to 5."),
            ),
            models.CheckConstraint(
                name="statusclass_named",
                condition=required("name"),
                violation_error_message=_("The English name is required."),
            ),
        ]

    def __str__(self) -> str:
        return self.notation

    def get_absolute_url(self) -> str:
        return path_of("class", self.digit)

    @property
    def notation(self) -> str:
        """How the class is written where a number would stand: ``4xx``."""
        return f"{self.digit}xx"

    def contains(self, code: Any) -> bool:
        """Whether a status code (anything with a ``number``) belongs to this class."""
        return bool(code.number // 100 == self.digit)
