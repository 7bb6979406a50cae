"""What the page store has to know of an answer: whether it is the same for everybody, and from which content it is."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from codes.generation import snapshot
from httpref.pages.rendering import rendering


def same_for_everybody(request: HttpRequest) -> None:
    """Say that the answer depends on the address and the content only: not on a cookie, a language, a host."""
    if found := rendering(request.META):
        found.same_for_everybody = True


def in_one_snapshot(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a page for the store is rendered from one state of the database, whose generation it bears."""

    def middleware(request: HttpRequest) -> HttpResponse:
        found = rendering(request.META)
        if found is None:
            response = get_response(request)
            if settings.SESSION_COOKIE_NAME in request.COOKIES:
                # Whoever edits sees the effect at once: their browser keeps nothing.
                response.headers.setdefault("Cache-Control", "private, no-cache")
            return response
        with snapshot() as generation:
            found.generation = generation
            return get_response(request)

    return middleware
