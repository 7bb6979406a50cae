"""The pages of curation, below the admin: what there is to do, the lists of it, and each text beside its source."""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from codes.curation.coverage import STATES, TODO, Cell, coverage, summed
from codes.curation.filters import ALL, WorkList
from codes.curation.labels import STATE_LABELS
from codes.curation.outline import NO_CLASS
from codes.curation.rights import targets_of
from codes.curation.units import Unit, field_label, model_label
from codes.exchange.texts import localized_models
from codes.localized import DEFAULT_LANGUAGE, shown_languages

View = Callable[..., HttpResponse]


def for_curators(view: View) -> View:
    """A page for members of the staff who may look at the reference or write a language of it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.has_perm("codes.view_statuscode") or targets_of(request.user)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(guarded)


def languages_for(request: HttpRequest) -> list[str]:
    """The languages that a reader works in, those of the public pages first; these alone for a mere reader."""
    own, shown = targets_of(request.user), shown_languages()
    first = [code for code in shown if code in own] + [code for code in own if code not in shown]
    return first or [code for code in shown if code != DEFAULT_LANGUAGE]


@for_curators
def overview(request: HttpRequest) -> HttpResponse:
    """The matrix of languages and fields, for all classes or one of them, and of languages and classes."""
    languages = languages_for(request)
    counts = coverage(languages)
    digit = request.GET.get("digit", "")
    chosen = Counter({cell: n for cell, n in counts.items() if digit not in list("12345") or str(cell.digit) == digit})
    context = {
        "title": _("Curation"),
        "languages": [(code, settings.CONTENT_LANGUAGES[code]) for code in languages],
        "totals": [cell_of(numbers, {"language": code}) for code, numbers in totals(counts, languages)],
        "groups": list(groups(chosen, languages, digit)),
        "classes": list(classes(counts, languages)),
        "digit": digit,
        "digits": "12345",
    }
    return page(request, "curation/overview.html", context)


def totals(counts: Counter[Cell], languages: list[str]) -> list[tuple[str, dict[str, int]]]:
    """The numbers of each language, also of one that has none."""
    found = summed(counts, "language")
    return [(code, found.get((code,), dict.fromkeys(STATES, 0))) for code in languages]


def groups(counts: Counter[Cell], languages: list[str], digit: str) -> Any:
    """The lines of the matrix, by model."""
    found = summed(counts, "model", "field", "language")
    for model in localized_models():
        name, rows = str(model._meta.model_name), []
        for field in model.localized_fields:
            cells = [found.get((name, field, code), {}) for code in languages]
            about = [{"language": code, "model": name, "field": field, "digit": digit} for code in languages]
            if any(sum(numbers.values()) for numbers in cells):
                rows.append((field_label(model, field), list(map(cell_of, cells, about))))
        if rows:
            yield model_label(model), rows


def classes(counts: Counter[Cell], languages: list[str]) -> Any:
    """The lines of the matrix of classes: status codes and the class itself."""
    found = summed(counts, "digit", "language")
    for digit in sorted({cell.digit for cell in counts} - {NO_CLASS}):
        about = [{"language": code, "digit": str(digit)} for code in languages]
        yield f"{digit}xx", [cell_of(found.get((digit, one["language"]), {}), one) for one in about]


def cell_of(numbers: dict[str, int], about: dict[str, str]) -> dict[str, Any]:
    """A cell: the numbers of what is to do, each with its list, and how much is done."""
    everything = sum(numbers.values())
    parts = [
        (state, STATE_LABELS[state], numbers[state], list_address({**about, "state": state}))
        for state in TODO
        if numbers.get(state)
    ]
    done = numbers.get("approved", 0)
    return {"parts": parts, "done": done, "all": everything, "address": list_address(about)}


def list_address(query: dict[str, str]) -> str:
    return reverse("curation:list", query={name: value for name, value in query.items() if value})


def unit_address(unit: Unit, work: WorkList) -> str:
    """The page of a text, which remembers the list."""
    query = {name: value for name, value in work.query.items() if name != "language" or value == ALL}
    return reverse("curation:unit", args=unit, query=query)


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context}, status=status)
