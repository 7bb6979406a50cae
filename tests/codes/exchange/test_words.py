import time

import pytest

from codes.exchange.words import MOST_PIECES, Part, word_diff


def parts(old: str, new: str) -> list[tuple[str, str]]:
    return [tuple(part) for part in word_diff(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("same", "same", [("equal", "same")]),
        ("", "all new", [("added", "all new")]),
        ("all gone", "", [("removed", "all gone")]),
        (
            "The server refuses it.",
            "The gateway refuses it!",
            [
                ("equal", "The "),
                ("removed", "server"),
                ("added", "gateway"),
                ("equal", " refuses it"),
                ("removed", "."),
                ("added", "!"),
            ],
        ),
        ("用戶端錯誤", "客户端錯誤", [("removed", "用戶"), ("added", "客户"), ("equal", "端錯誤")]),
        ("サーバー", "サーバ", [("equal", "サーバ"), ("removed", "ー")]),
        ("a  b", "a b", [("equal", "a"), ("removed", "  "), ("added", " "), ("equal", "b")]),
    ],
)
def test_texts_differ_by_words_blanks_signs_and_ideographs(old, new, expected):
    assert parts(old, new) == expected


@pytest.mark.parametrize(("old", "new"), [("a b\nc", "a x\nc d"), ("用 戶,", "客 戶。"), ("\ud800", "é"), ("", "\0")])
def test_both_texts_can_be_put_together_again(old, new):
    found = list(word_diff(old, new))
    assert "".join(part.text for part in found if part.kind != "added") == old
    assert "".join(part.text for part in found if part.kind != "removed") == new


def test_long_texts_differ_by_lines_and_in_a_moment():
    line = "word " * 50
    old = "".join(f"{line}{number}\n" for number in range(2_000))
    new = old.replace(f"{line}999\n", "another\n")
    began = time.process_time()
    found = list(word_diff(old, new))
    assert time.process_time() - began < 2
    assert [part for part in found if part.kind != "equal"] == [
        Part("removed", f"{line}999\n"),
        Part("added", "another\n"),
    ]


def test_texts_differ_by_words_as_long_as_there_are_not_too_many():
    most = "word " * (MOST_PIECES // 4 - 1) + "word"  # a word and a blank each, and both texts count
    assert parts(most, f"{most}!") == [("equal", most), ("added", "!")]
    more = f"{most} word"
    assert parts(more, f"{more}!") == [("removed", more), ("added", f"{more}!")]
