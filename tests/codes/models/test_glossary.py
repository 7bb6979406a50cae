import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from codes.models import GlossaryTerm
from codes.models.glossary import validate_forbidden

pytestmark = pytest.mark.django_db

BROKEN = [({"name_en": None}, "English name"), ({"slug": ""}, "cannot be blank")]


def term(**values):
    return GlossaryTerm(**{"slug": "something-new", "name_en": "something new", **values})


@pytest.mark.parametrize(("values", "message"), BROKEN)
def test_a_term_has_a_slug_and_an_english_name(values, message):
    with pytest.raises(ValidationError, match=message):
        term(**values).full_clean()
    with pytest.raises(IntegrityError, match="glossaryterm_named"), transaction.atomic():
        GlossaryTerm.objects.bulk_create([term(**values)])


def test_that_is_the_only_rule_of_the_database():
    assert [rule.name for rule in GlossaryTerm._meta.constraints] == ["glossaryterm_named"]


def test_a_slug_names_one_term():
    known = GlossaryTerm.objects.first()
    with pytest.raises(ValidationError, match="already exists"):
        term(slug=known.slug).full_clean()
    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        term(slug=known.slug).save()


@pytest.mark.parametrize("forbidden", [{}, {"zh-hant": ["訪問"]}, {"en": [], "pt-br": ["a", "b"]}])
def test_forbidden_forms_are_lists_of_words_by_language(forbidden):
    row = term(forbidden=forbidden)
    row.full_clean()
    row.save()
    assert str(row) == "something-new"


@pytest.mark.parametrize(
    ("forbidden", "message"),
    [
        (["訪問"], "by language code"),
        ({"tlh": []}, "by language code"),
        ({"zh-hant": "訪問"}, "list of words"),
        ({"zh-hant": [1]}, "list of words"),
        ({"zh-hant": [""]}, "list of words"),
        ({"zh-hant": None}, "list of words"),
    ],
)
def test_other_forbidden_forms_are_refused(forbidden, message):
    with pytest.raises(ValidationError, match=message):
        validate_forbidden(forbidden)
    with pytest.raises(ValidationError, match=message):
        term(forbidden=forbidden).full_clean()
