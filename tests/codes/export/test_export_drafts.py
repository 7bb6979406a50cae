import pytest

from codes.exchange.texts import localized_models
from codes.localized import columns
from codes.models import TextState
from tests.drafts import marked_draft

pytestmark = pytest.mark.django_db


def test_the_site_with_a_draft_is_byte_for_byte_the_site_without_it(export):
    """Every page, list, count, JSON answer, the sitemap and the index of the search."""
    before = export()
    marked_draft()
    assert export() == (before.files, 0, 0)


def test_a_site_of_approved_texts_is_byte_for_byte_what_it_was_before_texts_that_wait(export, settings):
    settings.ONLY_APPROVED = True
    before = export("en", "zh-hant")
    for model in localized_models():
        values = dict.fromkeys(columns(model.localized_fields, ["zh-hant"]), "還沒核准 Qwozyxu")
        model._default_manager.update(**values)
    assert TextState.objects.filter(state="review", approved__isnull=False).count() > 50
    assert export("en", "zh-hant") == (before.files, 0, 0)
