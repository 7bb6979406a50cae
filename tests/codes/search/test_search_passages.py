import pytest

from codes.search.document import NEUTRAL, Kind, Passage
from codes.search.passages import OFTEN, Outline, Passages, pack

PACKED = pack(
    [
        Passage(Kind.NUMBER, NEUTRAL, ["404"]),
        Passage(Kind.NAME, "en", ["not", "found"]),
        Passage(Kind.NAME, "", ["gone"]),
        Passage(Kind.ALIAS, "", ["is", "gone", "gone"]),
        Passage(Kind.ALIAS, "zh-hans", ["未找", "找到", "到found"]),
    ]
)


def unfold(passages: Passages) -> None:
    for _ in range(OFTEN):
        assert passages.places is None
        passages.use_again()
    unfolded = passages.places
    passages.use_again()
    assert passages.places is unfolded is not None


@pytest.fixture(params=[False, True], ids=["packed", "unfolded"])
def passages(request: pytest.FixtureRequest) -> Passages:
    found = Passages(PACKED)
    if request.param:
        unfold(found)
    return found


def outlines(passages: Passages, term: str) -> list[Outline]:
    return [passages.outline(place) for place in passages.having(term)]


def test_a_passage_is_a_line():
    assert PACKED.splitlines()[1] == "1\ten\t1.4\t not found "
    assert pack([]) == ""


def test_passages_are_found_by_whole_terms(passages):
    assert outlines(passages, "404") == [Outline(Kind.NUMBER, NEUTRAL, 1.0)]
    assert outlines(passages, "not") == outlines(passages, "found") == [Outline(Kind.NAME, "en", 1.4)]
    assert [outline.kind for outline in outlines(passages, "gone")] == [Kind.NAME, Kind.ALIAS] == [1, 4]
    assert [list(passages.having(term)) for term in ("foun", "to", "en", "1", "")] == [[], [], [], [], []]


def test_a_single_ideograph_is_looked_for_in_pairs(passages):
    assert [outline.language for outline in outlines(passages, "找")] == ["zh-hans"]
    assert list(passages.having("茶")) == list(passages.having("f")) == []


def test_without_passages_nothing_is_found():
    empty = Passages("")
    assert list(empty.having("404")) == []
    unfold(empty)
    assert list(empty.having("404")) == []
