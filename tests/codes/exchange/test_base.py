import pytest

from codes.exchange.apply import plan_import
from codes.exchange.base import Base
from codes.exchange.bundle import read_bundle
from codes.exchange.errors import BundleError
from codes.exchange.form import model_named
from codes.exchange.manifest import read_manifest
from codes.localized import column, columns
from codes.models import BaseFile, GlossaryTerm, Origin, Source
from tests.codes.exchange.bundles import Memory, bundle_of, files_of, find, fixture, planned, pulled, reference

pytestmark = pytest.mark.django_db


def base_of(source: str = "httpref") -> Base:
    return Base(bundle_of({"origin": []}, source=source).manifest)


def test_the_base_is_what_the_source_said_last():
    base = base_of()
    assert base.digest == read_manifest(fixture("manifest.json")).digest
    assert list(base.records(Origin).values()) == reference("origin")["origin"]
    assert len(base.records(model_named("alias"))) == len(reference("alias")["alias"])


def test_a_source_that_nothing_was_taken_from_has_no_base():
    base = base_of("elsewhere")
    assert (base.digest, base.records(Origin)) == ("", {})


def test_the_base_moves_on_file_by_file():
    records = reference("glossaryterm")
    find(records["glossaryterm"], slug="gateway")["name_en"] = "changed"
    pulled(records)
    base = base_of()
    assert base.records(GlossaryTerm)["gateway",]["name_en"] == "changed"
    assert list(base.records(Origin).values()) == reference("origin")["origin"]


def test_the_base_forgets_what_the_source_has_no_more_and_keeps_the_columns_that_a_bundle_leaves_out():
    chinese = columns(Origin.localized_fields, ["zh-hans", "zh-hant"])
    records = [{n: v for n, v in f.items() if n not in chinese} for f in reference("origin")["origin"][1:]]
    pulled({"origin": records}, languages=["en"])
    found = base_of().records(Origin)
    assert list(found.values()) == reference("origin")["origin"][1:]


def test_the_base_remembers_what_was_refused_here():
    """Or the same conflict would be queued by each import."""
    Origin.objects.filter(slug="nginx").update(title="Ours")
    records = reference("origin")
    find(records["origin"], slug="nginx")["title"] = "Theirs"
    pulled(records)
    assert base_of().records(Origin)["nginx",]["title"] == "Theirs"
    assert planned(records).is_empty


def test_a_source_is_remembered_with_its_manifest_and_the_address_where_it_was_found_last():
    manifest = bundle_of(reference("origin"), source="elsewhere").manifest
    base = Base(manifest)
    base.advance(manifest, "https://example.com/")
    source = Source.objects.get(slug="elsewhere")
    assert (source.digest, source.manifest, source.address) == (manifest.digest, manifest.raw, "https://example.com/")
    base.advance(manifest, "")
    assert Source.objects.get(slug="elsewhere").address == "https://example.com/"


def test_any_text_is_kept_as_it_is():
    base, name = base_of(), column("name", "zh-hant")
    fields = {"slug": "閘道", name: "逾時 \N{GRINNING FACE}", "sources": [{"a": None, "b": 1.5}]}
    base.remember(Origin, {}, {("閘道",): fields})
    assert base.records(Origin) == {("閘道",): fields}
    assert str(BaseFile.objects.get(source=base.source, model="origin")) == f"{base.source.pk} origin"


def test_a_file_is_recognized_by_its_digest_and_languages():
    base = base_of()
    same = read_manifest(fixture("manifest.json"))
    assert base.is_of(same, "origin.json")
    changed = reference("origin")
    changed["origin"][0]["title"] = "Changed"
    assert not base.is_of(bundle_of(changed).manifest, "origin.json")
    assert base.is_of(bundle_of(reference("origin")).manifest, "origin.json")
    assert not base.is_of(bundle_of(reference("origin"), languages=["en", "zh-hans"]).manifest, "origin.json")
    elsewhere = bundle_of(reference("origin"), source="elsewhere").manifest
    assert not Base(elsewhere).is_of(elsewhere, "origin.json")


def test_a_file_that_was_not_in_the_last_bundle_is_read():
    pulled(reference("glossaryterm"))
    assert not base_of().is_of(bundle_of(reference("origin")).manifest, "origin.json")


class Far(Memory):
    """Files that take long to get."""

    is_far = True


def test_far_files_that_were_taken_over_already_are_not_fetched():
    files = files_of(reference("origin", "glossaryterm"))
    far = Far({**files, "origin.json": b"not to be read"})
    assert plan_import(read_bundle(far), keep={}).units == ()


def test_near_files_that_were_taken_over_already_are_still_held_to_their_digest():
    files = files_of(reference("origin", "glossaryterm"))
    near = Memory({**files, "origin.json": b"something else"})
    with pytest.raises(BundleError, match=r"^origin\.json: .*digest"):
        plan_import(read_bundle(near), keep={})
