"""What the pages need to show localized texts and to link between languages."""

from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from codes.localized import DEFAULT_LANGUAGE, Text, text
from codes.markdown import render

register = template.Library()


@register.simple_tag
def localized(row: Any, field: str) -> Text:
    """A field in the page's language, else in English, with the language it is in."""
    return text(row, field, translation.get_language() or DEFAULT_LANGUAGE)


@register.simple_tag
def words(row: Any, field: str) -> SafeString:
    """A short text; one that is shown in another language is marked, with its own ``lang``."""
    found = localized(row, field)
    if not found.fallback:
        return format_html("{}", found.value)
    return format_html('<span lang="{}" class="fallback">{}</span>', found.language, found.value)


@register.filter
def english(row: Any, field: str) -> str:
    """A field in English, whatever the page's language."""
    return text(row, field, DEFAULT_LANGUAGE).value


@register.simple_tag
def prose(row: Any, field: str) -> SafeString:
    """A long text, rendered from Markdown; one in another language is marked, with its own ``lang``."""
    found = localized(row, field)
    html = render(found.value, translation.get_language() or DEFAULT_LANGUAGE)
    if not found.fallback:
        return html
    return format_html('<div lang="{}" class="fallback">{}</div>', found.language, html)


@register.simple_tag
def phrase(code: Any) -> SafeString:
    """The reason phrase, in English as it is on the wire; the English name where the origin gives none."""
    return format_html('<span lang="en">{}</span>', code.reason_phrase or text(code, "name", "en").value)


@register.simple_tag
def local_name(code: Any) -> str:
    """The name in the page's language where it says more than the reason phrase; empty otherwise."""
    found = localized(code, "name")
    return "" if found.fallback or found.value == code.reason_phrase or not code.reason_phrase else found.value


@register.simple_tag(takes_context=True)
def alternates(context: Context) -> list[dict[str, str]]:
    """This page in every shown language: ``code``, ``name``, ``path``, ``url``. For an error page, the start page."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    view, args = ("all_codes", {}) if match is None or match.url_name is None else (match.url_name, match.kwargs)
    if "status" in context:
        view, args = "all_codes", {}
    # What was searched stays when the language changes; no other page depends on its query.
    query = {"q": request.GET["q"]} if request and view == "search" and "q" in request.GET else None
    found = []
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            path = reverse(view, kwargs=args, query=query)
        found.append({"code": code, "name": name, "path": path, "url": settings.BASE_URL + path})
    return found
