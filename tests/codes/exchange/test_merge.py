"""Every rule of the merge, by table."""

from typing import Any

import pytest

from codes.exchange.merge import ABSENT, Action, Policy, Unit, advance, merge, merge_value, same
from codes.models.exchange import ConflictReason

CHANGE, CONFLICT, KEEP = Action.CHANGE, Action.CONFLICT, Action.KEEP
LANGUAGES = {"text_en": "en", "text_fr": "fr"}
KEY = (404, "iana")


def merged(base: Any, local: Any, upstream: Any, **keep: Policy) -> list[Unit]:
    sides = {"base": base, "local": local, "upstream": upstream}
    return list(merge("statuscode", KEY, **sides, languages=LANGUAGES, keep=keep))


def unit(column: str, action: Action, base: Any, local: Any, upstream: Any, reason: str = "") -> Unit:
    return Unit("statuscode", KEY, column, action, base, local, upstream, reason)


# One value


@pytest.mark.parametrize(
    ("base", "local", "upstream", "undecided", "local_right", "upstream_right"),
    [
        # nobody changed anything, or both the same
        ("a", "a", "a", None, None, None),
        ("a", "b", "b", None, None, None),
        (None, "b", "b", None, None, None),
        (ABSENT, "b", "b", None, None, None),
        # only here
        ("a", "b", "a", None, None, None),
        ("a", None, "a", None, None, None),
        (None, "b", None, None, None, None),
        # only at the source
        ("a", "a", "b", CHANGE, CHANGE, CHANGE),
        ("a", "a", None, CHANGE, CHANGE, CHANGE),
        (None, None, "b", CHANGE, CHANGE, CHANGE),
        # on both sides
        ("a", "b", "c", CONFLICT, KEEP, CHANGE),
        ("a", None, "c", CONFLICT, KEEP, CHANGE),
        ("a", "b", None, CONFLICT, KEEP, CHANGE),
        (None, "b", "c", CONFLICT, KEEP, CHANGE),
        (ABSENT, "b", "c", CONFLICT, KEEP, CHANGE),
        (ABSENT, None, "c", CONFLICT, KEEP, CHANGE),
        # what only Python takes for the same
        (1, 1, True, CHANGE, CHANGE, CHANGE),
        (0, False, None, CONFLICT, KEEP, CHANGE),
        ([1], [1.0], [2], CONFLICT, KEEP, CHANGE),
        ({"a": 1}, {"a": True}, {"a": 1}, None, None, None),
    ],
)
def test_a_value_changes_only_where_it_was_not_changed_here(
    base, local, upstream, undecided, local_right, upstream_right
):
    assert merge_value(base, local, upstream, None) == undecided
    assert merge_value(base, local, upstream, Policy.LOCAL) == local_right
    assert merge_value(base, local, upstream, Policy.UPSTREAM) == upstream_right


@pytest.mark.parametrize(
    "values",
    [
        (None, "", 0, False, [], {}),
        ("1", 1, 1.0, True),
        ([1, 2], [2, 1], [1], [1, 2, 3], [1, True], [1, [2]]),
        ({"a": 1}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1}, {"a": True}, {"a": [1]}),
        ([["rfc1"], ["rfc2"]], [["rfc1"]], [["rfc1"], ["rfc3"]]),
    ],
)
def test_each_json_value_is_the_same_as_itself_and_as_no_other(values):
    for one, a in enumerate(values):
        for other, b in enumerate(values):
            assert same(a, b) == (one == other), (a, b)


def test_a_list_or_an_object_is_compared_by_what_is_in_it():
    assert same([1, {"a": ["b"]}], [1, {"a": ["b"]}])
    assert same({"a": 1, "b": 2}, {"b": 2, "a": 1})


# One record


def test_columns_are_merged_one_by_one():
    base = {"text_en": "a", "text_fr": "b", "number": 1, "retry": ""}
    local = {"text_en": "a", "text_fr": "ours", "number": 2, "retry": ""}
    upstream = {"text_en": "new", "text_fr": "theirs", "number": 1, "retry": ""}
    assert merged(base, local, upstream) == [
        unit("text_en", CHANGE, "a", "a", "new"),
        unit("text_fr", CONFLICT, "b", "ours", "theirs", ConflictReason.BOTH_CHANGED),
    ]


def test_a_policy_is_for_one_language_and_facts_have_their_own():
    base = {"text_en": "a", "text_fr": "a", "number": 1}
    local = {"text_en": "b", "text_fr": "b", "number": 2}
    upstream = {"text_en": "c", "text_fr": "c", "number": 3}

    def actions(**keep: Policy) -> dict[str, str]:
        return {unit.column: unit.action for unit in merged(base, local, upstream, **keep)}

    assert actions() == {"text_en": CONFLICT, "text_fr": CONFLICT, "number": CONFLICT}
    assert actions(fr=Policy.LOCAL) == {"text_en": CONFLICT, "text_fr": KEEP, "number": CONFLICT}
    assert actions(fr=Policy.UPSTREAM) == {"text_en": CONFLICT, "text_fr": CHANGE, "number": CONFLICT}
    assert actions(facts=Policy.UPSTREAM) == {"text_en": CONFLICT, "text_fr": CONFLICT, "number": CHANGE}
    assert actions(facts=Policy.LOCAL) == {"text_en": CONFLICT, "text_fr": CONFLICT, "number": KEEP}


def test_what_a_policy_kept_or_overruled_tells_why_it_was_to_decide():
    base, local, upstream = {"text_fr": "a"}, {"text_fr": "b"}, {"text_fr": "c"}
    (kept,) = merged(base, local, upstream, fr=Policy.LOCAL)
    (overruled,) = merged(base, local, upstream, fr=Policy.UPSTREAM)
    assert (kept.action, kept.reason) == (KEEP, ConflictReason.BOTH_CHANGED)
    assert (overruled.action, overruled.reason) == (CHANGE, "")


def test_columns_that_the_source_does_not_have_are_untouched():
    assert merged({"text_en": "a"}, {"text_en": "a", "text_fr": "ours"}, {"text_en": "a"}) == []
    assert merged({"text_en": "a", "text_fr": "b"}, {"text_en": "a", "text_fr": "b"}, {"text_en": "a"}) == []


def test_a_language_that_is_new_at_the_source_fills_what_is_empty_here_and_nothing_else():
    base = {"text_en": "a"}
    assert merged(base, {"text_en": "a", "text_fr": None}, {"text_en": "a", "text_fr": "b"}) == [
        unit("text_fr", CHANGE, None, None, "b")
    ]
    assert merged(base, {"text_en": "a", "text_fr": "ours"}, {"text_en": "a", "text_fr": "b"}) == [
        unit("text_fr", CONFLICT, None, "ours", "b", ConflictReason.BOTH_CHANGED)
    ]
    assert merged(base, {"text_en": "a", "text_fr": "ours"}, {"text_en": "a", "text_fr": None}) == []


def test_a_fact_that_the_base_does_not_know_may_have_been_changed_here():
    assert merged({}, {"number": None}, {"number": 3}) == [
        unit("number", CONFLICT, None, None, 3, ConflictReason.BOTH_CHANGED)
    ]


def test_a_row_that_both_sides_have_and_no_base_is_a_conflict_where_it_differs():
    local, upstream = {"text_en": "a", "text_fr": None, "number": 1}, {"text_en": "b", "text_fr": "c", "number": 1}
    assert merged(None, local, upstream) == [
        unit("text_en", CONFLICT, None, "a", "b", ConflictReason.BOTH_CHANGED),
        unit("text_fr", CHANGE, None, None, "c"),
    ]


# Whole records


FIELDS, OTHER = {"text_en": "a", "number": 1}, {"text_en": "b", "number": 1}


@pytest.mark.parametrize(
    ("base", "local", "upstream", "expected"),
    [
        # new at the source
        (None, None, FIELDS, unit("", Action.CREATE, None, None, FIELDS)),
        # only here, or nowhere
        (None, FIELDS, None, None),
        (None, None, None, None),
        # gone at the source
        (FIELDS, FIELDS, None, unit("", Action.RETIRE, FIELDS, None, None, ConflictReason.RETIRED)),
        (FIELDS, OTHER, None, unit("", Action.RETIRE, FIELDS, None, None, ConflictReason.RETIRED)),
        # gone on both sides
        (FIELDS, None, None, None),
        # deleted here
        (FIELDS, None, FIELDS, None),
        (FIELDS, None, OTHER, unit("", CONFLICT, FIELDS, None, OTHER, ConflictReason.DELETED_HERE)),
        # deleted here, and told less or more of than before
        (FIELDS, None, {"text_en": "a"}, None),
        (FIELDS, None, {**FIELDS, "text_fr": None}, None),
        (
            FIELDS,
            None,
            {**FIELDS, "text_fr": "c"},
            unit("", CONFLICT, FIELDS, None, {**FIELDS, "text_fr": "c"}, ConflictReason.DELETED_HERE),
        ),
    ],
)
def test_a_record_is_created_once_and_never_deleted(base, local, upstream, expected):
    assert merged(base, local, upstream) == ([] if expected is None else [expected])


def test_a_policy_decides_nothing_of_whole_records():
    keep = {"en": Policy.UPSTREAM, "fr": Policy.UPSTREAM, "facts": Policy.UPSTREAM}
    assert [unit.action for unit in merged(FIELDS, None, OTHER, **keep)] == [CONFLICT]
    assert [unit.action for unit in merged(FIELDS, FIELDS, None, **keep)] == [Action.RETIRE]


def test_the_base_learns_what_the_source_says_and_keeps_what_it_left_out():
    base = {"text_en": "a", "text_fr": "b"}
    assert advance(base, {"text_en": "c"}) == {"text_en": "c", "text_fr": "b"}
    assert advance(None, FIELDS) == FIELDS
    assert base == {"text_en": "a", "text_fr": "b"}
