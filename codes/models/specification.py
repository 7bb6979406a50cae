import re
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from codes.addresses import path_of
from codes.models.status_code import StatusCode
from codes.natural_key import NaturalKeyModel, NaturalKeyQuerySet

RFC_SLUG = re.compile(r"rfc([1-9][0-9]{0,4})")


class SpecificationStatus(models.TextChoices):
    """The standing of a document, in the terms of the RFC series (RFC 2026, RFC 6410)."""

    INTERNET_STANDARD = "internet-standard", _("Internet Standard")
    DRAFT_STANDARD = "draft-standard", _("Draft Standard")
    PROPOSED_STANDARD = "proposed-standard", _("Proposed Standard")
    BEST_CURRENT_PRACTICE = "best-current-practice", _("Best Current Practice")
    INFORMATIONAL = "informational", _("Informational")
    EXPERIMENTAL = "experimental", _("Experimental")
    HISTORIC = "historic", _("Historic")
    INTERNET_DRAFT = "internet-draft", _("Internet-Draft")
    OTHER = "other", _("not part of the RFC series")


class SpecificationQuerySet(NaturalKeyQuerySet["Specification"]):
    def with_counts(self) -> Self:
        """With ``codes``: how many status codes the document speaks of."""
        is_published = models.Q(references__status_code__is_draft=False)
        return self.annotate(codes=models.Count("references__status_code", filter=is_published, distinct=True))

    def with_graph(self) -> Self:
        """With the documents it obsoletes and updates, and those that do so to it."""
        return self.prefetch_related("obsoletes", "updates", "obsoleted_by", "updated_by")


class Specification(NaturalKeyModel):
    """A document that defines, defined or proposed status codes."""

    natural_key_fields = ("slug",)

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    date = models.CharField(
        _("date"),
        max_length=10,
        validators=[RegexValidator(r"^\d{4}(-\d{2}){0,2}$")],
        help_text=_("Year, year-month or year-month-day, as the document gives it."),
    )
    status = models.CharField(_("status"), max_length=24, choices=SpecificationStatus)
    series = models.CharField(_("series"), max_length=12, blank=True, help_text=_("STD 97, BCP 56 ..."))
    url = models.URLField(_("address"), max_length=300)
    obsoletes = models.ManyToManyField(
        "self", symmetrical=False, related_name="obsoleted_by", blank=True, verbose_name=_("obsoletes")
    )
    updates = models.ManyToManyField(
        "self", symmetrical=False, related_name="updated_by", blank=True, verbose_name=_("updates")
    )

    objects = SpecificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("specification")
        verbose_name_plural = _("specifications")
        ordering = ["date", "slug"]
        constraints = [
            models.CheckConstraint(
                name="specification_status",
                condition=models.Q(status__in=SpecificationStatus.values),
                violation_error_message=_("The status is unknown."),
            ),
            models.CheckConstraint(
                name="specification_titled",
                condition=~models.Q(slug="") & ~models.Q(title="") & ~models.Q(url=""),
                violation_error_message=_("The slug, the title and the address are required."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        if self.rfc_number:
            return path_of("rfc", self.rfc_number)
        return path_of("specification", self.slug)

    @property
    def rfc_number(self) -> int | None:
        """The number of an RFC; None for another kind of document."""
        found = RFC_SLUG.fullmatch(self.slug)
        return int(found[1]) if found else None

    @property
    def label(self) -> str:
        """How the document is cited: ``RFC 9110``, or its title."""
        return f"RFC {self.rfc_number}" if self.rfc_number else self.title

    @property
    def short_label(self) -> str:
        """A label for narrow places: ``RFC 9110``, ``draft``."""
        return self.label if self.rfc_number else self.slug.partition("-")[0]

    def section_url(self, section: str) -> str:
        """The address of a section of the document; of the document where there is none."""
        return f"{self.url}#section-{section}" if section and self.rfc_number else self.url


class Role(models.TextChoices):
    """What a document did for a status code."""

    DEFINITION = "definition", _("defines it")
    FORMER = "former-definition", _("defined it before")
    STATUS_LINE = "status-line", _("wrote this phrase in its table of status lines")
    PROPOSAL = "proposal", _("proposed it")


class ReferenceQuerySet(NaturalKeyQuerySet["Reference"]):
    def in_order_of_time(self) -> Self:
        """Oldest document first: the lineage."""
        return self.select_related("specification").order_by("specification__date", "specification__slug", "role")


class Reference(NaturalKeyModel):
    """Where a document speaks of a status code, and the reason phrase it used there."""

    natural_key_fields = ("status_code__number", "status_code__origin_id", "specification__slug", "role")
    draft_path = "status_code__is_draft"

    status_code = models.ForeignKey(
        StatusCode, models.CASCADE, related_name="references", verbose_name=_("status code")
    )
    specification = models.ForeignKey(
        Specification, models.PROTECT, related_name="references", verbose_name=_("specification")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.DEFINITION)
    section = models.CharField(_("section"), max_length=20, blank=True)
    reason_phrase = models.CharField(_("reason phrase"), max_length=120, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ["status_code", "specification", "role"]
        constraints = [
            models.UniqueConstraint(fields=["status_code", "specification", "role"], name="reference_key"),
            models.CheckConstraint(
                name="reference_role",
                condition=models.Q(role__in=Role.values),
                violation_error_message=_("The role is unknown."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.specification} {self.section}".strip()

    @property
    def url(self) -> str:
        """The address of the section."""
        return self.specification.section_url(self.section)
