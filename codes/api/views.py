"""The addresses of the JSON interface: read-only, errors as problem documents (RFC 9457)."""

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Field, NinjaAPI, Path, Query
from ninja.errors import ValidationError
from ninja.renderers import JSONRenderer

from codes.api.bundle import bundle_file, bundle_index
from codes.api.parameters import CodesParameters, Parameters, SearchParameters, refuse_parameters
from codes.api.representation import LONG_FIELDS, SHORT_FIELDS, meaning, page_url, search_result, texts, with_everything
from codes.api.schemas import BundleJSON, Classes, Codes, NumberJSON, SearchResults, Specifications
from codes.errors import problem
from codes.models import Specification, StatusClass, StatusCode
from codes.search.find import search as find_meanings
from codes.views.numbers import Numbers


class Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class API(NinjaAPI):
    """Answers that say which language their texts are in, whatever the reader's browser prefers."""

    def create_response(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().create_response(request, *args, **kwargs)
        response["Content-Language"] = request.GET.get("lang", settings.LANGUAGE_CODE)
        return response


api = API(
    title="httpref",
    version="1",
    description="Every meaning that an HTTP status code has, with its proof, in several languages.",
    docs_url=None,
    renderer=Renderer(),
)


def readable(path: str, **options: Any) -> Callable[[Any], Any]:
    """Register a view for GET, and for HEAD, which is answered wherever GET is (RFC 9110, section 9.1)."""

    def register(view: Any) -> Any:
        api.api_operation(["HEAD"], path, include_in_schema=False, **options)(view)
        return api.get(path, **options)(view)

    return register


@readable("/codes/", response=Codes, by_alias=True, summary="All meanings of all numbers")
def codes(request: HttpRequest, parameters: Query[CodesParameters]) -> dict[str, Any]:
    rows = StatusCode.objects.all()
    if parameters.class_ is not None:
        rows = rows.in_class(int(parameters.class_[0]))
    if parameters.origin is not None:
        rows = rows.from_origin(parameters.origin)
    if parameters.registration is not None:
        rows = rows.filter(registration=parameters.registration)
    if parameters.cacheable is not None:
        rows = rows.heuristically_cacheable(parameters.cacheable)
    if parameters.rfc is not None:
        rows = rows.referring_to(f"rfc{parameters.rfc}")
    fields = LONG_FIELDS if parameters.full else ()
    rows = rows.in_language(parameters.lang, *SHORT_FIELDS, *fields)
    if not parameters.full:
        rows = rows.defer("example")
    results = [meaning(row, parameters.lang, full=parameters.full) for row in with_everything(rows, parameters.lang)]
    return {"count": len(results), "results": results}


@readable("/codes/{number}/", response=NumberJSON, by_alias=True, summary="All meanings of one number")
def code(
    request: HttpRequest, number: Path[Annotated[str, Field(pattern="^[0-9]{3}$")]], parameters: Query[Parameters]
) -> dict[str, Any]:
    # An export reads the rows of many answers at once.
    rows = request.META.get("httpref_numbers") or Numbers([int(number)], parameters.lang)
    meanings = [meaning(row, parameters.lang, full=True) for row in rows.answers.get(int(number), ())]
    if not meanings:
        raise Http404(_("Nobody gave the number {number} a meaning.").format(number=number))
    return {"number": int(number), "meanings": meanings}


@readable("/classes/", response=Classes, summary="The five status classes")
def classes(request: HttpRequest, parameters: Query[Parameters]) -> dict[str, Any]:
    rows = StatusClass.objects.in_language(parameters.lang)
    results = [
        {
            "digit": row.digit,
            "notation": row.notation,
            "url": page_url(row, parameters.lang),
            **texts(row, StatusClass.localized_fields, parameters.lang),
        }
        for row in rows
    ]
    return {"count": len(results), "results": results}


@readable("/specifications/", response=Specifications, summary="The documents, and which obsoletes or updates which")
def specifications(request: HttpRequest, parameters: Query[Parameters]) -> dict[str, Any]:
    graph = ("obsoletes", "updates", "obsoleted_by", "updated_by")
    results = [
        {
            **{name: getattr(row, name) for name in ("slug", "title", "date", "status", "series", "url")},
            **{name: sorted(other.slug for other in getattr(row, name).all()) for name in graph},
        }
        for row in Specification.objects.with_graph()
    ]
    return {"count": len(results), "results": results}


@readable("/search/", response=SearchResults, exclude_none=True, summary="The meanings that a query means")
def search(request: HttpRequest, parameters: Query[SearchParameters]) -> dict[str, Any]:
    found = find_meanings(parameters.q, parameters.lang, parameters.limit)
    results = [search_result(result, parameters.lang) for result in found.results]
    answer = {"query": found.query.text, "lang": parameters.lang, "count": len(results), "results": results}
    with translation.override(parameters.lang):
        message = _("The query was too long: only its first 200 characters were searched.")
    return {**answer, "message": message} if found.query.cut else answer


@readable("/bundle/", response=BundleJSON, by_alias=True, summary="The whole reference as files, for other installs")
def bundle(request: HttpRequest) -> dict[str, Any]:
    refuse_parameters(request)
    return bundle_index()


@readable("/bundle/{name}", url_name="bundle_file", summary="A file of the bundle, byte for byte")
def file_of_bundle(request: HttpRequest, name: str) -> HttpResponse:
    refuse_parameters(request)
    content = bundle_file(name)
    if content is None:
        raise Http404(_("The bundle has no file of this name."))
    etag = f'"{sha256(content).hexdigest()}"'
    return HttpResponse(content, content_type="application/json", headers={"ETag": etag})


@api.exception_handler(ValidationError)
def invalid_parameters(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {"parameter": str(item["loc"][-1]), "detail": item["msg"].removeprefix("Value error, ")}
        for item in error.errors
    ]
    return problem(400, _("A parameter cannot be used as it stands."), errors=errors)


@api.exception_handler(Http404)
def nothing_there(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, str(error) or _("There is nothing at this address."))
