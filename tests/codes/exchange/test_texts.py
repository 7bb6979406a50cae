import pytest
from django.test import Client
from django.utils import translation

from codes.exchange.form import bundled_models
from codes.exchange.texts import Offered, fingerprint, localized_models, offer
from codes.localized import LocalizedModel, column
from codes.models import GlossaryTerm, GuideAnswer, Origin, StatusCode

pytestmark = pytest.mark.django_db


def contexts(offered: list[Offered]) -> list[str]:
    return [one.entry.context for one in offered]


def about(context: str, language: str = "fr") -> Offered:
    (found,) = (one for one in offer(language) if one.entry.context == context)
    return found


def test_every_english_text_is_offered_once_and_nothing_else():
    expected = sum(
        len(model.objects.having(field, "en")) for model in localized_models() for field in model.localized_fields
    )
    found = contexts(list(offer("fr")))
    assert len(found) == len(set(found)) == expected > 1000
    assert localized_models() == [model for model in bundled_models() if issubclass(model, LocalizedModel)]


def test_texts_are_named_by_model_natural_key_and_field():
    names = {
        "statusclass:4:name",
        "statuscode:404/iana:summary",
        "comparison:401-403:rule",
        "guideanswer:start/did-it:text",
    }
    first = GuideAnswer.objects.filter(step__slug="start").order_by("slug").first()
    names = {name.replace("did-it", first.slug) for name in names}
    assert names <= set(contexts(list(offer("ja"))))


def test_the_order_is_that_of_bundles_whatever_the_rows_were_made_in():
    Origin.objects.create(slug="a-late-one", title="Late", name_en="Late")
    found = contexts(list(offer("fr")))
    keys = [context.split(":")[1] for context in found if context.startswith("origin:") and context.endswith(":name")]
    assert keys[0] == "a-late-one"
    assert keys == sorted(keys)
    kinds = [context.split(":")[0] for context in found]
    assert list(dict.fromkeys(kinds)) == [model._meta.model_name for model in localized_models()]


@pytest.mark.parametrize("active", ["en", "zh-hant"])
def test_a_text_comes_with_its_translation_whatever_language_is_active(active):
    code = StatusCode.objects.get(number=404, origin="iana")
    with translation.override(active):
        entry = about("statuscode:404/iana:name", "zh-hans").entry
    assert entry[1:] == ("Not Found", code.name_zh_hans, fingerprint(code.name_zh_hans))


def test_a_text_without_translation_has_no_fingerprint():
    assert about("statuscode:404/iana:name").entry[1:] == ("Not Found", "", "")


def test_what_has_no_english_text_is_not_offered():
    StatusCode.objects.filter(number=404, origin="iana").update(summary_en=None, summary_fr="Introuvable")
    assert "statuscode:404/iana:summary" not in contexts(list(offer("fr")))


def test_only_what_lacks_a_translation_is_offered_on_demand():
    assert contexts(list(offer("zh-hant", missing=True))) == []
    StatusCode.objects.filter(number=404, origin="iana").update(summary_zh_hant=None)
    assert contexts(list(offer("zh-hant", missing=True))) == ["statuscode:404/iana:summary"]


def test_fingerprints_tell_texts_apart_and_are_no_numbers():
    texts = ["a", "b", "A", "a ", "甲"]
    prints = {fingerprint(text) for text in texts}
    assert len(prints) == len(texts)
    assert all(one.startswith("sha256:") for one in prints)
    assert fingerprint("") == fingerprint(None) == ""


def test_the_longest_length_is_that_of_the_column():
    assert (
        about("statuscode:404/iana:name").longest == StatusCode._meta.get_field(column("name", "fr")).max_length == 80
    )
    assert about("statuscode:404/iana:description").longest is None


def test_a_text_comes_with_the_address_of_its_page_in_its_language_or_in_english(settings):
    settings.BASE_URL = "https://www.example.com"
    assert about("statuscode:404/iana:name", "zh-hant").shown_at == "https://www.example.com/zh-hant/404/#iana"
    assert about("statuscode:404/iana:name", "fr").shown_at == "https://www.example.com/en/404/#iana"


def test_every_text_is_shown_where_its_address_says(settings):
    settings.BASE_URL = ""
    term, through = GlossaryTerm.objects.first(), GuideAnswer.objects.filter(next_step__isnull=False).first()
    last = GuideAnswer.objects.filter(code__isnull=False).first()
    rows = {
        "statusclass:4:name": "",
        "origin:nginx:name": "",
        "statuscode:404/iana:name": "iana",
        "comparison:401-403:question": "",
        "guidestep:start:question": "",
        f"guideanswer:{through.step.slug}/{through.slug}:text": "",
        f"guideanswer:{last.step.slug}/{last.slug}:reason": "",
        f"glossaryterm:{term.slug}:name": f"term-{term.slug}",
    }
    found = {one.entry.context: one for one in offer("zh-hant")}
    for context, anchor in rows.items():
        entry, address, _ = found[context]
        path, _, fragment = address.partition("#")
        page = Client().get(path).content.decode()
        assert entry.translation.split("`")[0][:12] in page, context
        assert fragment == anchor
        assert not anchor or f'id="{anchor}"' in page


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_max_num_queries):
    with django_assert_max_num_queries(3 * len(localized_models())):
        list(offer("fr"))
