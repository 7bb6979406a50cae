"""The addresses outside the languages: where readers arrive, and what robots ask for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from codes.errors import public

# What a language means whose script is not given (Unicode CLDR, likely subtags).
LIKELY_SCRIPT = {"zh": "zh-hans"}


def preferred_language(request: HttpRequest) -> str:
    """The shown language that Accept-Language likes best (RFC 9110, section 12.5.4), else English."""
    for code, quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if not quality:
            continue
        if code == "*":
            break
        try:
            return translation.get_supported_language_variant(LIKELY_SCRIPT.get(code, code))
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


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
