from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from codes.models.status_code import StatusCode
from codes.natural_key import NaturalKeyModel, NaturalKeyQuerySet


class Ecosystem(NaturalKeyModel):
    """A language, framework or server whose list of status codes was read as a whole.

    A registered code without a symbol is therefore a known gap of that list, in the version named.
    """

    natural_key_fields = ("slug",)

    slug = models.SlugField(_("slug"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=80)
    source = models.CharField(_("source"), max_length=200, help_text=_("Repository and path of the list."))
    version = models.CharField(_("version"), max_length=120)
    partial = models.BooleanField(
        _("partial"), default=False, help_text=_("Never meant to name every code, so that nothing is missing.")
    )

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("ecosystem")
        verbose_name_plural = _("ecosystems")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                name="ecosystem_titled",
                condition=~models.Q(slug="") & ~models.Q(title=""),
                violation_error_message=_("The slug and the title are required."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Standing(models.TextChoices):
    """Whether a symbol is the one to use."""

    CURRENT = "current", _("current")
    ALIAS = "alias", _("another name")
    DEPRECATED = "deprecated", _("deprecated")


class SymbolQuerySet(NaturalKeyQuerySet["Symbol"]):
    def by_ecosystem(self) -> Self:
        """Grouped by ecosystem, the current symbol before its other names."""
        place = models.Case(
            *(models.When(standing=value, then=models.Value(i)) for i, value in enumerate(Standing.values)),
            output_field=models.SmallIntegerField(),
        )
        return self.select_related("ecosystem").order_by("ecosystem__title", place, "symbol")


class Symbol(NaturalKeyModel):
    """What source code of an ecosystem writes for a status code: ``http.StatusNotFound``."""

    natural_key_fields = ("ecosystem__slug", "status_code__number", "status_code__origin_id", "symbol")
    draft_path = "status_code__is_draft"

    ecosystem = models.ForeignKey(Ecosystem, models.CASCADE, related_name="symbols", verbose_name=_("ecosystem"))
    status_code = models.ForeignKey(StatusCode, models.CASCADE, related_name="symbols", verbose_name=_("status code"))
    symbol = models.CharField(_("symbol"), max_length=120)
    standing = models.CharField(_("standing"), max_length=12, choices=Standing, default=Standing.CURRENT)

    objects = SymbolQuerySet.as_manager()

    class Meta:
        verbose_name = _("symbol")
        verbose_name_plural = _("symbols")
        ordering = ["ecosystem", "status_code", "symbol"]
        constraints = [
            models.UniqueConstraint(fields=["ecosystem", "status_code", "symbol"], name="symbol_key"),
            models.CheckConstraint(
                name="symbol_standing",
                condition=models.Q(standing__in=Standing.values) & ~models.Q(symbol=""),
                violation_error_message=_("The symbol is empty or its standing unknown."),
            ),
        ]

    def __str__(self) -> str:
        return self.symbol


class Alias(NaturalKeyModel):
    """What else people type when they look for a status code."""

    natural_key_fields = ("status_code__number", "status_code__origin_id", "language", "text")
    draft_path = "status_code__is_draft"

    status_code = models.ForeignKey(StatusCode, models.CASCADE, related_name="aliases", verbose_name=_("status code"))
    language = models.CharField(_("language"), max_length=8, choices=settings.CONTENT_LANGUAGES)
    text = models.CharField(_("text"), max_length=120)

    objects = NaturalKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ["status_code", "language", "text"]
        constraints = [
            models.UniqueConstraint(fields=["status_code", "language", "text"], name="alias_key"),
            models.CheckConstraint(
                name="alias_language",
                condition=models.Q(language__in=list(settings.CONTENT_LANGUAGES)) & ~models.Q(text=""),
                violation_error_message=_("The alias is empty or its language unknown."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
