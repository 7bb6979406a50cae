"""The shape of the answers. The keys are a contract: other programs rely on them."""

from datetime import date
from typing import Annotated

from ninja import Field, Schema


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


class SearchResult(Schema):
    """A meaning that was found. The snippet is HTML: escaped, with ``<mark>`` around what matched."""

    number: int
    origin: str
    reason_phrase: str
    name: str
    summary: str
    snippet: str
    url: str
    score: float


class SearchResults(Schema):
    """The likeliest meanings first, those of one number together."""

    query: Annotated[str, Field(description="what was looked for")]
    lang: str
    count: int
    results: list[SearchResult]
    message: Annotated[str | None, Field(description="only where the query was cut")] = None


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


class BundleFileJSON(Schema):
    name: str
    url: str
    records: int | None
    sha256: str
    size: Annotated[int, Field(description="in bytes")]


class BundleJSON(Schema):
    """The reference as a whole, for other installs: ``manage.py pull`` reads this."""

    digest: Annotated[str, Field(description="of manifest.json: the name of the bundle")]
    schema_: Annotated[int, Field(alias="schema", serialization_alias="schema")]
    source: str
    parent: str | None
    licence: str | None
    languages: list[str]
    files: list[BundleFileJSON]
