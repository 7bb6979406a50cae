"""What the lists and forms of all models have in common."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _


class ReferenceAdmin(admin.ModelAdmin[Any]):
    """Lists that lead to the public page."""

    list_per_page = 200
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    show_facets = admin.ShowFacets.ALLOW

    @admin.display(description=_("public page"))
    def public_page(self, row: Any) -> SafeString:
        address = row.get_absolute_url()
        return format_html('<a href="{}">{}</a>', address, address)
