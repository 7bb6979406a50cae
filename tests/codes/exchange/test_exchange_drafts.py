"""Drafts and bundles: they are not given away, and what comes from elsewhere does not overwrite one."""

from urllib.parse import urlsplit

import pytest

from codes.exchange.bundle import export
from codes.exchange.form import bundled_fields, model_named
from codes.exchange.manifest import MANIFEST
from codes.exchange.texts import shown_at
from codes.models import Alias, Comparison, Conflict, StatusCode
from tests.codes.exchange.bundles import find, fixture, pulled, reference
from tests.drafts import NUMBER, marked_draft

pytestmark = pytest.mark.django_db

SHOWN = ["en", "zh-hans", "zh-hant"]
# What a draft and its origin would show in.
NAMES = ("origin", "statuscode", "reference", "headerfielduse", "symbol", "comparison", "guideanswer")


def test_a_bundle_with_a_draft_here_is_byte_for_byte_the_bundle_without_it():
    marked_draft()
    files = export([model_named(name) for name in NAMES], SHOWN)
    given_away = {name: b"".join(pieces) for name, pieces in files}
    assert {name: given_away[name] for name in given_away if name != MANIFEST} == {
        f"{name}.json": fixture(f"{name}.json") for name in NAMES
    }


def test_no_alias_of_a_draft_is_given_away():
    draft = marked_draft()
    assert list(Alias.objects.exclude(pk__in=Alias.objects.published())) == list(draft.aliases.all())


def test_whether_it_is_a_draft_is_in_no_bundle():
    assert "is_draft" not in bundled_fields(StatusCode, ["en"])


@pytest.fixture
def draft():
    """A draft of a meaning that the source publishes, too; compared with another code."""
    values = {"number": NUMBER, "origin_id": "nginx", "registration": "vendor", "is_draft": True}
    row = StatusCode.with_drafts.create(**values, name_en="Ours", summary_en="Written here.", name_fr="Le nôtre")
    Alias.objects.create(status_code=row, language="en", text="ours")
    Comparison.objects.get(slug="401-403").codes.add(row)
    return row


def published_there():
    """The source's meaning of the same number and origin, and an alias of it."""
    records = reference("statuscode", "alias")
    template = find(records["statuscode"], number=444, origin=["nginx"])
    records["statuscode"].append({**template, "number": NUMBER, "name_en": "Theirs", "name_zh_hant": "他們的"})
    records["alias"].append({"status_code": [NUMBER, "nginx"], "language": "en", "text": "theirs"})
    return records


def test_a_pull_treats_a_draft_as_any_record_here(draft):
    pulled(published_there(), languages=SHOWN)
    draft.refresh_from_db()
    assert draft.is_draft
    assert (draft.name_en, draft.summary_en, draft.name_fr) == ("Ours", "Written here.", "Le nôtre")
    assert draft.name_zh_hant == "他們的"  # what was empty here is filled
    assert {alias.text for alias in draft.aliases.all()} == {"ours", "theirs"}
    conflicts = {one.column: one.upstream for one in Conflict.objects.filter(model="statuscode")}
    assert conflicts["name_en"] == "Theirs"
    assert not StatusCode.objects.with_number(NUMBER).exists()


def test_a_pull_keeps_what_refers_to_a_draft(draft):
    records = reference("comparison")
    compared = find(records["comparison"], slug="401-403")
    compared["rule_en"] = "Another rule."
    compared["codes"].append([407, "iana"])
    pulled(records, languages=SHOWN)
    row = Comparison.objects.get(slug="401-403")
    assert row.rule_en == "Another rule."
    assert draft in row.codes.all()
    assert Conflict.objects.get(model="comparison").column == "codes"


def test_a_draft_that_the_source_does_not_have_is_left_alone(draft):
    pulled(reference("statuscode", "origin"), languages=SHOWN, source="elsewhere")
    draft.refresh_from_db()
    assert draft.is_draft
    assert not Conflict.objects.filter(key=[NUMBER, "nginx"]).exists()


def test_a_translator_is_shown_the_preview_of_a_draft(draft, client):
    address = shown_at(draft, "zh-hant")
    assert "/zh-hant/preview/" in address
    assert f'href="#{draft.anchor}"' in client.get(urlsplit(address).path).content.decode()
