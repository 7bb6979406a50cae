from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.pictures import BAND_WIDTH, guide_tree, lineage_band, place_of, text_width, wrapped


def test_a_date_is_placed_by_its_month_where_it_has_one():
    assert place_of("1990") == 0
    assert place_of("2010-01") == place_of("2010") == BAND_WIDTH / 2
    assert place_of("2010") < place_of("2010-07-15") < place_of("2011")


def test_a_name_lasts_until_another_one_is_used():
    events = [
        ("1996-05", "RFC 1945", "Moved Temporarily", False),
        ("1999-06", "RFC 2616", "Found", False),
        ("2022-06", "RFC 9110", "FOUND", True),
    ]
    band = lineage_band(events)
    assert [(span.phrase, span.current) for span in band.spans] == [("Moved Temporarily", False), ("Found", True)]
    assert band.spans[0].x + band.spans[0].width == band.spans[1].x
    assert band.spans[1].x + band.spans[1].width == BAND_WIDTH
    assert [dot.current for dot in band.dots] == [False, False, True]


def test_a_document_that_gave_no_name_has_a_dot_and_no_span():
    assert lineage_band([("1992", "w3c", "", False)]).spans == []


def test_no_document_makes_an_empty_band():
    band = lineage_band([])
    assert (band.dots, band.spans) == ([], [])


@given(st.lists(st.tuples(st.integers(1990, 2029), st.integers(1, 12)), max_size=12))
def test_labels_never_touch_and_stay_on_the_band(dates):
    events = [(f"{year}-{month:02}", "RFC 9110", "x", False) for year, month in sorted(dates)]
    band = lineage_band(events)
    width = 7.5 * text_width("RFC 9110")
    for row in {dot.label_y for dot in band.dots}:
        edges = sorted(dot.label_x for dot in band.dots if dot.label_y == row)
        assert all(b - a >= width for a, b in zip(edges, edges[1:], strict=False))
        assert edges[-1] + width <= BAND_WIDTH
    assert all(dot.label_y <= band.height for dot in band.dots)


def step(slug, *answers):
    return SimpleNamespace(slug=slug, answers=answers)


def to(target):
    return SimpleNamespace(next_step=target, code=None)


def ends(*numbers):
    return [SimpleNamespace(next_step=None, code=SimpleNamespace(number=number)) for number in numbers]


def tree_of(first):
    return guide_tree(first, lambda step: step.answers, lambda step: f"question {step.slug}")


def test_a_step_stands_one_column_right_of_the_one_that_leads_to_it():
    last = step("c", *ends(404, 410))
    boxes = {box.step.slug: box for box in tree_of(step("a", to(step("b", to(last), *ends(200))))).boxes}
    assert boxes["a"].x < boxes["b"].x < boxes["c"].x
    assert [code.number for _, _, code in boxes["c"].chips] == [404, 410]


def test_a_step_that_several_answers_lead_to_stands_once():
    shared = step("shared", *ends(500))
    tree = tree_of(step("a", to(step("b", to(shared))), to(step("c", to(shared)))))
    assert sorted(box.step.slug for box in tree.boxes) == ["a", "b", "c", "shared"]
    assert len(tree.edges) == 4


def test_steps_that_lead_in_a_circle_are_drawn_all_the_same():
    first = step("a")
    first.answers = (to(step("b", to(first))),)
    assert len(tree_of(first).boxes) == 2


def test_a_code_is_shown_once_per_question():
    assert len(tree_of(step("a", *ends(503, 503, 429))).boxes[0].chips) == 2


@given(st.recursive(st.just(()), lambda inner: st.lists(inner, min_size=1, max_size=4).map(tuple), max_leaves=20))
def test_boxes_never_overlap_and_stay_in_the_picture(shape):
    count = iter(range(1000))

    def grow(branches):
        return step(f"s{next(count)}", *[to(grow(branch)) for branch in branches], *ends(200, 400, 404, 500))

    tree = tree_of(grow(shape))
    for box in tree.boxes:
        assert box.y >= 0
        assert box.y + box.height <= tree.height
        for other in tree.boxes:
            if other is not box and other.x == box.x:
                assert other.y + other.height <= box.y or box.y + box.height <= other.y
    for edge in tree.edges:
        assert edge.x1 < edge.bend < edge.x2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one", ["one"]),
        ("one two three", ["one two", "three"]),
        ("一二三四五六", ["一二三四", "五六"]),
        ("一二三四。", ["一二三", "四。"]),
        ("一 GET 二三四", ["一 GET", "二三四"]),
        ("one  two", ["one  two"]),
        ("incomprehensibilities", ["incomprehensibilities"]),
    ],
)
def test_text_is_broken_at_blanks_and_between_chinese_characters(text, lines):
    assert wrapped(text, 8) == lines


@given(st.text(alphabet="ab 中文，。", max_size=60))
def test_breaking_a_text_loses_nothing_but_blanks(text):
    assert "".join(wrapped(text, 10)).replace(" ", "") == text.replace(" ", "")
