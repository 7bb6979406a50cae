"""The pages of the reference itself: read the address, ask the models, render."""

import re
from datetime import datetime
from functools import lru_cache
from itertools import groupby

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation

from codes import generation
from codes.errors import public
from codes.localized import DEFAULT_LANGUAGE
from codes.models import Origin, Specification, StatusClass, StatusCode
from codes.pictures import lineage_band
from codes.publication import same_for_everybody
from codes.views.numbers import MOST_COMPARED_IN, Numbers
from codes.views.parts import MOST_IN_FULL, MOST_ROWS, part


def per_origin() -> dict[str, int]:
    """How many meanings there are of each origin."""
    state = generation.generation_if_any(connection)
    return counted(state) if state else StatusCode.objects.per_origin()


@lru_cache(maxsize=1)
def counted(state: int) -> dict[str, int]:
    """How many there are in a generation of the content: to count 100,000 takes longer than a page."""
    found: dict[str, int] = StatusCode.objects.per_origin()
    return found


def total() -> int:
    """How many meanings there are."""
    return sum(per_origin().values())


@public
def all_codes(request: HttpRequest) -> HttpResponse:
    """Every meaning of every number, by class."""
    language = translation.get_language()
    codes = StatusCode.objects.listed(language, "name")
    shown = part(request, codes, MOST_ROWS, count=total)
    groups = [
        (
            row,
            [code for code in shown.rows if row.contains(code) and code.is_registered],
            [code for code in shown.rows if row.contains(code) and not code.is_registered],
        )
        for row in StatusClass.objects.in_language(language, "name", "summary")
    ]
    outside = [code for code in shown.rows if code.digit is None]
    return render(request, "codes/all_codes.html", {"groups": groups, "outside": outside, "part": shown})


@public
def table(request: HttpRequest) -> HttpResponse:
    """The compact comparison table: one line a meaning."""
    language = translation.get_language()
    codes = StatusCode.objects.listed(language, "name", "summary")
    shown = part(request, codes, MOST_ROWS, count=total)
    classes = {row.digit: row for row in StatusClass.objects.in_language(language, "name")}
    groups = [(classes.get(digit or 0), list(rows)) for digit, rows in groupby(shown.rows, lambda code: code.digit)]
    # 000 stands before 1xx and 600 after 5xx: the numbers outside the classes come last, together.
    inside = [group for group in groups if group[0]]
    outside = [code for row, rows in groups if row is None for code in rows]
    return render(request, "codes/table.html", {"groups": inside, "outside": outside, "part": shown})


@public
def status_class(request: HttpRequest, digit: int) -> HttpResponse:
    language = translation.get_language()
    row = get_object_or_404(StatusClass.objects.in_language(language), digit=digit)
    codes = StatusCode.objects.in_class(digit).listed(language, "name", "summary")
    return render(request, "codes/status_class.html", {"class": row, "part": part(request, codes)})


@public
def number(request: HttpRequest, number: int) -> HttpResponse:
    """The meanings of a number; with status 404 if nobody gave it one."""
    language = translation.get_language() or DEFAULT_LANGUAGE
    # An export reads the rows of many pages at once.
    rows = request.META.get("httpref_numbers") or Numbers([number], language)
    response = number_page(request, number, rows)
    if response.status_code == 404:
        same_for_everybody(request)
    return response


def number_page(
    request: HttpRequest,
    number: int,
    rows: Numbers,
    *,
    draft: StatusCode | None = None,
    preview_until: datetime | None = None,
) -> HttpResponse:
    """The page of a number's rows; the preview of a draft among them says until when its link works."""
    shown = part(request, rows.meanings_of(number), MOST_IN_FULL, count=lambda: rows.how_many(number))
    meanings = shown.rows
    below, above = rows.neighbours(number)
    context = {
        "number": number,
        "meanings": meanings,
        "part": shown,
        "most_compared_in": MOST_COMPARED_IN,
        "class": rows.classes.get(number // 100),
        "below": below,
        "above": above,
        "draft": draft,
        "preview_until": preview_until,
    }
    if not meanings:
        return render(request, "codes/unassigned.html", context, status=404)
    context["entries"] = [
        (code, code.symbols_by_ecosystem(rows.ecosystems), lineage_band(code.lineage())) for code in meanings
    ]
    return render(request, "codes/number.html", context)


@public
def specifications(request: HttpRequest) -> HttpResponse:
    rows = Specification.objects.with_counts().order_by("-date", "slug")
    return render(request, "codes/specifications.html", {"specifications": rows})


def specification_page(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Specification.objects.with_graph(), slug=slug)
    language = translation.get_language()
    codes = StatusCode.objects.referring_to(slug).listed(language, "name", "summary")
    shown = part(request, codes)
    references = row.references.filter(status_code__in=shown.rows).order_by("role")
    by_code = {reference.status_code_id: reference for reference in references}
    entries = [(code, by_code[code.pk]) for code in shown.rows]
    return render(request, "codes/specification.html", {"specification": row, "entries": entries, "part": shown})


@public
def rfc(request: HttpRequest, number: int) -> HttpResponse:
    return specification_page(request, f"rfc{number}")


@public
def specification(request: HttpRequest, slug: str) -> HttpResponse:
    if found := re.fullmatch(r"rfc0*([1-9][0-9]{0,4})", slug):
        return redirect("rfc", number=int(found[1]), permanent=True)
    return specification_page(request, slug)


@public
def origins(request: HttpRequest) -> HttpResponse:
    rows = Origin.objects.in_language(translation.get_language()).published()
    return render(request, "codes/origins.html", {"part": part(request, rows), "counts": per_origin()})


@public
def origin(request: HttpRequest, slug: str) -> HttpResponse:
    language = translation.get_language()
    row = get_object_or_404(Origin.objects.in_language(language).published(), slug=slug)
    codes = StatusCode.objects.from_origin(slug).listed(language, "name", "summary")
    return render(request, "codes/origin.html", {"origin": row, "part": part(request, codes)})
