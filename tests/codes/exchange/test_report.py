from dataclasses import replace

import pytest
from django.utils import translation

from codes.exchange.merge import Action, Unit
from codes.exchange.plan import Plan
from codes.exchange.report import action_label, as_text, describe, details, marked, unit_name

CHANGE = Unit("statuscode", (404, "iana"), "summary", Action.CHANGE, "Not here.", "Not here.", "Not there.\nSorry.")
CREATE = Unit("origin", ("ours",), "", Action.CREATE, None, None, {"slug": "ours"})
CONFLICT = Unit("statuscode", (405, "iana"), "summary", Action.CONFLICT, "a b", "a c", "a d", "both-changed")
DELETED = Unit("statuscode", (406, "iana"), "", Action.CONFLICT, {"a": 1}, None, {"a": 2}, "deleted-here")
RETIRE = Unit("origin", ("theirs",), "", Action.RETIRE, {"slug": "theirs"}, None, None, "retired")
KEEP = replace(CONFLICT, action=Action.KEEP)
PLAN = Plan(source="elsewhere", bundle="0123456789abcdef", base="fedcba9876543210", languages=("en", "fr"))


def told(plan: Plan, every_unit: bool = True) -> list[str]:
    return list(describe(plan, every_unit=every_unit))


def test_every_action_has_a_name():
    names = {action: action_label(action) for action in Action}
    assert len(set(names.values())) == len(Action)
    assert action_label("create") == "new"


def test_a_plan_is_told_line_by_line():
    units = (CREATE, RETIRE, CHANGE, CONFLICT, DELETED)
    assert told(replace(PLAN, units=units, unknown_languages=("sr", "tlh"), notices=("Look out.",))) == [
        "from elsewhere, bundle 0123456789ab",
        "last bundle applied: fedcba987654",
        "languages: en, fr",
        "left out, for this install cannot store them: sr, tlh",
        "Look out.",
        "       1 origin: new",
        "       1 origin: no longer at the source, kept here",
        "       1 statuscode: changed",
        "       2 statuscode: conflict, kept as here",
        "",
        "origin ours: new",
        "",
        "origin theirs: no longer at the source, kept here",
        "",
        "statuscode 404/iana summary: changed",
        "    Not [-here-]{+there+}.{+\n    Sorry.+}",
        "",
        "statuscode 405/iana summary: conflict, kept as here",
        "    here: a [-b-]{+c+}",
        "    source: a [-b-]{+d+}",
        "",
        "statuscode 406/iana: conflict, kept as here",
        "    deleted here, changed at the source",
        "",
    ]


def test_the_counts_alone_are_told_if_that_is_enough():
    lines = told(replace(PLAN, units=(CREATE, CHANGE)), every_unit=False)
    assert lines[-3:] == ["       1 origin: new", "       1 statuscode: changed", ""]


def test_a_first_import_is_since_nothing():
    assert told(replace(PLAN, base=""))[1] == "last bundle applied: nothing was imported from there yet"


def test_a_plan_without_units_says_whether_the_base_moves():
    assert told(PLAN)[-1] == "No value differs; only the base of the next import moves on."
    assert told(replace(PLAN, base=PLAN.bundle))[-1] == "Nothing to do."
    assert told(replace(PLAN, units=(KEEP,)))[-1] == ""


def test_a_plan_is_told_in_the_readers_language():
    with translation.override("zh-hant"):
        assert action_label("create") != ""
        assert len(told(replace(PLAN, units=(CHANGE,)))) == len(told(PLAN)) + 3


@pytest.mark.parametrize(("unit", "lines"), [(CREATE, 0), (RETIRE, 0), (DELETED, 1), (CHANGE, 1), (KEEP, 2)])
def test_what_both_sides_say_is_shown_where_both_have_a_value_and_else_why_it_is_a_conflict(unit, lines):
    assert len(list(details(unit))) == lines


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("Text", "Text"),
        (5, "5"),
        (True, "true"),
        ([["rfc9110"]], '[["rfc9110"]]'),
        ({"b": "é", "a": 1}, '{"a": 1, "b": "é"}'),
    ],
)
def test_a_value_is_told_as_a_text(value, text):
    assert as_text(value) == text


def test_a_record_is_named_by_model_key_and_column():
    assert unit_name(CHANGE) == "statuscode 404/iana summary"
    assert unit_name(CREATE) == "origin ours"


def test_what_did_not_change_is_shortened_where_it_is_long():
    long = "x " * 40
    assert marked(f"{long}a {long}", f"{long}b {long}") == f"…{long[-30:]}[-a-]{{+b+}} {long[:29]}…"
    assert marked(f"a{long}b", f"c{long}d").count("…") == 1
    assert marked("short a short", "short b short") == "short [-a-]{+b+} short"
    assert marked("{} %s {0}", "{} %s {1}") == "{} %s {[-0-]{+1+}}"
