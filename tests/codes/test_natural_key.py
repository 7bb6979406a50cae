import pytest
from django.core import serializers

from codes.exchange.form import bundled_models
from codes.models import Comparison, StatusCode
from codes.natural_key import NaturalKeyModel

pytestmark = pytest.mark.django_db
MODELS = bundled_models()


@pytest.mark.parametrize("model", MODELS)
def test_every_model_of_the_reference_is_named_by_a_natural_key(model):
    assert issubclass(model, NaturalKeyModel)
    assert model.natural_key_fields


@pytest.mark.parametrize("model", MODELS)
def test_a_row_is_found_by_its_natural_key(model):
    for row in (model.objects.first(), model.objects.last()):
        assert model.objects.get_by_natural_key(*row.natural_key()) == row


@pytest.mark.parametrize("model", MODELS)
def test_natural_keys_are_unique(model):
    keys = [row.natural_key() for row in model.objects.select_related()]
    assert keys
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("model", MODELS)
def test_no_database_id_is_part_of_a_natural_key(model):
    for path in model.natural_key_fields:
        *relations, last = path.split("__")
        owner = model
        for name in relations:
            owner = owner._meta.get_field(name).related_model
        field = owner._meta.get_field(last)
        assert not field.primary_key
        assert not field.is_relation or not field.target_field.primary_key


def test_the_key_of_a_meaning_is_its_number_and_its_origin():
    assert StatusCode.objects.registered().get(number=404).natural_key() == (404, "iana")


def test_a_key_that_names_nothing_finds_nothing():
    with pytest.raises(StatusCode.DoesNotExist):
        StatusCode.objects.get_by_natural_key(404, "nobody")


@pytest.mark.parametrize("key", [(404,), (404, "iana", "en")])
def test_a_key_with_too_few_or_too_many_parts_is_an_error(key):
    with pytest.raises(ValueError, match="zip"):
        StatusCode.objects.get_by_natural_key(*key)


def test_serializing_by_natural_key_leaves_out_the_id():
    rows = [Comparison.objects.get(slug="401-403")]
    (record,) = serializers.serialize("python", rows, use_natural_foreign_keys=True, use_natural_primary_keys=True)
    assert "pk" not in record
    assert sorted(record["fields"]["codes"]) == [(401, "iana"), (403, "iana")]
