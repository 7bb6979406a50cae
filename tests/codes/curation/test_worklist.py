"""Work lists: every text of a language, filtered, in the order of the reference, a page at a time."""

import pytest

from codes.curation import worklist
from codes.curation.coverage import STATES, coverage, summed
from codes.curation.signature import signed
from codes.curation.units import Unit
from codes.curation.worklist import WorkList, authors, known_about, place_of
from codes.models import StatusClass, StatusCode
from codes.models.curation import State

pytestmark = pytest.mark.django_db


def listed(work):
    items, after = [], ""
    while True:
        page, has_more = work.page(after)
        items += page
        if not has_more:
            return items
        after = page[-1].place


@pytest.fixture
def changed():
    """Texts in all states in the class 4xx."""
    with signed(author="mei", state=State.DRAFT):
        StatusCode.objects.filter(number=410).update(summary_zh_hant="未完的稿。")
    with signed(author="lin", state=State.REVIEW):
        StatusClass.objects.filter(digit=4).update(summary_zh_hant="待審。")
    StatusCode.objects.filter(number=404).update(summary_en="New.", summary_zh_hans=None)


def test_the_list_of_each_cell_is_as_long_as_its_number(changed):
    counts = summed(coverage(["zh-hant", "zh-hans"]), "field", "language")
    for language in ("zh-hant", "zh-hans"):
        for state in STATES:
            work = WorkList(language, field="summary", state=state)
            items = listed(work)
            assert len(items) == work.count() == counts["summary", language][state]
            assert {item.state for item in items} <= {state}


def test_a_list_is_in_the_order_of_the_reference(changed):
    codes = [item.key for item in listed(WorkList("zh-hant", model="statuscode", field="name"))]
    assert codes[0].startswith("0/")
    assert [key.split("/")[0] for key in codes] == sorted((key.split("/")[0] for key in codes), key=int)
    fields = [item.field for item in listed(WorkList("zh-hant", model="statusclass"))]
    assert fields == ["name", "summary", "description"] * 5


def test_pages_follow_each_other_without_gap_or_repetition(monkeypatch):
    monkeypatch.setattr(worklist, "PAGE", 7)
    work = WorkList("zh-hant", model="statuscode", field="summary")
    items = listed(work)
    assert len({item.pk for item in items}) == len(items) == StatusCode.objects.count()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (
            {"state": "todo"},
            {("4", "summary", "review"), ("404/iana", "summary", "stale"), ("410/iana", "summary", "draft")},
        ),
        ({"state": "todo", "author": "mei"}, {("410/iana", "summary", "draft")}),
        ({"digit": "5", "state": "todo"}, set()),
        ({"q": "未完的稿"}, {("410/iana", "summary", "draft")}),
        ({"q": "410/iana", "field": "summary"}, {("410/iana", "summary", "draft")}),
        ({"model": "statusclass", "digit": "4", "field": "summary"}, {("4", "summary", "review")}),
    ],
)
def test_filters_narrow_a_list(changed, filters, found):
    assert {(item.key, item.field, item.state) for item in listed(WorkList("zh-hant", **filters))} == found


def test_nothing_fits_a_model_and_a_field_that_it_does_not_have():
    work = WorkList("zh-hant", model="glossaryterm", field="server")
    assert work.page() == ([], False)
    assert work.count() == 0


def test_what_is_asked_for_and_is_not_there_is_left_out():
    query = {"language": "xx", "model": "user", "field": "password", "state": "lost", "digit": "9", "q": " a\0b "}
    work = WorkList.asked_for(query, ["ja", "ko"])
    assert work == WorkList("ja", q="ab")
    assert work.query == {"language": "ja", "q": "ab"}
    assert WorkList.asked_for({}, []).language == "zh-hant"


def test_the_next_text_is_the_one_behind_also_when_the_first_is_done(changed):
    work = WorkList("zh-hant", field="summary", state="todo")
    first, second, third = listed(work)
    unit = Unit(first.model, first.pk, first.field, "zh-hant")
    assert work.following(unit) == second
    StatusClass.objects.filter(digit=4).update(summary_zh_hant="已修改。")
    with signed(author="x", state=State.APPROVED):
        StatusClass.objects.filter(digit=4).update(summary_zh_hant="改好了。")
    assert work.following(unit) == second
    last = Unit(third.model, third.pk, third.field, "zh-hant")
    assert work.following(last) == second


def test_the_only_text_has_none_behind_it(changed):
    work = WorkList("zh-hant", state="draft")
    [item] = listed(work)
    assert work.following(Unit(item.model, item.pk, item.field, "zh-hant")) is None


def test_a_row_that_is_gone_has_no_place():
    assert place_of(Unit("statuscode", 0, "summary", "ja")) == ""


def test_a_page_costs_the_same_number_of_queries_however_long_it_is(changed, django_assert_num_queries):
    with django_assert_num_queries(2):
        items, _ = WorkList("zh-hant").page()
        known = known_about(items, "zh-hant")
    assert known["statusclass", items[9].pk, "summary"].author == "lin"


def test_authors_are_those_who_wrote_in_the_language(changed):
    assert list(authors("zh-hant")) == ["lin", "mei"]
    assert list(authors("ja")) == []
