import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from codes.models import Comparison, StatusCode

pytestmark = pytest.mark.django_db

BROKEN = [({"question_en": None}, "English question"), ({"slug": ""}, "cannot be blank")]


def comparison(**values):
    return Comparison(**{"slug": "401-403-407", "question_en": "Which one?", **values})


@pytest.mark.parametrize(("values", "message"), BROKEN)
def test_a_comparison_has_a_slug_and_an_english_question(values, message):
    with pytest.raises(ValidationError, match=message):
        comparison(**values).full_clean()
    with pytest.raises(IntegrityError, match="comparison_question"), transaction.atomic():
        Comparison.objects.bulk_create([comparison(**values)])


def test_that_is_the_only_rule_of_the_database():
    assert [rule.name for rule in Comparison._meta.constraints] == ["comparison_question"]


def test_a_slug_names_one_comparison():
    comparison().save()
    with pytest.raises(ValidationError, match="already exists"):
        comparison().full_clean()
    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        comparison().save()


def test_a_comparison_compares_meanings(django_assert_num_queries):
    row = comparison()
    row.full_clean()
    row.save()
    row.codes.set(StatusCode.objects.registered().filter(number__in=(407, 401, 403)))
    assert str(row) == "401-403-407"
    assert row.numbers == ["401", "403", "407"]
    assert row.get_absolute_url() == "/en/compare/401-403-407/"
    with django_assert_num_queries(2):
        found = Comparison.objects.to_show([row.slug, "no-such", "401-403"], "zh-hant")
        assert {slug: [code.number for code in one.compared] for slug, one in found.items()} == {
            row.slug: [401, 403, 407],
            "401-403": [401, 403],
        }


def test_comparisons_are_in_the_order_of_their_numbers():
    comparison(slug="100-101").save()
    slugs = [row.slug for row in Comparison.objects.in_order()]
    assert slugs[0] == "100-101"
    assert slugs == sorted(slugs)
