"""What an import writes, and what it leaves to an editor because the rules do not allow it."""

from typing import Any

import pytest
from django.db import connection

from codes.exchange.carry import batched, positions_of
from codes.exchange.errors import BundleError
from codes.exchange.merge import Action
from codes.exchange.plan import Plan
from codes.models import (
    Alias,
    Comparison,
    Conflict,
    GuideAnswer,
    GuideStep,
    HeaderField,
    Origin,
    Specification,
    StatusClass,
    StatusCode,
)
from codes.models.exchange import ConflictReason
from tests.codes.exchange.bundles import find, planned, pulled, reference

pytestmark = pytest.mark.django_db


def told(plan: Plan) -> list[tuple[Any, ...]]:
    """Key, column, action and reason of each unit."""
    return [(unit.key, unit.column, str(unit.action), unit.reason) for unit in plan.units]


def names(*slugs: str, model: str = "specification") -> list[dict[str, Any]]:
    """New records with these slugs, each like an old one."""
    (model_records,) = reference(model).values()
    return [{**model_records[0], "slug": slug} for slug in slugs]


# Places that rows must not share


def answers(step: str) -> list[dict[str, Any]]:
    """The answers of a step in the order of their positions."""
    every = [fields for fields in reference("guideanswer")["guideanswer"] if fields["step"] == [step]]
    return sorted(every, key=lambda fields: fields["position"])


def guide(*changed: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The file of answers with some of them changed."""
    every = {(fields["step"][0], fields["slug"]): fields for fields in reference("guideanswer")["guideanswer"]}
    every |= {(fields["step"][0], fields["slug"]): fields for fields in changed}
    return {"guideanswer": [every[key] for key in sorted(every)]}


def positions(step: str) -> list[str]:
    return list(GuideAnswer.objects.filter(step__slug=step).order_by("position").values_list("slug", flat=True))


def moved(fields: dict[str, Any], position: int, **changes: Any) -> dict[str, Any]:
    return {**fields, "position": position, **changes}


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_rows_that_change_places_do_so(order):
    first = answers("start")[:3]
    new = [moved(first[old], first[place]["position"]) for place, old in enumerate(order)]
    others = positions("start")[3:]
    plan, _ = pulled(guide(*new))
    assert {unit.action for unit in plan.units} == {Action.CHANGE}
    assert positions("start") == [first[old]["slug"] for old in order] + others


def test_a_row_waits_for_the_one_that_makes_room_for_it():
    first, second, *_, last = answers("start")
    free = last["position"] + 1
    pulled(guide(moved(first, second["position"]), moved(second, free)))
    assert positions("start")[-1] == second["slug"]
    assert positions("start")[0] == first["slug"]


def test_rows_that_all_move_on_by_one_wait_for_each_other():
    every = answers("start")
    places = [fields["position"] for fields in every[1:]] + [every[-1]["position"] + 1]
    plan, _ = pulled(guide(*(moved(fields, place) for fields, place in zip(every, places, strict=True))))
    assert plan.counts() == {"guideanswer": {"change": len(every)}}
    assert positions("start") == [fields["slug"] for fields in every]
    assert GuideAnswer.objects.get(step__slug="start", slug=every[0]["slug"]).position == places[0]


def test_a_new_record_takes_the_place_that_another_left():
    first, *_, last = answers("start")
    new = {**first, "slug": "a-new-one"}
    plan, _ = pulled(guide(new, moved(first, last["position"] + 1)))
    assert {unit.action for unit in plan.units} == {Action.CREATE, Action.CHANGE}
    assert (positions("start")[0], positions("start")[-1]) == ("a-new-one", first["slug"])


def local_answer(position: int) -> GuideAnswer:
    step, code = GuideStep.objects.get(slug="start"), StatusCode.objects.get(number=404, origin="iana")
    return GuideAnswer.objects.create(step=step, slug="ours", position=position, code=code, text_en="Ours")


def test_a_place_that_a_local_record_has_is_a_conflict_for_what_would_be_new():
    free = answers("start")[-1]["position"] + 1
    local_answer(free)
    plan, _ = pulled(guide({**answers("start")[0], "slug": "theirs", "position": free}))
    assert told(plan) == [(("start", "theirs"), "", "conflict", ConflictReason.TAKEN)]
    assert Conflict.objects.get().upstream["slug"] == "theirs"
    assert positions("start")[-1] == "ours"


def test_a_place_that_a_local_record_has_is_a_conflict_for_what_would_move_there():
    first, second, *_, last = answers("start")
    local_answer(last["position"] + 1)
    moving = moved(first, last["position"] + 1, text_en="Where to?")
    plan, _ = pulled(guide(moving, moved(second, first["position"])))
    taken = ConflictReason.TAKEN
    assert set(told(plan)) == {
        (("start", first["slug"]), "position", "conflict", taken),
        (("start", first["slug"]), "text_en", "conflict", taken),
        (("start", second["slug"]), "position", "conflict", taken),
    }
    assert positions("start") == [fields["slug"] for fields in answers("start")] + ["ours"]
    assert not GuideAnswer.objects.filter(text_en="Where to?").exists()


def test_a_name_in_other_letters_is_taken():
    HeaderField.objects.create(name="OURS")
    fields = {**reference("headerfield")["headerfield"][0], "name": "Ours"}
    plan = planned({"headerfield": [*reference("headerfield")["headerfield"], fields]})
    assert told(plan) == [(("Ours",), "", "conflict", ConflictReason.TAKEN)]


def test_only_numbers_beside_the_key_are_positions():
    assert positions_of(GuideAnswer) == ["position"]
    assert [positions_of(model) for model in (Origin, HeaderField, StatusCode, Alias)] == [[], [], [], []]


@pytest.mark.parametrize(("number", "sizes"), [(0, []), (1, [1]), (4, [2, 2]), (5, [2, 2, 1])])
def test_items_are_taken_in_batches(number, sizes):
    batches = list(batched(range(number), 2))
    assert [len(batch) for batch in batches] == sizes
    assert sum(batches, []) == list(range(number))


def test_many_rows_are_changed_and_created_some_at_a_time(monkeypatch):
    monkeypatch.setattr("codes.exchange.carry.CHUNK", 7)
    records = reference("specification")["specification"]
    new = names(*(f"new-{number:02}" for number in range(20)))
    plan, _ = pulled({"specification": [*({**fields, "title": "Retold"} for fields in records), *new]})
    assert plan.counts() == {"specification": {"change": len(records), "create": 20}}
    assert Specification.objects.filter(title="Retold").count() == len(records)
    assert Specification.objects.filter(slug__startswith="new-").count() == 20


# The rules of a row


def code(number: int, **changes: Any) -> dict[str, list[dict[str, Any]]]:
    """The file of status codes with a registered one changed."""
    records = reference("statuscode")
    find(records["statuscode"], number=number, origin=["iana"]).update(changes)
    return records


def test_a_change_that_breaks_a_rule_together_with_a_local_edit_is_a_conflict():
    """Here the registration was given another date; at the source it is no temporary one any more."""
    StatusCode.objects.filter(number=104, origin="iana").update(expires="2030-01-01")
    plan, _ = pulled(code(104, registration="registered", expires=None, summary_en="Anew"))
    assert told(plan) == [
        ((104, "iana"), "expires", "conflict", ConflictReason.BOTH_CHANGED),
        ((104, "iana"), "registration", "conflict", ConflictReason.TOGETHER),
        ((104, "iana"), "summary_en", "conflict", ConflictReason.TOGETHER),
    ]
    row = StatusCode.objects.get(number=104, origin="iana")
    assert (row.registration, row.expires.isoformat()) == ("temporary", "2030-01-01")
    assert row.summary_en != "Anew"


def test_a_row_that_was_edited_here_and_breaks_no_rule_is_changed():
    StatusCode.objects.filter(number=104, origin="iana").update(expires="2030-01-01")
    plan, _ = pulled(code(104, summary_en="Anew"))
    assert told(plan) == [((104, "iana"), "summary_en", "change", "")]


def test_a_bundle_that_breaks_a_rule_by_itself_is_refused():
    place = [(f["number"], f["origin"]) for f in reference("statuscode")["statuscode"]].index((404, ["iana"])) + 1
    with pytest.raises(BundleError, match=rf"^statuscode\.json, record {place}: .*Only a 3xx code"):
        planned(code(404, redirect_keeps_method=True))


# Relations


def without_code(number: int) -> None:
    """Delete a registered code here, with all that refers to it."""
    row = StatusCode.objects.get(number=number, origin="iana")
    row.guide_answers.all().delete()
    row.delete()


def test_a_relation_to_a_record_that_was_deleted_here_is_a_conflict():
    without_code(418)
    answer = next(
        fields for fields in reference("guideanswer")["guideanswer"] if fields["code"] not in (None, [418, "iana"])
    )
    plan, _ = pulled(guide({**answer, "code": [418, "iana"], "text_en": "Anew"}))
    key = (answer["step"][0], answer["slug"])
    assert (key, "code", "conflict", ConflictReason.MISSING) in told(plan)
    assert (key, "text_en", "change", "") in told(plan)
    row = GuideAnswer.objects.get(step__slug=key[0], slug=key[1])
    assert ([row.code.number, row.code.origin_id], row.text_en) == (answer["code"], "Anew")


def test_a_rule_that_is_broken_because_a_target_was_deleted_here_is_a_conflict_not_an_error():
    without_code(418)
    answer = next(fields for fields in reference("guideanswer")["guideanswer"] if fields["next_step"])
    plan, _ = pulled(guide({**answer, "next_step": None, "code": [418, "iana"]}))
    key = (answer["step"][0], answer["slug"])
    found = told(plan)
    assert (key, "code", "conflict", ConflictReason.MISSING) in found
    assert (key, "next_step", "conflict", ConflictReason.TOGETHER) in found
    assert GuideAnswer.objects.get(step__slug=key[0], slug=key[1]).next_step.slug == answer["next_step"][0]


def test_a_new_record_that_needs_a_record_deleted_here_is_a_conflict():
    without_code(418)
    new = {**answers("start")[0], "slug": "new", "position": 99, "next_step": None, "code": [418, "iana"]}
    plan, _ = pulled(guide(new))
    assert (("start", "new"), "", "conflict", ConflictReason.MISSING) in told(plan)
    assert not GuideAnswer.objects.filter(slug="new").exists()


def test_what_needs_a_new_record_that_has_no_room_here_is_a_conflict_too():
    HeaderField.objects.create(name="OURS")
    fields, use = reference("headerfield")["headerfield"], reference("headerfielduse")["headerfielduse"]
    records = {
        "headerfield": [*fields, {**fields[0], "name": "Ours"}],
        "headerfielduse": [*use, {**use[0], "header_field": ["Ours"]}],
    }
    plan, _ = pulled(records)
    assert [(unit.model, unit.reason) for unit in plan.units] == [
        ("headerfield", ConflictReason.TAKEN),
        ("headerfielduse", ConflictReason.MISSING),
    ]
    again = planned(records)
    assert again.is_empty


@pytest.mark.parametrize("key", [[599, "nobody"], [404], "404", None, [[404, "iana"]], [404.0, "iana"]], ids=repr)
def test_a_relation_to_what_nobody_has_is_the_bundles_fault(key):
    answer = next(fields for fields in reference("guideanswer")["guideanswer"] if fields["code"])
    records = guide({**answer, "code": key})
    place = records["guideanswer"].index({**answer, "code": key}) + 1
    with pytest.raises(BundleError, match=rf"^guideanswer\.json, record {place}: "):
        planned(records)


def test_a_row_that_is_there_may_refer_to_a_new_row_of_its_kind():
    records = reference("specification")["specification"]
    find(records, slug="rfc9110")["updates"] = [["rfc9999"]]
    plan, _ = pulled({"specification": [*records, *names("rfc9999")]})
    assert plan.counts() == {"specification": {"change": 1, "create": 1}}
    assert Specification.objects.get(slug="rfc9110").updates.get().slug == "rfc9999"


def test_a_new_row_may_refer_to_a_row_that_comes_after_it():
    records = reference("specification")["specification"]
    first, second = names("new-1", "new-2")
    pulled({"specification": [*records, {**first, "obsoletes": [["new-2"], ["rfc9110"]]}, second]})
    related = Specification.objects.get(slug="new-1").obsoletes.values_list("slug", flat=True)
    assert sorted(related) == ["new-2", "rfc9110"]


def deleted_draft() -> str:
    """A specification that nothing refers to, deleted here."""
    row = Specification.objects.filter(references=None, header_fields=None, obsoleted_by=None, updated_by=None)[0]
    row.delete()
    return row.slug


def test_a_relation_to_many_that_has_one_deleted_here_stays_as_it_is():
    gone = deleted_draft()
    records = reference("specification")["specification"]
    fields = find(records, slug="rfc9110")
    fields["updates"] = sorted([[gone], ["rfc1945"]])
    plan, _ = pulled({"specification": records})
    assert told(plan) == [(("rfc9110",), "updates", "conflict", ConflictReason.MISSING)]
    assert not Specification.objects.get(slug="rfc9110").updates.filter(slug="rfc1945").exists()


def test_a_new_row_is_related_to_all_but_those_deleted_here_and_an_editor_is_asked():
    gone = deleted_draft()
    records = reference("specification")["specification"]
    (new,) = names("rfc9999")
    wanted = sorted([[gone], ["rfc1945"]])
    plan, _ = pulled({"specification": [*records, {**new, "updates": wanted}]})
    assert told(plan) == [
        (("rfc9999",), "", "create", ""),
        (("rfc9999",), "updates", "conflict", ConflictReason.MISSING),
    ]
    assert [row.slug for row in Specification.objects.get(slug="rfc9999").updates.all()] == ["rfc1945"]
    conflict = Conflict.objects.get()
    assert (conflict.local, conflict.upstream) == ([["rfc1945"]], wanted)


@pytest.mark.parametrize("keys", [[["nobody"]], "rfc9110", [None]], ids=repr)
def test_a_relation_to_many_of_which_nobody_has_one_is_the_bundles_fault(keys):
    records = reference("specification")["specification"]
    find(records, slug="rfc9110")["updates"] = keys
    with pytest.raises(BundleError, match=r"^specification\.json, record \d+: updates "):
        planned({"specification": records})


def test_relations_to_many_that_both_sides_changed_are_a_conflict():
    row = Specification.objects.get(slug="rfc9110")
    row.updates.set(Specification.objects.filter(slug="rfc1945"))
    records = reference("specification")["specification"]
    find(records, slug="rfc9110")["updates"] = [["rfc2616"]]
    plan, _ = pulled({"specification": records})
    assert told(plan) == [(("rfc9110",), "updates", "conflict", ConflictReason.BOTH_CHANGED)]
    assert [found.slug for found in row.updates.all()] == ["rfc1945"]


def test_relations_to_many_change_where_they_were_not_changed_here():
    records = reference("comparison")
    fields = find(records["comparison"], slug="401-403")
    fields["codes"] = [[401, "iana"], [403, "iana"], [404, "iana"]]
    plan, _ = pulled(records)
    assert told(plan) == [(("401-403",), "codes", "change", "")]
    assert Comparison.objects.get(slug="401-403").codes.count() == 3


# Rules that only the database knows


def rule_of_this_install(table: str, columns: str) -> None:
    connection.check_constraints()  # PostgreSQL makes no index while some of them wait
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNIQUE INDEX a_rule_of_this_install ON {table} ({columns})")


def test_a_change_that_the_database_does_not_take_is_a_conflict():
    rule_of_this_install("codes_origin", "title")
    records = reference("origin")
    find(records["origin"], slug="nginx")["title"] = find(records["origin"], slug="shopify")["title"]
    plan, _ = pulled(records)
    assert told(plan) == [(("nginx",), "title", "conflict", ConflictReason.TAKEN)]


def test_a_new_record_that_the_database_does_not_take_is_named():
    rule_of_this_install("codes_origin", "title")
    records = reference("origin")["origin"]
    new = {**find(records, slug="nginx"), "slug": "zzz"}
    with pytest.raises(BundleError, match=rf"^origin\.json, record {len(records) + 1}: .*(?i:unique)"):
        planned({"origin": [*records, new]})


def test_a_new_record_that_breaks_a_rule_is_named_and_those_before_it_are_not():
    records = reference("statusclass")
    StatusClass.objects.filter(digit__in=(1, 2)).delete()
    # As new records, for a source that this install never heard of.
    records["statusclass"][1]["digit"] = 9
    with pytest.raises(BundleError, match=r"^statusclass\.json, record 2: .*a digit from 1 to 5"):
        planned(records, source="elsewhere")
