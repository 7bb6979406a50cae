"""Outlines are what the reference says, however it is written."""

import pytest
from django.db import connection

from codes.curation import triggers
from codes.models import GuideAnswer, GuideStep, Origin, Outline, StatusClass, StatusCode

pytestmark = pytest.mark.django_db


def outlines():
    return set(Outline.objects.values_list("model", "object_id", "digit", "place", "key", "texts"))


def outline(row):
    return Outline.objects.get(model=row._meta.model_name, object_id=row.pk)


@pytest.fixture
def anew():
    """A function that gives all outlines as they are when they are made anew."""

    def make():
        kept = outlines()
        triggers.run(triggers.outlining(), "default")
        return kept, outlines()

    return make


def step(slug):
    return GuideStep.objects.get(slug=slug)


def write(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_every_row_has_one():
    models = triggers.localized_models()
    assert Outline.objects.count() == sum(model.objects.count() for model in models)
    row = outline(StatusCode.objects.get(number=404, origin="iana"))
    assert (row.digit, row.place, row.key, str(row)) == (4, "02 1404/iana", "404/iana", "statuscode 404/iana")
    assert row.texts.startswith("ttttttt-")
    assert outline(StatusCode.objects.get(number=0)).digit == -1
    assert outline(StatusClass.objects.get(digit=5)).digit == 5


WRITES = {
    "a text": lambda: StatusClass.objects.filter(digit=4).update(summary_ja="x"),
    "no text": lambda: write("UPDATE codes_statusclass SET summary_zh_hant = NULL WHERE digit = 4"),
    "no English": lambda: write("UPDATE codes_statuscode SET correction_en = NULL, correction_ja = 'x'"),
    "a key": lambda: StatusCode.objects.filter(number=418, origin="iana").update(number=498),
    "a key elsewhere": lambda: GuideStep.objects.filter(slug="access").update(slug="entry"),
    "a move": lambda: GuideAnswer.objects.filter(slug="allowed").update(
        step=GuideStep.objects.get(slug="broken"), position=99
    ),
    "a row": lambda: Origin.objects.bulk_create([Origin(slug="x", title="x", name_en="x", name_ko="x")]),
    "no row": lambda: GuideAnswer.objects.filter(slug="allowed").delete(),
}


@pytest.mark.parametrize("what", WRITES)
def test_they_follow_what_is_written(what, anew):
    before = outlines()
    WRITES[what]()
    kept, new = anew()
    assert kept == new
    assert kept != before


def test_another_text_leaves_them_alone():
    row = outline(StatusClass.objects.get(digit=4))
    Outline.objects.filter(pk=row.pk).update(key="kept")
    StatusClass.objects.filter(digit=4).update(summary_ja="x")
    assert outline(StatusClass.objects.get(digit=4)).key == "4"
    Outline.objects.filter(pk=row.pk).update(key="kept")
    StatusClass.objects.filter(digit=4).update(summary_ja="y")
    assert outline(StatusClass.objects.get(digit=4)).key == "kept"


def test_they_are_made_anew_with_the_triggers():
    Outline.objects.all().delete()
    triggers.install()
    assert not Outline.objects.exists()
    triggers.drop(set(list(triggers.installed())[:1]), "default")
    triggers.install()
    assert Outline.objects.filter(model="statusclass").count() == 5
