from collections.abc import Iterable
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from codes.addresses import path_of
from codes.localized import LANGUAGES, LocalizedModel, LocalizedQuerySet, required, translate_permission
from codes.models.origin import REGISTRY, Origin


class Registration(models.TextChoices):
    """How the IANA registry, or its absence, stands behind a meaning (RFC 9110, section 16.2)."""

    REGISTERED = "registered", _("registered")
    TEMPORARY = "temporary", _("temporary registration")
    UNUSED = "unused", _("reserved, unused")
    OBSOLETED = "obsoleted", _("registered, obsoleted")
    VENDOR = "vendor", _("used by a vendor, not registered")
    DRAFT = "draft", _("from a draft, not registered")
    FOLKLORE = "folklore", _("origin unproven, not registered")


IN_REGISTRY = ("registered", "temporary", "unused", "obsoleted")


class Visibility(models.TextChoices):
    """Where a meaning can be met."""

    CLIENT = "client", _("clients receive it")
    LOG = "log", _("only in the server's log")
    BODY = "body", _("only inside a response's content")
    INTERNAL = "internal", _("only inside the software")


class Confidence(models.TextChoices):
    """How well the sources prove a meaning."""

    HIGH = "high", _("high: a primary source")
    MEDIUM = "medium", _("medium: secondary sources that agree")
    LOW = "low", _("low: no primary source is known")


class Retry(models.TextChoices):
    """What repeating the same request can achieve."""

    NEVER = "never", _("pointless")
    LATER = "later", _("may succeed later")
    CHANGED = "changed", _("only after the request is changed")
    AS_TOLD = "as-told", _("as the response says")


def validate_sources(value: Any) -> None:
    """Refuse anything but a list of ``{"title": text, "url": web address or ""}``."""
    if not isinstance(value, list):
        raise ValidationError(_("The sources are a list."))
    for source in value:
        if not isinstance(source, dict) or set(source) != {"title", "url"}:
            raise ValidationError(_("Each source has a title and a url, and nothing else."))
        if not all(isinstance(part, str) for part in source.values()) or not source["title"].strip():
            raise ValidationError(_("A source's title and url are texts, and the title is not empty."))
        if source["url"] and not source["url"].startswith(("https://", "http://")):
            raise ValidationError(_("A source's url begins with https:// or is empty."))


class StatusCodeQuerySet(LocalizedQuerySet["StatusCode"]):
    """Selections of meanings that read as the sentence: ``registered().in_class(4)``."""

    def as_if_published(self, draft: int) -> Self:
        """What the public would see if the draft with that primary key were published."""
        return self.filter(models.Q(is_draft=False) | models.Q(pk=draft))

    def registered(self) -> Self:
        """The meanings that the IANA registry lists, whatever their state there."""
        return self.filter(origin=REGISTRY)

    def unregistered(self) -> Self:
        """The meanings that vendors, drafts and folklore give to numbers."""
        return self.exclude(origin=REGISTRY)

    def per_origin(self) -> dict[str, int]:
        """How many there are of each origin, by its slug; counted in an index."""
        counts: Any = self.order_by().values("origin").annotate(count=models.Count("*"))
        return dict(counts.values_list("origin", "count"))

    def with_number(self, number: int) -> Self:
        """All meanings of one number."""
        return self.filter(number=number)

    def in_class(self, digit: int) -> Self:
        """The meanings of the numbers that begin with ``digit``."""
        return self.filter(number__range=(digit * 100, digit * 100 + 99))

    def from_origin(self, slug: str) -> Self:
        """The meanings that one origin gives."""
        return self.filter(origin=slug)

    def referring_to(self, specification: str) -> Self:
        """The meanings with a reference to the specification of that slug."""
        return self.filter(references__specification__slug=specification).distinct()

    def heuristically_cacheable(self, answer: bool) -> Self:
        """The meanings that are heuristically cacheable, or those that are not."""
        rows = self.filter(heuristically_cacheable=answer)
        # Only registered codes are, by a constraint; and an index knows those.
        return rows.registered() if answer else rows

    def in_reading_order(self) -> Self:
        """By number; within one number the registered meaning first, then vendors, drafts, folklore."""
        place = models.Case(
            *(models.When(registration=value, then=models.Value(i)) for i, value in enumerate(Registration.values)),
            output_field=models.SmallIntegerField(),
        )
        return self.order_by("number", place, "origin_id")

    def listed(self, language: str, *fields: str) -> Self:
        """In reading order, with what a list shows: the number, whose meaning it is, its reason phrase, ``fields``."""
        rows = self.in_language(language, *fields, facts=("number", "origin", "reason_phrase"))
        return rows.in_reading_order()

    def after(self, row: "StatusCode") -> Self:
        """Those that follow a meaning in reading order."""
        later = Registration.values[Registration.values.index(row.registration) + 1 :]
        same_number = models.Q(registration__in=later) | models.Q(
            registration=row.registration, origin_id__gt=row.origin_id
        )
        # The first condition is not needed, but an index knows where to begin.
        return self.filter(number__gte=row.number).filter(models.Q(number__gt=row.number) | same_number)

    def with_details(self) -> Self:
        """In reading order, with the facts that other tables have of them; a fixed number of queries."""
        from codes.models import HeaderFieldUse, Reference, Symbol  # they refer to this module

        return self.in_reading_order().prefetch_related(
            models.Prefetch("references", Reference.objects.in_order_of_time()),
            models.Prefetch("header_field_uses", HeaderFieldUse.objects.in_order_of_need()),
            models.Prefetch("symbols", Symbol.objects.by_ecosystem()),
        )

    def with_comparisons(self, language: str, most: int) -> Self:
        """With ``compared_in``: the first comparisons of each, no more than ``most``; one query."""
        from codes.models import Comparison  # it refers to this module

        rows = Comparison.objects.listed(language, "question")[:most]
        return self.prefetch_related(models.Prefetch("comparisons", rows, to_attr="compared_in"))

    def neighbours(self, number: int) -> tuple[int | None, int | None]:
        """The nearest numbers below and above that have a meaning; one query, which reads two rows of an index."""
        below = self.filter(number__lt=number).order_by("-number").values("number")[:1]
        above = self.filter(number__gt=number).order_by("number").values("number")[:1]
        nearest = self.filter(models.Q(number=models.Subquery(below)) | models.Q(number=models.Subquery(above)))
        found = set(nearest.order_by().values_list("number", flat=True).distinct())
        return (
            next((other for other in found if other < number), None),
            next((other for other in found if other > number), None),
        )


StatusCodeManager = models.Manager.from_queryset(StatusCodeQuerySet)


class PublishedManager(StatusCodeManager["StatusCode"]):
    """The meanings that the public may see."""

    def get_queryset(self) -> StatusCodeQuerySet:
        rows: Any = super().get_queryset()
        return rows.published()  # type: ignore[no-any-return]


class StatusCode(LocalizedModel):
    """One meaning of one number. A number may have several, each from its own origin.

    ``objects`` are those that the public may see: what anybody can read is read from there. ``with_drafts`` is
    for editors, and for what has to know all rows: it is the default manager, so relations and imports see drafts.
    """

    natural_key_fields = ("number", "origin_id")
    draft_path = "is_draft"
    install_fields = ("is_draft",)
    localized_fields = ("name", "summary", "description", "server", "client", "visitor", "correction")
    neutral_texts = ("example",)

    number = models.PositiveSmallIntegerField(_("number"))
    origin = models.ForeignKey(
        Origin, models.PROTECT, to_field="slug", related_name="codes", verbose_name=_("origin"), db_column="origin"
    )
    reason_phrase = models.CharField(
        _("reason phrase"),
        max_length=80,
        blank=True,
        help_text=_("As its origin writes it; empty where it gives none."),
    )
    registration = models.CharField(_("registration"), max_length=12, choices=Registration)
    expires = models.DateField(_("registration expires"), null=True, blank=True)
    visibility = models.CharField(_("visibility"), max_length=12, choices=Visibility, default=Visibility.CLIENT)
    confidence = models.CharField(_("confidence"), max_length=12, choices=Confidence, default=Confidence.HIGH)
    heuristically_cacheable = models.BooleanField(
        _("heuristically cacheable"), default=False, help_text=_("RFC 9110, section 15.1.")
    )
    content_allowed = models.BooleanField(_("content allowed"), default=True, help_text=_("RFC 9110, section 6.4.1."))
    redirect_keeps_method = models.BooleanField(
        _("redirect keeps the method"), null=True, blank=True, help_text=_("Unknown where the code is no redirect.")
    )
    retry = models.CharField(_("retry"), max_length=8, choices=Retry, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True, validators=[validate_sources])
    example = models.TextField(_("example"), blank=True, help_text=_("One exchange in HTTP/1.1 syntax, RFC 9112."))

    name = models.CharField(_("name"), max_length=80)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    server = models.TextField(_("when to send it"), blank=True)
    client = models.TextField(_("how to react"), blank=True)
    visitor = models.TextField(_("what a visitor can do"), blank=True)
    correction = models.TextField(_("often told wrong"), blank=True)

    is_draft = models.BooleanField(
        _("draft"), default=False, help_text=_("Not public until it is published; a signed link shows it before.")
    )

    with_drafts = StatusCodeQuerySet.as_manager()
    objects = PublishedManager()

    class Meta:
        verbose_name = _("status code")
        verbose_name_plural = _("status codes")
        ordering = ["number", "origin"]
        indexes = [
            # All that counts of an origin's published meanings ask for, so that they need not read the rows.
            models.Index(fields=["origin", "number", "is_draft"], name="statuscode_published"),
            # Few of many rows.
            models.Index(fields=["is_draft"], condition=models.Q(is_draft=True), name="statuscode_drafts"),
            models.Index(fields=["registration", "number"], name="statuscode_registration"),
        ]
        permissions = [(translate_permission(language), f"Can translate into {language}") for language in LANGUAGES]
        constraints = [
            models.UniqueConstraint(fields=["number", "origin"], name="statuscode_key"),
            models.CheckConstraint(
                name="statuscode_number",
                condition=models.Q(number__range=(0, 999)),
                violation_error_message=_("A status code has three digits."),
            ),
            models.CheckConstraint(
                name="statuscode_named",
                condition=required("name"),
                violation_error_message=_("The English name is required."),
            ),
            models.CheckConstraint(
                name="statuscode_registration",
                condition=models.Q(origin=REGISTRY, registration__in=IN_REGISTRY)
                | (~models.Q(origin=REGISTRY) & models.Q(registration__in=("vendor", "draft", "folklore"))),
                violation_error_message=_("The registration does not fit the origin."),
            ),
            models.CheckConstraint(
                name="statuscode_expires",
                condition=models.Q(registration="temporary", expires__isnull=False)
                | (~models.Q(registration="temporary") & models.Q(expires__isnull=True)),
                violation_error_message=_("A temporary registration, and no other, has a date of expiry."),
            ),
            models.CheckConstraint(
                name="statuscode_choices",
                condition=models.Q(visibility__in=Visibility.values)
                & models.Q(confidence__in=Confidence.values)
                & models.Q(retry__in=["", *Retry.values]),
                violation_error_message=_("Visibility, confidence or retry has an unknown value."),
            ),
            models.CheckConstraint(
                name="statuscode_interim_has_no_content",
                condition=~models.Q(number__range=(100, 199)) | models.Q(content_allowed=False),
                violation_error_message=_("An interim response (1xx) has no content."),
            ),
            models.CheckConstraint(
                name="statuscode_redirect",
                condition=models.Q(redirect_keeps_method__isnull=True) | models.Q(number__range=(300, 399)),
                violation_error_message=_("Only a 3xx code can keep or change the method of a redirect."),
            ),
            models.CheckConstraint(
                name="statuscode_cacheable",
                condition=models.Q(heuristically_cacheable=False) | models.Q(origin=REGISTRY),
                violation_error_message=_("Only a registered code is heuristically cacheable."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.padded} {self.origin_id}"

    def get_absolute_url(self) -> str:
        return path_of("number", self.number)

    @property
    def padded(self) -> str:
        """The number as it stands in a status line: three digits, ``000`` included."""
        return f"{self.number:03}"

    @property
    def digit(self) -> int | None:
        """The digit of its class; None for a number outside 100-599."""
        return self.number // 100 if 100 <= self.number <= 599 else None

    @property
    def is_registered(self) -> bool:
        """Whether the IANA registry lists this meaning."""
        return self.origin_id == REGISTRY

    @property
    def anchor(self) -> str:
        """The fragment of this meaning on its number's page."""
        return self.origin_id

    def symbols_by_ecosystem(self, ecosystems: Iterable[Any]) -> list[tuple[Any, list[Any]]]:
        """Each ecosystem with what it writes for this meaning.

        A registered code's list is complete: where an ecosystem was read as a whole and has no symbol, the gap is
        there, as an empty list. Reads ``symbols``: prefetch them.
        """
        symbols = list(self.symbols.all())
        table = [(row, [symbol for symbol in symbols if symbol.ecosystem_id == row.pk]) for row in ecosystems]
        return [(row, found) for row, found in table if found or (self.is_registered and not row.partial)]

    def lineage(self) -> list[tuple[str, str, str, bool]]:
        """The documents that proposed or defined it, oldest first: date, label, reason phrase, in force.

        Reads ``references`` with their specifications: prefetch them.
        """
        return [
            (reference.specification.date, reference.specification.short_label, reference.reason_phrase, current)
            for reference in sorted(self.references.all(), key=lambda reference: reference.specification.date)
            if (current := reference.role == "definition") or reference.role != "status-line"
        ]

    def former_names(self) -> list[str]:
        """Reason phrases that earlier documents used and that differ from today's, oldest first.

        Reads ``references`` with their specifications: prefetch them for more than one row.
        """
        names: dict[str, str] = {}
        for reference in sorted(self.references.all(), key=lambda reference: reference.specification.date):
            names.setdefault(reference.reason_phrase.casefold(), reference.reason_phrase)
        return [name for key, name in names.items() if key not in ("", self.reason_phrase.casefold())]
