"""Registers the localized fields with django-modeltranslation, which makes their columns."""

from modeltranslation.translator import TranslationOptions, translator

from codes.models import Comparison, GlossaryTerm, GuideAnswer, GuideStep, Origin, StatusClass, StatusCode

for model in (StatusClass, Origin, StatusCode, Comparison, GuideStep, GuideAnswer, GlossaryTerm):
    options = type(f"{model.__name__}Translation", (TranslationOptions,), {"fields": model.localized_fields})
    translator.register(model, options)
