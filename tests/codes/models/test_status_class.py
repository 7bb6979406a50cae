import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from codes.models import StatusClass, StatusCode

pytestmark = pytest.mark.django_db

BROKEN = [
    ("statusclass_digit", {"digit": 0}),
    ("statusclass_digit", {"digit": 6}),
    ("statusclass_named", {"name_en": None}),
]


@pytest.fixture
def values():
    """Of a class that the database lacks."""
    StatusClass.objects.filter(digit=5).delete()
    return {"digit": 5, "name_en": "Server Error"}


@pytest.mark.parametrize(("name", "change"), BROKEN)
def test_the_database_refuses_what_breaks_a_rule(values, name, change):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        StatusClass.objects.bulk_create([StatusClass(**{**values, **change})])


@pytest.mark.parametrize(("name", "change"), BROKEN)
def test_validation_says_which_rule_is_broken(values, name, change):
    (constraint,) = (rule for rule in StatusClass._meta.constraints if rule.name == name)
    with pytest.raises(ValidationError, match=str(constraint.violation_error_message)):
        StatusClass(**{**values, **change}).full_clean()


def test_every_rule_of_the_database_has_a_case():
    assert {name for name, _ in BROKEN} == {rule.name for rule in StatusClass._meta.constraints}


def test_a_sound_class_passes(values):
    row = StatusClass(**values)
    row.full_clean()
    row.save()


def test_a_digit_names_one_class(values):
    row = StatusClass(**{**values, "digit": 4})
    with pytest.raises(ValidationError, match="already exists"):
        row.full_clean()
    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        row.save()


@pytest.mark.parametrize(("number", "digits"), [(100, [1]), (404, [4]), (599, [5]), (99, []), (0, []), (600, [])])
def test_a_number_has_the_class_of_its_first_digit(number, digits):
    assert [row.digit for row in StatusClass.objects.of_number(number)] == digits


def test_a_class_contains_the_codes_of_its_hundred():
    row = StatusClass(digit=4)
    assert [row.contains(StatusCode(number=number)) for number in (399, 400, 499, 500)] == [False, True, True, False]


def test_a_class_is_written_with_two_x():
    row = StatusClass(digit=4)
    assert str(row) == row.notation == "4xx"
    assert row.get_absolute_url() == "/en/4xx/"
