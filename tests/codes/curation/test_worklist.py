"""Work lists: every text of a language, filtered, in the order of the reference, a page at a time."""

import pytest
from django.utils import timezone

from codes.curation import worklist
from codes.curation.coverage import STATES, coverage, summed
from codes.curation.filters import WorkList
from codes.curation.signature import signed
from codes.curation.units import Unit
from codes.curation.worklist import authors, count, following, page_of, texts_of
from codes.localized import LANGUAGES
from codes.models import Comment, StatusClass, StatusCode, TextState
from codes.models.curation import State

pytestmark = pytest.mark.django_db


def listed(work):
    items, after = [], ""
    while True:
        page = page_of(work, after)
        items += page.items
        if not page.next:
            return items
        after = page.next


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
            assert len(items) == count(work) == counts["summary", language][state]
            assert {item.state for item in items} <= {state}


def test_a_list_is_in_the_order_of_the_reference(changed):
    codes = [item.key for item in listed(WorkList("zh-hant", model="statuscode", field="name"))]
    assert codes[0].startswith("0/")
    assert [key.split("/")[0] for key in codes] == sorted((key.split("/")[0] for key in codes), key=int)
    fields = [item.unit.field for item in listed(WorkList("zh-hant", model="statusclass"))]
    assert fields == ["name", "summary", "description"] * 5


def test_pages_follow_each_other_without_gap_or_repetition(monkeypatch):
    monkeypatch.setattr(worklist, "PAGE", 7)
    work = WorkList("zh-hant", model="statuscode", field="summary")
    items = listed(work)
    assert len({item.unit for item in items}) == len(items) == StatusCode.objects.count()


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
    assert {(item.key, item.unit.field, item.state) for item in listed(WorkList("zh-hant", **filters))} == found


def test_nothing_fits_a_model_and_a_field_that_it_does_not_have():
    work = WorkList("zh-hant", model="glossaryterm", field="server")
    assert page_of(work) == ([], "")
    assert count(work) == 0


def test_what_is_asked_for_and_is_not_there_is_left_out():
    query = {"language": "xx", "model": "user", "field": "password", "state": "lost", "digit": "9", "q": " a\0b "}
    query |= {"since": "yesterday", "before": "2026-02-30", "comments": "closed"}
    work = WorkList.asked_for(query, ["ja", "ko"])
    assert work == WorkList("ja", ("ja", "ko"), q="ab")
    assert work.query == {"language": "ja", "q": "ab"}
    assert WorkList.asked_for({}, []).language == "zh-hant"


def test_a_list_of_all_languages_has_those_of_its_reader(changed):
    work = WorkList.asked_for({"language": "all", "state": "missing", "field": "summary"}, ["zh-hant", "zh-hans"])
    assert work.languages == ("zh-hant", "zh-hans")
    assert {(item.key, item.unit.language) for item in listed(work)} == {("404/iana", "zh-hans")} | {
        (f"404/{code.origin_id}", "zh-hans") for code in StatusCode.objects.filter(number=404)
    }
    every = {item.unit.language for item in listed(WorkList("all", LANGUAGES[1:], model="statusclass"))}
    assert every == set(LANGUAGES[1:])
    both = [item.unit[2:] for item in listed(WorkList("all", ("zh-hant", "zh-hans"), model="statusclass", digit="4"))]
    assert both == [(name, code) for name in ("name", "summary", "description") for code in ("zh-hant", "zh-hans")]


def test_the_next_text_is_the_one_behind_also_when_the_first_is_done(changed):
    work = WorkList("zh-hant", field="summary", state="todo")
    first, second, third = listed(work)
    assert following(work, first.unit) == second
    with signed(author="x", state=State.APPROVED):
        StatusClass.objects.filter(digit=4).update(summary_zh_hant="改好了。")
    assert following(work, first.unit) == second
    assert following(work, third.unit) == second


def test_the_only_text_has_none_behind_it(changed):
    work = WorkList("zh-hant", state="draft")
    [item] = listed(work)
    assert following(work, item.unit) is None


def test_a_row_that_is_gone_has_no_place():
    work = WorkList("ja", field="summary")
    assert following(work, Unit("statuscode", 0, "summary", "ja")) == page_of(work).items[0]


@pytest.mark.parametrize("after", ["x", " ", "99", "00 1004 xx", "\udcff".encode("utf-8", "replace").decode()])
def test_any_place_is_one(after):
    page_of(WorkList("zh-hant"), after)


def test_texts_are_found_by_when_they_were_written(changed):
    TextState.objects.filter(author="mei").update(at="2026-01-10T12:00Z")
    TextState.objects.filter(author="lin").update(at="2026-01-12T00:00Z")

    def keys(**filters):
        work = WorkList("zh-hant", **filters)
        items = listed(work)
        assert count(work) == len(items)
        return [item.key for item in items]

    assert keys(since="2026-01-10") == ["4", "410/iana"]
    assert keys(since="2026-01-11") == ["4"]
    assert keys(before="2026-01-12") == ["410/iana"]
    assert keys(before="2026-01-12", since="2026-01-11") == []
    assert keys(before="2026-01-13", author="lin", state="review", model="statusclass", digit="4") == ["4"]
    assert keys(before="2026-01-13", state="missing") == []


def test_words_are_looked_for_in_the_text_that_is_in_the_state(changed):
    """A row may have the words in one text and the state in another."""
    StatusCode.objects.filter(number=404).update(name_en="Rumpelstilzchen", description_zh_hant="Rumpelstilzchen")
    found = [item.unit.field for item in listed(WorkList("zh-hant", state="stale", q="rumpelst"))]
    codes = StatusCode.objects.filter(number=404).count()
    assert found == ["name"] * codes
    assert count(WorkList("zh-hant", state="stale", q="rumpelst")) is None


def test_rows_without_a_text_that_fits_do_not_end_a_list(changed, monkeypatch):
    monkeypatch.setattr(worklist, "MOST_ROWS", 2)
    StatusCode.objects.filter(number__in=[501, 502, 503, 504]).update(name_en="Rumpelstilzchen")
    StatusCode.objects.filter(number=504, origin="iana").update(summary_en="Rumpelstilzchen")
    work = WorkList("zh-hant", model="statuscode", field="", state="approved", q="Rumpelst")
    assert listed(work) == []
    assert page_of(work).next


def test_a_search_goes_through_the_rows_in_steps(changed, monkeypatch):
    monkeypatch.setattr(worklist, "STEP_ROWS", 10)
    StatusCode.objects.filter(number=404).update(name_en="A Rumpelstilzchen")
    work = WorkList("zh-hant", model="statuscode", q="a rumpelst")
    assert page_of(work).items == []
    assert page_of(work).next
    assert {item.key for item in listed(work)} == {f"404/{c.origin_id}" for c in StatusCode.objects.filter(number=404)}


def test_open_comments_are_those_of_the_text(changed):
    unit = Unit("statuscode", StatusCode.objects.get(number=410).pk, "summary", "zh-hant")
    Comment.objects.create(**unit.about, text="Why?", author="lin")
    Comment.objects.create(**{**unit.about, "field": "name"}, text="Well.", author="lin", settled_at=timezone.now())
    [item] = listed(WorkList("zh-hant", comments="open"))
    assert (item.unit, item.comments, item.state) == (unit, 1, "draft")
    assert listed(WorkList("zh-hant", comments="open", state="stale")) == []
    assert count(WorkList("zh-hant", comments="open")) is None


def test_a_page_costs_the_same_number_of_queries_however_long_it_is(changed, django_assert_num_queries):
    with django_assert_num_queries(3):
        items = page_of(WorkList("zh-hant")).items
    assert items[10].known.author == "lin"
    with django_assert_num_queries(2):
        assert len(texts_of(items)) == 50
    with django_assert_num_queries(4 + 2):
        page_of(WorkList("zh-hant", q="e", digit="4"))
    with django_assert_num_queries(2):
        count(WorkList("zh-hant"))


def test_authors_are_those_who_wrote_in_the_language(changed):
    assert authors(["zh-hant", "ja"]) == ["lin", "mei"]
    assert authors(["ja"]) == []
