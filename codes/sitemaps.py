"""What search engines are told of: every public page in every shown language."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Model
from django.urls import reverse

from codes.models import Comparison, Origin, Specification, StatusClass, StatusCode


class LocalizedSitemap(Sitemap):  # type: ignore[type-arg]  # generic only for the type checker
    """Pages that exist in every shown language. Addresses come from the settings, not from the request."""

    i18n = True
    alternates = True
    x_default = False

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.BASE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.BASE_URL).netloc


class OverviewSitemap(LocalizedSitemap):
    def items(self) -> list[str]:
        return ["all_codes", "table", "guide", "comparisons", "specifications", "origins", "glossary"]

    def location(self, item: Any) -> str:
        return reverse(item)


class NumberSitemap(LocalizedSitemap):
    def items(self) -> list[int]:
        return list(StatusCode.objects.order_by("number").values_list("number", flat=True).distinct())

    def location(self, item: Any) -> str:
        return reverse("number", args=[item])


class RowSitemap(LocalizedSitemap):
    """The pages of a model whose rows know their own address."""

    model: type[Model]

    def items(self) -> list[Any]:
        return list(self.model._default_manager.published().order_by("pk"))  # type: ignore[attr-defined]


class ClassSitemap(RowSitemap):
    model = StatusClass


class OriginSitemap(RowSitemap):
    model = Origin


class SpecificationSitemap(RowSitemap):
    model = Specification


class ComparisonSitemap(RowSitemap):
    model = Comparison


SITEMAPS = {
    "overviews": OverviewSitemap,
    "classes": ClassSitemap,
    "comparisons": ComparisonSitemap,
    "numbers": NumberSitemap,
    "origins": OriginSitemap,
    "specifications": SpecificationSitemap,
}
