"""The log of imports, and the sources that they came from: only to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from codes.admin.exchange.export import export_page
from codes.admin.exchange.labels import model_label
from codes.admin.exchange.upload import apply_plan, discard, plan_page, upload_page, uploads_of
from codes.exchange.report import action_label
from codes.models import Conflict, Import, Source
from codes.models.exchange import ImportState


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that no form changes."""

    change_form_template = "admin/exchange/read_only.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    list_display = ["slug", "address", "short_digest", "applied"]
    fields = ["slug", "address", "digest", "applied"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return Source.objects.defer("manifest")

    @admin.display(description=gettext_lazy("digest"))
    def short_digest(self, row: Source) -> str:
        return row.digest[:12]


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """The log; the pages for bundles out and in hang below it."""

    list_display = ["at", "source", "short_digest", "state", "author", "number_of_units", "conflicts_found"]
    list_filter = ["state", "kind", "source"]
    search_fields = ["source", "digest", "author", "file_name"]
    date_hierarchy = "at"
    fields = ["at", "author", "state", "source", "kind", "file_name", "digest", "plan", "codes"]
    fields += ["counts_by_model", "conflicts_found"]

    def get_urls(self) -> list[URLPattern]:
        view: Any = self.admin_site.admin_view
        return [
            path("export/", view(export_page), name="exchange_export"),
            path("upload/", view(upload_page), name="exchange_upload"),
            path("<int:pk>/plan/", view(plan_page), name="exchange_plan"),
            path("<int:pk>/apply/", view(apply_plan), name="exchange_apply"),
            path("<int:pk>/discard/", view(discard), name="exchange_discard"),
            *super().get_urls(),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or request.user.has_perm("codes.import_bundle")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Import]:
        """What was applied, and the uploads that the reader may see, without the files themselves."""
        applied = Import.objects.exclude(state=ImportState.PLANNED)
        rows = (applied | uploads_of(request.user)).defer("content", "shown")
        # No join: the groups that it takes would be told apart by the files.
        found = Conflict.objects.filter(found_by=OuterRef("pk")).order_by().values("found_by")
        return rows.annotate(conflicts_number=Subquery(found.annotate(number=Count("pk")).values("number")))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        entry = self.get_object(request, object_id)
        if entry and entry.state == ImportState.PLANNED:
            return redirect("admin:exchange_plan", entry.pk)
        return super().change_view(request, object_id, *args, **kwargs)

    @admin.display(description=gettext_lazy("digest"))
    def short_digest(self, row: Import) -> str:
        return row.digest[:12]

    @admin.display(description=gettext_lazy("languages"))
    def codes(self, row: Import) -> str:
        return ", ".join(row.languages)

    @admin.display(description=gettext_lazy("differences"))
    def number_of_units(self, row: Import) -> int:
        return sum(sum(counts.values()) for counts in row.counts.values())

    @admin.display(description=gettext_lazy("differences by model"))
    def counts_by_model(self, row: Import) -> SafeString | str:
        lines = [
            (model_label(model), action_label(action), count)
            for model, counts in row.counts.items()
            for action, count in counts.items()
        ]
        if not lines:
            return _("none")
        return format_html_join("", "<div>{}: {}, {}</div>", lines)

    @admin.display(description=gettext_lazy("conflicts"), ordering="conflicts_number")
    def conflicts_found(self, row: Any) -> SafeString | str:
        if not row.conflicts_number:
            return _("none")
        address = reverse("admin:codes_conflict_changelist", query={"found_by__id__exact": row.pk})
        return format_html('<a href="{}">{}</a>', address, row.conflicts_number)
