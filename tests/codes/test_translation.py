from django.apps import apps
from django.conf import settings
from modeltranslation.translator import translator

from codes.localized import DEFAULT_LANGUAGE, LocalizedModel, column, columns

MODELS = [model for model in apps.get_app_config("codes").get_models() if issubclass(model, LocalizedModel)]


def test_every_localized_model_is_registered_and_no_other():
    assert set(translator.get_registered_models(abstract=False)) == set(MODELS)
    assert {model.__name__ for model in MODELS} >= {"StatusClass", "Origin", "StatusCode", "Comparison"}


def test_the_localized_fields_are_the_translated_ones():
    for model in MODELS:
        translated = translator.get_options_for_model(model).get_field_names()
        assert set(translated) == set(model.localized_fields)


def test_the_schema_holds_ten_languages_whatever_is_shown():
    assert len(settings.CONTENT_LANGUAGES) == 10
    assert len(settings.LANGUAGES) == 3
    for model in MODELS:
        names = {field.name for field in model._meta.concrete_fields if hasattr(field, "translated_field")}
        assert names == set(columns(model.localized_fields, settings.CONTENT_LANGUAGES))


def test_a_missing_text_can_be_stored():
    for model in MODELS:
        for name in columns(model.localized_fields):
            field = model._meta.get_field(name)
            assert field.null and field.blank, name


def test_no_translated_column_is_unique():
    for model in MODELS:
        fields = [model._meta.get_field(name) for name in columns(model.localized_fields)]
        assert not any(field.unique for field in fields)


def test_the_limits_of_a_text_hold_in_every_language():
    for model in MODELS:
        for field in model.localized_fields:
            limits = {model._meta.get_field(name).max_length for name in columns([field])}
            assert limits == {model._meta.get_field(column(field, DEFAULT_LANGUAGE)).max_length}
