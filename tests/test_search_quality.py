"""How good the search is, over the whole reference and over what readers type."""

import random
import string
from collections import defaultdict

import pytest

from codes.localized import column
from codes.models import Alias, HeaderFieldUse, Reference, StatusCode, Symbol
from codes.search.evaluation import Score, evaluate, read_cases
from codes.search.find import search
from tests.conftest import DATA

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "zh-hant", "zh-hans"]
# Of a kind of query: the share with a wanted code first, and the mean reciprocal rank. Where an exact text is
# typed, nothing but the first place will do.
FLOORS = {
    "all": (0.975, 0.985),
    "en": (0.97, 0.98),
    "zh-hant": (0.975, 0.985),
    "zh-hans": (0.975, 0.985),
    "number": (1, 1),
    "name": (1, 1),
    "former-name": (1, 1),
    "symbol": (1, 1),
    "rfc": (1, 1),
    "class": (1, 1),
    "mixed": (1, 1),
    "typo": (1, 1),
    "other-script": (1, 1),
    "field": (0.96, 0.97),
    "concept": (0.97, 0.98),
    "vendor": (0.93, 0.96),
    "prefix": (0.94, 0.97),
    "single-character": (0.92, 0.96),
}


@pytest.fixture(scope="module")
def scores(django_db_setup, django_db_blocker) -> dict[str, Score]:
    with django_db_blocker.unblock():
        return evaluate(read_cases(DATA / "queries.tsv"))


@pytest.mark.parametrize("group", FLOORS)
def test_what_readers_type_finds_the_code_they_want(scores, group):
    top1, mrr = FLOORS[group]
    misses = [(case.query, numbers[:3]) for case, numbers in scores[group].misses]
    assert scores[group].top1 >= top1, misses
    assert scores[group].mrr >= mrr, misses


def test_the_evaluation_is_large_and_of_every_kind(scores):
    assert scores["all"].queries >= 150
    assert set(scores) == set(FLOORS)
    assert all(score.queries >= 10 for score in scores.values())


def not_first(wanted: dict[str, set[int]], language: str) -> list[str]:
    """The queries whose first result is none of the wanted numbers."""
    found = {query: search(query, language, 1).results for query in wanted}
    return [query for query, rows in found.items() if not rows or rows[0].code.number not in wanted[query]]


def test_every_number_finds_itself_with_the_registered_meaning_first():
    numbers = set(StatusCode.objects.values_list("number", flat=True))
    assert not_first({f"{number:03}": {number} for number in numbers}, "en") == []
    registered = set(StatusCode.objects.registered().values_list("number", flat=True))
    assert [n for n in registered if search(str(n), "zh-hans", 1).results[0].code.origin_id != "iana"] == []


@pytest.fixture(scope="module")
def names(django_db_setup, django_db_blocker) -> dict[str, set[int]]:
    """Every name that a number has or had, in any language, with the numbers that share it."""
    wanted = defaultdict(set)
    with django_db_blocker.unblock():
        for row in StatusCode.objects.all():
            for name in {row.reason_phrase, *(getattr(row, column("name", language)) for language in LANGUAGES)}:
                wanted[name.casefold()].add(row.number)
        for phrase, number in Reference.objects.values_list("reason_phrase", "status_code__number"):
            wanted[phrase.casefold()].add(number)
    del wanted[""]
    return wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_and_former_name_finds_its_code(names, language):
    assert len(names) > 400
    sample = sorted(names) if language == "zh-hant" else random.Random(418).sample(sorted(names), 150)
    assert not_first({name: names[name] for name in sample}, language) == []


def test_every_symbol_finds_its_code():
    wanted = defaultdict(set)
    for symbol, number in Symbol.objects.values_list("symbol", "status_code__number"):
        wanted[symbol].add(number)
    assert len(wanted) > 1000
    sample = random.Random(200).sample(sorted(wanted), 350)
    assert not_first({symbol: wanted[symbol] for symbol in sample}, "en") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_every_alias_finds_its_code(language):
    wanted = defaultdict(set)
    for text, number in Alias.objects.filter(language=language).values_list("text", "status_code__number"):
        wanted[text].add(number)
    sample = random.Random(418).sample(sorted(wanted), 200)
    missed = not_first({text: wanted[text] for text in sample}, language)
    assert len(missed) <= 2, missed


def test_every_section_finds_the_code_that_it_defines():
    wanted = defaultdict(set)
    rows = Reference.objects.filter(specification__slug__startswith="rfc").exclude(section="")
    for slug, section, number in rows.values_list("specification__slug", "section", "status_code__number"):
        wanted[f"{slug} {section}"].add(number)
    assert len(wanted) > 100
    assert not_first(wanted, "en") == []


def test_every_header_field_finds_a_code_that_uses_it():
    wanted = defaultdict(set)
    for name, number in HeaderFieldUse.objects.values_list("header_field__name", "status_code__number"):
        wanted[name].add(number)
    assert not_first(wanted, "en") == []


def one_edit(name: str, luck: random.Random) -> str:
    """The name with a letter missing, added or wrong, or two that changed places."""
    place, letter = luck.randrange(len(name)), luck.choice(string.ascii_lowercase)
    place_of_two = min(place, len(name) - 2)
    return luck.choice(
        [
            name[:place] + name[place + 1 :],
            name[:place] + letter + name[place:],
            name[:place] + letter + name[place + 1 :],
            name[:place_of_two] + name[place_of_two + 1] + name[place_of_two] + name[place_of_two + 2 :],
        ]
    )


def test_a_typing_error_in_a_name_is_forgiven():
    luck = random.Random(404)
    wanted = defaultdict(set)
    for row in StatusCode.objects.registered():
        for _ in range(5 if len(row.reason_phrase) > 5 else 0):
            wanted[one_edit(row.reason_phrase.lower(), luck)].add(row.number)
    missed = not_first(wanted, "en")
    assert len(missed) <= 0.02 * len(wanted), missed


@pytest.mark.parametrize(("language", "letters"), [("en", 3), ("zh-hant", 2), ("zh-hans", 2)])
def test_the_beginning_of_a_name_is_enough(language, letters):
    wanted = defaultdict(set)
    for row in StatusCode.objects.registered():
        name = getattr(row, column("name", language))
        if name[0].isascii() == (language == "en"):
            wanted[name[:letters].lower()].add(row.number)
    missed = not_first(wanted, language)
    assert len(missed) <= 0.1 * len(wanted), missed
