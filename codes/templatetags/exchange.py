"""The exchange on the admin's first page."""

from typing import Any

from django import template

from codes.models import Conflict

register = template.Library()


@register.inclusion_tag("admin/exchange/overview.html", takes_context=True)
def exchange_overview(context: template.RequestContext) -> dict[str, Any]:
    """The number of open conflicts, and the ways to bundles, as far as the user may use them."""
    user: Any = context["user"]
    rights = ("view_conflict", "import_bundle", "export_bundle", "view_import")
    may = {name: user.has_perm(f"codes.{name}") for name in rights}
    waiting = Conflict.objects.open().count() if may["view_conflict"] else 0
    return {"may": may, "any": any(may.values()), "open": waiting}
