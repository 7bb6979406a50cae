from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from codes.models import Alias, StatusCode
from codes.search.index import engine, refresh
from codes.search.reading import State
from codes.search.vocabulary import LOADED, Spellings, Vocabulary, remembered, vocabulary

WORDS = ["timeout", "timeouts", "time", "timely", "found", "redirection", "redirected", "moved", "gone", "gate", "iana"]
KNOWN = Vocabulary([(word, word.removesuffix("s")) for word in WORDS], ["notfound", "gone", "goneaway", "未找到页面"])


@pytest.fixture
def fresh() -> Iterator[None]:
    """What a test loads goes with its changes."""
    LOADED.clear()
    yield
    LOADED.clear()


# Unfinished words


def test_completions_are_the_words_with_this_beginning_the_shortest_first():
    assert KNOWN.completions("tim", 9) == ["time", "timely", "timeout", "timeouts"]
    assert KNOWN.completions("timeo", 9) == ["timeout", "timeouts"]
    assert KNOWN.completions("timeout", 9) == ["timeout", "timeouts"]
    assert KNOWN.completions("tim", 2) == ["time", "timely"]
    assert KNOWN.completions("tin", 9) == KNOWN.completions("zzz", 9) == []


# Misspelt words


@pytest.mark.parametrize(
    "misspelt", ["timout", "tiimeout", "timeoud", "tiemout"], ids=["missing", "too many", "wrong", "changed places"]
)
def test_each_kind_of_error_is_one(misspelt):
    assert ("timeout", 1) in KNOWN.spellings(misspelt, 9)


@given(st.text("abc", min_size=1, max_size=7), st.lists(st.text("abc", min_size=1, max_size=7), max_size=30))
def test_one_error_is_found_wherever_it_is(word, others):
    expected = {other for other in others if OSA.distance(word, other) == 1}
    assert {other for other, _ in Spellings(others).near(word, 1, 99)} == expected


def test_a_long_word_may_have_two_errors():
    assert KNOWN.spellings("rediretcoin", 9) == [("redirection", 2)]
    assert KNOWN.spellings("redirectxx", 9) == [("redirected", 2)]
    assert KNOWN.spellings("timxoxt", 9) == []
    assert KNOWN.spellings("timeoutt", 9) == [("timeout", 1), ("timeouts", 1)]
    assert KNOWN.spellings("rexixexted", 9) == []


def test_a_short_word_is_not_respelt():
    assert KNOWN.spellings("gon", 9) == []
    assert KNOWN.spellings("gona", 9) == [("gone", 1)]


@pytest.mark.parametrize("word", ["404x", "gon3", "", "4040"])
def test_what_has_no_letters_only_is_not_respelt(word):
    assert KNOWN.spellings(word, 9) == []


def test_a_word_is_no_misspelling_of_itself():
    assert KNOWN.spellings("time", 9) == []
    assert KNOWN.spellings("timeout", 9) == [("timeouts", 1)]


def test_the_nearest_word_comes_first_then_one_with_the_same_first_letter():
    known = Spellings(["gate", "date", "late", "gatex", "gxtexy", "garage"])
    assert known.near("gatey", 2, 9) == [
        ("gate", 1),
        ("gatex", 1),
        ("gxtexy", 2),
        ("date", 2),
        ("late", 2),
    ]
    assert known.near("hate", 1, 9) == [("date", 1), ("gate", 1), ("late", 1)]
    assert known.near("lates", 1, 9) == [("late", 1)]
    assert known.near("bate", 1, 2) == [("date", 1), ("gate", 1)]
    assert known.near("dates", 2, 1) == [("date", 1)]


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("tymeot", "timeout"), ("redirekshun", "redirection"), ("xyzzy", ""), ("gone", "gone"), ("", "")],
)
def test_the_most_similar_word_is_nearest_if_it_is_similar_at_all(word, nearest):
    assert KNOWN.nearest(word) == nearest


# Misspelt names


def test_a_name_may_have_one_error():
    assert KNOWN.near_names("notfond", 9) == ["notfound"]
    assert KNOWN.near_names("notfoudn", 9) == ["notfound"]
    assert KNOWN.near_names("ntfond", 9) == []
    assert KNOWN.near_names("没找到页面", 9) == ["未找到页面"]


@pytest.mark.parametrize("key", ["", "gon", "on"])
def test_a_short_name_is_not_respelt(key):
    assert KNOWN.near_names(key, 9) == []


def test_what_is_a_name_is_meant_as_it_stands():
    known = Vocabulary([], ["gone", "gones"])
    assert known.near_names("gonex", 9) == ["gone", "gones"]
    assert known.near_names("gones", 9) == []


def test_no_more_names_than_asked_for():
    known = Vocabulary([], ["goner", "gones", "gonex"])
    assert known.near_names("gone", 2) == ["goner", "gones"]


# In memory


@pytest.mark.django_db
def test_the_vocabulary_is_that_of_the_index(fresh):
    found = vocabulary(engine(), engine().state())
    assert found.terms["teapot"] == "teapot"
    assert found.terms["moved"] == "move"
    assert "404" not in found.terms
    assert all(word.isalnum() for word in found.terms)
    assert found.near_names("notfuond", 9)[0] == "notfound"


@pytest.mark.django_db
def test_it_is_read_once(fresh, django_assert_num_queries):
    state = engine().state()
    first = vocabulary(engine(), state)
    with django_assert_num_queries(0):
        assert vocabulary(engine(), state) is first
        # How many documents there are says nothing of their words.
        assert vocabulary(engine(), state._replace(documents=state.documents + 1)) is first


@pytest.mark.django_db
@pytest.mark.parametrize("moved", [{"fingerprint": "another"}, {"vocabulary": -1}])
def test_it_is_read_again_when_it_moved(fresh, moved):
    state: State = engine().state()
    first = vocabulary(engine(), state)
    second = vocabulary(engine(), state._replace(**moved))
    assert second is not first
    assert vocabulary(engine(), state._replace(**moved)) is second


@pytest.mark.django_db
def test_a_new_word_is_known_when_the_index_has_it(fresh):
    assert "xylophone" not in vocabulary(engine(), engine().state()).terms
    Alias.objects.create(
        status_code=StatusCode.objects.get(number=404, origin="iana"), language="en", text="Xylophones"
    )
    refresh()
    found = vocabulary(engine(), engine().state())
    assert found.terms["xylophones"] == "xylophon"
    assert found.spellings("xylofones", 9) == [("xylophones", 2)]


@pytest.mark.django_db
def test_what_is_remembered_is_read_only_when_there_is_nothing(fresh, django_assert_num_queries):
    with django_assert_num_queries(3):  # the state, the words, the names
        state, found = remembered(engine())
    assert state == engine().state()
    with django_assert_num_queries(0):
        assert remembered(engine()) == (state, found)
