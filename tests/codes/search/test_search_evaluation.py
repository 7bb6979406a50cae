from pathlib import Path

import pytest

from codes.search.evaluation import DEPTH, Case, EvaluationError, Score, evaluate, rank, read_cases
from codes.search.find import search


def written(directory: Path, content: str | bytes) -> Path:
    path = directory / "queries.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def case(query: str, *wanted: int, language: str = "en", kind: str = "") -> Case:
    return Case(language, query, frozenset(wanted), kind)


# Files


def test_a_file_has_a_query_a_line(tmp_path):
    path = written(
        tmp_path,
        "# Queries and what they should find.\n"
        "en\tnot found\t404\n"
        "\n"
        "# kind: names \n"
        "zh-hant\t找不到\t404,410\n"
        "   \n"
        "# kind:\n"
        "zh-hans\t 网关 \t502\n",
    )
    assert read_cases(path) == [
        case("not found", 404),
        case("找不到", 404, 410, language="zh-hant", kind="names"),
        case(" 网关 ", 502, language="zh-hans"),
    ]


def test_windows_line_ends_do_not_matter(tmp_path):
    assert read_cases(written(tmp_path, "# kind: a\r\nen\tx\t404\r\n")) == [case("x", 404, kind="a")]


@pytest.mark.parametrize(
    "line", ["en\tx", "en\tx\t404\ty", "en x 404", "en\tx\t", "en\tx\tgone", "en\tx\t404,", "en\tx\t²"]
)
def test_a_line_that_is_no_case_is_named(line, tmp_path):
    with pytest.raises(EvaluationError, match="^line 3: a language, a query and codes are expected"):
        read_cases(written(tmp_path, f"# comment\nen\tx\t404\n{line}\n"))


@pytest.mark.parametrize("code", ["-404", "4.4", "0x1", "²", "４０４", "404, 410", "4040"])
def test_a_code_is_a_number(code, tmp_path):
    with pytest.raises(EvaluationError, match="^line 1: "):
        read_cases(written(tmp_path, f"en\tx\t{code}"))


def test_a_code_with_too_many_digits_is_named(tmp_path):
    with pytest.raises(EvaluationError, match="^line 1: "):
        read_cases(written(tmp_path, f"en\tx\t{'4' * 5000}"))


@pytest.mark.parametrize("language", ["de", "", "EN", " en", "zh"])
def test_a_language_that_is_not_shown_is_named(language, tmp_path):
    with pytest.raises(EvaluationError) as raised:
        read_cases(written(tmp_path, f"{language}\tx\t404"))
    assert str(raised.value) == f"line 1: {language!r} is none of en, zh-hant, zh-hans"


@pytest.mark.parametrize("content", [b"en\t\xff\t404", "en\tx\t404".encode("utf-16"), "en\té\t404".encode("latin-1")])
def test_a_file_in_another_encoding_is_named(content, tmp_path):
    with pytest.raises(EvaluationError, match="^the file is not UTF-8$"):
        read_cases(written(tmp_path, content))


def test_a_byte_order_mark_does_not_matter(tmp_path):
    assert read_cases(written(tmp_path, b"\xef\xbb\xbfen\tx\t404")) == [case("x", 404)]


@pytest.mark.parametrize("content", ["", "\n\n", "# only\n# comments\n", "# kind: a"])
def test_a_file_without_queries_is_named(content, tmp_path):
    with pytest.raises(EvaluationError, match="^there is no query in it$"):
        read_cases(written(tmp_path, content))


def test_a_file_that_cannot_be_read_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_cases(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        read_cases(tmp_path)


# Scores


def test_shares_are_of_all_queries():
    score = Score(queries=4, first=1, reciprocal=1.5)
    assert score.top1 == 0.25
    assert score.mrr == 0.375


@pytest.mark.django_db
def test_the_rank_is_the_place_of_the_first_wanted_number():
    numbers = rank(case("the server got a request", 999))[1]
    assert len(numbers) == len(set(numbers)) == DEPTH
    assert rank(case("the server got a request", numbers[0])) == (1, numbers)
    assert rank(case("the server got a request", numbers[2])) == (3, numbers)
    assert rank(case("the server got a request", numbers[9], numbers[4], 418)) == (5, numbers)
    assert rank(case("the server got a request", 418)) == (None, numbers)


@pytest.mark.django_db
def test_a_number_with_several_meanings_counts_once():
    found = [result.code.number for result in search("timeout", "en", 30).results]
    assert len(found) > len(set(found))
    assert rank(case("timeout", 1))[1] == list(dict.fromkeys(found))[:DEPTH]


@pytest.mark.django_db
def test_the_rank_is_for_the_readers_language():
    by_language = [rank(case("禁止", 403, language=language))[0] for language in ("zh-hant", "zh-hans")]
    assert by_language == [1, 1]
    assert rank(case("", 404)) == (None, [])


@pytest.mark.django_db
def test_scores_are_right_for_all_and_for_each_language_and_kind():
    timeouts = rank(case("gateway timeout", 504))[1]
    first = case("teapot", 418, kind="names")
    third = case("gateway timeout", timeouts[2], kind="names")
    none = case("找不到", 999, language="zh-hant")
    scores = evaluate([first, third, none])
    assert list(scores) == ["all", "en", "names", "zh-hant"]
    assert (scores["all"].queries, scores["all"].first) == (3, 1)
    assert scores["all"].top1 == pytest.approx(1 / 3)
    assert scores["all"].mrr == pytest.approx((1 + 1 / 3) / 3)
    assert (scores["en"].queries, scores["en"].top1) == (2, 0.5)
    assert scores["en"].mrr == scores["names"].mrr == pytest.approx((1 + 1 / 3) / 2)
    assert scores["names"].misses == [(third, timeouts)]
    assert (scores["zh-hant"].top1, scores["zh-hant"].mrr) == (0, 0)
    assert scores["all"].misses == [(third, timeouts), (none, rank(none)[1])]


def test_no_queries_have_no_scores():
    assert evaluate([]) == {}
