"""The search as a whole: any text in, ranked meanings with sound snippets out."""

import re

import pytest
from django.conf import settings as configuration
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from codes.models import Alias, StatusCode
from codes.search import candidates, engine, index
from codes.search.document import keys_of
from codes.search.find import search
from codes.search.reading import NO_STATE, State
from codes.search.shown import Showing
from codes.search.vocabulary import LOADED, NOTHING

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _ in configuration.LANGUAGES]
WORDS = st.sampled_from(
    ["404", "timeout", "重定向", "閘道", "nginx", "not", "OR", "AND", "NEAR(", '"', "'", "*", ":", "%", "_", "rfc 9110"]
    + ["4xx", "\0", "\ud800", "\u202e", "é", "😀", "&", "|", "!", "(", ")", "\\", "head", "body", "-", "x" * 300]
)
QUERIES = st.one_of(st.text(), st.lists(WORDS, max_size=8).map(" ".join), st.lists(WORDS, max_size=8).map("".join))


def sound(snippet: str) -> bool:
    """Whether a snippet is text and <mark>, each opened and closed in turn."""
    tags = re.findall(r"<[^>]*>", snippet)
    return tags == ["<mark>", "</mark>"] * (len(tags) // 2) and "<" not in re.sub(r"</?mark>", "", snippet)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(QUERIES, st.sampled_from(LANGUAGES), st.integers(1, 50))
def test_any_text_has_an_answer(db, typed, language, limit):
    found = search(typed, language, limit)
    assert len(found.results) <= limit
    assert len(found.query.text) <= 200
    assert all(sound(result.snippet) for result in found.results)
    best = [rows[0].score for _, rows in found.groups]
    assert best == sorted(best, reverse=True)
    assert len({number for number, _ in found.groups}) == len(found.groups)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60))
@example("NG")  # the symbols of nginx begin with it
def test_any_text_can_be_an_alias_and_the_index_finds_what_the_queue_found(db, text):
    row = StatusCode.objects.get(number=418)
    Alias.objects.filter(status_code=row).delete()
    Alias.objects.create(status_code=row, language="en", text=text)
    before = [str(result.code) for result in search(text, "en", 50).results]
    index.refresh()
    after = [str(result.code) for result in search(text, "en", 50).results]
    assert ("418 iana" in before) == ("418 iana" in after) == bool(keys_of(text))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.from_regex("[a-z]{5,12}|[甲-龥]{3,8}", fullmatch=True))
def test_a_word_is_found_wherever_it_is_an_alias(db, word):
    Alias.objects.get_or_create(status_code=StatusCode.objects.get(number=418), language="zh-hans", text=word)
    assert 418 in [result.code.number for result in search(word, "en").results]
    index.refresh()
    assert 418 in [result.code.number for result in search(f" {word.upper()}! ", "zh-hant").results]


@pytest.mark.parametrize("language", LANGUAGES)
def test_equal_evidence_is_decided_by_the_readers_language(language):
    first, second = StatusCode.objects.filter(number__in=(402, 409))
    others = [code for code in LANGUAGES if code != language]
    Alias.objects.create(status_code=first, language=others[0], text="zyxomorph")
    Alias.objects.create(status_code=second, language=language, text="zyxomorph")
    assert search("zyxomorph", language).results[0].code == second


def test_a_query_may_mix_languages_and_scripts():
    assert search("cloudflare 源站 ssl 握手", "en").results[0].code.number == 525
    assert search("nginx 客户端 关闭连接", "zh-hant").results[0].code.number == 499
    assert search("proxy 需要驗證", "zh-hans").results[0].code.number == 407


def test_a_meaning_far_below_the_best_is_left_out():
    assert [result.code.number for result in search("I'm a teapot", "en", 50).results][:1] == [418]
    assert len(search("I'm a teapot", "en", 50).results) < 20


def test_what_most_of_a_large_reference_has_is_looked_up_together_and_counted(monkeypatch):
    for module in (engine, candidates):  # few documents count as many
        monkeypatch.setattr(module, "MOST_POSTINGS", 5)
    monkeypatch.setattr(candidates, "MOST_KEYS", 1)
    index.engine().note_all()
    index.refresh()
    assert search("gateway timeout", "en").results[0].code.number == 504
    assert search("server timeout page", "en").results
    run = candidates.Search(index.engine(), "gateway teapot", "en")
    gateway, teapot = run.rarities(run.postings())
    assert 0 < gateway < teapot


def test_a_meaning_deleted_while_it_is_searched_is_left_out(monkeypatch):
    meanings = Showing.meanings

    def later(self, hits):
        return {entry: shown for entry, shown in meanings(self, hits).items() if shown.row.number != 404}

    monkeypatch.setattr(Showing, "meanings", later)
    numbers = [result.code.number for result in search("not found", "en").results]
    assert numbers
    assert 404 not in numbers


# Work that is not done twice


@pytest.mark.parametrize("query", ["", "  ", "?!", "%_\0"])
def test_without_letters_and_digits_nothing_is_asked(query, django_assert_num_queries):
    search("teapot", "en")
    with django_assert_num_queries(0):
        assert search(query, "en").results == []


@pytest.mark.parametrize("query", ["418", "teapot", "gateway timeout", "tiemout", "c", "重定向"])
def test_what_was_read_once_takes_one_statement(query, django_assert_num_queries):
    first = search(query, "en")
    with django_assert_num_queries(1):
        assert search(query, "en") == first


def test_after_a_change_of_the_index_what_was_read_is_looked_at_once(django_assert_num_queries):
    first = search("teapot", "en")
    StatusCode.objects.filter(number=503).update(summary_en="Another one.")
    index.refresh()
    for statements in (2, 1):
        with django_assert_num_queries(statements):
            assert search("teapot", "en") == first


def test_a_vocabulary_that_moved_is_read_and_the_question_asked_again(django_assert_num_queries):
    LOADED[index.engine().database] = NO_STATE, NOTHING
    assert search("teepot", "en").results[0].code.number == 418
    with django_assert_num_queries(1):
        search("teepot", "en")


def test_a_vocabulary_that_moves_all_the_time_is_used_as_it_is(monkeypatch):
    monkeypatch.setattr(State, "has_words_of", lambda self, other: False)
    assert search("teepot", "en").results[0].code.number == 418


# What is remembered is never out of date


def shown(query: str, number: int) -> tuple[str, str, str]:
    """What a result shows: name, summary and snippet."""
    result = next(result for result in search(query, "en").results if result.code.number == number)
    return result.code.name_en, result.code.summary_en, result.snippet


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_change_is_shown_at_once_and_what_was_rolled_back_is_not(refreshed):
    before = shown("teapot refuses", 418)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        StatusCode.objects.filter(number=418).update(
            name_en="A kettle", summary_en="The kettle.", description_en="A kettle refuses a teapot."
        )
        if refreshed:
            index.refresh()
        expected = ("A kettle", "The kettle.", "A kettle <mark>refuses</mark> a <mark>teapot</mark>.")
        assert shown("teapot refuses", 418) == expected
        assert shown("teapot refuses", 418) == expected
        raise ZeroDivisionError
    assert shown("teapot refuses", 418) == before


def test_a_misspelt_name_is_understood_whether_or_not_its_meaning_was_indexed_yet():
    def found() -> list[tuple[int, float]]:
        return [(result.code.number, result.score) for result in search("gateway timout", "en").results[:2]]

    before = found()
    assert before[0][0] == 504
    StatusCode.objects.get(number=504).save()
    assert index.engine().pending(1)
    assert found() == before


def test_a_change_that_leaves_the_terms_alone_is_shown():
    shown("teapot", 418)
    row = StatusCode.objects.get(number=418)
    StatusCode.objects.filter(number=418).update(summary_en=f"{row.summary_en}!!!")
    index.refresh()
    assert shown("teapot", 418)[1].endswith("!!!")


def test_of_more_changes_than_a_search_looks_up_the_texts_are_shown_all_the_same(monkeypatch):
    shown("not found", 404)
    monkeypatch.setattr(candidates, "MOST_CHANGED", 1)
    StatusCode.objects.filter(number=404).update(summary_en="Gone for a walk.")
    StatusCode.objects.filter(number=418).update(summary_en="Another.")
    assert candidates.Search(index.engine(), "not found", "en").is_behind
    assert shown("not found", 404)[1] == "Gone for a walk."


def test_of_more_changes_than_a_search_looks_up_nothing_is_remembered(monkeypatch):
    before = shown("not found", 404)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        StatusCode.objects.filter(number=404).update(summary_en="Gone for a walk.")
        StatusCode.objects.filter(number=418).update(summary_en="Another.")
        with monkeypatch.context() as patch:
            patch.setattr(candidates, "MOST_CHANGED", 1)
            shown("not found", 404)
        raise ZeroDivisionError
    assert shown("not found", 404) == before
