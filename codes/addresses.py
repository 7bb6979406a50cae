"""The addresses of pages, each reversed once: Django's ``reverse`` takes longer than the rest of a link."""

from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import translation


class Site(NamedTuple):
    """What an address depends on besides the view and its arguments."""

    urlconf: str
    prefix: str  # with a slash at its end
    language: str


def active_site() -> Site:
    """The site that addresses belong to now."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return Site(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), language)


@lru_cache(maxsize=10_000)
def path_on(site: Site, view: str, *args: object) -> str:
    """The path of a view on the active site: finding out which one that is takes time, so that a page does it once."""
    return reverse(view, args=args)


def path_of(view: str, *args: object) -> str:
    """The path of a view in the active language, as ``reverse`` gives it."""
    return path_on(active_site(), view, *args)
