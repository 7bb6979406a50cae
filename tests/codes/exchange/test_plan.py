from dataclasses import replace

import pytest

from codes.exchange.form import MODEL_NAMES
from codes.exchange.merge import Action, Policy, Unit
from codes.exchange.plan import Plan, place

CHANGE = Unit("statuscode", (404, "iana"), "name_en", Action.CHANGE, "a", "a", "b")
CREATE = Unit("origin", ("ours",), "", Action.CREATE, None, None, {"slug": "ours"})
CONFLICT = Unit("statuscode", (405, "iana"), "name_en", Action.CONFLICT, "a", "b", "c", "both-changed")
RETIRE = Unit("origin", ("theirs",), "", Action.RETIRE, {"slug": "theirs"}, None, None, "retired")
KEEP = replace(CONFLICT, action=Action.KEEP)
PLAN = Plan(source="httpref", bundle="0" * 64, base="1" * 64, languages=("en", "fr"), units=(CREATE, CHANGE))


def test_units_stand_in_the_order_of_models_keys_and_columns():
    units = [CREATE, RETIRE, CHANGE, replace(CHANGE, column="name_fr"), CONFLICT]
    assert sorted([units[4], units[2], units[3], units[1], units[0]], key=place) == units
    assert place(CHANGE) == (MODEL_NAMES.index("statuscode"), (404, "iana"), "name_en")


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "other"},
        {"bundle": "2" * 64},
        {"base": ""},
        {"languages": ("fr", "en")},
        {"unknown_languages": ("tlh",)},
        {"keep": {"fr": Policy.LOCAL}},
        {"units": (CREATE,)},
        {"units": (CHANGE, CREATE)},
        *(
            {"units": (CREATE, replace(CHANGE, **change))}
            for change in (
                {"model": "statusclass"},
                {"key": (403, "iana")},
                {"column": "name_fr"},
                {"action": Action.KEEP},
                {"base": None},
                {"local": "c"},
                {"upstream": "c"},
                {"reason": "taken"},
            )
        ),
    ],
    ids=str,
)
def test_another_plan_has_another_digest(changes):
    assert replace(PLAN, **changes).digest != PLAN.digest


def test_the_same_plan_has_the_same_digest_whatever_is_said_beside_it():
    assert replace(PLAN, notices=("look out",)).digest == replace(PLAN).digest
    assert len(PLAN.digest) == 16
    assert int(PLAN.digest, 16)


def test_units_are_counted_by_model_and_action():
    plan = replace(PLAN, units=(CREATE, RETIRE, CHANGE, CHANGE, CONFLICT))
    assert plan.counts() == {"origin": {"create": 1, "retire": 1}, "statuscode": {"change": 2, "conflict": 1}}
    assert replace(PLAN, units=()).counts() == {}


def test_units_are_found_by_their_action():
    plan = replace(PLAN, units=(CREATE, RETIRE, CHANGE, CONFLICT))
    assert list(plan.with_action(Action.CONFLICT, Action.RETIRE)) == [RETIRE, CONFLICT]


@pytest.mark.parametrize(
    ("unit", "expected"), [(CREATE, False), (CHANGE, False), (KEEP, False), (CONFLICT, True), (RETIRE, True)]
)
def test_a_plan_has_conflicts_where_an_editor_has_to_decide(unit, expected):
    assert replace(PLAN, units=(unit,)).has_conflicts is expected


def test_a_plan_is_empty_where_not_even_the_base_moves():
    assert replace(PLAN, units=(), bundle="1" * 64).is_empty
    assert not replace(PLAN, units=()).is_empty
    assert not replace(PLAN, bundle="1" * 64).is_empty


def test_a_plan_is_told_to_programs():
    told = replace(PLAN, notices=("look out",), keep={"fr": Policy.LOCAL}).as_json()
    assert told["plan"] == replace(PLAN, keep={"fr": Policy.LOCAL}).digest
    assert (told["notices"], told["keep"], told["languages"]) == (["look out"], {"fr": "local"}, ["en", "fr"])
    assert told["counts"] == {"origin": {"create": 1}, "statuscode": {"change": 1}}
    assert told["units"][1] == {
        "model": "statuscode",
        "key": [404, "iana"],
        "column": "name_en",
        "action": "change",
        "reason": "",
        "base": "a",
        "local": "a",
        "upstream": "b",
    }
