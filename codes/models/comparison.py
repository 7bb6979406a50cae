from collections.abc import Collection, Iterable
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from codes.addresses import path_of
from codes.localized import LocalizedModel, LocalizedQuerySet, required
from codes.models.status_code import StatusCode


class ComparisonQuerySet(LocalizedQuerySet["Comparison"]):
    def in_order(self) -> Self:
        """By slug, that is by number."""
        return self.order_by("slug")

    def listed(self, language: str, *fields: str) -> Self:
        """In order, with what a list shows: the slug and ``fields``."""
        return self.in_language(language, *fields, facts=("slug",)).in_order()

    def after(self, row: "Comparison") -> Self:
        """Those that follow a comparison in order."""
        return self.filter(slug__gt=row.slug)

    def to_show(self, slugs: Collection[str], language: str) -> "dict[str, Comparison]":
        """Those of some slugs, with their codes as a list shows them (``compared``); two queries however many."""
        codes = StatusCode.objects.listed(language, "name", "summary")
        rows = self.in_language(language).prefetch_related(models.Prefetch("codes", codes, to_attr="compared"))
        found: dict[str, Comparison] = rows.in_bulk(slugs, field_name="slug")
        return found

    def comparing(self, numbers: Iterable[int]) -> "Comparison | None":
        """The comparison of fewest codes that has all of these, at least two; None if there is none."""
        asked = {f"{number:03}" for number in numbers}
        rows = sorted(self, key=lambda row: len(row.numbers)) if len(asked) > 1 else []
        return next((row for row in rows if asked <= set(row.numbers)), None)


class Comparison(LocalizedModel):
    """Two or more codes that are often mistaken for each other, and how to tell them apart."""

    natural_key_fields = ("slug",)
    localized_fields = ("question", "summary", "table", "rule")
    neutral_texts = ("example",)

    slug = models.SlugField(_("slug"), max_length=60, unique=True, help_text=_("The numbers, joined: 401-403."))
    codes = models.ManyToManyField(StatusCode, related_name="comparisons", verbose_name=_("status codes"))
    example = models.TextField(_("example"), blank=True)
    question = models.CharField(_("question"), max_length=160)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    table = models.TextField(_("table of differences"), blank=True, help_text=_("A Markdown table."))
    rule = models.TextField(_("rule of thumb"), blank=True)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="comparison_question",
                condition=required("question") & ~models.Q(slug=""),
                violation_error_message=_("The slug and the English question are required."),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return path_of("comparison", self.slug)

    @property
    def numbers(self) -> list[str]:
        """The numbers compared, as the slug has them."""
        return self.slug.split("-")
