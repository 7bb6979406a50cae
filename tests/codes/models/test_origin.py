import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from codes.models import Origin

pytestmark = pytest.mark.django_db

BROKEN = [
    ({"name_en": None}, "English name"),
    ({"slug": ""}, "cannot be blank"),
    ({"title": ""}, "cannot be blank"),
]


def origin(**values):
    return Origin(**{"slug": "new", "title": "New", "name_en": "New", **values})


@pytest.mark.parametrize(("values", "message"), BROKEN)
def test_an_origin_has_a_slug_a_title_and_an_english_name(values, message):
    with pytest.raises(ValidationError, match=message):
        origin(**values).full_clean()
    with pytest.raises(IntegrityError, match="origin_named"), transaction.atomic():
        Origin.objects.bulk_create([origin(**values)])


def test_that_is_the_only_rule_of_the_database():
    assert [rule.name for rule in Origin._meta.constraints] == ["origin_named"]


def test_a_sound_origin_passes():
    row = origin()
    row.full_clean()
    row.save()


def test_a_slug_names_one_origin():
    with pytest.raises(ValidationError, match="already exists"):
        origin(slug="nginx").full_clean()
    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        origin(slug="nginx").save()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "example.com", "https://"])
def test_an_address_is_a_web_address(url):
    with pytest.raises(ValidationError) as refusal:
        origin(url=url).full_clean()
    assert "url" in refusal.value.message_dict


def test_the_origins_after_another_follow_it_in_the_order_of_slugs():
    rows = list(Origin.objects.all())
    assert list(Origin.objects.after(rows[3])) == rows[4:]


def test_only_iana_is_the_registry():
    assert [row.slug for row in Origin.objects.all() if row.is_registry] == ["iana"]


def test_an_origin_shows_its_proper_name_and_has_a_page():
    row = origin(title="Proper")
    assert str(row) == "Proper"
    assert row.get_absolute_url() == "/en/origins/new/"
