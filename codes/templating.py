"""What the templates of the public pages (Jinja2, in ``templates/site``) know and what they can call."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Field, Model
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import escape

from codes.addresses import Site, active_site, path_on
from codes.localized import DEFAULT_LANGUAGE, text
from codes.markdown import render
from codes.models import StatusCode


def environment(**options: Any) -> Environment:
    """Django's options for Jinja2, with a misspelt name as an error, and without the lines of mere tags in pages."""
    strict = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    found = Environment(**{**options, **strict})
    found.globals.update({function.__name__: function for function in FUNCTIONS}, _=translated)
    return found


def every_page(request: HttpRequest) -> dict[str, Any]:
    """The context processor: where the page belongs, its language, and what an export has to say to it."""
    site = active_site()
    return {"site": site, "language": site.language, "export": request.META.get("httpref_export")}


# What pages have in common


@pass_context
def once(context: Context, name: str, **given: object) -> str:
    """A part of a page that knows its language, the site's addresses and what it is ``given``: rendered once."""
    # While templates are worked on, pages show them as they are now.
    rendering = part.__wrapped__ if context.environment.auto_reload else part
    return rendering(context.environment, name, context["site"], tuple(given.items()))


@lru_cache(maxsize=1_000)
def part(environment: Environment, name: str, site: Site, given: tuple[tuple[str, object], ...]) -> str:
    made = environment.get_template(name).make_module({**dict(given), "site": site, "language": site.language})
    return escape(made)  # which knows that it is HTML


# The interface's texts


@lru_cache(maxsize=5_000)
def message(language: str, source: str) -> str:
    """A text of the interface in ``language``, which is the active one."""
    return gettext(source)


@pass_context
def translated(context: Context, source: str) -> str:
    """``_("All codes")``: a text of the interface in the page's language."""
    return message(context["language"], source)


def meanings(count: int) -> str:
    """How many meanings there are, in words."""
    return ngettext("%(count)s meaning", "%(count)s meanings", count) % {"count": count}


def yes_or_no(value: bool) -> str:
    yes, no = gettext("yes,no").split(",")
    return yes if value else no


@lru_cache(maxsize=1_000)
def choice(language: str, field: "Field[Any, Any]", value: str) -> str:
    return str(dict(field.flatchoices)[value])


@pass_context
def label(context: Context, row: Model, name: str) -> str:
    """What a field with choices says, in the page's language."""
    field: Any = row._meta.get_field(name)
    return choice(context["language"], field, getattr(row, name))


# The reference's texts


@pass_context
def localized(context: Context, row: Any, field: str) -> str:
    """A text in the page's language, else in English, for places that cannot say which it is."""
    return text(row, field, context["language"]).value


@pass_context
def words(context: Context, row: Any, field: str) -> str:
    """A short text; one that is shown in another language is marked, with its own ``lang``."""
    found = text(row, field, context["language"])
    if not found.fallback:
        return found.value
    return format_html('<span lang="{}" class="fallback">{}</span>', found.language, found.value)


@pass_context
def prose(context: Context, row: Any, field: str) -> str:
    """A long text, rendered from Markdown; one in another language is marked, with its own ``lang``."""
    language = context["language"]
    found = text(row, field, language)
    html = render(found.value, language)
    if not found.fallback:
        return html
    return format_html('<div lang="{}" class="fallback">{}</div>', found.language, html)


def english(row: Any, field: str) -> str:
    """A text in English, whatever the page's language."""
    return text(row, field, DEFAULT_LANGUAGE).value


def phrase(code: StatusCode) -> str:
    """The reason phrase, in English as it is on the wire; the English name where the origin gives none."""
    return in_english(code.reason_phrase or english(code, "name"))


@lru_cache(maxsize=1_000)
def in_english(value: str) -> str:
    """A few words that are English on every page. Reason phrases are few, and are in every list."""
    return format_html('<span lang="en">{}</span>', value)


@pass_context
def local_name(context: Context, code: StatusCode) -> str:
    """The name in the page's language where it says more than the reason phrase; empty otherwise."""
    found = text(code, "name", context["language"])
    return "" if found.fallback or found.value == code.reason_phrase or not code.reason_phrase else found.value


# Addresses


@pass_context
def url(context: Context, view: str, *args: object) -> str:
    """The path of a view in the page's language."""
    return path_on(context["site"], view, *args)


@pass_context
def meaning_url(context: Context, code: StatusCode) -> str:
    """The path of a meaning: its number's page, and the place there unless it is the registered one, which is first."""
    path = path_on(context["site"], "number", code.number)
    return path if code.is_registered else f"{path}#{code.anchor}"


@pass_context
def with_query(context: Context, **changes: str) -> str:
    """The query of the page's address with some parameters changed."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


class Alternate(NamedTuple):
    """The page in one of the shown languages."""

    code: str
    name: str
    path: str
    url: str


@pass_context
def alternates(context: Context) -> list[Alternate]:
    """This page in every shown language. For an error page, which has a ``status``, the start page."""
    request, site = context["request"], context["site"]
    match = request.resolver_match
    is_page = match is not None and match.url_name is not None and "status" not in context
    own = path_on(site, match.url_name, *match.kwargs.values()) if is_page else path_on(site, "all_codes")
    # What was searched stays when the language changes; no other page depends on its query.
    searched = is_page and match.url_name == "search" and "q" in request.GET
    query = urlencode({"q": request.GET["q"]}) if searched else ""
    # They differ in nothing else.
    rest = own.removeprefix(f"{site.prefix}{site.language}") + (f"?{query}" if searched else "")
    paths = [(code, name, f"{site.prefix}{code}{rest}") for code, name in settings.LANGUAGES]
    return [Alternate(code, name, path, f"{settings.BASE_URL}{path}") for code, name, path in paths]


FUNCTIONS = (
    *(meanings, yes_or_no, label, localized, words, prose, english, phrase, local_name),
    *(once, static, url, meaning_url, with_query, alternates),
)
