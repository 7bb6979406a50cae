"""The addresses outside the languages: where readers arrive, and what robots ask for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from codes.errors import public
from codes.reader import preferred_language


def redirect_by_language(request: HttpRequest, view: str, *args: object) -> HttpResponse:
    with translation.override(preferred_language(request)):
        response = HttpResponseRedirect(reverse(view, args=args))
    patch_vary_headers(response, ["Accept-Language"])
    return response


@public
def choose_language(request: HttpRequest) -> HttpResponse:
    return redirect_by_language(request, "all_codes")


@public
def choose_language_of_number(request: HttpRequest, number: str) -> HttpResponse:
    return redirect_by_language(request, "number", int(number))


@public
def robots(request: HttpRequest) -> HttpResponse:
    """What robots may read (RFC 9309): everything but the admin."""
    sitemap = settings.BASE_URL + reverse("sitemap")
    return HttpResponse(f"User-agent: *\nDisallow: /admin/\nSitemap: {sitemap}\n", content_type="text/plain")


@public
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("codes/icon.svg"))
