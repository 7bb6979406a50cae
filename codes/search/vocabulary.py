"""The words of names, symbols, aliases and summaries: what an unfinished or misspelt word can mean."""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract, extractOne

from codes.search.reading import LAST, Reading, State

SHORTEST_MISSPELT = 4
SIMILAR = 0.6  # the share of letters that are right
LONG_WORD = 8  # from this length on a word may have two errors


def beginning_with(beginning: str, words: Sequence[str]) -> Sequence[str]:
    """Those of sorted words that begin in one way."""
    return words[bisect_left(words, beginning) : bisect_left(words, beginning + LAST)]


class Spellings:
    """Words or keys, to be found by what is nearly their spelling."""

    def __init__(self, known: Iterable[str]) -> None:
        self.by_length: dict[int, list[str]] = {}
        self.known = frozenset(known)
        self.sorted = sorted(self.known)
        self.backwards = sorted(word[::-1] for word in self.known)
        for word in self.sorted:
            self.by_length.setdefault(len(word), []).append(word)

    def with_a_half_of(self, word: str) -> set[str]:
        """What begins like a word, or ends like it: one error, two letters that changed places too, spares a half."""
        half = len(word) // 2
        ends = beginning_with(word[:half:-1], self.backwards)
        return {*beginning_with(word[:half], self.sorted), *(end[::-1] for end in ends)}

    def near(self, word: str, errors: int, most: int) -> list[tuple[str, int]]:
        """What differs from ``word`` in few letters, the nearest first, with the number of errors.

        An error is a letter too many, missing or wrong, or two that changed places (optimal string alignment).
        The first letter is wrong less often than others, so that words with the same one come first.
        """
        lengths = range(len(word) - errors, len(word) + errors + 1)
        if errors == 1:
            nearby = [other for other in self.with_a_half_of(word) if len(other) in lengths]
        else:
            nearby = [other for length in lengths for other in self.by_length.get(length, ())]
        found = extract(word, nearby, scorer=OSA.distance, score_cutoff=errors, limit=None)
        found.sort(key=lambda pair: (pair[1], pair[0][0] != word[0], pair[0]))
        return [(other, int(distance)) for other, distance, _ in found if distance][:most]


class Vocabulary:
    """The vocabulary of an index, in memory: its words with their terms, and the keys of names."""

    def __init__(self, words: Iterable[tuple[str, str]], names: Iterable[str]) -> None:
        self.terms = dict(words)
        self.words, self.names = Spellings(self.terms), Spellings(names)

    def completions(self, beginning: str, most: int) -> list[str]:
        """The shortest words that begin with ``beginning``."""
        return sorted(beginning_with(beginning, self.words.sorted), key=len)[:most]

    def spellings(self, word: str, most: int) -> list[tuple[str, int]]:
        """What a misspelt word may have been meant to be; nothing for a short word."""
        if len(word) < SHORTEST_MISSPELT or not word.isalpha():
            return []
        return self.words.near(word, 2 if len(word) >= LONG_WORD else 1, most)

    def nearest(self, word: str) -> str:
        """The most similar word, for one that nothing is found for; empty if none is similar."""
        found = extractOne(word, self.words.sorted, scorer=OSA.normalized_similarity, score_cutoff=SIMILAR)
        return str(found[0]) if found else ""

    def near_names(self, key: str, most: int) -> list[str]:
        """The keys of names that a query as a whole may have been meant to be; nothing for a name or a short one."""
        if len(key) < SHORTEST_MISSPELT or key in self.names.known:
            return []
        return [name for name, _ in self.names.near(key, 1, most)]


NOTHING = Vocabulary((), ())

LOADED: dict[str, tuple[State, Vocabulary]] = {}
LOADING = threading.Lock()


def vocabulary(index: Reading, state: State) -> Vocabulary:
    """The vocabulary of an index in a state; read from the database when it moved."""
    with LOADING:
        found = LOADED.get(index.database)
        if found is None or not found[0].has_words_of(state):
            found = LOADED[index.database] = (state, Vocabulary(index.words(), index.name_keys()))
        return found[1]


def remembered(index: Reading) -> tuple[State, Vocabulary]:
    """The vocabulary that was read last, with the state it belongs to. It may have moved since."""
    if index.database not in LOADED:
        vocabulary(index, index.state())
    return LOADED[index.database]
