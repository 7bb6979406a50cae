"""The audit trail, only to be read. Devices are set up and taken away on our own pages, not edited."""

from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from codes.admin.exchange.log import ReadOnlyAdmin
from httpref.accounts.agents import in_words
from httpref.accounts.models import Event
from httpref.accounts.trail import in_detail

EXCERPT = 120  # characters; a group may have very many permissions

for device in (StaticDevice, TOTPDevice):
    admin.site.unregister(device)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "action", "who", "whom", "excerpt", "address", "browser"]
    list_filter = ["action", "kind"]
    search_fields = ["actor", "subject", "address"]
    date_hierarchy = "at"
    show_full_result_count = False
    fields = ["at", "action", "who", "whom", "details", "address", "browser", "agent"]
    readonly_fields = ["who", "whom", "details", "browser"]

    @admin.display(description=_("by whom"), ordering="actor")
    def who(self, event: Event) -> str:
        if event.actor:
            return event.actor
        return str(_("nobody signed in") if event.address else _("a program"))

    @admin.display(description=_("to whom"), ordering="subject")
    def whom(self, event: Event) -> str:
        if not event.subject:
            return str(_("an unknown name"))
        return f"{event.get_kind_display()} {event.subject}"

    @admin.display(description=_("in detail"))
    def details(self, event: Event) -> str:
        return in_detail(event) or "–"

    @admin.display(description=_("in detail"))
    def excerpt(self, event: Event) -> str:
        return Truncator(self.details(event)).chars(EXCERPT)

    @admin.display(description=_("browser"))
    def browser(self, event: Event) -> str:
        return in_words(event.agent) if event.agent else "–"
