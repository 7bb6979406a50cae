"""The conflicts that imports left to editors: their list, which leads to the page that settles one."""

import json
import re
from copy import copy
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.db import connection
from django.db.models import Case, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from codes.admin.exchange.labels import column_label, key_label, model_label
from codes.admin.exchange.log import ReadOnlyAdmin
from codes.admin.exchange.rights import may_settle
from codes.admin.exchange.settle import settle_page
from codes.exchange.form import bundled_models, language_of_columns
from codes.localized import LANGUAGES
from codes.models import Conflict
from codes.models.exchange import ConflictState


def escaped(text: str) -> str:
    """A text as it stands in JSON of ASCII letters."""
    return re.sub(r"[^\x00-\x7f]", lambda letter: json.dumps(letter[0])[1:-1], text)


AS_STORED = {"sqlite": escaped}
LIST = "_changelist_filters"  # what the admin calls the list's query in the addresses of the pages below it


class ModelFilter(admin.SimpleListFilter):
    """The conflicts of one model."""

    title = _("model")
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        there = Conflict.objects.order_by("model").values_list("model", flat=True).distinct()
        return [(name, model_label(name)) for name in there]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conflict]) -> QuerySet[Conflict]:
        return queryset.filter(model=self.value()) if self.value() else queryset


class LanguageFilter(admin.SimpleListFilter):
    """The conflicts about texts in one language."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(settings.CONTENT_LANGUAGES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Conflict]) -> QuerySet[Conflict]:
        if self.value() not in LANGUAGES:
            return queryset
        names = {name for model in bundled_models() for name in language_of_columns(model, [str(self.value())])}
        return queryset.filter(column__in=names)


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    """Open conflicts first; each leads to the page that settles it."""

    list_display = ["record", "field", "reason", "source", "state"]
    list_filter = ["state", "reason", "source", ModelFilter, LanguageFilter]
    search_fields = ["key_text", "column", "source"]
    list_per_page = 100
    show_facets = admin.ShowFacets.ALLOW

    class Media:
        css = {"all": ["codes/exchange.css"]}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("codes.change_conflict")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        is_open = Case(When(state=ConflictState.OPEN, then=Value(0)), default=Value(1))
        return [is_open.asc(), "model", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conflict]:
        return Conflict.objects.annotate(key_text=Cast("key", TextField()))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conflict], search_term: str
    ) -> tuple[QuerySet[Conflict], bool]:
        """Keys are JSON, which SQLite holds as it was written: with other letters than ASCII escaped."""
        return super().get_search_results(request, queryset, AS_STORED.get(connection.vendor, str)(search_term))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        conflict = self.get_object(request, unquote(object_id))
        if not conflict or not self.has_view_permission(request):
            return super().change_view(request, object_id, *args, **kwargs)
        return settle_page(request, conflict, self.next_open(request, conflict))

    def next_open(self, request: HttpRequest, conflict: Conflict) -> Conflict | None:
        """The open conflict that follows in the list that the reader came from, and that they may settle."""
        rows = self.listed(request).filter(state=ConflictState.OPEN).exclude(pk=conflict.pk).order_by("model", "pk")
        later = Q(model__gt=conflict.model) | Q(model=conflict.model, pk__gt=conflict.pk)
        for part in (rows.filter(later), rows.exclude(later)):
            for row in part.iterator(chunk_size=100):
                if may_settle(request.user, row):
                    return row
        return None

    def listed(self, request: HttpRequest) -> QuerySet[Conflict]:
        """The conflicts of the list, filtered as it was."""
        listing = copy(request)
        listing.GET = QueryDict(request.GET.get(LIST, ""))
        try:
            rows: QuerySet[Conflict] = self.get_changelist_instance(listing).get_queryset(listing)
        except IncorrectLookupParameters:
            return self.get_queryset(request)
        return rows

    @admin.display(description=_("record"), ordering="model")
    def record(self, row: Conflict) -> str:
        return f"{model_label(row.model)} {key_label(row.key)}"

    @admin.display(description=_("field"), ordering="column")
    def field(self, row: Conflict) -> str:
        return column_label(row.model, row.column) or gettext("the whole record")
