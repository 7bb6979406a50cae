"""Importing a bundle: planned, shown, and then applied whole or not at all. (Seeding is in test_seeding.)"""

from typing import Any

import html5lib
import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from codes.exchange.apply import PlanChanged, Tally, apply_import, lock_reference, plan_import, silent
from codes.exchange.bundle import export, read_bundle
from codes.exchange.container import Directory
from codes.exchange.errors import BundleError
from codes.exchange.form import bundled_models, rows_of
from codes.exchange.merge import Action, Policy
from codes.localized import LANGUAGES, LocalizedModel, columns
from codes.models import Alias, BaseFile, Conflict, GlossaryTerm, Import, Origin, Source, StatusClass
from tests.codes.exchange.bundles import bundle_of, contents, find, planned, pulled, reference, term

pytestmark = pytest.mark.django_db


def here(**changes: Any) -> GlossaryTerm:
    """The row of the gateway, changed here."""
    if changes:
        GlossaryTerm.objects.filter(slug="gateway").update(**changes)
    return GlossaryTerm.objects.get(slug="gateway")


def everything() -> dict[str, Any]:
    """All rows that the imports of this module might change, with their ids."""
    found = {model: list(rows_of(model, LANGUAGES)) for model in (Origin, GlossaryTerm)}
    return {**found, **{model: list(model.objects.order_by("pk").values()) for model in (Source, Import, Conflict)}}


# Merged


def test_the_bundle_that_was_seeded_leaves_nothing_to_do(settings):
    plan = plan_import(read_bundle(Directory(settings.FIXTURES_DIR)), keep={})
    assert plan.is_empty
    assert (plan.units, plan.base) == ((), plan.bundle)


def test_what_changed_at_the_source_comes_and_what_was_changed_here_stays():
    here(definition_en="Edited here.", name_fr="passerelle")
    plan, _ = pulled(term(name_en="Gateway!", forbidden={"en": ["doorway"]}))
    assert [(unit.column, unit.action) for unit in plan.units] == [("forbidden", "change"), ("name_en", "change")]
    row = here()
    assert (row.name_en, row.forbidden) == ("Gateway!", {"en": ["doorway"]})
    assert (row.definition_en, row.name_fr) == ("Edited here.", "passerelle")
    assert not GlossaryTerm.objects.drifted().exists()


def test_a_second_pull_is_empty():
    here(name_zh_hant="本地")
    GlossaryTerm.objects.filter(slug="proxy").delete()
    records = term(name_zh_hant="上游", name_en="Gateway!")
    records["glossaryterm"].append({**records["glossaryterm"][0], "slug": "zz-new"})
    records["glossaryterm"].remove(find(records["glossaryterm"], slug="cache"))
    plan, entry = pulled(records)
    assert plan.counts() == entry.counts == {"glossaryterm": {"change": 1, "conflict": 1, "create": 1, "retire": 1}}
    again = planned(records)
    assert again.is_empty
    assert not again.has_conflicts


def test_a_language_that_the_bundle_does_not_list_is_untouched():
    chinese = columns(GlossaryTerm.localized_fields, ["zh-hans", "zh-hant"])
    here(name_zh_hant="本地", definition_fr="Ici.")
    before = here()
    every = term(name_en="Gateway!")["glossaryterm"]
    bare = [{name: value for name, value in fields.items() if name not in chinese} for fields in every]
    plan, entry = pulled({"glossaryterm": bare}, languages=["en"])
    assert [unit.column for unit in plan.units] == ["name_en"]
    assert entry.languages == ["en"]
    for name in [*chinese, "definition_fr"]:
        assert getattr(here(), name) == getattr(before, name)


def test_a_language_that_is_new_at_the_source_fills_gaps_and_overwrites_nothing():
    french = columns(GlossaryTerm.localized_fields, ["fr"])
    here(name_fr="passerelle")
    every = [{**fields, **dict.fromkeys(french)} for fields in reference("glossaryterm")["glossaryterm"]]
    find(every, slug="gateway").update(name_fr="porte", definition_fr="Un serveur.")
    plan, _ = pulled({"glossaryterm": every}, languages=["en", "fr", "zh-hans", "zh-hant"])
    assert [(unit.column, unit.action) for unit in plan.units] == [
        ("definition_fr", "change"),
        ("name_fr", "conflict"),
    ]
    assert (here().name_fr, here().definition_fr) == ("passerelle", "Un serveur.")


def test_languages_that_cannot_be_stored_are_told_and_the_others_taken():
    every = [{**fields, "name_tlh": "x", "definition_tlh": None} for fields in term(name_en="Gateway!")["glossaryterm"]]
    plan, entry = pulled({"glossaryterm": every}, languages=["en", "tlh", "zh-hans", "zh-hant"])
    assert plan.unknown_languages == ("tlh",)
    assert (entry.languages, here().name_en) == (["en", "zh-hant", "zh-hans"], "Gateway!")


def test_a_bundle_of_some_models_leaves_the_others_alone():
    Alias.objects.all().delete()  # they would take most of the time
    before = contents()
    pulled(term(name_en="Gateway!"))
    after = contents()
    assert [name for name in before if before[name] != after[name]] == ["glossaryterm.json"]


@pytest.mark.parametrize(
    ("keep", "name", "action"),
    [
        ({}, "本地", "conflict"),
        ({"zh-hant": Policy.LOCAL}, "本地", "keep"),
        ({"zh-hant": Policy.UPSTREAM}, "上游", "change"),
    ],
    ids=["undecided", "local", "upstream"],
)
def test_a_policy_decides_for_its_language(keep, name, action):
    here(name_zh_hant="本地", name_zh_hans="本地")
    plan, _ = pulled(term(name_zh_hant="上游", name_zh_hans="上游"), keep=keep)
    assert {unit.column: unit.action for unit in plan.units} == {"name_zh_hans": "conflict", "name_zh_hant": action}
    assert (here().name_zh_hant, here().name_zh_hans) == (name, "本地")
    assert Conflict.objects.count() == (2 if action == "conflict" else 1)


def test_another_source_has_a_base_of_its_own():
    here(name_en="Ours")
    records = {"glossaryterm": [find(term(name_en="Elsewhere")["glossaryterm"], slug="gateway")]}
    plan, _ = pulled(records, source="elsewhere")
    assert [(unit.column, unit.action, unit.base) for unit in plan.units] == [("name_en", "conflict", None)]
    assert not plan.counts().keys() - {"glossaryterm"}
    assert planned(records, source="elsewhere").is_empty
    records["glossaryterm"] = []
    (unit,) = planned(records, source="elsewhere").units
    assert unit.action is Action.RETIRE


def test_a_key_that_stands_twice_is_named_with_its_second_place():
    records = term()
    records["glossaryterm"].append(dict(records["glossaryterm"][0]))
    place, slug = len(records["glossaryterm"]), records["glossaryterm"][0]["slug"]
    message = rf"^glossaryterm\.json, record {place}: the natural key \('{slug}',\) stands here a second time$"
    with pytest.raises(BundleError, match=message):
        planned(records)


@pytest.mark.parametrize("value", [5, ["x"], "x" * 81, "a\0b", {"en": 1}], ids=ascii)
def test_a_value_that_is_none_is_named_even_where_it_would_only_be_a_conflict(value):
    here(name_en="Ours")
    with pytest.raises(BundleError, match=r"^glossaryterm\.json, record \d+: "):
        planned(term(name_en=value), keep={"en": Policy.LOCAL})


# Planned


def test_a_plan_leaves_no_trace():
    here(name_zh_hant="本地")
    before, bases = everything(), set(BaseFile.objects.values_list("pk", "content"))
    records = term(name_zh_hant="上游", name_en="Gateway!")
    records["glossaryterm"].append({**records["glossaryterm"][0], "slug": "zz-new"})
    records["glossaryterm"].remove(find(records["glossaryterm"], slug="cache"))
    for source in ("httpref", "elsewhere"):
        assert planned(records, source=source).has_conflicts
    assert everything() == before
    assert {(pk, bytes(content)) for pk, content in BaseFile.objects.values_list("pk", "content")} == {
        (pk, bytes(content)) for pk, content in bases
    }


def test_a_plan_is_the_same_each_time_and_in_each_language():
    here(name_zh_hant="本地")
    first = planned(term(name_zh_hant="上游"))
    with translation.override("zh-hans"):
        assert planned(term(name_zh_hant="上游")).digest == first.digest


def test_a_plan_that_is_not_the_one_shown_is_not_applied():
    bundle = bundle_of(term(name_en="Gateway!"))
    shown = plan_import(bundle, keep={})
    here(name_en="Edited meanwhile")
    before = everything()
    with pytest.raises(
        PlanChanged, match=r"^the plan has changed since it was shown: today's is [0-9a-f]{16}\."
    ) as caught:
        apply_import(bundle, shown.digest, keep={}, author="operator")
    assert caught.value.plan.digest in str(caught.value)
    assert caught.value.plan.digest == plan_import(bundle, keep={}).digest != shown.digest
    assert everything() == before
    apply_import(bundle, caught.value.plan.digest, keep={}, author="operator")


@pytest.mark.parametrize("change", ["bundle", "base", "policy"])
def test_another_bundle_base_or_policy_is_another_plan(change):
    here(name_en="Ours")
    shown = planned(term(name_en="Theirs"))
    keep = {"fr": Policy.LOCAL} if change == "policy" else {}
    if change == "base":
        pulled(term(definition_en="Anew."))
    bundle = bundle_of(term(name_en="Theirs"), licence="MIT" if change == "bundle" else None)
    with pytest.raises(PlanChanged):
        apply_import(bundle, shown.digest, keep=keep, author="operator")


# Applied


def test_the_log_tells_who_imported_what():
    user = User.objects.create_user("editor")
    bundle = bundle_of(term(name_en="Gateway!"), source="elsewhere")
    plan = plan_import(bundle, keep={})
    applied, entry = apply_import(
        bundle, plan.digest, keep={}, author="editor", user=user, address="https://example.com/"
    )
    found = Import.objects.first()
    assert found == entry
    assert (found.source, found.digest, found.plan) == ("elsewhere", bundle.manifest.digest, plan.digest)
    assert (found.kind, found.state, found.author, found.user) == ("bundle", "applied", "editor", user)
    assert (found.languages, found.counts) == (["en", "zh-hant", "zh-hans"], applied.counts())
    assert str(found) == f"elsewhere {bundle.manifest.digest[:12]}"
    source = Source.objects.get(slug="elsewhere")
    assert (source.digest, source.address, str(source)) == (plan.bundle, "https://example.com/", "elsewhere")


def test_what_is_not_sound_further_on_undoes_what_came_before_it():
    records = {**reference("origin"), **term(name_en="Gateway!")}
    find(records["origin"], slug="nginx")["title"] = "Changed"
    records["glossaryterm"][-1]["name_en"] = None
    before = everything()
    with pytest.raises(BundleError, match=rf"^glossaryterm\.json, record {len(records['glossaryterm'])}: "):
        pulled(records)
    assert everything() == before


@pytest.mark.parametrize("step", ["enqueue", "close_agreed"])
def test_a_failure_at_the_end_undoes_everything(step, monkeypatch):
    def fail(*args: object) -> None:
        raise OperationalError("disk\nfull")

    bundle = bundle_of(term(name_en="Gateway!"))
    plan, before = plan_import(bundle, keep={}), everything()
    monkeypatch.setattr(f"codes.exchange.apply.{step}", fail)
    with pytest.raises(BundleError, match="^the database says: disk full$"):
        apply_import(bundle, plan.digest, keep={}, author="operator")
    assert everything() == before


def test_a_bundle_that_was_applied_before_a_newer_one_is_told_to_be_older():
    older, newer = term(name_en="Gateway!"), term(name_en="Gateway!!")
    pulled(older, parent="0" * 64)
    assert planned(older, parent="0" * 64).notices == ()
    assert planned(newer, parent="1" * 64).notices == ()
    pulled(newer, parent="1" * 64)
    (notice,) = planned(older, parent="0" * 64).notices
    assert notice.startswith("This bundle is older than the last one from there")
    assert planned(older, parent="0" * 64, source="elsewhere").notices == ()


def test_the_parent_of_what_was_applied_is_told_to_be_older():
    older = bundle_of(term(name_en="Gateway!"))
    pulled(term(name_en="Gateway!!"), parent=older.manifest.digest)
    assert len(plan_import(older, keep={}).notices) == 1


def test_progress_is_told_now_and_then_and_at_the_end():
    told: list[tuple[str, int, int]] = []
    tally = Tally(StatusClass, 12_000, lambda *what: told.append(what))
    for _ in range(12):
        tally.add(1_000)
    tally.close()
    name = str(StatusClass._meta.verbose_name_plural)
    assert told == [(name, done, 12_000) for done in (5_000, 10_000, 12_000)]
    assert silent(*told[0]) is None


def test_each_record_counts_once():
    told: list[tuple[str, int, int]] = []
    records = term(name_en="Gateway!")
    records["glossaryterm"].append({**records["glossaryterm"][0], "slug": "zz-new"})
    plan_import(bundle_of(records), keep={}, progress=lambda *what: told.append(what))
    assert told == [(str(GlossaryTerm._meta.verbose_name_plural), 91, 91)]


def test_an_import_locks_all_that_it_may_write(monkeypatch):
    monkeypatch.setattr("codes.exchange.apply.LOCK", {connection.vendor: "SELECT '{}'"})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        lock_reference()
    tables = {model._meta.db_table for model in bundled_models()}
    assert all(f'"{table}"' in queries[0]["sql"] for table in tables)
    monkeypatch.setattr("codes.exchange.apply.LOCK", {})
    with CaptureQueriesContext(connection) as queries:
        lock_reference()
    assert len(queries) == 0


# What an import makes of the pages


ACTIVE = (
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html;base64,PHNjcmlwdD4=) [d](vbscript:x)\n\n"
    "<script>alert(1)</script> <img src=x onerror=alert(1)> <a href='javascript:x' onclick='x'>e</a>\n\n"
    "![f](https://evil.example/pixel.png)\n\n<iframe src=//evil.example></iframe>\n"
)


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_text_with_active_content_arrives_harmless(language, client):
    records = reference("statuscode")
    changes = dict.fromkeys(columns(["description", "server", "client", "visitor", "correction"], [language]), ACTIVE)
    changes |= dict.fromkeys(columns(["summary", "name"], [language]), "<script>alert(1)</script>")
    find(records["statuscode"], number=404, origin=["iana"]).update(changes, reason_phrase="<b onclick=x>Not Found</b>")
    pulled(records)
    with translation.override(language):
        content = client.get(reverse("number", args=[404])).content.decode()
    page = html5lib.parse(content, namespaceHTMLElements=False)
    assert content.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    assert [element for element in page.iter("script") if "alert" in "".join(element.itertext())] == []
    for element in page.iter():
        assert "evil" not in element.get("src", "")
        assert not any(name.startswith("on") for name in element.attrib), element.attrib
        target = str(element.get("href", element.get("src", ""))).strip().lower()
        assert not target.startswith(("javascript:", "data:text", "vbscript:")), target


def test_no_base_column_drifts():
    here(name_en="Ours")
    records = {**term(definition_en="Anew."), **reference("statusclass")}
    records["statusclass"][0]["name_en"] = "Interim"
    with translation.override("zh-hant"):
        pulled(records)
    for model in (GlossaryTerm, StatusClass):
        assert issubclass(model, LocalizedModel)
        assert not model.objects.drifted().exists()


def test_the_reference_given_back_is_what_was_taken():
    """After an import of everything the same files are exported, and they are the source's own bundle."""
    records = reference("statusclass", "origin")
    records["origin"][0]["title"] = "Changed"
    bundle = bundle_of(records)
    pulled(records)
    files = export([StatusClass, Origin], bundle.manifest.languages)
    assert {name: b"".join(pieces) for name, pieces in files} == bundle.container.files
