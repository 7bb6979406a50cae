"""The JSON interface: read-only, described by OpenAPI, errors as problem documents (RFC 9457)."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Field, NinjaAPI, Path, Query, Schema
from ninja.errors import ValidationError
from ninja.renderers import JSONRenderer
from pydantic import AfterValidator, ValidationInfo, model_validator

from codes.errors import problem
from codes.localized import shown_languages, text
from codes.models import Specification, StatusClass, StatusCode


class Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
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


def known_language(code: str) -> str:
    if code not in shown_languages():
        raise ValueError(_("one of: {languages}").format(languages=", ".join(shown_languages())))
    return code


Language = Annotated[str, AfterValidator(known_language), Field(description="language of the texts")]


class Parameters(Schema):
    """Query parameters; one that does not exist is an error, not ignored."""

    lang: Language = settings.LANGUAGE_CODE

    @model_validator(mode="before")
    @classmethod
    def refuse_unknown(cls, values: Any, info: ValidationInfo) -> Any:
        known = {field.alias or name for name, field in cls.model_fields.items()}
        if unknown := sorted(set(info.context["request"].GET) - known if info.context else ()):
            message = _("unknown parameters: {names}; known are: {known}")
            raise ValueError(message.format(names=", ".join(unknown), known=", ".join(sorted(known))))
        return values


class CodesParameters(Parameters):
    class_: Annotated[str | None, Field(alias="class", pattern="^[1-5](xx)?$")] = None
    origin: Annotated[str | None, Field(pattern="^[-a-z0-9]+$", max_length=60)] = None
    registration: Literal["registered", "temporary", "unused", "obsoleted", "vendor", "draft", "folklore"] | None = None
    cacheable: Annotated[bool | None, Field(description="heuristically cacheable")] = None
    rfc: Annotated[int | None, Field(ge=1, le=99999, description="number of an RFC that speaks of the code")] = None
    full: Annotated[bool, Field(description="with the long texts")] = False


class HeaderFieldJSON(Schema):
    name: str
    role: str
    message: str


class ReferenceJSON(Schema):
    specification: str
    section: str
    role: str
    reason_phrase: str
    url: str


class SymbolJSON(Schema):
    ecosystem: str
    symbol: str


class SourceJSON(Schema):
    title: str
    url: str


class Meaning(Schema):
    """One meaning of one number. Texts are in ``lang`` but for those that ``fallback_fields`` lists."""

    number: int
    origin: str
    reason_phrase: str
    class_: Annotated[int | None, Field(alias="class", serialization_alias="class")]
    registration: str
    expires: date | None
    visibility: str
    confidence: str
    heuristically_cacheable: bool
    content_allowed: bool
    redirect_keeps_method: bool | None
    header_fields: list[HeaderFieldJSON]
    references: list[ReferenceJSON]
    former_names: list[str]
    aliases: list[str]
    symbols: list[SymbolJSON]
    sources: list[SourceJSON]
    lang: str
    name: str
    summary: str
    url: str
    fallback_fields: list[str]


class FullMeaning(Meaning):
    """A meaning with its long texts, as Markdown source, and its example."""

    description: str
    server: str
    client: str
    visitor: str
    example: str


class Codes(Schema):
    count: int
    results: list[FullMeaning | Meaning]


class NumberJSON(Schema):
    number: int
    meanings: list[FullMeaning]


class ClassJSON(Schema):
    digit: int
    notation: str
    lang: str
    name: str
    summary: str
    description: str
    url: str
    fallback_fields: list[str]


class Classes(Schema):
    count: int
    results: list[ClassJSON]


class SpecificationJSON(Schema):
    slug: str
    title: str
    date: str
    status: str
    series: str
    url: str
    obsoletes: list[str]
    updates: list[str]
    obsoleted_by: list[str]
    updated_by: list[str]


class Specifications(Schema):
    count: int
    results: list[SpecificationJSON]


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
        rows = rows.filter(heuristically_cacheable=parameters.cacheable)
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
    rows = StatusCode.objects.with_number(int(number)).in_language(parameters.lang, *SHORT_FIELDS, *LONG_FIELDS)
    meanings = [meaning(row, parameters.lang, full=True) for row in with_everything(rows, parameters.lang)]
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


SHORT_FIELDS = ("name", "summary")
LONG_FIELDS = ("description", "server", "client", "visitor")


def with_everything(rows: Any, language: str) -> Any:
    return rows.with_details(language).prefetch_related("aliases")


def page_url(row: Any, language: str) -> str:
    """The address of a row's public page in a language."""
    with translation.override(language):
        return settings.BASE_URL + str(row.get_absolute_url())


def texts(row: Any, fields: tuple[str, ...], language: str) -> dict[str, Any]:
    """The localized fields of a row, and which of them are in another language than asked for."""
    found = {field: text(row, field, language) for field in fields}
    return {
        "lang": language,
        **{field: value.value for field, value in found.items()},
        "fallback_fields": [field for field, value in found.items() if value.fallback],
    }


def meaning(row: StatusCode, language: str, *, full: bool) -> dict[str, Any]:
    """A meaning with the keys of the contract."""
    columns = (
        "number", "reason_phrase", "registration", "expires", "visibility", "confidence",
        "heuristically_cacheable", "content_allowed", "redirect_keeps_method", "sources",
    )  # fmt: skip
    url = page_url(row, language)
    return {
        **{name: getattr(row, name) for name in columns},
        "origin": row.origin_id,
        "class": row.digit,
        "header_fields": [
            {"name": use.header_field.name, "role": use.role, "message": use.message}
            for use in row.header_field_uses.all()
        ],
        "references": [
            {
                "specification": reference.specification.slug,
                "section": reference.section,
                "role": reference.role,
                "reason_phrase": reference.reason_phrase,
                "url": reference.url,
            }
            for reference in row.references.all()
        ],
        "former_names": row.former_names(),
        "aliases": [alias.text for alias in row.aliases.all() if alias.language == language],
        "symbols": [{"ecosystem": symbol.ecosystem.slug, "symbol": symbol.symbol} for symbol in row.symbols.all()],
        "url": url if row.is_registered else f"{url}#{row.anchor}",
        **texts(row, SHORT_FIELDS + LONG_FIELDS if full else SHORT_FIELDS, language),
        **({"example": row.example} if full else {}),
    }


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
