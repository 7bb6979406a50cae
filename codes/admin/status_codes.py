"""Status codes, with what is listed below each, and their classes."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from codes.admin.localized import CoverageFilter, LocalizedAdmin
from codes.models import Alias, HeaderFieldUse, Reference, StatusClass, StatusCode, Symbol


class ReferenceInline(admin.TabularInline[Reference, StatusCode]):
    model = Reference
    extra = 0
    autocomplete_fields = ["specification"]


class HeaderFieldUseInline(admin.TabularInline[HeaderFieldUse, StatusCode]):
    model = HeaderFieldUse
    extra = 0
    autocomplete_fields = ["header_field"]


class SymbolInline(admin.TabularInline[Symbol, StatusCode]):
    model = Symbol
    extra = 0


class AliasInline(admin.TabularInline[Alias, StatusCode]):
    model = Alias
    extra = 0


@admin.register(StatusCode)
class StatusCodeAdmin(LocalizedAdmin):
    list_display = ["__str__", "reason_phrase", "localized_name", "registration", "confidence", "public_page"]
    list_filter = [
        "registration",
        CoverageFilter,
        "confidence",
        "visibility",
        "heuristically_cacheable",
        ("origin", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["=number", "reason_phrase", "origin__slug", "aliases__text"]
    inlines = [ReferenceInline, HeaderFieldUseInline, SymbolInline, AliasInline]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[StatusCode]:
        return super().get_queryset(request).order_by("number", "origin_id")


@admin.register(StatusClass)
class StatusClassAdmin(LocalizedAdmin):
    list_display = ["notation", "localized_name", "public_page"]
    list_filter = [CoverageFilter]
