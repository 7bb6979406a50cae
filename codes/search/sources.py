"""The tables of the reference that the index follows, by the names that the models give them."""

from django.conf import settings
from django.db.models import Model

from codes.models import (
    Alias,
    HeaderField,
    HeaderFieldUse,
    Origin,
    Reference,
    Specification,
    StatusClass,
    StatusCode,
    Symbol,
    TextState,
)


def table(model: type[Model]) -> str:
    return model._meta.db_table


def column(model: type[Model], field: str) -> str:
    """The column of a field that is no text in a language."""
    return str(model._meta.get_field(field).column)  # type: ignore[union-attr]


CODES, ALIASES, SYMBOLS, REFERENCES = table(StatusCode), table(Alias), table(Symbol), table(Reference)
# What the rows of these tables say, they say of the one meaning that they belong to.
OWNED = (Alias, Symbol, Reference, HeaderFieldUse)
# Which rows of the reference say something of which meanings: the table, and the statement that finds the
# meanings when ``changed`` is a row that changed.
SOURCES = {
    CODES: "SELECT changed.id",
    **{table(model): f"SELECT changed.{column(model, 'status_code')}" for model in OWNED},
    table(Specification): f"SELECT {column(Reference, 'status_code')} FROM {REFERENCES}"
    f" WHERE {column(Reference, 'specification')} = changed.id",
    table(HeaderField): f"SELECT {column(HeaderFieldUse, 'status_code')} FROM {table(HeaderFieldUse)}"
    f" WHERE {column(HeaderFieldUse, 'header_field')} = changed.id",
    table(Origin): f"SELECT id FROM {CODES} WHERE {column(StatusCode, 'origin')} = changed.slug",
    table(StatusClass): f"SELECT id FROM {CODES} WHERE number / 100 = changed.digit",
}
# Where readers see only approved texts, also what says of which texts they do.
STATES = table(TextState)
SOURCES_OF_STATES = {
    STATES: "SELECT changed.object_id WHERE changed.model = 'statuscode'"
    f" UNION ALL SELECT id FROM {CODES} WHERE changed.model = 'origin' AND {column(StatusCode, 'origin')} ="
    f" (SELECT slug FROM {table(Origin)} WHERE id = changed.object_id)"
    f" UNION ALL SELECT id FROM {CODES} WHERE changed.model = 'statusclass' AND number / 100 ="
    f" (SELECT digit FROM {table(StatusClass)} WHERE id = changed.object_id)",
}


def followed() -> dict[str, str]:
    """The tables that the index follows with these settings."""
    return SOURCES | SOURCES_OF_STATES if settings.ONLY_APPROVED else SOURCES
