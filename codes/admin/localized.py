"""Rows with texts: facts and English by row; a translator writes the texts of their language only."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from codes.admin.base import ReferenceAdmin
from codes.curation.rights import languages_of, state_of_writing
from codes.curation.signature import signed
from codes.localized import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    LocalizedModel,
    columns,
    shown_languages,
    text,
)


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
        own = [code for code in languages_of(request.user) if code in shown_languages()]
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
        return super().has_change_permission(request, obj) or bool(languages_of(request.user))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All but the texts of their own languages, for somebody who may not change the row itself."""
        if super().has_change_permission(request, obj):
            return super().get_readonly_fields(request, obj)
        own = columns(self.model.localized_fields, languages_of(request.user))
        fields = [name for _, options in self.get_fieldsets(request, obj) for name in options["fields"]]
        return [name for name in fields if name not in own]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.save()
            return
        stored = {field.name for field in obj._meta.concrete_fields}
        changed = [name for name in form.changed_data if name in stored]
        if changed:
            with signed(author=request.user.get_username(), state=state_of_writing(request.user)):
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
