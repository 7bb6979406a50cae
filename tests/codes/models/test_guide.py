import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from codes.localized import text
from codes.models import GuideAnswer, GuideStep, StatusCode
from codes.models.guide import FIRST_STEP

pytestmark = pytest.mark.django_db

BROKEN_STEPS = [({"question_en": None}, "English question"), ({"slug": ""}, "cannot be blank")]
BROKEN_ANSWERS = [
    ("guideanswer_key", {"slug": "unknown"}, "already exists", "codes_guideanswer.step_id, codes_guideanswer.slug"),
    ("guideanswer_position", {"position": 1}, "already exists", "codes_guideanswer.position"),
    ("guideanswer_leads_to_one", {"code": None}, "either to another step", "guideanswer_leads_to_one"),
    ("guideanswer_leads_to_one", {"next": "start"}, "either to another step", "guideanswer_leads_to_one"),
    ("guideanswer_text", {"text_en": None}, "English text", "guideanswer_text"),
    ("guideanswer_text", {"slug": ""}, "cannot be blank", "guideanswer_text"),
]


def step(**values):
    return GuideStep(**{"slug": "something-new", "question_en": "Is it new?", **values})


def answer(**values):
    if target := values.pop("next", None):
        values["next_step"] = GuideStep.objects.get(slug=target)
    sound = {
        "step": GuideStep.objects.get(slug="access"),
        "slug": "something-new",
        "position": 99,
        "code": StatusCode.objects.registered().get(number=404),
        "text_en": "Yes",
    }
    return GuideAnswer(**{**sound, **values})


# Steps


@pytest.mark.parametrize(("values", "message"), BROKEN_STEPS)
def test_a_step_has_a_slug_and_an_english_question(values, message):
    with pytest.raises(ValidationError, match=message):
        step(**values).full_clean()
    with pytest.raises(IntegrityError, match="guidestep_question"), transaction.atomic():
        GuideStep.objects.bulk_create([step(**values)])


def test_that_is_the_only_rule_of_steps():
    assert [rule.name for rule in GuideStep._meta.constraints] == ["guidestep_question"]


def test_a_slug_names_one_step():
    with pytest.raises(ValidationError, match="already exists"):
        step(slug="access").full_clean()
    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        step(slug="access").save()


def test_the_first_step_is_the_guides_own_page():
    assert step(slug=FIRST_STEP).get_absolute_url() == "/en/guide/"
    assert step().get_absolute_url() == "/en/guide/something-new/"
    assert str(step()) == "something-new"


def test_steps_come_with_their_answers_and_where_these_lead(django_assert_num_queries):
    with django_assert_num_queries(2):
        rows = list(GuideStep.objects.in_language("zh-hant").with_answers("zh-hant"))
        for row in rows:
            answers = list(row.answers.all())
            assert [one.position for one in answers] == sorted(one.position for one in answers)
            assert all(text(one, "text", "zh-hant").value and one.get_absolute_url() for one in answers)
            assert all(bool(one.code) is not bool(one.next_step) for one in answers)


def test_the_steps_before_are_those_that_lead_here():
    row = step()
    row.save()
    assert not row.steps_before("zh-hant").exists()
    answer(code=None, next_step=row).save()
    answer(code=None, next_step=row, slug="another-way", position=98).save()
    assert [before.slug for before in row.steps_before("zh-hant")] == ["access"]


# Answers


@pytest.mark.parametrize(("name", "values", "message", "index"), BROKEN_ANSWERS)
def test_the_database_and_validation_refuse_an_answer_that_breaks_a_rule(name, values, message, index):
    with pytest.raises(ValidationError, match=message):
        answer(**values).full_clean()
    with pytest.raises(IntegrityError, match=f"{name}|{re.escape(index)}"), transaction.atomic():
        GuideAnswer.objects.bulk_create([answer(**values)])


def test_every_rule_of_answers_has_a_case():
    assert {case[0] for case in BROKEN_ANSWERS} == {rule.name for rule in GuideAnswer._meta.constraints}


def test_an_answer_leads_to_a_code_or_to_another_step():
    for row, address in [
        (answer(), "/en/guide/access/something-new/"),
        (answer(code=None, next="read"), "/en/guide/read/"),
        (answer(code=None, next=FIRST_STEP), "/en/guide/"),
    ]:
        row.full_clean()
        assert row.get_absolute_url() == address
        assert str(row) == "access/something-new"


def test_what_an_answer_leads_to_cannot_be_deleted():
    answer(code=None, next="read").save()
    with pytest.raises(IntegrityError, match="protected"):
        GuideStep.objects.get(slug="read").delete()
    with pytest.raises(IntegrityError, match="protected"):
        StatusCode.objects.get(number=401, origin="iana").delete()
