from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.search.document import NEUTRAL, Kind, Passage
from codes.search.passages import Passages, pack
from codes.search.query import Query, Unit
from codes.search.rank import (
    BEGINNING,
    BODY_WEIGHT,
    EXACT_KEYS,
    FURTHER,
    KIND_WEIGHTS,
    NUMBER_STRESS,
    ORIGIN_STRESS,
    OTHER_LANGUAGE,
    RECALL_POWER,
    Evidence,
    Match,
    Ranking,
    is_familiar,
    key_score,
    passage_weight,
    promising,
    rarity,
)


def word(term: str, weight: float = 1.0, **others: object) -> Unit:
    return Unit(term, weight, {term: 1.0}, **others)


def ranking(*units: Unit, rarities: list[float] | None = None) -> Ranking:
    return Ranking(Query("", False, [], list(units)), rarities or [1.0] * len(units), "en")


def score(used: Ranking, *matches: Match, keys: float = 0.0, anywhere: tuple[int, ...] = ()) -> float:
    every = set(anywhere) | {place for match in matches for place in match.fits}
    return used.score(Evidence(keys, matches, every))


# What a term tells


def test_a_rare_term_tells_more():
    assert rarity(100, 1) > rarity(100, 2) > rarity(100, 100) > 0
    assert rarity(99, 0) == pytest.approx(log(201))
    assert rarity(0, 0) == pytest.approx(log(3))


def test_every_kind_of_passage_has_a_weight():
    assert set(KIND_WEIGHTS) == set(Kind)
    assert all(BODY_WEIGHT < weight <= 1 for weight in KIND_WEIGHTS.values())


def test_the_readers_language_and_what_is_in_none_count_most():
    assert is_familiar("en", "en")
    assert is_familiar(NEUTRAL, "en")
    assert not is_familiar("zh-hans", "en")
    assert passage_weight(Kind.NAME, "en", "en") == passage_weight(Kind.NAME, NEUTRAL, "en") == 1
    assert passage_weight(Kind.NAME, "zh-hans", "en") == OTHER_LANGUAGE
    assert passage_weight(Kind.ALIAS, "en", "zh-hans") == pytest.approx(OTHER_LANGUAGE * KIND_WEIGHTS[Kind.ALIAS])


# Keys


def test_a_key_that_is_the_query_says_most():
    exact = key_score(Kind.NAME, "notfound", "en", asked="notfound", reader="en")
    half = key_score(Kind.NAME, "notfound", "en", asked="notf", reader="en")
    assert exact == EXACT_KEYS[Kind.NAME]
    assert half == pytest.approx(BEGINNING * 0.8)
    assert half < key_score(Kind.NAME, "notfound", "en", asked="notfoun", reader="en") < exact
    assert key_score(Kind.NAME, "notfound", "zh-hans", asked="notfound", reader="en") < exact
    assert key_score(Kind.SYMBOL, "notfound", NEUTRAL, asked="notfound", reader="en") < exact


# Passages of a candidate


PASSAGES = Passages(
    pack(
        [
            Passage(Kind.NUMBER, NEUTRAL, ["404"]),
            Passage(Kind.NAME, "en", ["not", "found"]),
            Passage(Kind.NAME, "zh-hans", ["未找", "找到"]),
            Passage(Kind.SUMMARY, "en", ["found", "foundri", "found2", "the"]),
        ]
    )
)


def test_matches_are_the_passages_with_a_term_of_the_query():
    matches = ranking(word("found"), word("not", 0.4)).matches(PASSAGES)
    assert sorted(matches) == [
        Match(Kind.NAME, "en", 1.4, {0: 1.0, 1: 1.0}),
        Match(Kind.SUMMARY, "en", 3.1, {0: 1.0}),
    ]


def test_matches_are_of_whole_terms_only():
    assert (
        ranking(word("foun"), word("ound"), word("40"), word("en"), word("1"), word("找")).matches(Passages("")) == []
    )
    assert ranking(word("foun"), word("ound"), word("40"), word("en"), word("1")).matches(PASSAGES) == []
    assert ranking().matches(PASSAGES) == []


def test_a_single_ideograph_is_matched_wherever_it_stands():
    assert ranking(word("找", 0.6)).matches(PASSAGES) == [Match(Kind.NAME, "zh-hans", 1.2, {0: 1.0})]
    assert ranking(word("茶", 0.6)).matches(PASSAGES) == []


@pytest.mark.parametrize("letter", ["и", "α", "ø", "ا", "e", "1"])
def test_a_single_letter_of_an_alphabet_is_a_whole_term(letter):
    passages = Passages(pack([Passage(Kind.NAME, "en", [f"x{letter}x", f"{letter}x"])]))
    assert ranking(word(letter)).matches(passages) == []
    passages = Passages(pack([Passage(Kind.NAME, "en", [f"x{letter}x", letter])]))
    assert ranking(word(letter)).matches(passages) == [Match(Kind.NAME, "en", 2.0, {0: 1.0})]


def test_the_first_and_the_last_term_of_a_passage_and_a_repeated_one_are_matched():
    passages = Passages(pack([Passage(Kind.NAME, "en", ["gone", "gone"]), Passage(Kind.ALIAS, "", ["gone"])]))
    assert ranking(word("gone")).matches(passages) == [
        Match(Kind.NAME, "en", 2.0, {0: 1.0}),
        Match(Kind.ALIAS, "", 1.0, {0: 1.0}),
    ]


def test_the_best_of_the_terms_that_stand_for_a_unit_is_its_fit():
    unit = Unit("foun", 1.0, {"foun": 1.0, "found": 0.8, "foundri": 0.65})
    name, summary = sorted(ranking(unit).matches(PASSAGES))
    assert name.fits == {0: 0.8}
    assert summary.fits == {0: 0.8}
    assert ranking(Unit("", 1.0, {"foundri": 0.65, "found": 0.8})).matches(PASSAGES)[0].fits == {0: 0.8}


def test_a_term_may_stand_for_several_units():
    units = Unit("a", 1.0, {"found": 1.0}), Unit("b", 1.0, {"found": 0.65, "bb": 1.0})
    assert ranking(*units).matches(PASSAGES)[0].fits == {0: 1.0, 1: 0.65}


def test_stop_words_are_matched_only_where_there_is_nothing_else():
    assert ranking(word("the", 0.1), word("bicycle")).matches(PASSAGES) == []
    assert [match.fits for match in ranking(word("the", 0.1)).matches(PASSAGES)] == [{0: 1.0}]


# Scores


def test_nothing_scores_nothing():
    assert score(ranking()) == 0
    assert score(ranking(word("x"))) == 0
    assert score(ranking(), keys=0.7) == 0.7


def test_a_name_that_is_the_query_is_covered_named_and_keyed():
    used = ranking(word("not", 0.4), word("found"))
    name = Match(Kind.NAME, "en", 1.4, {0: 1.0, 1: 1.0})
    assert score(used, name) == pytest.approx(1 + FURTHER * BODY_WEIGHT + 1)
    assert score(used, name, keys=1.2) == pytest.approx(score(used, name) + 1.2)


def test_half_of_the_query_says_less_than_half():
    used = ranking(word("a"), word("b"))
    half = score(used, Match(Kind.NAME, "en", 1.0, {0: 1.0}))
    assert half == pytest.approx((1 + FURTHER * BODY_WEIGHT) / 2 + 0.5**RECALL_POWER)
    assert half < score(used, Match(Kind.NAME, "en", 2.0, {0: 1.0, 1: 1.0})) / 2


def test_a_longer_name_is_named_less():
    used = ranking(word("a"))
    short, long = (score(used, Match(Kind.NAME, "en", length, {0: 1.0})) for length in (1.0, 2.0))
    assert short - long == pytest.approx(0.3)
    # A passage is not more than named.
    assert score(used, Match(Kind.NAME, "en", 0.5, {0: 1.0})) == short


def test_a_passage_that_does_not_name_is_only_covered():
    used = ranking(word("a"))
    assert score(used, Match(Kind.SUMMARY, "en", 1.0, {0: 1.0})) == pytest.approx(
        KIND_WEIGHTS[Kind.SUMMARY] + FURTHER * BODY_WEIGHT
    )
    assert score(used, anywhere=(0,)) == BODY_WEIGHT


def test_two_further_kinds_of_passages_add_to_the_best():
    used = ranking(word("a"))
    kinds = [Kind.TITLE, Kind.SUMMARY, Kind.DEFINITION, Kind.ORIGIN]
    weights = [KIND_WEIGHTS[kind] for kind in kinds]
    every = [Match(kind, "en", 9.0, {0: 1.0}) for kind in kinds]
    assert score(used, *every) == pytest.approx(weights[3] + FURTHER * (weights[2] + weights[1]))
    # Of one kind the best counts once.
    twice = [Match(Kind.SUMMARY, language, 9.0, {0: 1.0}) for language in ("zh-hans", "en", "zh-hans")]
    assert score(used, *twice) == score(used, twice[1])


def test_another_language_and_a_guess_count_less():
    used = ranking(word("a"))
    full = score(used, Match(Kind.NAME, "en", 1.0, {0: 1.0}))
    assert score(used, Match(Kind.NAME, "zh-hans", 1.0, {0: 1.0})) < full
    assert score(used, Match(Kind.NAME, "en", 1.0, {0: 0.8})) < full


def test_a_rare_unit_and_a_number_count_more():
    units = word("a"), word("b")
    first, second = Match(Kind.NAME, "en", 1.0, {0: 1.0}), Match(Kind.NAME, "en", 1.0, {1: 1.0})
    used = ranking(*units, rarities=[3.0, 1.0])
    assert score(used, first) > score(used, second)
    numbered = ranking(word("404", number=404), word("b"))
    assert numbered.masses == [NUMBER_STRESS, 1.0]
    assert score(numbered, Match(Kind.NUMBER, "", 1.0, {0: 1.0})) > score(numbered, second)


def test_a_number_is_meant_by_what_has_it_not_by_what_mentions_it():
    used = ranking(word("404", number=404))
    assert score(used, Match(Kind.ALIAS, "en", 1.0, {0: 1.0})) == BODY_WEIGHT
    assert score(used, Match(Kind.NUMBER, "", 1.0, {0: 1.0})) > BODY_WEIGHT


def test_each_unit_has_its_rarity():
    with pytest.raises(ValueError, match="shorter"):
        ranking(word("a"), word("b"), rarities=[1.0])


def test_a_class_is_meant_by_what_is_one_not_by_what_mentions_it():
    used = ranking(word("4xx", is_class=True))
    assert score(used, Match(Kind.ALIAS, "en", 1.0, {0: 1.0})) == BODY_WEIGHT
    assert score(used, Match(Kind.CLASS, "en", 1.0, {0: 1.0})) > BODY_WEIGHT


def test_an_origin_completes_a_name_and_is_stressed_when_a_candidate_has_it():
    units = word("nginx"), word("timeout")
    name = Match(Kind.NAME, "en", 1.0, {1: 1.0})
    origin = Match(Kind.ORIGIN, NEUTRAL, 1.0, {0: 1.0})
    used = ranking(*units)
    both, alone = score(used, name, origin), score(used, name)
    assert both == pytest.approx(sum([1.0, KIND_WEIGHTS[Kind.ORIGIN]]) / 2 + FURTHER * BODY_WEIGHT + 1)
    used.stress_origins([[name], [name, origin, origin], [origin]])
    assert used.masses == [ORIGIN_STRESS, 1.0]
    assert both - alone < score(used, name, origin) - score(used, name)


@given(st.dictionaries(st.sampled_from(list(Kind)), st.dictionaries(st.integers(0, 2), st.floats(0.1, 1))))
def test_more_evidence_is_never_less(found):
    used = ranking(word("a"), word("b", 0.4), word("4xx", is_class=True))
    matches = [Match(kind, "en", 2.0, fits) for kind, fits in found.items()]
    scores = [score(used, *matches[:count], anywhere=(0,)) for count in range(len(matches) + 1)]
    assert all(after >= before - 1e-9 for before, after in pairwise(scores))


def test_another_name_of_an_origin_is_never_less():
    used = ranking(word("a"), word("b"))
    matches = [Match(Kind.NAME, "en", 2.0, {0: 1.0}), Match(Kind.ORIGIN, "", 1.0, {1: 1.0})]
    assert score(used, *matches, Match(Kind.ORIGIN, "en", 1.0, {1: 0.5})) >= score(used, *matches)


# Candidates


def test_what_the_query_is_a_whole_key_of_is_more_promising_than_what_it_begins():
    others = set(range(1, 30))
    named = dict.fromkeys(others, 0.6) | {40: 1.1}
    query = Query("", False, [], [word("a")])
    assert promising(query, [4.0], [(others, others)], named, 3) == [40, 1, 2]


def test_those_named_by_keys_are_promising_first_then_those_with_rare_units():
    query = Query("", False, [], [word("a"), word("b")])
    found = [({1}, {1, 2}), (set(), {3})]
    # 1 in a passage: 4 times 1.5; 2 in a long text; 3 in a long text by the rarer unit; 9 by a key.
    assert promising(query, [1.5, 2.0], found, {9: 1.0}, 9) == [9, 1, 3, 2]
    assert promising(query, [1.5, 2.0], found, {9: 1.0}, 2) == [9, 1]
    assert promising(query, [1.5, 2.0], found, {2: 1.0, 3: 1.0}, 9) == [3, 2, 1]
    assert promising(Query("", False, []), [], [], {}, 9) == []


def test_equals_come_in_the_order_of_the_reference():
    assert promising(Query("", False, [], [word("a")]), [1.0], [(set(), {5, 3, 4})], {}, 9) == [3, 4, 5]
    assert promising(Query("", False, []), [], [], {9: 1.0, 8: 1.0}, 9) == [8, 9]
    assert promising(Query("", False, [], [word("a", 0.4)]), [1.0], [({7}, {7, 8})], {}, 1) == [7]
