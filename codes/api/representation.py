"""Rows as the answers have them."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import translation

from codes.localized import text
from codes.models import Alias, StatusCode
from codes.search.find import Result

SHORT_FIELDS = ("name", "summary")
LONG_FIELDS = ("description", "server", "client", "visitor")


def with_everything(rows: Any, language: str) -> Any:
    """Rows with what the answers in a language say of them; a fixed number of queries."""
    return rows.with_details().prefetch_related(
        Prefetch("aliases", Alias.objects.filter(language=language).order_by("text"))
    )


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


def meaning_url(row: StatusCode, language: str) -> str:
    """The address of a meaning: its number's page, and where on it an unregistered one stands."""
    url = page_url(row, language)
    return url if row.is_registered else f"{url}#{row.anchor}"


def search_result(result: Result, language: str) -> dict[str, Any]:
    """A result with the keys of the contract."""
    row = result.code
    return {
        "number": row.number,
        "origin": row.origin_id,
        "reason_phrase": row.reason_phrase,
        "name": text(row, "name", language).value,
        "summary": text(row, "summary", language).value,
        "snippet": result.snippet,
        "url": meaning_url(row, language),
        "score": result.score,
    }


def meaning(row: StatusCode, language: str, *, full: bool) -> dict[str, Any]:
    """A meaning with the keys of the contract."""
    columns = (
        "number", "reason_phrase", "registration", "expires", "visibility", "confidence",
        "heuristically_cacheable", "content_allowed", "redirect_keeps_method", "sources",
    )  # fmt: skip
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
        "aliases": [alias.text for alias in row.aliases.all()],
        "symbols": [{"ecosystem": symbol.ecosystem.slug, "symbol": symbol.symbol} for symbol in row.symbols.all()],
        "url": meaning_url(row, language),
        **texts(row, SHORT_FIELDS + LONG_FIELDS if full else SHORT_FIELDS, language),
        **({"example": row.example} if full else {}),
    }
