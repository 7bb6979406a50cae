import re
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from codes.localized import LANGUAGES, text
from codes.models import Ecosystem, Origin, Reference, Specification, StatusCode, Symbol
from codes.models.status_code import IN_REGISTRY, Registration, validate_sources

pytestmark = pytest.mark.django_db

INVALID_CHOICE = "is not a valid choice"
IANA = {"origin_id": "iana", "registration": "registered"}
# Constraint, what breaks it, what full_clean says; None where it is the constraint's own message.
BROKEN = [
    ("statuscode_key", {"number": 444}, "already exists"),
    ("statuscode_number", {"number": 1000}, None),
    ("statuscode_named", {"name_en": None}, None),
    ("statuscode_registration", {"registration": "registered"}, None),
    ("statuscode_registration", {"origin_id": "iana"}, None),
    ("statuscode_registration", {"registration": "guessed"}, INVALID_CHOICE),
    ("statuscode_expires", {"origin_id": "iana", "registration": "temporary"}, None),
    ("statuscode_expires", {"expires": date(2026, 1, 1)}, None),
    ("statuscode_choices", {"visibility": "everybody"}, INVALID_CHOICE),
    ("statuscode_choices", {"confidence": "blind"}, INVALID_CHOICE),
    ("statuscode_choices", {"retry": "perhaps"}, INVALID_CHOICE),
    ("statuscode_interim_has_no_content", {"number": 100}, None),
    ("statuscode_interim_has_no_content", {"number": 199}, None),
    ("statuscode_redirect", {"redirect_keeps_method": True}, None),
    ("statuscode_redirect", {"number": 400, "redirect_keeps_method": False}, None),
    ("statuscode_cacheable", {"heuristically_cacheable": True}, None),
]
SOUND = [
    {},
    {"number": 0},
    {"number": 999},
    {"number": 404},
    {**IANA},
    {"origin_id": "iana", "registration": "temporary", "expires": date(2026, 1, 1)},
    {"number": 100, "content_allowed": False},
    {"number": 200},
    {"number": 399, "redirect_keeps_method": False},
    {**IANA, "heuristically_cacheable": True},
    {"retry": "later"},
]
# An index has its name in PostgreSQL's message, its columns in SQLite's.
INDEXES = {"statuscode_key": "codes_statuscode.number, codes_statuscode.origin"}


def meaning(**values):
    sound = {"number": 299, "origin_id": "nginx", "registration": "vendor", "name_en": "A name"}
    return StatusCode(**{**sound, **values})


def not_found():
    return StatusCode.objects.registered().get(number=404)


# Rules


@pytest.mark.parametrize(("name", "values", "message"), BROKEN)
def test_the_database_refuses_what_breaks_a_rule(name, values, message):
    with pytest.raises(IntegrityError, match=f"{name}|{INDEXES.get(name, name)}"), transaction.atomic():
        StatusCode.objects.bulk_create([meaning(**values)])


@pytest.mark.parametrize(("name", "values", "message"), BROKEN)
def test_validation_says_which_rule_is_broken(name, values, message):
    (constraint,) = (rule for rule in StatusCode._meta.constraints if rule.name == name)
    with pytest.raises(ValidationError, match=message or re.escape(str(constraint.violation_error_message))):
        meaning(**values).full_clean()


@pytest.mark.parametrize("values", SOUND)
def test_sound_rows_pass(values):
    row = meaning(**values)
    if row.origin_id == "iana":
        row.number = 298
    row.full_clean()
    StatusCode.objects.bulk_create([row])


def test_every_rule_of_the_database_has_a_case():
    assert {name for name, _, _ in BROKEN} == {rule.name for rule in StatusCode._meta.constraints}


def test_rules_are_explained_in_the_editors_language():
    with translation.override("zh-hant"), pytest.raises(ValidationError) as refusal:
        meaning(number=1000).full_clean()
    assert "狀態碼" in refusal.value.messages[0]


@pytest.mark.parametrize("origin", ["nobody", None])
def test_an_origin_is_required(origin):
    with pytest.raises(ValidationError) as refusal:
        meaning(origin_id=origin).full_clean()
    assert "origin" in refusal.value.message_dict


def test_an_origin_with_meanings_cannot_be_deleted():
    with pytest.raises(IntegrityError, match="protected"):
        Origin.objects.get(slug="nginx").delete()


# Sources


@pytest.mark.parametrize(
    "sources",
    [
        [],
        [{"title": "A book", "url": ""}],
        [{"title": "A page", "url": "https://example.com/"}, {"title": "Older", "url": "http://example.com/"}],
    ],
)
def test_sources_have_a_title_and_an_address_or_none(sources):
    validate_sources(sources)


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ("https://example.com/", "list"),
        ({"title": "A", "url": ""}, "list"),
        (["https://example.com/"], "title and a url"),
        ([{"title": "A"}], "title and a url"),
        ([{"title": "A", "url": "", "note": ""}], "nothing else"),
        ([{"title": 1, "url": ""}], "texts"),
        ([{"title": "A", "url": None}], "texts"),
        ([{"title": " ", "url": ""}], "not empty"),
        ([{"title": "A", "url": "javascript:alert(1)"}], "https://"),
        ([{"title": "A", "url": "//example.com/"}], "https://"),
    ],
)
def test_other_sources_are_refused(sources, message):
    with pytest.raises(ValidationError, match=message):
        validate_sources(sources)
    with pytest.raises(ValidationError, match=message):
        meaning(sources=sources).full_clean()


# Selections


def test_registered_and_unregistered_divide_the_meanings():
    registered, unregistered = StatusCode.objects.registered(), StatusCode.objects.unregistered()
    assert {row.registration for row in registered} == set(IN_REGISTRY)
    assert {row.registration for row in unregistered} == {"vendor", "draft", "folklore"}
    assert registered.count() + unregistered.count() == StatusCode.objects.count()


def test_selections_read_as_a_sentence():
    numbers = StatusCode.objects.registered().in_class(1).values_list("number", flat=True)
    assert set(numbers) == {100, 101, 102, 103, 104}


def test_a_class_ends_where_the_next_begins():
    added = [meaning(number=199, content_allowed=False), meaning(number=200), meaning(number=299)]
    StatusCode.objects.bulk_create(added)
    numbers = set(StatusCode.objects.in_class(2).values_list("number", flat=True))
    assert {200, 299} <= numbers
    assert {number // 100 for number in numbers} == {2}


def test_of_each_origin_the_meanings_are_counted_that_the_public_may_see(django_assert_num_queries):
    before = StatusCode.objects.per_origin()
    assert before["nginx"] == StatusCode.objects.from_origin("nginx").count() > 1
    assert sum(before.values()) == StatusCode.objects.count()
    meaning(number=298, is_draft=True).save()
    meaning(number=299).save()
    with django_assert_num_queries(1):
        assert StatusCode.objects.per_origin() == {**before, "nginx": before["nginx"] + 1}


def test_a_meaning_is_heuristically_cacheable_or_not():
    cacheable, others = (StatusCode.objects.heuristically_cacheable(answer) for answer in (True, False))
    assert {200, 404} <= {row.number for row in cacheable}
    assert not {row.pk for row in cacheable} & {row.pk for row in others}
    assert cacheable.count() + others.count() == StatusCode.objects.count()


def test_a_number_has_all_its_meanings():
    assert {row.origin_id for row in StatusCode.objects.with_number(499)} >= {"nginx", "cloudflare", "esri"}
    assert not StatusCode.objects.with_number(299).exists()


def test_an_origin_has_its_meanings():
    assert {row.number for row in StatusCode.objects.from_origin("nginx")} >= {444, 494, 499}
    assert {row.origin_id for row in StatusCode.objects.from_origin("nginx")} == {"nginx"}


def test_a_code_that_a_document_names_twice_is_selected_once():
    row = not_found()
    document = Specification.objects.get(slug="rfc9110")
    assert Reference.objects.filter(status_code=row, specification=document).count() == 1
    Reference.objects.create(status_code=row, specification=document, role="status-line")
    assert list(StatusCode.objects.referring_to("rfc9110").with_number(404)) == [row]
    assert not StatusCode.objects.referring_to("rfc0").exists()


def test_reading_order_is_by_number_and_the_registered_meaning_comes_first():
    rows = list(StatusCode.objects.in_reading_order())
    keys = [(row.number, Registration.values.index(row.registration), row.origin_id) for row in rows]
    assert keys == sorted(keys)
    shared = [row.origin_id for row in rows if row.number == 451]
    assert shared[0] == "iana" and len(shared) > 1


def test_the_details_of_any_number_of_rows_take_the_same_few_queries(django_assert_num_queries):
    for numbers in ([404], [404, 499, 401, 301]):
        with django_assert_num_queries(5), translation.override("zh-hant"):
            rows = StatusCode.objects.in_language("zh-hant", related=("origin",)).filter(number__in=numbers)
            for row in rows.with_details().with_comparisons("zh-hant", 12):
                text(row.origin, "name", "zh-hant")
                [text(comparison, "question", "zh-hant") for comparison in row.compared_in]
                row.lineage()
                [reference.url for reference in row.references.all()]
                [use.header_field.url for use in row.header_field_uses.all()]
                [symbol.ecosystem.title for symbol in row.symbols.all()]
                row.former_names()


@pytest.mark.parametrize(
    ("number", "expected"),
    [(404, (403, 405)), (299, (229, 300)), (0, (None, 100)), (999, (None, None)), (700, (640, 701))],
)
def test_the_neighbours_are_the_nearest_numbers_with_a_meaning(number, expected, django_assert_num_queries):
    numbers = sorted(set(StatusCode.objects.values_list("number", flat=True)))
    below = [other for other in numbers if other < number]
    above = [other for other in numbers if other > number]
    with django_assert_num_queries(1):
        found = StatusCode.objects.neighbours(number)
    assert found == (below[-1] if below else None, above[0] if above else None)


# One row


@pytest.mark.parametrize(
    ("number", "padded", "digit"),
    [(0, "000", None), (99, "099", None), (100, "100", 1), (599, "599", 5), (600, "600", None), (999, "999", None)],
)
def test_a_number_has_three_digits_and_the_first_is_its_class(number, padded, digit):
    row = meaning(number=number)
    assert (row.padded, row.digit) == (padded, digit)
    assert str(row) == f"{padded} nginx"


def test_a_meaning_is_shown_on_its_numbers_page():
    row = meaning(number=7)
    assert row.get_absolute_url() == "/en/007/"
    assert row.anchor == "nginx"


def test_only_what_the_registry_lists_is_registered():
    assert meaning(origin_id="iana").is_registered
    assert not meaning().is_registered


def test_earlier_phrases_are_former_names_oldest_first():
    assert StatusCode.objects.registered().get(number=413).former_names() == [
        "Request Entity Too Large",
        "Payload Too Large",
    ]
    assert not_found().former_names() == []


def test_the_lineage_is_of_the_documents_that_proposed_or_defined_it():
    lineage = StatusCode.objects.registered().get(number=413).lineage()
    assert lineage[-1] == ("2022-06", "RFC 9110", "Content Too Large", True)
    assert [current for *_, current in lineage].count(True) == 1
    assert [date for date, *_ in lineage] == sorted(date for date, *_ in lineage)
    roles = StatusCode.objects.registered().get(number=413).references.exclude(role="status-line")
    assert len(lineage) == roles.count()


def test_a_table_of_status_lines_is_no_part_of_the_lineage():
    row = not_found()
    before = row.lineage()
    Reference.objects.create(status_code=row, specification=Specification.objects.first(), role="status-line")
    assert not_found().lineage() == before


def test_a_former_name_is_named_once_whatever_its_case():
    row = StatusCode.objects.create(
        number=299, origin_id="nginx", registration="vendor", name_en="A", reason_phrase="B"
    )
    documents = Specification.objects.order_by("date", "slug")[:4]
    for document, phrase in zip(documents, ["Old", "OLD", "b", ""], strict=True):
        Reference.objects.create(status_code=row, specification=document, reason_phrase=phrase)
    assert row.former_names() == ["Old"]


def test_an_ecosystem_without_a_symbol_for_a_registered_code_is_a_gap():
    whole = Ecosystem.objects.create(slug="whole", title="Whole")
    partial = Ecosystem.objects.create(slug="partial", title="Partial", partial=True)
    row = not_found()
    assert row.symbols_by_ecosystem([whole, partial]) == [(whole, [])]
    symbol = Symbol.objects.create(ecosystem=partial, status_code=row, symbol="E404")
    assert row.symbols_by_ecosystem([whole, partial]) == [(whole, []), (partial, [symbol])]


def test_an_unregistered_code_has_no_gaps():
    row = StatusCode.objects.from_origin("nginx").get(number=444)
    table = row.symbols_by_ecosystem(Ecosystem.objects.all())
    assert table and all(found for _, found in table)


def test_the_right_to_translate_exists_for_every_language():
    names = set(Permission.objects.filter(codename__startswith="translate_").values_list("name", flat=True))
    assert names == {f"Can translate into {language}" for language in LANGUAGES}
