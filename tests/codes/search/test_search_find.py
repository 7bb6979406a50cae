"""The search as a whole: any text in, ranked meanings with sound snippets out."""

import re

import pytest
from django.conf import settings as configuration
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codes.models import Alias, StatusCode
from codes.search import index
from codes.search.candidates import MOST_POSTINGS
from codes.search.document import keys_of
from codes.search.find import search

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


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(QUERIES, st.sampled_from(LANGUAGES), st.integers(1, 50))
def test_any_text_has_an_answer(db, typed, language, limit):
    found = search(typed, language, limit)
    assert len(found.results) <= limit
    assert len(found.query.text) <= 200
    assert all(sound(result.snippet) for result in found.results)
    best = [rows[0].score for _, rows in found.groups]
    assert best == sorted(best, reverse=True)
    assert len({number for number, _ in found.groups}) == len(found.groups)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60))
def test_any_text_can_be_an_alias_and_the_index_finds_what_the_queue_found(db, text):
    row = StatusCode.objects.get(number=418)
    Alias.objects.filter(status_code=row).delete()
    Alias.objects.create(status_code=row, language="en", text=text)
    before = [str(result.code) for result in search(text, "en", 50).results]
    index.refresh()
    after = [str(result.code) for result in search(text, "en", 50).results]
    assert ("418 iana" in before) == ("418 iana" in after) == bool(keys_of(text))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def test_what_most_of_a_large_reference_has_is_looked_up_together(monkeypatch):
    from codes.search import candidates

    assert StatusCode.objects.count() < MOST_POSTINGS
    whole = [result.code.number for result in search("gateway timeout", "en").results]
    monkeypatch.setattr(candidates, "MOST_POSTINGS", 5)
    monkeypatch.setattr(candidates, "MOST_KEYS", 1)
    few = [result.code.number for result in search("gateway timeout", "en").results]
    assert whole[0] == few[0] == 504
    assert search("server timeout page", "en").results


def test_a_meaning_deleted_while_it_is_searched_is_left_out(monkeypatch):
    from codes.search import find

    meanings = find.meanings

    def later(entries, language, using):
        return {entry: row for entry, row in meanings(entries, language, using).items() if row.number != 404}

    monkeypatch.setattr(find, "meanings", later)
    numbers = [result.code.number for result in search("not found", "en").results]
    assert numbers
    assert 404 not in numbers
