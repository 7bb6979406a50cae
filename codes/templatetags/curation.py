"""Curation on the admin's first page."""

from typing import Any

from django import template
from django.conf import settings

from codes.curation.coverage import coverage
from codes.curation.rights import targets_of
from codes.curation.views import cell_of, languages_for, totals

register = template.Library()


@register.inclusion_tag("curation/summary.html", takes_context=True)
def curation_overview(context: template.RequestContext) -> dict[str, Any]:
    """What is to do in each language that the user works in."""
    request: Any = context["request"]
    if not (request.user.has_perm("codes.view_statuscode") or targets_of(request.user)):
        return {"may_see": False}
    languages = languages_for(request)
    numbers = totals(coverage(languages), languages)
    names = settings.CONTENT_LANGUAGES
    return {
        "may_see": True,
        "totals": [(code, names[code], cell_of(found, {"language": code})) for code, found in numbers],
    }
