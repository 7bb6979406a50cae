import html
import re
from collections.abc import Iterable

import pytest
from django.utils.safestring import SafeString
from hypothesis import example, given
from hypothesis import strategies as st

from codes.localized import shown_languages
from codes.models import StatusCode
from codes.search.document import LONG_TEXTS
from codes.search.folding import composed
from codes.search.query import Unit, parse
from codes.search.snippet import LONGEST, Wanted, best_passage, coverage, marked, plain, sentences, window
from codes.search.vocabulary import Vocabulary

KNOWN = Vocabulary([("timeout", "timeout")], [])


def wanted(query: str) -> Wanted:
    return Wanted.by(parse(query, KNOWN).units)


def marks(text: str, query: str) -> list[str]:
    """What is marked in a text."""
    return [html.unescape(mark) for mark in re.findall("<mark>(.*?)</mark>", marked(text, wanted(query)), re.DOTALL)]


def shown(snippet: str) -> str:
    """What a reader sees of a snippet."""
    return html.unescape(re.sub("</?mark>", "", snippet))


# What is wanted


def test_words_are_wanted_by_their_terms():
    assert wanted("redirects 茶壺").terms == {"redirect", "茶壶"}


def test_stop_words_are_wanted_where_there_is_nothing_else():
    assert wanted("the redirect").terms == {"redirect"}
    assert wanted("what is the").terms == {"what", "is", "the"}
    assert wanted("404 is").terms == {"is"}


def test_the_number_is_never_wanted():
    assert wanted("404 redirect").terms == {"redirect"}
    assert wanted("404") == Wanted(frozenset(), ())
    assert wanted("") == Wanted(frozenset(), ())


def test_guesses_are_wanted_too():
    unit = Unit("tiemout", 1.0, {"tiemout": 1.0, "timeout": 0.85})
    assert Wanted.by([unit]).terms == {"tiemout", "timeout"}


# The sentence


def test_a_short_word_is_looked_for_as_a_word():
    passages = "\n".join(["Nothing is known, cannot be shown.", "There was no answer.", "In the end, no"])
    assert best_passage(passages, wanted("no")) == "There was no answer."
    assert best_passage("It said no", wanted("no")) == "It said no"
    assert best_passage("Nothing is known.", wanted("no")) == ""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[text](/404) and [**bold** one](https://example.com/x)", "text and bold one"),
        ("a `code` and *emphasis*, **strong**", "a code and emphasis, strong"),
        ("- one\n- two\n  - three", "one\ntwo\nthree"),
        ("* one\n+ two\n1. three\n12. four", " one\ntwo\nthree\nfour"),
        ("> quoted", "quoted"),
        ("404. That is all.", "404. That is all."),
        ("a\n\n- b", "a\nb"),
        ("well-known - so 3.5 > 2", "well-known - so 3.5 > 2"),
        ("", ""),
    ],
)
def test_markdown_is_removed(source, expected):
    assert plain(source) == expected


def test_an_asterisk_in_code_is_no_markdown():
    assert plain("with `If-None-Match: *` and `bytes */1234`") == "with If-None-Match: * and bytes */1234"


@pytest.mark.parametrize("text", ["use `GET` - or `HEAD`", "`a` > `b`", "`a` | b", "in `a` 3. b"])
def test_a_line_does_not_begin_behind_code(text):
    assert plain(text) == text.replace("`", "")


def test_an_item_of_a_list_may_end_with_code():
    assert plain("- `One`\n- Two") == "One\nTwo"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("HTTP/1.1 is 3.5 x. Yes.", ["HTTP/1.1 is 3.5 x.", "Yes."]),
        ("一。二！三？四", ["一。", "二！", "三？", "四"]),
        ("One\nTwo\n\n\nThree.\n", ["One", "Two", "Three."]),
        ("- One.\n- [Two](/404). Three", ["One.", "Two.", "Three"]),
        ("...", ["..."]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_a_text_is_taken_by_sentences(source, expected):
    assert sentences(source) == "\n".join(expected)


def test_the_passage_is_composed():
    assert best_passage("Cafe\u0301.", wanted("cafe")) == "Café."


TEXTS = [
    "The server moved. Nothing else. A redirect leads on.",
    "A redirect of a redirect is a redirect. The gateway redirects the client. 重新導向太多。",
]


def best(sources: Iterable[str], aim: Wanted) -> str:
    """The best of the sentences of several texts."""
    return best_passage("\n".join(map(sentences, sources)), aim)


def test_the_sentence_with_most_of_what_is_wanted_is_found():
    assert best(TEXTS, wanted("gateway redirect")) == "The gateway redirects the client."
    assert best(TEXTS, wanted("redirecting")) == "A redirect leads on."
    assert best(TEXTS, wanted("重定向")) == "重新導向太多。"
    assert best(reversed(TEXTS), wanted("redirect")) == "A redirect of a redirect is a redirect."


@pytest.mark.parametrize("query", ["teapot", "", "404", "???"])
def test_no_sentence_is_found_if_none_has_anything(query):
    assert best(TEXTS, wanted(query)) == ""
    assert best([], wanted("redirect")) == ""


def test_compounds_and_documents_are_found_in_their_spellings():
    sources = ["Nothing. Request Time-out. Other.", "See RFC 9110."]
    assert best(sources, wanted("timeout")) == "Request Time-out."
    assert best(sources, wanted("rfc-9110")) == "See RFC 9110."
    assert best(["A timeout."], wanted("time-out")) == "A timeout."


def test_a_sentence_with_the_word_that_a_misspelt_one_means_is_found():
    guess = Wanted.by([Unit("tiemout", 1.0, {"tiemout": 1.0, "timeout": 0.85})])
    assert best(["Nothing in time. A timeout."], guess) == "A timeout."
    unfinished = Wanted.by([Unit("mov", 1.0, {"mov": 1.0, "move": 0.8})])
    assert best(["None. It moved."], unfinished) == "It moved."


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("query", "Many queries."),
        ("early", "It is early."),
        ("redirected", "It redirects."),
        ("retries", "Retry it."),
    ],
)
def test_forms_of_a_word_are_found(query, sentence):
    assert best(["Other.", sentence], wanted(query)) == sentence


def test_a_document_does_not_go_over_two_passages():
    assert best_passage("See the RFC\n9110 meanings", wanted("meanings")) == "9110 meanings"


def test_coverage_counts_the_different_terms_that_are_wanted():
    assert coverage("Redirects redirect the gateway.", wanted("redirect gateway client")) == 2
    assert coverage("Redirects", wanted("gateway")) == 0
    assert coverage("重新導向", wanted("重定向")) == 2
    assert coverage("", wanted("gateway")) == 0


# Marks


def test_whole_words_are_marked():
    assert marked("It redirects the client.", wanted("redirect")) == "It <mark>redirects</mark> the client."
    assert marks("redirect Redirected direct redirector", "redirecting") == ["redirect", "Redirected"]
    assert marks("redirects direct", "direct") == ["direct"]


def test_the_snippet_is_html():
    snippet = marked('<b>&amp;</b> "redirect" <mark>', wanted("redirect amp"))
    assert isinstance(snippet, SafeString)
    assert snippet == ("&lt;b&gt;&amp;<mark>amp</mark>;&lt;/b&gt; &quot;<mark>redirect</mark>&quot; &lt;mark&gt;")


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("a Time-out.", "timeout", ["Time-out"]),
        ("a Time-out.", "time", ["Time"]),
        ("see RFC 9110.", "rfc9110", ["RFC 9110"]),
        ("太多的重新導向了", "重定向", ["重新導向"]),
        ("閘道逾時", "网关", ["閘道"]),
        ("買茶壺了", "茶壶", ["茶壺"]),
        ("買茶壺了", "买茶壶", ["買茶壺"]),
        ("Café, cafe\u0301", "cafe", ["Café", "café"]),
        ("404 not found", "404 found", ["found"]),
        ("½ redirect", "redirect", ["redirect"]),
        ("{} {0} redirect %s", "redirect", ["redirect"]),
        ("no", "teapot", []),
        ("", "teapot", []),
    ],
)
def test_what_matched_is_marked_as_the_text_has_it(text, query, expected):
    assert marks(text, query) == expected


def test_an_accent_is_marked_with_its_letter():
    assert marks("x\u0302 y", "x") == ["x\u0302"]


def test_no_mark_is_a_part_of_another():
    assert marked("time-out", wanted("time out timeout")) == "<mark>time-out</mark>"
    assert marked("一二三四 五", wanted("一二三")) == "<mark>一二三</mark>四 五"


# Long texts


LONG = " ".join(f"word{number}" for number in range(100))


def test_a_short_text_is_shown_whole():
    text = "x" * LONGEST
    assert marked(text, wanted("")) == text
    assert window(text, (3, 5)) == (0, LONGEST)


def test_a_long_text_without_marks_is_shown_from_its_beginning():
    snippet = marked(LONG, wanted("teapot"))
    assert snippet.startswith("word0 word1 ")
    assert snippet.endswith(" …")
    assert LONG.startswith(snippet[:-2] + " ")
    assert LONGEST - 20 <= len(snippet[:-2]) <= LONGEST


def test_a_long_text_is_cut_around_the_first_mark_between_words():
    snippet = marked(LONG, wanted("word50 word99"))
    assert snippet.startswith("… word")
    assert snippet.endswith(" …")
    assert re.findall("<mark>(.*?)</mark>", snippet) == ["word50"]
    inner = shown(snippet)[2:-2]
    assert f" {inner} " in LONG
    assert LONGEST - 40 <= len(inner) <= LONGEST
    assert 20 < inner.index("word50") <= LONGEST // 4


def test_a_long_text_is_cut_before_a_mark_at_its_end():
    snippet = marked(LONG, wanted("word99"))
    assert snippet.startswith("… word")
    assert snippet.endswith(" <mark>word99</mark>")


def test_a_long_text_without_blanks_is_cut_anywhere():
    text = "茶" * 300 + "重新導向" + "茶" * 300
    snippet = marked(text, wanted("重定向"))
    assert snippet == f"… {'茶' * 45}<mark>重新導向</mark>{'茶' * 131} …"
    assert shown(marked("茶" * 300, wanted("no")))[:-2] == "茶" * LONGEST


def test_a_mark_beyond_the_window_is_not_shown():
    text = f"redirect {'x' * 170} redirect"
    assert len(text) > LONGEST
    assert marks(text, "redirect") == ["redirect"]


def test_a_mark_longer_than_the_window_is_shown_whole():
    text = f"a {'茶' * 300} b"
    assert marks(text, "茶茶") == ["茶" * 300]


# Whatever the text and the query

PIECES = [
    *"<>&\"'{}%-. …。\n* `[]()重新導向閘道逾時茶½ßéﾊﾞ\u0301\u200b\0",
    "redirect",
    "redirects",
    "time-out",
    "timeout",
]
PIECES += ["RFC 9110", "<mark>", "</mark>", "&amp;", "&#60;", "… ", " …", "x" * 90, "茶" * 70, "word " * 30, "\ud800"]
ANY = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
QUERIES = st.one_of(st.just("redirect timeout rfc9110 重定向 茶茶 x mark amp"), ANY)


@example("x" * 300, "x")
@example("<mark>" * 100, "mark")
@example("a " + "x" * 400, "x")
@given(ANY, QUERIES)
def test_a_snippet_is_a_piece_of_the_text_with_marks_and_no_other_markup(text, query):
    snippet = marked(text, wanted(query))
    assert re.fullmatch("(?:[^<>]|<mark>[^<>]+</mark>)*", snippet)
    seen, whole = shown(snippet), composed(text)
    if len(whole) <= LONGEST:
        assert seen == whole
    else:
        inner = seen.removeprefix("… "), seen.removesuffix(" …"), seen.removeprefix("… ").removesuffix(" …")
        assert any(piece in whole for piece in inner)
        longest = max(len(html.unescape(mark)) for mark in re.findall("<mark>([^<]*)", snippet + "<mark>"))
        assert len(seen) <= LONGEST + longest + 4


@given(ANY, QUERIES)
def test_marks_are_what_is_wanted_and_nothing_of_it_is_left_in_a_short_text(text, query):
    aim = wanted(query)
    text = composed(text)[:LONGEST]
    rest = re.sub("<mark>.*?</mark>", "\n", marked(text, aim), flags=re.S)
    assert bool(aim.in_text(composed(text))) is ("<mark>" in marked(text, aim))
    assert not {token.term for token in aim.in_text(composed(html.unescape(rest)))} & {"redirect", "茶茶"}


@given(ANY, QUERIES)
def test_the_best_passage_is_one_of_the_text(text, query):
    sentence = best([re.sub("(?i)rfc", "", text)], wanted(query))
    assert sentence in composed(plain(re.sub("(?i)rfc", "", text)))
    assert "\n" not in sentence


@pytest.mark.django_db
def test_the_long_texts_of_the_reference_leave_no_markdown():
    for row in StatusCode.objects.all():
        for name in LONG_TEXTS:
            for language in shown_languages():
                source = getattr(row, f"{name}_{language.replace('-', '_')}") or ""
                left = re.search(r"\*\*|`|\]\(|^\s*[-+>|]\s", plain(source), re.MULTILINE)
                assert not left, (row, name, language)
