import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codes.search.analyze import PAIR, STOP, WEAK, WORD
from codes.search.document import keys_of
from codes.search.folding import composed, data_lines, fold
from codes.search.query import LONGEST_QUERY, MOST_UNITS, Query, cleaned, parse, without_fillers
from codes.search.vocabulary import Vocabulary

KNOWN = Vocabulary(
    [
        ("timeout", "timeout"),
        ("redirect", "redirect"),
        ("found", "found"),
        ("teapot", "teapot"),
        ("graphql", "graphql"),
    ],
    ["notfound"],
)


def parsed(text: str) -> Query:
    return parse(text, KNOWN)


def asked(text: str) -> list[str]:
    """The terms of a query's units: words, and pairs of ideographs."""
    return [term for unit in parsed(text).units for term in unit.terms]


# Numbers


@pytest.mark.parametrize("text", ["404", " 404 ", "４０４", "𝟒𝟎𝟒", "404\u3000", "\t404\n", "4\u200b04"])
def test_a_number_is_the_number_however_it_is_written(text):
    query = parsed(text)
    assert query.number == 404
    assert query.numbers == [404]
    assert query.keys == ["404"]


@pytest.mark.parametrize("text", ["40", "4040", "404 not found", "404!", "٤٠٤", "not", ""])
def test_what_is_more_or_less_than_a_number_is_none(text):
    assert parsed(text).number is None


def test_a_small_number_is_one_too():
    assert parsed("000").numbers == [0]
    assert parsed("000").number == 0
    assert parsed("099").number == 99


def test_numbers_are_found_beside_words():
    assert parsed("404 or ４１０?").numbers == [404, 410]
    assert parsed("nginx499").numbers == [499]
    assert parsed("返回404错误").numbers == [404]
    assert parsed("1404 40").numbers == []


@pytest.mark.parametrize(
    "text", ["HTTP/1.1 301", "http/2 301", "HTTPS/1.0 301", "301 HTTP/1.1", "HTTP/1.1 301\r\n", "ＨＴＴＰ／１．１ 301"]
)
def test_a_line_of_a_response_is_its_number(text):
    query = parsed(text)
    assert query.keys[0] == "301"
    assert query.numbers == [301]


def test_a_line_of_a_response_has_no_other_units_than_number_and_reason():
    assert asked("HTTP/1.1 302 Found") == ["302", "found"]
    assert parsed("HTTP/1.1 302 Found").keys[0] == "302found"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Cloudflare waited 100 seconds", []),
        ("no answer in 300ms, then 504", [504]),
        ("413 for a body of 200 MB", [413]),
        ("a 500 byte file", []),
        ("等了 100 秒", []),
        ("等了100秒", []),
        ("重試 500 次後得到 503", [503]),
        ("404 second try", [404]),
        ("nginx 499", [499]),
        ("500 msg", [500]),
        ("404字", [404]),
    ],
)
def test_an_amount_is_no_status_code(text, numbers):
    assert parsed(text).numbers == numbers


def test_of_an_amount_the_unit_is_asked_for():
    assert asked("100 seconds") == asked("seconds")


@pytest.mark.parametrize("text", ["HTTP/1.1.1", "XHTTP/1.1", "HTTP/1.1x", "HTTP 1"])
def test_what_is_no_version_of_the_protocol_stays(text):
    assert "1" in asked(text) or "1x" in asked(text)


# Classes


@pytest.mark.parametrize("text", ["4xx", "4XX", "4Xx", "4**", "4__", "4??", " 4xx ", "４ｘｘ", "(4xx)"])
def test_a_class_is_one_in_all_its_notations(text):
    query = parsed(text)
    assert [(unit.word, unit.is_class, unit.number) for unit in query.units] == [("4xx", True, None)]
    assert query.keys == []
    assert query.numbers == []


def test_a_class_is_one_in_full_width_stars():
    assert parsed("４＊＊").units[0].is_class


@pytest.mark.parametrize(
    ("text", "expected"), [("4**错误", ["4xx", "错误"]), ("什么是4**", ["4xx"]), ("用HTTP/1.1协议", ["用", "协议"])]
)
def test_classes_and_protocols_are_found_among_ideographs(text, expected):
    assert asked(text) == expected


@pytest.mark.parametrize("text", ["4xy", "14xx", "4xxx", "6xx", "0**", "x4**"])
def test_what_is_no_class_is_none(text):
    assert not any(unit.is_class for unit in parsed(text).units)


def test_a_class_beside_words_is_a_unit_and_the_key_stays():
    query = parsed("4** redirect")
    assert [unit.is_class for unit in query.units] == [True, False]
    assert query.keys[0] == "4xxredirect"
    assert [unit.is_class for unit in parsed("4xx 5**").units] == [True, True]
    assert parsed("4xx 5**").keys == []


# Sections


@pytest.mark.parametrize(
    "text",
    [
        "RFC 9110 §15.5.5",
        "RFC 9110 § 15.5.5",
        "rfc9110 15.5.5",
        "RFC 9110, Section 15.5.5",
        "RFC-9110, Sec. 15.5.5.",
        "rfc9110#section-15.5.5",
        "RFC 09110 §15.5.5",
        "(RFC 9110 §15.5.5)",
        "ＲＦＣ　９１１０　第１５．５．５",
    ],
)
def test_a_section_is_a_key_in_all_its_spellings(text):
    assert parsed(text).keys == keys_of("rfc911015.5.5") == ["rfc91101555"]


@pytest.mark.parametrize("text", ["RFC 9110 第15.5.5节", "RFC 9110 第 15.5.5 節", "RFC9110第15.5.5節"])
def test_a_section_is_a_key_in_chinese(text):
    assert parsed(text).keys == ["rfc91101555"]


def test_the_document_is_the_only_unit_of_a_section():
    assert asked("RFC 9110 第15.5.5节") == asked("rfc9110#section-15.5.5") == ["rfc9110"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("RFC 9110 a.1", "rfc9110a1"),
        ("RFC 9110 appendix a.1", "rfc9110appendixa1"),
        ("RFC 9110 15", "rfc911015"),
        ("see RFC 9110 §15.5", "seerfc9110155"),
        ("RFC 9110", "rfc9110"),
    ],
)
def test_the_key_of_another_text_is_the_text_without_blanks_and_punctuation(text, key):
    assert parsed(text).keys == [key]


def test_a_key_is_the_same_in_all_scripts():
    assert parsed("網關 超時").keys == parsed("网关超时").keys == ["网关超时"]


def test_a_regions_own_word_is_a_key_besides_for_it_may_be_unfinished():
    assert parsed("閘道 逾時").keys == keys_of("閘道逾時") == ["网关超时", "闸道逾时"]


# What is typed


def test_a_query_is_cut():
    assert (parsed("x" * LONGEST_QUERY).text, parsed("x" * LONGEST_QUERY).cut) == ("x" * LONGEST_QUERY, False)
    assert (parsed("x" * 201).text, parsed("x" * 201).cut) == ("x" * LONGEST_QUERY, True)
    # What is not kept does not count.
    assert not parsed(" " * 100 + "x" * 200 + "\0" * 100).cut
    assert LONGEST_QUERY == 200


def test_a_query_has_a_limited_number_of_units():
    words = [f"w{letter}{other}" for letter in "abcdefg" for other in "abcdefg"]
    assert asked(" ".join(words)) == words[:MOST_UNITS]
    assert parsed(" ".join(words)).units[-1].last


def test_what_a_page_cannot_take_is_not_in_a_query():
    assert cleaned("  a\0b\ud800c\x07d\ue000e f ") == "abcde f"
    query = parsed("not\0 \u202efound\ud800")
    assert query.text == "not found"
    assert parsed("not\r\n\u3000 found").text == "not found"


def test_a_query_is_kept_as_it_was_typed():
    assert parsed(" Cafe\u0301  NOT_Found? ").text == "Café NOT_Found?"


@pytest.mark.parametrize("text", ["", " ", "?!", "\0", "\ud800", "___", "HTTP/1.1", "👩\u200d💻"])
def test_a_query_without_letters_and_digits_has_no_units(text):
    query = parsed(text)
    assert query.units == []
    assert query.keys == []
    assert query.number is None


# Units


def test_units_have_words_terms_and_weights():
    query = parsed("the redirects not 头部")
    assert [(unit.word, unit.weight, unit.terms) for unit in query.units][:3] == [
        ("the", STOP, {"the": 1.0}),
        ("redirects", WORD, {"redirect": 1.0}),
        ("not", WEAK, {"not": 1.0}),
    ]
    assert (query.units[3].word, query.units[3].weight) == ("", PAIR)
    assert all(not unit.respelt for unit in query.units)


def test_each_term_is_one_unit():
    assert asked("redirect Redirects redirecting 茶壶 茶壶") == ["redirect", "茶壶"]


@pytest.mark.parametrize("text", ["time-out", "Time-Out", "time’out", "timeout", "TimeOUT timeout"])
def test_a_compound_that_is_known_as_one_word_is_one_unit(text):
    assert "timeout" in asked(text)
    assert "out" not in asked(text)


def test_a_compound_that_is_not_known_is_its_parts():
    assert asked("red-teapot") == ["red", "teapot"]
    assert asked("I'm") == ["i", "m"]


def test_a_compound_of_a_known_compound_keeps_to_its_parts():
    assert asked("time-out-teapot") == ["time", "out", "teapot"]


@pytest.mark.parametrize("text", ["RFC 9110", "rfc9110", "RFC-9110", "RFC 09110"])
def test_a_document_is_one_unit(text):
    assert asked(text) == ["rfc9110"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Status404NotFound", ["status", "404", "not", "found"]),
        ("HTTP_404_NOT_FOUND", ["http", "404", "not", "found"]),
        ("HttpStatus.NOT_FOUND", ["http", "status", "not", "found"]),
        ("NoSuchTeapot", ["no", "such", "teapot"]),
        # Known as it stands.
        ("GraphQL", ["graphql"]),
        ("GraphQLTeapot", ["graph", "qlteapot"]),
    ],
)
def test_names_that_programs_use_are_taken_apart_unless_they_are_known(name, expected):
    assert asked(name) == expected


# Fillers


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("404是什么意思", ["404"]),
        ("404是什麼意思？", ["404"]),
        ("為什麼茶壺", ["茶壶"]),
        ("請問如何茶壺呢", ["茶壶"]),
        ("茶壺的", ["茶壶"]),
        ("什么是 teapot", ["teapot"]),
        ("茶的壶", ["茶", "壶"]),
    ],
)
def test_the_words_of_a_question_are_cut_out(question, expected):
    assert asked(question) == expected


@pytest.mark.parametrize("question", ["是什么", "為什麼", "的", "怎么办？"])
def test_a_query_of_such_words_only_stays_itself(question):
    assert without_fillers(question) == question
    assert asked(question)


def test_a_query_of_such_words_and_an_underscore_stays_itself():
    assert asked("_的") == ["的"]


@pytest.mark.parametrize("question", ["什么是404…", "什么是404™", "什么是 Straße 404"])
def test_they_are_cut_out_beside_characters_that_fold_to_several(question):
    assert not [term for term in asked(question) if "么" in term]


def test_the_longest_of_them_is_cut_out():
    for filler in data_lines("fillers.txt"):
        assert without_fillers(f"x{filler}x") == f"x{' ' * len(filler)}x"
    assert without_fillers("no such word") == "no such word"


# The last unit


def test_the_last_unit_may_be_unfinished():
    assert [unit.last for unit in parsed("not redir").units] == [False, True]
    assert [unit.last for unit in parsed("redir?").units] == [True]


def test_a_blank_finishes_it():
    assert [unit.last for unit in parsed("not redir ").units] == [False, False]
    assert parsed(" ").units == []


@pytest.mark.parametrize("blank", ["\u3000", "\t", "\n", "\xa0"])
def test_any_blank_finishes_it(blank):
    assert not parsed(f"not redir{blank}").units[-1].last


# Whatever is typed

PIECES = [
    *"4xX*_-'. /§?\"\\%()的是什么吗第节重新逾時閘かé½…\0",
    "404",
    "rfc",
    "RFC 9110",
    "15.5",
    "HTTP/1.1",
    "time",
    "out",
]
PIECES += ["NotFound", "\ud800", "\u202e", "\u0301", "👩\u200d💻", "什麼", " ", "  ", "x" * 60]


@example("rfc " * 60)
@example("1." * 150)
@example("rfc1" + " " * 190 + "!")
@given(st.one_of(st.text(), st.text(st.characters(categories=["Cs", "Cc", "Cf", "Lo", "Nd"])), st.text(PIECES[:30])))
def test_any_text_is_a_query(text):
    check(text)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_mixture_is_a_query(text):
    check(text)


def check(text: str) -> None:
    query = parsed(text)
    assert len(query.text) <= LONGEST_QUERY
    assert query.text.isprintable()
    query.text.encode()
    assert composed(query.text) == query.text
    assert all(key.isalnum() for key in query.keys)
    assert len(query.units) <= MOST_UNITS
    assert len({term for unit in query.units for term in unit.terms}) == len(query.units)
    assert not any(unit.last for unit in query.units[:-1])
    assert all(unit.weight > 0 and len(unit.terms) == 1 for unit in query.units)
    assert query.number is None or query.numbers == [query.number]
    if any(character.isalnum() for character in fold(query.text)) and "http" not in fold(query.text):
        assert query.units


@pytest.mark.parametrize(
    "text", ["-".join("a" * 100), "rfc" + " -" * 98, "a-" * 100, "4xx" * 70, "'" * 200, "1." * 100]
)
def test_no_query_takes_long(text):
    parsed(text)
    started = time.process_time()
    parsed(text + "b")
    assert time.process_time() - started < 0.5
