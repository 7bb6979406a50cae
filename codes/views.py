"""The public pages: read the address, ask the models, render. No page depends on a cookie or a session."""

from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from codes.errors import public
from codes.models import Ecosystem, Origin, Specification, StatusClass, StatusCode

# What a language means whose script is not given (Unicode CLDR, likely subtags).
LIKELY_SCRIPT = {"zh": "zh-hans"}


def preferred_language(request: HttpRequest) -> str:
    """The shown language that Accept-Language likes best (RFC 9110, section 12.5.4), else English."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
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
def all_codes(request: HttpRequest) -> HttpResponse:
    """Every meaning of every number, by class."""
    language = translation.get_language()
    codes = StatusCode.objects.in_language(language, "name").in_reading_order()
    classes = list(StatusClass.objects.in_language(language, "name", "summary"))
    groups = [
        (
            row,
            [code for code in codes if row.contains(code) and code.is_registered],
            [code for code in codes if row.contains(code) and not code.is_registered],
        )
        for row in classes
    ]
    outside = [code for code in codes if code.digit is None]
    return render(request, "codes/all_codes.html", {"groups": groups, "outside": outside, "count": len(codes)})


@public
def table(request: HttpRequest) -> HttpResponse:
    """The compact comparison table: one line a meaning."""
    language = translation.get_language()
    codes = StatusCode.objects.in_language(language, "name", "summary").in_reading_order()
    classes = {row.digit: row for row in StatusClass.objects.in_language(language, "name")}
    groups = [(classes.get(digit or 0), list(rows)) for digit, rows in groupby(codes, lambda code: code.digit)]
    # 000 stands before 1xx and 600 after 5xx: the numbers outside the classes come last, together.
    inside = [group for group in groups if group[0]]
    outside = [code for row, rows in groups if row is None for code in rows]
    return render(request, "codes/table.html", {"groups": inside, "outside": outside, "count": len(codes)})


@public
def status_class(request: HttpRequest, digit: int) -> HttpResponse:
    language = translation.get_language()
    row = get_object_or_404(StatusClass.objects.in_language(language), digit=digit)
    codes = StatusCode.objects.in_class(digit).in_language(language, "name", "summary").in_reading_order()
    return render(request, "codes/status_class.html", {"class": row, "codes": codes})


@public
def number(request: HttpRequest, number: int) -> HttpResponse:
    """All meanings of a number; with status 404 if nobody gave it one."""
    language = translation.get_language()
    meanings = list(StatusCode.objects.with_number(number).in_language(language).with_details(language))
    below, above = StatusCode.objects.neighbours(number)
    context = {
        "number": number,
        "meanings": meanings,
        "class": StatusClass.objects.of_number(number).in_language(language).first(),
        "below": below,
        "above": above,
    }
    if not meanings:
        return render(request, "codes/unassigned.html", context, status=404)
    ecosystems = Ecosystem.objects.all()
    context["entries"] = [(code, code.symbols_by_ecosystem(ecosystems)) for code in meanings]
    return render(request, "codes/number.html", context)


@public
def specifications(request: HttpRequest) -> HttpResponse:
    rows = Specification.objects.with_counts().order_by("-date", "slug")
    return render(request, "codes/specifications.html", {"specifications": rows})


def specification_page(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Specification.objects.with_graph(), slug=slug)
    language = translation.get_language()
    codes = StatusCode.objects.referring_to(slug).in_language(language, "name", "summary").in_reading_order()
    references = {reference.status_code_id: reference for reference in row.references.order_by("role")}
    entries = [(code, references[code.pk]) for code in codes]
    return render(request, "codes/specification.html", {"specification": row, "entries": entries})


@public
def rfc(request: HttpRequest, number: int) -> HttpResponse:
    return specification_page(request, f"rfc{number}")


@public
def specification(request: HttpRequest, slug: str) -> HttpResponse:
    if slug.startswith("rfc") and slug[3:].isdecimal():
        return redirect("rfc", number=int(slug[3:]), permanent=True)
    return specification_page(request, slug)


@public
def origins(request: HttpRequest) -> HttpResponse:
    rows = Origin.objects.in_language(translation.get_language()).with_counts()
    return render(request, "codes/origins.html", {"origins": rows})


@public
def origin(request: HttpRequest, slug: str) -> HttpResponse:
    language = translation.get_language()
    row = get_object_or_404(Origin.objects.in_language(language), slug=slug)
    codes = StatusCode.objects.from_origin(slug).in_language(language, "name", "summary").in_reading_order()
    return render(request, "codes/origin.html", {"origin": row, "codes": codes})


@public
def robots(request: HttpRequest) -> HttpResponse:
    """What robots may read (RFC 9309): everything but the admin."""
    sitemap = settings.BASE_URL + reverse("sitemap")
    return HttpResponse(f"User-agent: *\nDisallow: /admin/\nSitemap: {sitemap}\n", content_type="text/plain")


@public
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("codes/icon.svg"))
