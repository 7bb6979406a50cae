from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from codes.search.tally import BUCKETS, bucket, by_bucket, changed, counted

COUNTS = st.dictionaries(st.sampled_from(["a", "aa", "ab", "b", "404", "茶壶"]), st.integers(-3, 3))


def test_a_term_is_always_in_the_same_row():
    assert bucket("timeout") == bucket("timeout") == 18
    assert all(0 <= bucket(f"term{number}") < BUCKETS for number in range(1000))


def test_what_does_not_change_is_left_out():
    assert by_bucket([("timeout", 2), ("gone", 0)]) == {18: {"timeout": 2}}


@given(st.lists(COUNTS))
def test_a_row_counts_what_came_and_went(every):
    row, known = changed("", {}), Counter()
    for counts in every:
        row = changed(row, counts)
        known.update(counts)
        known = +known
    assert {term: counted(row, term) for term in known} == known
    assert counted(row, "c") == counted(row, "4") == 0
    assert row.count("\n") == len(known) + 1
