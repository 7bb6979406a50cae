import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codes.search.analyze import (
    LONGEST_WORD,
    PAIR,
    REGIONAL,
    REGIONAL_TERM,
    STEMMERS,
    STOP,
    STOP_TERMS,
    STOP_WORDS,
    WEAK,
    WEAK_WORDS,
    WORD,
    canonical,
    is_ideographic,
    length,
    pairs,
    spell_out,
    stem,
    terms,
    tokens,
    weight,
    words,
)
from codes.search.folding import composed, data_lines, fold

# What the index has pitfalls in: quotes and blanks of its query languages, marks, numerals, scripts without blanks.
PIECES = [
    *"0-'’\"\\_§(*:&|< éß½²ⅷ①ﬁかが가逾時・ﾞ゛゠",
    "rfc",
    "RFC",
    "9110",
    "time",
    "out",
    "重新",
    "導向",
    "閘道",
    "重定向",
]
PIECES += ["ไม่", "عَرَب", "नमस्ते", "\u0301", "\u20e3", "\ufe0f", "👩\u200d💻", "\0", "\ud800", "\ue000"]
PIECES += ["out", "\u200b", "\u202e", "\u2028", "\u1112\u1161"]
TEXTS = st.one_of(
    st.text(st.one_of(st.characters(), st.characters(categories=["Cs"]))),
    st.lists(st.sampled_from(PIECES)).map("".join),
)


# Words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Redirects redirected redirecting", ["redirect", "redirect", "redirect"]),
        ("Cafés", ["cafe"]),
        ("страницы страница", ["страниц", "страниц"]),
        ("σελίδες", ["σελιδεσ"]),
        ("404 ４０４", ["404", "404"]),
        ("NOT_FOUND", ["not", "found"]),
        ("a.b/c", ["a", "b", "c"]),
        ("½ ² ⅷ", ["1", "2", "2", "viii"]),
        ("", []),
        ("?! §", []),
    ],
)
def test_words_are_found_by_their_stems(text, expected):
    assert terms(text) == expected


def test_a_word_of_several_alphabets_is_its_own_stem():
    assert stem("страницыs") == "страницыs"


def test_a_long_word_is_cut():
    assert terms("z" * 500) == ["z" * LONGEST_WORD]
    assert words("z" * 500) == [("z" * LONGEST_WORD, "z" * LONGEST_WORD)]
    assert terms("我" * 500) == ["我我"] * 499


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("time-out", ["time", "out", "timeout"]),
        ("I'm", ["i", "m", "im"]),
        ("I’m", ["i", "m", "im"]),
        ("If-None-Match", ["if", "none", "match", "ifnonematch"]),
        ("-time-", ["time"]),
        ("time--out", ["time", "out"]),
        ("time - out", ["time", "out"]),
        ("404-頁", ["404", "页"]),
    ],
)
def test_a_compound_is_also_one_word(text, expected):
    assert terms(text) == expected


def test_words_are_the_spellings_with_their_terms_and_no_ideographs():
    assert words("Redirects 重新導向 Time-outs") == [
        ("redirects", "redirect"),
        ("time", "time"),
        ("outs", "out"),
        ("timeouts", "timeout"),
    ]


@pytest.mark.parametrize(
    "text",
    ["RFC 9110", "rfc9110", "RFC-9110", "Rfc - 9110", "RFC 09110", "ＲＦＣ９１１０", "(RFC\n9110)"],
)
def test_a_document_is_one_term_in_all_its_spellings(text):
    assert terms(text) == ["rfc9110"]
    assert "rfc9110" in {token.term for token in tokens(composed(text))}


@pytest.mark.parametrize("text", ["RFC 0", "RFC 123456", "XRFC 9110", "RFC 9110bis", "RFC x9110", "RFC: 9110"])
def test_what_is_no_number_of_a_document_is_none(text):
    assert "rfc9110" not in terms(text)
    assert all(not token.term.startswith("rfc") or token.term == "rfc" for token in tokens(text))


@pytest.mark.parametrize("text", ["参见RFC 9110", "RFC 9110規定", "見RFC 9110第"])
def test_a_document_is_one_term_among_ideographs(text):
    assert "rfc9110" in terms(text)


# Names that programs use


@pytest.mark.parametrize(
    ("symbol", "apart"),
    [
        ("Status404NotFound", "Status 404 Not Found"),
        ("NoSuchKey", "No Such Key"),
        ("StatusNotFound", "Status Not Found"),
        ("HTTP404", "HTTP 404"),
    ],
)
def test_names_that_programs_use_are_taken_apart_behind_themselves(symbol, apart):
    assert spell_out(symbol) == f"{symbol} {apart}"
    assert terms(spell_out(symbol)) == [symbol.lower(), *terms(apart)]


@pytest.mark.parametrize("text", ["NOT_FOUND", "not found", "RFC9110", "HTTP2", "HTTP1234", "HTTP012", "", "重新導向"])
def test_what_has_no_seams_stays_as_it_is(text):
    assert spell_out(text) == text


# Ideographs


def test_ideographs_are_taken_in_pairs():
    assert terms("我是茶壶") == ["我是", "是茶", "茶壶"]
    assert terms("茶") == ["茶"]
    assert terms("茶 壶") == ["茶", "壶"]
    assert terms("茶404壶") == ["茶", "404", "壶"]
    assert terms("ページ") == ["ペー", "ージ"]
    assert terms("페이지") == ["페이", "이지"]
    assert terms("時々") == ["时々"]
    assert terms("𠮷野家") == ["𠮷野", "野家"]
    assert pairs("茶壶") == ["茶壶"]


def test_singles_are_each_ideograph_besides():
    assert terms("茶壶", singles=True) == ["茶壶", "茶", "壶"]
    assert terms("茶", singles=True) == ["茶"]
    assert terms("teapot", singles=True) == ["teapot"]


@pytest.mark.parametrize(
    ("taiwan", "mainland"),
    [
        ("重新導向", "重定向"),
        ("閘道", "网关"),
        ("逾時", "超时"),
        ("閘道逾時", "网关超时"),
        ("我的閘道！", "我的网关！"),
    ],
)
def test_the_regions_words_are_the_same_terms_in_any_script(taiwan, mainland):
    assert terms(taiwan) == terms(fold(taiwan)) == terms(mainland)
    assert terms(taiwan, singles=True) == terms(mainland, singles=True)
    assert {token.term for token in tokens(taiwan)} == {token.term for token in tokens(mainland)}


def test_what_the_regions_call_differently_leads_back_to_its_place():
    run, places = canonical("的重新导向吗")
    assert run == "的重定向吗"
    assert places == [(0, 1), (1, 5), (1, 5), (1, 5), (5, 6)]
    assert canonical("茶壶") == ("茶壶", [(0, 1), (1, 2)])
    assert canonical("逾时") == ("超时", [(0, 2), (0, 2)])


@pytest.mark.parametrize("text", ["エラー・コード", "ｴﾗｰ･ｺｰﾄﾞ", "か\uff9e", "か\u309b", "゠゠"])
def test_points_and_marks_of_kana_are_no_terms(text):
    assert all(term.isalnum() for term in terms(text, singles=True))


# The data


def regional_groups() -> list[list[str]]:
    return [line.split("\t") for line in data_lines("regional.tsv")]


def test_no_regional_term_is_one_character_or_has_anything_but_ideographs():
    for term in REGIONAL:
        assert len(term) > 1, term
        assert all(map(is_ideographic, term)), term


def test_no_regional_term_stands_twice():
    counts = Counter(term for group in regional_groups() for term in group)
    assert [term for term, count in counts.items() if count > 1] == []


def test_regional_terms_are_written_as_they_are_folded():
    assert [term for term in REGIONAL if fold(composed(term)) != term] == []


@given(st.lists(st.sampled_from([*REGIONAL, *{half for term in REGIONAL for half in (term[:2], term[1:])}])))
def test_regional_terms_are_found_as_if_all_were_tried_everywhere_the_longest_first(pieces):
    plain = re.compile("|".join(sorted(REGIONAL, key=len, reverse=True)))
    text = "".join(pieces)
    assert REGIONAL_TERM.findall(text) == plain.findall(text)


def test_what_is_rewritten_is_not_rewritten_again():
    for first, *others in regional_groups():
        assert REGIONAL[first] == canonical(first)[0] == first
        for other in others:
            assert REGIONAL[other] == canonical(other)[0] == first


def test_words_of_the_lists_are_written_as_they_are_folded():
    for word in (*STOP_WORDS, *WEAK_WORDS, *data_lines("fillers.txt")):
        assert fold(composed(word)) == word == word.strip()
    assert STOP_WORDS.isdisjoint(WEAK_WORDS)
    assert len(data_lines("stop_words.txt")) == len(STOP_WORDS)


# What counts how much


def test_stop_words_and_weak_words_count_less():
    assert weight("the") == weight("meaning") == STOP
    assert weight("not") == weight("too") == WEAK
    assert weight("teapot") == weight("404") == WORD
    assert weight("茶壶") == weight("茶") == PAIR
    assert STOP < WEAK < PAIR < WORD


def test_the_length_of_a_passage_is_what_its_terms_count():
    assert length([]) == 0
    assert length(["not", "found", "茶壶", "the"]) == WEAK + WORD + PAIR + STOP
    # Rounded, and a stop word by its stem.
    assert length(["the"] * 3) == 0.3
    assert length(terms("does this")) == 2 * STOP
    assert stem("this") in STOP_TERMS


# Places


def found(text: str, term: str) -> list[str]:
    return [text[token.start : token.end] for token in tokens(text) if token.term == term]


def test_tokens_have_their_words_and_places():
    assert [tuple(token) for token in tokens("No Redirects")] == [("no", "no", 0, 2), ("redirect", "redirects", 3, 12)]
    assert [tuple(token) for token in tokens("我的頁")] == [("我的", "", 0, 2), ("的页", "", 1, 3)]


def test_tokens_of_a_compound_are_its_words_and_the_whole():
    text = "a Time-out!"
    assert found(text, "time") == ["Time"]
    assert found(text, "out") == ["out"]
    assert found(text, "timeout") == ["Time-out"]


def test_tokens_of_a_document_are_the_whole_and_its_words():
    assert [tuple(token) for token in tokens("see RFC 09110.")] == [
        ("rfc9110", "rfc9110", 4, 13),
        ("see", "see", 0, 3),
        ("rfc", "rfc", 4, 7),
        ("09110", "09110", 8, 13),
    ]


def test_the_place_of_a_term_is_what_the_text_calls_it():
    text = "第一個重新導向，第二個重定向。"
    assert found(text, "重定") == ["重新導向", "重定向"]
    assert found(text, "定向") == ["重新導向", "重定向"]
    assert found("閘道逾時", "关超") == ["閘道逾時"]


def test_places_are_right_beside_characters_that_fold_to_several_or_to_none():
    assert found("… Straße\u200b½ Redir\u00adects ½", "redirect") == ["Redir\u00adects"]
    assert found("ßßß", "ssssss") == ["ßßß"]
    assert found("㎞/ﬁn", "fin") == ["ﬁn"]
    assert found("½", "1") == found("½", "2") == ["½"]
    assert found("㍿", "式会") == ["㍿"]
    assert found("x\u0302 y", "x") == ["x\u0302"]


@given(TEXTS)
def test_tokens_are_where_their_words_are(text):
    text = composed(text)
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.term in terms(text[token.start : token.end], singles=True)


# Whatever the text


@example("rfc 9110-1 x-rfc-9110")
@example("rfc \xbd")
@given(TEXTS)
def test_tokens_have_all_terms_and_besides_only_the_words_of_documents(text):
    found, located = set(terms(text)), {token.term for token in tokens(composed(text))}
    assert found <= located
    if "rfc" not in fold(composed(text)):
        assert found == located


@given(TEXTS)
def test_terms_and_words_are_letters_and_digits_whatever_the_text(text):
    every = [*terms(text, singles=True), *(token.term for token in tokens(composed(text)))]
    every += [part for pair in words(text) for part in pair]
    assert all(term.isalnum() for term in every)
    "".join(every).encode()


def test_terms_of_every_character_are_letters_and_digits():
    # All of the first plane but most of the ideographs and Hangul, and what is special in the others.
    codes = (*range(0x3500), *range(0xA000, 0xAD00), *range(0xD700, 0x10000), *range(0x1D400, 0x1FA00))
    text = "".join(f"a{character}b か{character}茶 " for character in map(chr, (*codes, *range(0xE0000, 0xE0200))))
    assert {letter for letter in "".join(terms(text, singles=True)) if not letter.isalnum()} == set()


@given(TEXTS)
def test_terms_do_not_depend_on_how_a_text_is_composed(text):
    assert terms(composed(text)) == terms(text)


def test_threads_can_stem_at_once():
    inputs = [f"redirect{'x' * (n % 7)}ing{n % 11} страницы running connections" for n in range(400)]
    stem.cache_clear()
    alone = [terms(text) for text in inputs]
    stem.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(terms, inputs)) == alone
        stemmers = set(threads.map(lambda _: id(STEMMERS.latin), range(400)))
    assert id(STEMMERS.latin) not in stemmers


def test_pairs_overlap():
    assert all(left[1] == right[0] for left, right in pairwise(pairs("一二三四")))
