"""What is the same in every language: specifications, header fields, symbols, aliases."""

from django.contrib import admin

from codes.admin.base import ReferenceAdmin
from codes.models import Alias, Ecosystem, HeaderField, HeaderFieldUse, Reference, Specification, Symbol


@admin.register(Specification)
class SpecificationAdmin(ReferenceAdmin):
    list_display = ["slug", "title", "date", "status", "public_page"]
    list_filter = ["status"]
    search_fields = ["slug", "title"]
    filter_horizontal = ["obsoletes", "updates"]


@admin.register(Reference)
class ReferencesAdmin(ReferenceAdmin):
    list_display = ["status_code", "specification", "section", "role", "reason_phrase"]
    list_filter = ["role"]
    list_select_related = ["status_code", "specification"]
    search_fields = ["=status_code__number", "specification__slug", "reason_phrase"]
    autocomplete_fields = ["status_code", "specification"]


@admin.register(HeaderField)
class HeaderFieldAdmin(ReferenceAdmin):
    list_display = ["name", "specification", "section"]
    list_select_related = ["specification"]
    search_fields = ["name"]


@admin.register(HeaderFieldUse)
class HeaderFieldUseAdmin(ReferenceAdmin):
    list_display = ["status_code", "header_field", "role", "message"]
    list_filter = ["role", "message"]
    list_select_related = ["status_code", "header_field"]
    search_fields = ["=status_code__number", "header_field__name"]
    autocomplete_fields = ["status_code", "header_field"]


@admin.register(Ecosystem)
class EcosystemAdmin(ReferenceAdmin):
    list_display = ["title", "slug", "version", "source"]
    search_fields = ["slug", "title"]


@admin.register(Symbol)
class SymbolAdmin(ReferenceAdmin):
    list_display = ["symbol", "ecosystem", "status_code", "standing"]
    list_filter = ["ecosystem", "standing"]
    list_select_related = ["status_code", "ecosystem"]
    search_fields = ["symbol", "=status_code__number"]
    autocomplete_fields = ["status_code"]


@admin.register(Alias)
class AliasAdmin(ReferenceAdmin):
    list_display = ["text", "language", "status_code"]
    list_filter = ["language"]
    list_select_related = ["status_code"]
    search_fields = ["text", "=status_code__number"]
    autocomplete_fields = ["status_code"]
