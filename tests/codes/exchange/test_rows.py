from typing import Any

import pytest
from django.core.exceptions import ValidationError

from codes.exchange.errors import BundleError
from codes.exchange.form import Record
from codes.exchange.rows import (
    Broken,
    MissingTarget,
    Refused,
    Targets,
    build,
    explain,
    hold_to_rules,
    refuse_unstorable,
    relation_to_many,
)
from codes.models import GuideAnswer, HeaderField, Origin, Specification, StatusCode

pytestmark = pytest.mark.django_db


def record(**fields: Any) -> Record:
    return Record("somewhere", fields)


# What relations point to


def test_a_relation_points_to_its_target_by_the_attribute_that_it_stores():
    targets = Targets()
    answer = GuideAnswer._meta
    row = StatusCode.objects.get(number=404, origin="iana")
    assert targets.find("somewhere", answer.get_field("code"), [404, "iana"]) == row.pk
    assert targets.find("somewhere", StatusCode._meta.get_field("origin"), ["iana"]) == "iana"
    older = Specification.objects.get(slug="rfc2616")
    assert targets.find("somewhere", Specification._meta.get_field("obsoletes"), ["rfc2616"]) == older.pk


def test_targets_are_looked_up_once(django_assert_num_queries):
    targets, field = Targets(), StatusCode._meta.get_field("origin")
    with django_assert_num_queries(1):
        for slug in ("iana", "nginx", "shopify"):
            targets.find("somewhere", field, [slug])


@pytest.mark.parametrize(
    "key", ["iana", None, 5, [], [404.0], ["iana", 1], [["iana"]], [{}], {"slug": "iana"}], ids=repr
)
def test_what_names_no_row_is_missing(key):
    field = StatusCode._meta.get_field("origin")
    with pytest.raises(MissingTarget) as caught:
        Targets().find("somewhere", field, key)
    assert str(caught.value) == f"somewhere: origin refers to {key!r}, which does not exist"
    assert (caught.value.field, caught.value.key) == (field, key)


def test_a_row_that_was_just_created_is_known():
    targets = Targets()
    origin, code = StatusCode._meta.get_field("origin"), GuideAnswer._meta.get_field("code")
    targets.find("somewhere", origin, ["iana"])
    targets.find("somewhere", code, [404, "iana"])
    targets.add(("ours",), Origin(slug="ours"))
    assert targets.find("somewhere", origin, ["ours"]) == "ours"
    with pytest.raises(MissingTarget):
        targets.find("somewhere", code, ["ours"])


# Rows from records


def test_a_row_has_the_fields_that_its_record_has():
    row = build(StatusCode, record(number=299, origin=["nginx"], name_en="Ours"), Targets())
    assert (row.pk, row.number, row.origin_id, row.name_en) == (None, 299, "nginx", "Ours")


def test_a_relation_that_may_be_empty_may_be_null():
    assert build(HeaderField, record(name="Ours", specification=None), Targets()).specification_id is None
    with pytest.raises(BundleError, match=r"^somewhere: origin: cannot be null$"):
        build(StatusCode, record(number=299, origin=None), Targets())


def test_a_value_nested_beyond_measure_is_named():
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(BundleError, match=r"^somewhere: nested too deeply$"):
        build(StatusCode, record(number=299, sources=deep), Targets())


@pytest.mark.parametrize(
    "value",
    [
        "a\0b",
        "\ud800",
        ["a", "\0"],
        {"title": "\0"},
        {"\0": "title"},
        {"a": [{"b": ["\udfff"]}]},
    ],
    ids=ascii,
)
def test_what_not_every_database_can_store_is_refused(value):
    with pytest.raises(ValueError, match="NUL|surrogates"):
        refuse_unstorable(value)


@pytest.mark.parametrize("value", ["", "𐏿 a", None, 5, 1.5, True, [], {}, [1, {"a": None}]], ids=ascii)
def test_what_every_database_can_store_is_not_refused(value):
    refuse_unstorable(value)


@pytest.mark.parametrize("keys", [None, "rfc2616", {"slug": "rfc2616"}, 5])
def test_a_relation_to_many_is_a_list(keys):
    field = Specification._meta.get_field("obsoletes")
    with pytest.raises(BundleError, match=r"^somewhere: obsoletes is a list of natural keys$"):
        relation_to_many(record(obsoletes=keys), field)
    assert relation_to_many(record(obsoletes=[["rfc2616"]]), field) == [["rfc2616"]]


# The rules of the model


def test_a_row_that_breaks_a_rule_all_by_itself_is_broken():
    row = StatusCode.objects.get(number=404, origin="iana")
    hold_to_rules(row)
    row.redirect_keeps_method = True
    with pytest.raises(Broken, match="Only a 3xx code"):
        hold_to_rules(row)
    row.redirect_keeps_method, row.name_zh_hant = None, "x" * 81
    with pytest.raises(Broken, match=r"^name_zh_hant: .*80"):
        hold_to_rules(row)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (Origin(slug="iana", title="Another", name_en="Another"), "slug: .*exists"),
        (HeaderField(name="ACCEPT"), "A header field of this name exists"),
    ],
    ids=["unique-field", "unique-constraint"],
)
def test_a_row_whose_place_another_has_is_refused(row, message):
    with pytest.raises(Refused, match=message):
        hold_to_rules(row)


def test_the_messages_of_an_error_are_one_line():
    assert explain(ValidationError(["One.", "Two."])) == "One. Two."
    assert explain(ValidationError({"a": ["One.", "Two."], "b": ["Three."]})) == "a: One. Two.; b: Three."
