"""Status codes, with what is listed below each, and their classes."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from codes.admin.localized import CoverageFilter, LocalizedAdmin
from codes.curation.rights import is_editor
from codes.drafts import lacking, preview_of, publish, withdraw
from codes.localized import DEFAULT_LANGUAGE, column
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


class StatusCodeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for the type checker
    def clean(self) -> dict[str, Any]:
        """What a draft need not have yet, a new meaning that is no draft does."""
        values = super().clean() or self.cleaned_data
        if self.instance.pk is None and values.get("is_draft") is False:
            for field in lacking(values):
                self.add_error(column(field, DEFAULT_LANGUAGE), _("Only a draft can do without it."))
        return values


@admin.register(StatusCode)
class StatusCodeAdmin(LocalizedAdmin):
    form = StatusCodeForm
    list_display = [
        "__str__",
        "reason_phrase",
        "localized_name",
        "registration",
        "confidence",
        "is_draft",
        "public_page",
    ]
    list_filter = [
        "is_draft",
        "registration",
        CoverageFilter,
        "confidence",
        "visibility",
        "heuristically_cacheable",
        ("origin", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["=number", "reason_phrase", "origin__slug", "aliases__text"]
    inlines = [ReferenceInline, HeaderFieldUseInline, SymbolInline, AliasInline]
    readonly_fields = ["preview"]
    actions = ["publish", "withdraw"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[StatusCode]:
        return super().get_queryset(request).order_by("number", "origin_id")

    # Drafts

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may publish drafts and take meanings back: editors."""
        return is_editor(request.user)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What is new is a draft, unless somebody wants it otherwise."""
        return {"is_draft": "True", **super().get_changeform_initial_data(request)}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whether it is a draft is chosen where it is created, by those who may; later it has buttons of its own."""
        (title, first), *texts = super().get_fieldsets(request, obj)
        names = [name for name in first["fields"] if name != "is_draft"]
        if obj is None and self.has_publish_permission(request):
            names.insert(0, "is_draft")
        elif obj is not None and obj.is_draft:
            names.insert(0, "preview")
        return [(title, {**first, "fields": names}), *texts]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["may_publish"] = self.has_publish_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and not self.has_publish_permission(request):
            obj.is_draft = True
        super().save_model(request, obj, form, change)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """What was saved can be published, or taken back, with the same button."""
        for button, action in (("_publish", publish), ("_withdraw", withdraw)):
            if button in request.POST and self.has_publish_permission(request):
                self.carry_out(request, [obj], action)
                return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    @admin.action(description=gettext_lazy("Publish the selected drafts"), permissions=["publish"])
    def publish(self, request: HttpRequest, rows: models.QuerySet[StatusCode]) -> None:
        self.carry_out(request, rows, publish)

    @admin.action(description=gettext_lazy("Make the selected status codes drafts again"), permissions=["publish"])
    def withdraw(self, request: HttpRequest, rows: models.QuerySet[StatusCode]) -> None:
        self.carry_out(request, rows, withdraw)

    def carry_out(self, request: HttpRequest, rows: Any, action: Callable[[int], bool]) -> None:
        """Publish or take back each of some rows that can be, and say of the others why not."""
        done = 0
        for row in rows:
            try:
                if action(row.pk):
                    self.log_change(request, row, _("Published.") if action is publish else _("Made a draft again."))
                    done += 1
            except ValidationError as error:
                self.message_user(request, f"{row}: {' '.join(error.messages)}", messages.ERROR)
        published = ngettext("{count} status code is public now.", "{count} status codes are public now.", done)
        withdrawn = ngettext("{count} status code is a draft now.", "{count} status codes are drafts now.", done)
        if done:
            self.message_user(request, (published if action is publish else withdrawn).format(count=done))

    @admin.display(description=gettext_lazy("preview"))
    def preview(self, row: StatusCode) -> SafeString:
        """A link to send to colleagues."""
        found = preview_of(row)
        hint = _("Copy its address to send it: it shows the draft, without an account, until {date} UTC.")
        hint = hint.format(date=f"{found.until:%Y-%m-%d %H:%M}")
        return format_html('<a href="{}">{}</a><br>{}', settings.BASE_URL + found.path, _("Link to the preview"), hint)

    def get_view_on_site_url(self, obj: StatusCode | None = None) -> str | None:
        """Where the form's link to the site leads."""
        return preview_of(obj).path if obj and obj.is_draft else super().get_view_on_site_url(obj)

    @admin.display(description=gettext_lazy("public page"))
    def public_page(self, row: StatusCode) -> SafeString:
        if row.is_draft:
            return format_html('<a href="{}">{}</a>', preview_of(row).path, _("preview"))
        return super().public_page(row)


@admin.register(StatusClass)
class StatusClassAdmin(LocalizedAdmin):
    list_display = ["notation", "localized_name", "public_page"]
    list_filter = [CoverageFilter]
