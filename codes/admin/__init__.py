"""The admin, a module for each kind of rows; importing them registers them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from codes.admin import facts, status_codes, texts  # noqa: F401
from codes.admin.exchange import conflicts, log  # noqa: F401

admin.site.site_header = "httpref"
admin.site.site_title = "httpref"
admin.site.index_title = _("The reference")
