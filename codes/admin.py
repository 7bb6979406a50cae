"""The admin: facts and English here, by row; a translator writes the texts of their language only."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from codes.localized import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    LocalizedModel,
    columns,
    shown_languages,
    text,
    translate_permission,
)
from codes.models import (
    Alias,
    Comparison,
    Ecosystem,
    GlossaryTerm,
    GuideAnswer,
    GuideStep,
    HeaderField,
    HeaderFieldUse,
    Origin,
    Reference,
    Specification,
    StatusClass,
    StatusCode,
    Symbol,
)

admin.site.site_header = "httpref"
admin.site.site_title = "httpref"
admin.site.index_title = _("The reference")


def languages_of(request: HttpRequest) -> list[str]:
    """The languages that the user has the right to write in."""
    user = request.user
    return [code for code in LANGUAGES if user.has_perm(f"codes.{translate_permission(code)}")]


class ReferenceAdmin(admin.ModelAdmin[Any]):
    """Lists that lead to the public page."""

    list_per_page = 200
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    show_facets = admin.ShowFacets.ALLOW

    @admin.display(description=_("public page"))
    def public_page(self, row: Any) -> SafeString:
        address = row.get_absolute_url()
        return format_html('<a href="{}">{}</a>', address, address)


class LocalizedAdmin(ReferenceAdmin):
    """Rows with texts: a fieldset per shown language, search over all languages.

    Saving writes only the columns that were changed in the form, so that two people who work
    on two languages of one row both win.
    """

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        model: type[LocalizedModel] = self.model
        neutral = [
            field.name
            for field in (*model._meta.fields, *model._meta.many_to_many)
            if field.editable and not field.primary_key and model.is_neutral(field)
        ]
        own = [code for code in languages_of(request) if code in shown_languages()]
        texts = [
            (name, {"fields": columns(model.localized_fields, [code]), "classes": [] if code in own else ["collapse"]})
            for code, name in settings.LANGUAGES
        ]
        return [(None, {"fields": neutral}), *texts]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A form field that carries the value it was opened with: only what its editor changed is a change."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        field.show_hidden_initial = True
        return field

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return [*self.search_fields, *columns(self.model.localized_fields[:2])]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) or bool(languages_of(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All but the texts of their own languages, for somebody who may not change the row itself."""
        if super().has_change_permission(request, obj):
            return super().get_readonly_fields(request, obj)
        own = columns(self.model.localized_fields, languages_of(request))
        fields = [name for _, options in self.get_fieldsets(request, obj) for name in options["fields"]]
        return [name for name in fields if name not in own]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.save()
            return
        stored = {field.name for field in obj._meta.concrete_fields}
        changed = [name for name in form.changed_data if name in stored]
        if changed:
            obj.save(update_fields=changed)

    @admin.display(description=_("name"))
    def localized_name(self, row: Any) -> str:
        return text(row, row.localized_fields[0], get_language() or DEFAULT_LANGUAGE).value


class CoverageFilter(admin.SimpleListFilter):
    """Rows whose summary is missing in a language."""

    title = _("missing summary")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(settings.LANGUAGES)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        language = self.value()
        return queryset.missing("summary", language) if language in LANGUAGES else queryset


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


@admin.register(Origin)
class OriginAdmin(LocalizedAdmin):
    list_display = ["slug", "title", "public_page"]
    search_fields = ["slug", "title"]


@admin.register(Comparison)
class ComparisonAdmin(LocalizedAdmin):
    list_display = ["slug", "localized_name"]
    search_fields = ["slug"]
    filter_horizontal = ["codes"]


@admin.register(GuideStep)
class GuideStepAdmin(LocalizedAdmin):
    list_display = ["slug", "localized_name", "public_page"]
    search_fields = ["slug"]


@admin.register(GuideAnswer)
class GuideAnswerAdmin(LocalizedAdmin):
    list_display = ["step", "position", "slug", "next_step", "code", "localized_name"]
    list_display_links = ["slug"]
    list_select_related = ["step", "next_step", "code"]
    search_fields = ["slug", "step__slug", "=code__number"]
    autocomplete_fields = ["step", "next_step", "code"]


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(LocalizedAdmin):
    list_display = ["slug", "localized_name"]
    search_fields = ["slug"]


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
