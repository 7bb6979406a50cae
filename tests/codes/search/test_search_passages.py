from codes.search.document import NEUTRAL, Kind, Passage
from codes.search.passages import Outline, Passages, pack

PACKED = pack(
    [
        Passage(Kind.NUMBER, NEUTRAL, ["404"]),
        Passage(Kind.NAME, "en", ["not", "found"]),
        Passage(Kind.ALIAS, "zh-hans", ["未找", "找到", "到found"]),
    ]
)


def test_a_passage_is_a_line():
    assert PACKED.splitlines()[1] == "1\ten\t1.4\tnot found"
    assert pack([]) == ""


def test_what_was_packed_comes_back():
    passages = Passages(PACKED)
    assert passages.outlines[:2] == [Outline(Kind.NUMBER, NEUTRAL, 1.0), Outline(Kind.NAME, "en", 1.4)]
    assert [list(passages.having(term)) for term in ("404", "not", "找到", "foun", "to")] == [[0], [1], [2], [], []]
    assert Passages("").outlines == []


def test_a_single_ideograph_is_looked_for_in_pairs():
    assert list(Passages(PACKED).having("找")) == [2]
    assert list(Passages(PACKED).having("茶")) == []
    assert list(Passages(PACKED).having("f")) == []
