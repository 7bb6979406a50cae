from typing import Self

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from codes.models.specification import Specification
from codes.models.status_code import StatusCode
from codes.natural_key import NaturalKeyModel, NaturalKeyQuerySet


class HeaderField(NaturalKeyModel):
    """A field of a request's or a response's header section (RFC 9110, section 5)."""

    natural_key_fields = ("name",)

    name = models.CharField(_("name"), max_length=60, unique=True)
    specification = models.ForeignKey(
        Specification,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="header_fields",
        verbose_name=_("specification"),
    )
    section = models.CharField(_("section"), max_length=20, blank=True)

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("header field")
        verbose_name_plural = _("header fields")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="headerfield_name_in_any_case",
                violation_error_message=_("A header field of this name exists, whatever the case of its letters."),
            ),
            models.CheckConstraint(
                name="headerfield_named",
                condition=~models.Q(name=""),
                violation_error_message=_("The name is required."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The address of its definition; empty where none is recorded."""
        return self.specification.section_url(self.section) if self.specification else ""


class FieldRole(models.TextChoices):
    """How firmly a field belongs to a message with a status code."""

    REQUIRED = "required", _("required")
    EXPECTED = "expected", _("expected")
    OPTIONAL = "optional", _("optional")


class Message(models.TextChoices):
    """Which message carries the field."""

    REQUEST = "request", _("in the request")
    RESPONSE = "response", _("in the response")


class HeaderFieldUseQuerySet(NaturalKeyQuerySet["HeaderFieldUse"]):
    def in_order_of_need(self) -> Self:
        """Required fields first, the response's before the request's."""
        place = models.Case(
            *(models.When(role=value, then=models.Value(i)) for i, value in enumerate(FieldRole.values)),
            output_field=models.SmallIntegerField(),
        )
        return self.select_related("header_field__specification").order_by(place, "-message", "header_field__name")


class HeaderFieldUse(NaturalKeyModel):
    """A header field that a status code requires, expects or makes use of."""

    natural_key_fields = ("status_code__number", "status_code__origin_id", "header_field__name", "message")
    draft_path = "status_code__is_draft"

    status_code = models.ForeignKey(
        StatusCode, models.CASCADE, related_name="header_field_uses", verbose_name=_("status code")
    )
    header_field = models.ForeignKey(HeaderField, models.PROTECT, related_name="uses", verbose_name=_("header field"))
    role = models.CharField(_("role"), max_length=10, choices=FieldRole)
    message = models.CharField(_("message"), max_length=10, choices=Message, default=Message.RESPONSE)

    objects = HeaderFieldUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of a header field")
        verbose_name_plural = _("uses of header fields")
        ordering = ["status_code", "header_field"]
        constraints = [
            models.UniqueConstraint(fields=["status_code", "header_field", "message"], name="headerfielduse_key"),
            models.CheckConstraint(
                name="headerfielduse_choices",
                condition=models.Q(role__in=FieldRole.values) & models.Q(message__in=Message.values),
                violation_error_message=_("The role or the message is unknown."),
            ),
        ]

    def __str__(self) -> str:
        return self.header_field.name
