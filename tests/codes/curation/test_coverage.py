"""The matrix counts every text once, in two queries."""

import pytest

from codes.curation.coverage import STATES, Cell, coverage, summed
from codes.curation.outline import NO_CLASS
from codes.curation.signature import signed
from codes.curation.units import fields
from codes.localized import column
from codes.models import GlossaryTerm, StatusClass, StatusCode, TextState
from codes.models.curation import State

pytestmark = pytest.mark.django_db


def test_two_queries_however_many_rows_there_are(django_assert_num_queries):
    with django_assert_num_queries(2):
        coverage(["zh-hant", "ja"])


def test_a_fresh_reference_is_approved_where_it_is_written_and_missing_elsewhere():
    counts = summed(coverage(["zh-hant", "ja"]), "model", "field", "language")
    for model, field in fields():
        name = model._meta.model_name
        written = model.objects.having(field, "zh-hant").count()
        english = model.objects.having(field, "en").count()
        assert counts[name, field, "zh-hant"] == {**dict.fromkeys(STATES, 0), "approved": written}
        assert counts[name, field, "ja"] == {**dict.fromkeys(STATES, 0), "missing": english}


def test_states_are_counted_in_their_class_and_only_once():
    with signed(author="mei", state=State.DRAFT):
        StatusCode.objects.filter(number=404).update(summary_zh_hant="草稿。")
    with signed(author="mei", state=State.REVIEW):
        StatusClass.objects.filter(digit=4).update(summary_zh_hant="待審。", name_zh_hant=None)
    StatusCode.objects.filter(number=404, origin_id="iana").update(description_en="New.")
    GlossaryTerm.objects.filter(slug="server").update(definition_en="New.")
    # A draft whose source changes is stale, and nothing else.
    StatusCode.objects.filter(number=404, origin_id="iana").update(summary_en="New.")
    counts = coverage(["zh-hant"])
    drafts = StatusCode.objects.filter(number=404).count()
    found = {cell: n for cell, n in counts.items() if n and cell.state != "approved"}
    assert found == {
        Cell("statuscode", 4, "summary", "zh-hant", "stale"): 1,
        **({Cell("statuscode", 4, "summary", "zh-hant", "draft"): drafts - 1} if drafts > 1 else {}),
        Cell("statusclass", 4, "summary", "zh-hant", "review"): 1,
        Cell("statusclass", 4, "name", "zh-hant", "missing"): 1,
        Cell("statuscode", 4, "description", "zh-hant", "stale"): 1,
        Cell("glossaryterm", NO_CLASS, "definition", "zh-hant", "stale"): 1,
    }
    by_field = summed(counts, "model", "field")
    assert sum(by_field["statuscode", "summary"].values()) == StatusCode.objects.count()


def test_a_text_without_source_is_neither_missing_nor_lost():
    code = StatusCode.objects.get(number=404, origin_id="iana")
    texts = {column("correction", "en"): None, column("correction", "ja"): "訂正。"}
    StatusCode.objects.filter(pk=code.pk).update(**texts)
    counts = summed(coverage(["ja"]), "model", "field", "language")["statuscode", "correction", "ja"]
    assert counts["review"] + counts["stale"] + counts["approved"] == 1
    assert TextState.objects.filter(language="ja").count() == 1
