"""How readers find a meaning: the page of results, and how browsers learn to ask for it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation

from codes.errors import public
from codes.localized import DEFAULT_LANGUAGE
from codes.models import Comparison, StatusClass, StatusCode
from codes.search.find import search as find_meanings

MOST_RESULTS = 20


@public
def search(request: HttpRequest) -> HttpResponse:
    """The results for a query; a number that has a meaning leads to its page at once."""
    language = translation.get_language() or DEFAULT_LANGUAGE
    found = find_meanings(request.GET.get("q", ""), language, MOST_RESULTS)
    number = found.query.number
    if number is not None and StatusCode.objects.with_number(number).exists():
        return redirect("number", number)
    context = {
        "query": found.query.text,
        "cut": found.query.cut,
        "results": found.results,
        "groups": found.groups,
        "suggestion": found.suggestion,
        "corrected": bool(found.suggestion and found.results),
        "comparison": Comparison.objects.in_language(language, "question").comparing(found.query.numbers),
        "unassigned": number,
        "classes": [] if found.results else StatusClass.objects.in_language(language, "name", "summary"),
    }
    return render(request, "codes/search.html", context)


@public
def opensearch(request: HttpRequest) -> HttpResponse:
    """The search in the address's language, described for browsers (OpenSearch 1.1, draft 6)."""
    context = {"base": settings.BASE_URL}
    return render(request, "codes/opensearch.xml", context, content_type="application/opensearchdescription+xml")
