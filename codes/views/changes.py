"""The feeds of what changed in the texts of a language: Atom (RFC 4287), and JSON Feed 1.1."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from codes.changes import BEGINNING, latest_changes
from codes.errors import public
from codes.exchange.form import as_bytes
from codes.localized import DEFAULT_LANGUAGE


def feed_of(name: str) -> dict[str, Any]:
    """What both feeds say of themselves and of the changes; ``name`` is that of the feed's address."""
    language = translation.get_language() or DEFAULT_LANGUAGE
    changes = latest_changes(language)
    return {
        "title": _("httpref: changed texts, {language}").format(language=dict(settings.LANGUAGES)[language]),
        "home": f"{settings.BASE_URL}{reverse('all_codes')}",
        "own": f"{settings.BASE_URL}{reverse(name)}",
        "updated": changes[0].at if changes else BEGINNING,
        "changes": changes,
        "language": language,
    }


@public
def atom(request: HttpRequest) -> HttpResponse:
    return render(request, "codes/changes.xml", feed_of("changes_atom"), content_type="application/atom+xml")


@public
def json_feed(request: HttpRequest) -> HttpResponse:
    feed = feed_of("changes_json")
    items = [
        {
            "id": change.id,
            "url": change.url,
            "title": change.title,
            "content_html": render_to_string("codes/change.html", {"change": change}),
            "date_published": change.at.isoformat(),
        }
        for change in feed["changes"]
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed["title"],
        "home_page_url": feed["home"],
        "feed_url": feed["own"],
        "language": feed["language"],
        "items": items,
    }
    return HttpResponse(as_bytes(document), content_type="application/feed+json")
