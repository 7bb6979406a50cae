from itertools import groupby

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from codes.models import Alias, Ecosystem, StatusCode, Symbol
from codes.models.naming import Standing

pytestmark = pytest.mark.django_db

INVALID_CHOICE = "is not a valid choice"
BROKEN_SYMBOLS = [
    ("symbol_key", {}, "already exists", "codes_symbol.ecosystem_id, codes_symbol.status_code_id, codes_symbol.symbol"),
    ("symbol_standing", {"symbol": "NEW", "standing": "loved"}, INVALID_CHOICE, "symbol_standing"),
    ("symbol_standing", {"symbol": ""}, "cannot be blank", "symbol_standing"),
]
BROKEN_ALIASES = [
    ("alias_key", {}, "already exists", "codes_alias.status_code_id, codes_alias.language, codes_alias.text"),
    ("alias_language", {"language": "tlh"}, INVALID_CHOICE, "alias_language"),
    ("alias_language", {"text": ""}, "cannot be blank", "alias_language"),
]


def not_found():
    return StatusCode.objects.registered().get(number=404)


def symbol(**values):
    """A symbol that is there already, but for ``values``."""
    ecosystem = Ecosystem.objects.get(slug="go-net-http")
    return Symbol(**{"ecosystem": ecosystem, "status_code": not_found(), "symbol": "http.StatusNotFound", **values})


def alias(**values):
    """An alias that is there already, but for ``values``."""
    known = not_found().aliases.filter(language="en").first()
    return Alias(**{"status_code": not_found(), "language": "en", "text": known.text, **values})


@pytest.mark.parametrize(("name", "values", "message", "index"), BROKEN_SYMBOLS)
def test_the_database_and_validation_refuse_a_symbol_that_breaks_a_rule(name, values, message, index):
    with pytest.raises(ValidationError, match=message):
        symbol(**values).full_clean()
    with pytest.raises(IntegrityError, match=f"{name}|{index}"), transaction.atomic():
        Symbol.objects.bulk_create([symbol(**values)])


@pytest.mark.parametrize(("name", "values", "message", "index"), BROKEN_ALIASES)
def test_the_database_and_validation_refuse_an_alias_that_breaks_a_rule(name, values, message, index):
    with pytest.raises(ValidationError, match=message):
        alias(**values).full_clean()
    with pytest.raises(IntegrityError, match=f"{name}|{index}"), transaction.atomic():
        Alias.objects.bulk_create([alias(**values)])


def test_every_rule_of_symbols_and_aliases_has_a_case():
    assert {case[0] for case in BROKEN_SYMBOLS} == {rule.name for rule in Symbol._meta.constraints}
    assert {case[0] for case in BROKEN_ALIASES} == {rule.name for rule in Alias._meta.constraints}


@pytest.mark.parametrize("field", ["slug", "title"])
def test_an_ecosystem_has_a_slug_and_a_title(field):
    row = Ecosystem(**{"slug": "new", "title": "New", "source": "a/b", "version": "1", field: ""})
    with pytest.raises(ValidationError, match="cannot be blank"):
        row.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Ecosystem.objects.bulk_create([row])


def test_a_slug_names_one_ecosystem():
    row = Ecosystem(slug="go-net-http", title="Go", source="a/b", version="1")
    with pytest.raises(ValidationError, match="already exists"):
        row.full_clean()
    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        row.save()


def test_the_current_symbol_comes_before_its_other_names(django_assert_num_queries):
    symbol(symbol="A_DEPRECATED", standing="deprecated").save()
    symbol(symbol="AN_ALIAS", standing="alias").save()
    code = not_found()
    with django_assert_num_queries(1):
        rows = [(row.ecosystem.title, row.standing) for row in code.symbols.by_ecosystem()]
    title = Ecosystem.objects.get(slug="go-net-http").title
    assert [standing for name, standing in rows if name == title] == Standing.values
    runs = [name for name, _ in groupby(name for name, _ in rows)]
    assert len(runs) == len(set(runs))


def test_an_alias_may_be_in_any_language_of_the_schema():
    for language in settings.CONTENT_LANGUAGES:
        row = alias(language=language, text="something new")
        row.full_clean()
        row.save()


def test_names_show_as_they_are_written():
    assert str(symbol()) == "http.StatusNotFound"
    assert str(alias(text="nicht gefunden")) == "nicht gefunden"
    assert str(Ecosystem(title="Go (net/http)")) == "Go (net/http)"
