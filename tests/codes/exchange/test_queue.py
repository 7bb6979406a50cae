"""Conflicts: how they are queued and followed by later imports, and settled by editors."""

from typing import Any

import pytest

from codes.exchange.apply import PlanChanged, apply_import, plan_import
from codes.exchange.queue import SettlingError, close, local_value, settle
from codes.localized import columns
from codes.models import (
    Alias,
    Conflict,
    GlossaryTerm,
    GuideStep,
    HeaderField,
    Origin,
    Source,
    Specification,
)
from codes.models.exchange import ConflictReason, ConflictState
from tests.codes.exchange.bundles import Records, bundle_of, find, pulled, reference

pytestmark = pytest.mark.django_db
OPEN, LOCAL, UPSTREAM = ConflictState.OPEN, ConflictState.LOCAL, ConflictState.UPSTREAM
EDITED, AGREED = ConflictState.EDITED, ConflictState.AGREED


def nginx(**changes: Any) -> Records:
    """The file of origins with nginx changed."""
    records = reference("origin")
    find(records["origin"], slug="nginx").update(changes)
    return records


def here(**changes: Any) -> Origin:
    """The row of nginx, changed here."""
    Origin.objects.filter(slug="nginx").update(**changes)
    return Origin.objects.get(slug="nginx")


def state() -> str:
    return Conflict.objects.get().state


@pytest.fixture
def conflict() -> Conflict:
    """A title that was changed here and at the source."""
    here(title="Ours")
    pulled(nginx(title="Theirs"))
    return Conflict.objects.get()


@pytest.fixture
def title() -> str:
    return find(reference("origin")["origin"], slug="nginx")["title"]


# Queued


def test_a_conflict_has_all_three_values_and_the_import_that_found_it(title):
    here(title="Ours")
    _, entry = pulled(nginx(title="Theirs"))
    found = Conflict.objects.get()
    assert (found.source, found.model, found.key, found.column) == ("httpref", "origin", ["nginx"], "title")
    assert (found.base, found.local, found.upstream) == (title, "Ours", "Theirs")
    assert (found.reason, found.state, found.found_by) == (ConflictReason.BOTH_CHANGED, OPEN, entry)
    assert str(found) == "origin nginx title"


def test_a_conflict_that_waits_learns_what_the_source_says_later_and_keeps_its_base(conflict, title):
    _, entry = pulled(nginx(title="Theirs, again"))
    found = Conflict.objects.get()
    assert (found.base, found.local, found.upstream) == (title, "Ours", "Theirs, again")
    assert (found.pk, found.found_by) == (conflict.pk, entry)


def test_what_is_kept_by_policy_is_not_queued_and_what_waits_learns_of_it(conflict):
    plan, _ = pulled(nginx(title="Theirs, again"), keep={"facts": "local"})
    assert [unit.action for unit in plan.units] == ["keep"]
    assert Conflict.objects.get().upstream == "Theirs, again"
    assert state() == OPEN


def test_a_conflict_that_a_policy_decides_for_the_source_is_none_any_more(conflict):
    pulled(nginx(title="Theirs, again"), keep={"facts": "upstream"})
    assert here().title == "Theirs, again"
    assert state() == AGREED


def test_a_conflict_closes_when_the_source_takes_over_what_stands_here(conflict):
    pulled(nginx(title="Ours"))
    found = Conflict.objects.get()
    assert (found.state, found.settled_by) == (AGREED, "")
    assert found.settled is not None


def test_a_conflict_closes_when_this_side_takes_over_what_the_source_said(conflict):
    here(title="Theirs")
    pulled(nginx(title="Theirs", url="https://nginx.org/"))
    assert state() == AGREED


def test_a_conflict_closes_when_this_side_takes_over_what_the_source_says_only_now(conflict):
    here(title="Theirs, again")
    plan, _ = pulled(nginx(title="Theirs, again"))
    assert not plan.units
    assert state() == AGREED


def test_a_conflict_stays_when_something_else_is_imported(conflict):
    pulled(nginx(title="Theirs", url="https://nginx.org/"))
    pulled(reference("glossaryterm"))
    found = Conflict.objects.get()
    assert (found.state, found.upstream) == (OPEN, "Theirs")


def test_another_sources_conflicts_are_its_own(conflict):
    here(title="Elsewhere")
    pulled({"origin": [find(nginx(title="Elsewhere")["origin"], slug="nginx")]}, source="elsewhere")
    assert state() == OPEN
    here(title="Ours")
    pulled({"origin": [find(nginx(title="Elsewhere, too")["origin"], slug="nginx")]}, source="elsewhere")
    assert sorted(Conflict.objects.open().values_list("source", flat=True)) == ["elsewhere", "httpref"]


def test_the_conflict_about_a_column_keeps_the_last_value_of_a_record_that_is_gone_at_the_source(conflict):
    records = nginx()
    records["origin"].remove(find(records["origin"], slug="nginx"))
    pulled(records)
    assert sorted(Conflict.objects.open().values_list("column", "upstream")) == [("", None), ("title", "Theirs")]


def test_a_column_that_the_source_left_out_later_keeps_its_last_value(conflict):
    Origin.objects.filter(slug="nginx").update(name_zh_hant="本地")
    pulled(nginx(title="Theirs", name_zh_hant="上游"))
    english = nginx(title="Theirs")
    chinese = columns(Origin.localized_fields, ["zh-hans", "zh-hant"])
    bare = [{name: value for name, value in f.items() if name not in chinese} for f in english["origin"]]
    pulled({"origin": bare}, languages=["en"])
    assert Conflict.objects.open().get(column="name_zh_hant").upstream == "上游"


# Whole records


def without(model: str, **key: Any) -> Records:
    records = reference(model)
    records[model].remove(find(records[model], **key))
    return records


def test_a_record_that_is_gone_at_the_source_is_proposed_once():
    plan, _ = pulled(without("glossaryterm", slug="gateway"))
    assert [(unit.action, unit.key) for unit in plan.units] == [("retire", ("gateway",))]
    assert GlossaryTerm.objects.filter(slug="gateway").exists()
    found = Conflict.objects.get()
    assert (found.reason, found.column, found.upstream, found.base["slug"]) == ("retired", "", None, "gateway")
    plan, _ = pulled(without("glossaryterm", slug="gateway"), parent="0" * 64)
    assert not plan.units
    assert state() == OPEN


def test_a_record_that_came_back_at_the_source_is_no_conflict_any_more():
    pulled(without("glossaryterm", slug="gateway"))
    pulled(reference("glossaryterm"), parent="0" * 64)
    assert state() == AGREED


def test_a_record_that_came_back_is_merged_without_a_base_and_may_be_retired_again():
    pulled(without("glossaryterm", slug="gateway"))
    records = reference("glossaryterm")
    find(records["glossaryterm"], slug="gateway")["name_en"] = "anew"
    pulled(records)
    assert sorted(Conflict.objects.values_list("column", "state")) == [("", AGREED), ("name_en", OPEN)]
    pulled(without("glossaryterm", slug="gateway"), parent="0" * 64)
    assert Conflict.objects.open().get(column="").reason == ConflictReason.RETIRED
    assert Conflict.objects.filter(column="").count() == 2


def test_a_retired_record_that_is_deleted_here_is_no_conflict_any_more():
    pulled(without("glossaryterm", slug="gateway"))
    GlossaryTerm.objects.get(slug="gateway").delete()
    pulled(reference("origin"))
    assert state() == AGREED


def test_a_key_in_any_script_is_found_again():
    # Only the aliases of one code, so that it takes a moment.
    Alias.objects.exclude(status_code__number=404, language="zh-hant").delete()
    source = Source.objects.get()
    source.files.filter(model="alias").delete()
    every = [f for f in reference("alias")["alias"] if f["status_code"] == [404, "iana"] and f["language"] == "zh-hant"]
    pulled({"alias": every})
    gone = next(fields for fields in every if not fields["text"].isascii())
    rest = {"alias": [fields for fields in every if fields != gone]}
    pulled(rest)
    Source.objects.update(digest="0" * 64)
    source.files.get(model="alias").delete()
    pulled({"alias": every}, parent="0" * 64)
    assert state() == AGREED
    pulled(rest, parent="1" * 64)
    assert Conflict.objects.open().get().key == [404, "iana", "zh-hant", gone["text"]]


def changed_term() -> Records:
    records = reference("glossaryterm")
    find(records["glossaryterm"], slug="gateway")["name_en"] = "changed"
    return records


@pytest.fixture
def deleted() -> Conflict:
    """A term that was deleted here and changed at the source."""
    GlossaryTerm.objects.get(slug="gateway").delete()
    pulled(changed_term())
    return Conflict.objects.get()


def test_a_record_deleted_here_and_changed_at_the_source_is_a_conflict(deleted):
    assert (deleted.reason, deleted.column, deleted.local) == (ConflictReason.DELETED_HERE, "", None)
    assert deleted.upstream["name_en"] == "changed"
    assert not GlossaryTerm.objects.filter(slug="gateway").exists()


def test_a_record_deleted_here_is_no_conflict_any_more_when_the_source_has_none_either(deleted):
    pulled(without("glossaryterm", slug="gateway"))
    assert state() == AGREED


def test_a_record_deleted_here_is_no_conflict_any_more_when_it_is_made_again_as_the_source_has_it(deleted):
    settle(deleted, UPSTREAM, seen=None, author="editor")
    Conflict.objects.update(state=OPEN)
    pulled(reference("origin"))
    assert state() == AGREED


def test_a_record_deleted_here_stays_a_conflict_when_another_is_made_in_its_place(deleted):
    GlossaryTerm.objects.create(slug="gateway", name_en="Ours")
    pulled(reference("origin"))
    assert state() == OPEN


# Settled


def test_as_it_is_here(conflict):
    settle(conflict, LOCAL, seen="Ours", author="editor")
    found = Conflict.objects.get()
    assert (found.state, found.settled_by, here().title) == (LOCAL, "editor", "Ours")
    assert found.settled is not None
    assert plan_of(nginx(title="Theirs")).is_empty


def plan_of(records: Records) -> Any:
    return plan_import(bundle_of(records), keep={})


def test_as_the_source_has_it(conflict):
    settle(conflict, UPSTREAM, seen="Ours", author="editor")
    assert (state(), here().title) == (UPSTREAM, "Theirs")


def test_edited(conflict):
    settle(conflict, EDITED, seen="Ours", author="editor", value="Both")
    assert (state(), here().title) == (EDITED, "Both")
    assert plan_of(nginx(title="Theirs")).is_empty


def test_a_settled_conflict_does_not_return_until_the_source_says_something_new(conflict):
    settle(conflict, LOCAL, seen="Ours", author="editor")
    pulled(nginx(title="Theirs", url="https://nginx.org/"))
    assert state() == LOCAL
    pulled(nginx(title="Theirs, again"))
    assert Conflict.objects.open().get().upstream == "Theirs, again"


def refused(conflict: Conflict, wanted: str, message: str, **decision: Any) -> None:
    before = here().title
    with pytest.raises(SettlingError, match=message):
        settle(conflict, wanted, author="editor", **decision)
    assert Conflict.objects.get(pk=conflict.pk).settled_by == ""
    assert here().title == before


@pytest.mark.parametrize("wanted", [LOCAL, UPSTREAM, EDITED])
def test_a_value_that_changed_since_it_was_seen_is_not_decided_on(wanted, conflict):
    here(title="Ours, again")
    refused(conflict, wanted, "has changed since", seen="Ours", value="Both")
    assert state() == OPEN


def test_what_somebody_else_has_settled_is_not_settled_again(conflict):
    Conflict.objects.update(state=LOCAL)
    refused(conflict, UPSTREAM, "Somebody else has settled", seen="Ours")
    assert state() == LOCAL


@pytest.mark.parametrize("value", ["", None, 5, "x" * 121, "a\0b", ["Both"]], ids=ascii)
def test_a_value_that_the_rules_do_not_allow_is_refused(value, conflict):
    refused(conflict, EDITED, "^origin nginx: ", seen="Ours", value=value)
    assert state() == OPEN


def test_the_column_of_a_record_that_is_gone_cannot_be_written(conflict):
    Origin.objects.get(slug="nginx").codes.all().delete()
    Origin.objects.filter(slug="nginx").delete()
    with pytest.raises(SettlingError, match=r"^origin nginx: the record does not exist any more$"):
        settle(conflict, UPSTREAM, seen=None, author="editor")
    assert state() == OPEN
    settle(conflict, LOCAL, seen=None, author="editor")
    assert state() == LOCAL


def test_a_record_is_made_again(deleted):
    settle(deleted, UPSTREAM, seen=None, author="editor")
    assert (state(), GlossaryTerm.objects.get(slug="gateway").name_en) == (UPSTREAM, "changed")
    assert plan_of(changed_term()).is_empty


def test_a_record_that_was_made_again_meanwhile_is_brought_to_what_the_source_has(deleted):
    GlossaryTerm.objects.create(slug="gateway", name_en="Ours", name_fr="À nous")
    with pytest.raises(SettlingError, match="has changed since"):
        settle(deleted, UPSTREAM, seen=None, author="editor")
    settle(deleted, UPSTREAM, seen=local_value(deleted), author="editor")
    row = GlossaryTerm.objects.get(slug="gateway")
    assert (row.name_en, row.name_fr) == ("changed", "À nous")


def test_a_record_is_left_deleted(deleted):
    settle(deleted, LOCAL, seen=None, author="editor")
    assert not GlossaryTerm.objects.filter(slug="gateway").exists()


@pytest.fixture
def retired() -> Conflict:
    pulled(without("glossaryterm", slug="gateway"))
    return Conflict.objects.get()


def test_a_retired_record_is_deleted_if_an_editor_says_so(retired):
    settle(retired, UPSTREAM, seen=local_value(retired), author="editor")
    assert not GlossaryTerm.objects.filter(slug="gateway").exists()


def test_a_retired_record_is_kept_if_an_editor_says_so(retired):
    settle(retired, LOCAL, seen=local_value(retired), author="editor")
    assert GlossaryTerm.objects.filter(slug="gateway").exists()


def test_a_retired_record_that_is_deleted_already_needs_no_more(retired):
    GlossaryTerm.objects.get(slug="gateway").delete()
    settle(retired, UPSTREAM, seen=None, author="editor")
    assert state() == UPSTREAM


def test_a_retired_record_that_others_need_is_not_deleted():
    """The origin is gone at the source, with its codes; the bundle has no file of these."""
    pulled(without("origin", slug="nginx"))
    found = Conflict.objects.get()
    refused(found, UPSTREAM, r"^origin nginx: other records still refer to it: status code$", seen=local_value(found))
    assert state() == OPEN


def test_a_record_without_room_stays_a_conflict_until_there_is_room():
    ours = HeaderField.objects.create(name="OURS")
    every = reference("headerfield")["headerfield"]
    pulled({"headerfield": [*every, {**every[0], "name": "Ours"}]})
    found = Conflict.objects.get()
    with pytest.raises(SettlingError, match=r"^header field Ours: .*exists"):
        settle(found, UPSTREAM, seen=None, author="editor")
    ours.delete()
    settle(found, UPSTREAM, seen=None, author="editor")
    assert HeaderField.objects.get(name="Ours").specification.slug == every[0]["specification"][0]


def test_a_relation_to_many_is_settled():
    row = Specification.objects.get(slug="rfc9110")
    row.updates.set(Specification.objects.filter(slug="rfc1945"))
    records = reference("specification")
    find(records["specification"], slug="rfc9110")["updates"] = [["rfc2616"]]
    pulled(records)
    found = Conflict.objects.get()
    with pytest.raises(SettlingError, match=r"updates refers to \['nobody'\], which does not exist"):
        settle(found, EDITED, seen=[["rfc1945"]], author="editor", value=[["nobody"]])
    settle(found, UPSTREAM, seen=[["rfc1945"]], author="editor")
    assert [target.slug for target in row.updates.all()] == ["rfc2616"]


def test_a_new_record_with_relations_to_many_is_made():
    records = reference("specification")["specification"]
    new = {**records[0], "slug": "rfc9999", "obsoletes": [["rfc1945"], ["rfc2616"]]}
    pulled({"specification": [*records, new]})
    Specification.objects.get(slug="rfc9999").delete()
    pulled({"specification": [*records, {**new, "title": "Anew"}]})
    settle(Conflict.objects.get(), UPSTREAM, seen=None, author="editor")
    assert Specification.objects.get(slug="rfc9999").obsoletes.count() == 2


def test_what_stands_here_is_the_value_of_the_column_or_the_whole_record(conflict):
    assert local_value(conflict) == "Ours"
    conflict.column = ""
    assert local_value(conflict)["title"] == "Ours"
    conflict.key = ["nobody"]
    assert local_value(conflict) is None


def test_closing_writes_nothing_but_the_decision(conflict):
    conflict.upstream = "not to be written"
    close(conflict, LOCAL, author="editor")
    found = Conflict.objects.get()
    assert (found.upstream, found.state, found.settled_by) == ("Theirs", LOCAL, "editor")


def test_a_step_of_the_guide_that_a_local_answer_needs_is_not_deleted():
    every = reference("guidestep")["guidestep"]
    pulled({"guidestep": [*every, {**every[0], "slug": "theirs"}]})
    step, theirs = (GuideStep.objects.get(slug=slug) for slug in ("start", "theirs"))
    step.answers.create(slug="ours", position=99, next_step=theirs, text_en="Ours")
    pulled({"guidestep": every})
    found = Conflict.objects.get()
    with pytest.raises(SettlingError, match="other records still refer to it: answer of the guide"):
        settle(found, UPSTREAM, seen=local_value(found), author="editor")


def test_an_import_that_is_refused_queues_nothing():
    here(title="Ours")
    with pytest.raises(PlanChanged):
        apply_import(bundle_of(nginx(title="Theirs")), "0" * 16, keep={}, author="operator")
    assert not Conflict.objects.exists()
