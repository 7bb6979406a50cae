"""How readers find a meaning: the page of results, and how browsers learn to ask for it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from codes.errors import public
from codes.models import StatusClass


@public
def search(request: HttpRequest) -> HttpResponse:
    classes = StatusClass.objects.in_language(translation.get_language(), "name", "summary")
    return render(request, "codes/search.html", {"query": request.GET.get("q", "").strip()[:200], "classes": classes})


@public
def opensearch(request: HttpRequest) -> HttpResponse:
    """The search in the address's language, described for browsers (OpenSearch 1.1, draft 6)."""
    context = {"base": settings.BASE_URL}
    return render(request, "codes/opensearch.xml", context, content_type="application/opensearchdescription+xml")
