from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from codes.addresses import path_of
from codes.localized import LocalizedModel, LocalizedQuerySet, required

REGISTRY = "iana"


class OriginQuerySet(LocalizedQuerySet["Origin"]):
    def published(self) -> Self:
        """Without those whose only meanings are drafts."""
        from codes.models import StatusCode  # it refers to this module

        own = StatusCode.with_drafts.filter(origin=models.OuterRef("slug"))
        return self.filter(models.Exists(own.published()) | ~models.Exists(own))

    def after(self, row: "Origin") -> Self:
        """Those that follow an origin in the order of slugs."""
        return self.filter(slug__gt=row.slug)


class Origin(LocalizedModel):
    """Who gives a number its meaning: the IANA registry, nginx, an expired draft."""

    natural_key_fields = ("slug",)
    localized_fields = ("name", "description")

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120, help_text=_("The proper name, the same in every language."))
    url = models.URLField(_("address"), max_length=300, blank=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)

    objects = OriginQuerySet.as_manager()

    class Meta:
        verbose_name = _("origin")
        verbose_name_plural = _("origins")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="origin_named",
                condition=required("name") & ~models.Q(slug="") & ~models.Q(title=""),
                violation_error_message=_("The slug, the title and the English name are required."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return path_of("origin", self.slug)

    @property
    def is_registry(self) -> bool:
        """Whether this is the IANA HTTP Status Code Registry (RFC 9110, section 16.2.1)."""
        return self.slug == REGISTRY
