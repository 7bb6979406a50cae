import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from codes.models import Reference, Specification, StatusCode

pytestmark = pytest.mark.django_db

BROKEN_SPECIFICATIONS = [
    ("specification_status", {"status": "famous"}, "is not a valid choice"),
    ("specification_titled", {"slug": ""}, "cannot be blank"),
    ("specification_titled", {"title": ""}, "cannot be blank"),
    ("specification_titled", {"url": ""}, "cannot be blank"),
]
BROKEN_REFERENCES = [
    ("reference_key", {}, "already exists", "codes_reference.status_code_id, codes_reference.specification_id"),
    ("reference_role", {"role": "rumour"}, "is not a valid choice", "reference_role"),
]


def specification(**values):
    sound = {
        "slug": "rfc99999",
        "title": "A title",
        "date": "2026-01",
        "status": "other",
        "url": "https://example.com/",
    }
    return Specification(**{**sound, **values})


def reference(**values):
    sound = {
        "status_code": StatusCode.objects.registered().get(number=404),
        "specification": Specification.objects.get(slug="rfc9110"),
        "role": "definition",
    }
    return Reference(**{**sound, **values})


# Documents


@pytest.mark.parametrize(("name", "values", "message"), BROKEN_SPECIFICATIONS)
def test_the_database_and_validation_refuse_a_document_that_breaks_a_rule(name, values, message):
    with pytest.raises(ValidationError, match=message):
        specification(**values).full_clean()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Specification.objects.bulk_create([specification(**values)])


def test_every_rule_of_documents_has_a_case():
    assert {case[0] for case in BROKEN_SPECIFICATIONS} == {rule.name for rule in Specification._meta.constraints}


def test_a_slug_names_one_document():
    with pytest.raises(ValidationError, match="already exists"):
        specification(slug="rfc9110").full_clean()
    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        specification(slug="rfc9110").save()


@pytest.mark.parametrize("date", ["2026", "2026-01", "2026-01-31"])
def test_a_date_is_as_exact_as_the_document_gives_it(date):
    row = specification(date=date)
    row.full_clean()
    row.save()


@pytest.mark.parametrize("date", ["", "26", "2026-1", "January 2026", "2026-01-31T00"])
def test_other_dates_are_refused(date):
    with pytest.raises(ValidationError) as refusal:
        specification(date=date).full_clean()
    assert list(refusal.value.message_dict) == ["date"]


@pytest.mark.parametrize(
    ("slug", "number", "label", "short", "path"),
    [
        ("rfc9110", 9110, "RFC 9110", "RFC 9110", "/en/rfc/9110/"),
        ("rfc-index", None, "A title", "rfc", "/en/specifications/rfc-index/"),
        ("draft-ietf-9110", None, "A title", "draft", "/en/specifications/draft-ietf-9110/"),
        ("9110", None, "A title", "9110", "/en/specifications/9110/"),
    ],
)
def test_an_rfc_is_cited_and_found_by_its_number_and_others_by_their_slug(slug, number, label, short, path):
    row = specification(slug=slug)
    assert (row.rfc_number, row.label, str(row), row.short_label) == (number, label, label, short)
    assert row.get_absolute_url() == path


@pytest.mark.parametrize(
    ("slug", "section", "url"),
    [
        ("rfc9110", "15.5.5", "https://example.com/#section-15.5.5"),
        ("rfc9110", "", "https://example.com/"),
        ("w3c-htresp-1992", "3", "https://example.com/"),
    ],
)
def test_sections_of_rfcs_have_an_address(slug, section, url):
    assert specification(slug=slug).section_url(section) == url
    assert Reference(specification=specification(slug=slug), section=section).url == url


def test_documents_count_the_codes_they_speak_of_once_each():
    before = Specification.objects.with_counts().get(slug="rfc9110").codes
    assert before == StatusCode.objects.referring_to("rfc9110").count()
    reference(role="status-line").save()
    assert Specification.objects.with_counts().get(slug="rfc9110").codes == before


def test_the_graph_is_loaded_at_once(django_assert_num_queries):
    with django_assert_num_queries(5):
        rows = {row.slug: row for row in Specification.objects.with_graph()}
        graph = {
            slug: [
                {other.slug for other in getattr(row, name).all()}
                for name in ("obsoletes", "obsoleted_by", "updates", "updated_by")
            ]
            for slug, row in rows.items()
        }
    obsoletes, obsoleted_by, _, _ = graph["rfc7231"]
    assert "rfc2616" in obsoletes
    assert "rfc9110" in obsoleted_by
    assert all("rfc7231" in graph[slug][1] for slug in obsoletes)


def test_a_document_that_is_referred_to_cannot_be_deleted():
    with pytest.raises(IntegrityError, match="protected"):
        Specification.objects.get(slug="rfc9110").delete()


# References


@pytest.mark.parametrize(("name", "values", "message", "index"), BROKEN_REFERENCES)
def test_the_database_and_validation_refuse_a_reference_that_breaks_a_rule(name, values, message, index):
    with pytest.raises(ValidationError, match=message):
        reference(**values).full_clean()
    with pytest.raises(IntegrityError, match=f"{name}|{index}"), transaction.atomic():
        Reference.objects.bulk_create([reference(**values)])


def test_every_rule_of_references_has_a_case():
    assert {case[0] for case in BROKEN_REFERENCES} == {rule.name for rule in Reference._meta.constraints}


def test_a_document_may_speak_of_a_code_in_several_roles():
    row = reference(role="status-line")
    row.full_clean()
    row.save()


def test_the_lineage_begins_with_the_oldest_document(django_assert_num_queries):
    with django_assert_num_queries(1):
        rows = list(Reference.objects.in_order_of_time().filter(status_code__number=404, status_code__origin="iana"))
        dates = [row.specification.date for row in rows]
    assert dates == sorted(dates)
    assert rows[-1].specification.slug == "rfc9110"


def test_a_reference_shows_document_and_section():
    assert str(reference(section="15.5.5")) == "RFC 9110 15.5.5"
    assert str(reference(section="")) == "RFC 9110"
