"""The words of names, symbols, aliases and summaries: what an unfinished or misspelt word can mean."""

import threading
from bisect import bisect_left

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from codes.search.engine import Engine, State

SHORTEST_MISSPELT = 4
LONG_WORD = 8  # from this length on a word may have two errors


class Vocabulary:
    """The vocabulary of an index, in memory."""

    def __init__(self, words: list[tuple[str, str]]) -> None:
        self.terms = dict(words)
        self.sorted = sorted(self.terms)
        self.by_length: dict[int, list[str]] = {}
        for word in self.sorted:
            self.by_length.setdefault(len(word), []).append(word)

    def completions(self, beginning: str, most: int) -> list[str]:
        """The shortest words that begin with ``beginning``."""
        found = []
        for word in self.sorted[bisect_left(self.sorted, beginning) :]:
            if not word.startswith(beginning):
                break
            found.append(word)
        return sorted(found, key=len)[:most]

    def near(self, word: str, errors: int, most: int) -> list[tuple[str, int]]:
        """Words that differ from ``word`` in few letters, the nearest first, with the number of errors.

        An error is a letter too many, missing or wrong, or two that changed places. The first letter is
        wrong less often than others, so that words with the same first letter come first.
        """
        nearby = [
            other
            for length in range(len(word) - errors, len(word) + errors + 1)
            for other in self.by_length.get(length, ())
        ]
        found = extract(word, nearby, scorer=OSA.distance, score_cutoff=errors, limit=None)
        found.sort(key=lambda pair: (pair[1], pair[0][0] != word[0], pair[0]))
        return [(other, int(distance)) for other, distance, _ in found if distance][:most]

    def spellings(self, word: str, most: int) -> list[tuple[str, int]]:
        """What a misspelt word may have been meant to be; nothing for a short word."""
        if len(word) < SHORTEST_MISSPELT or not word.isalpha():
            return []
        return self.near(word, 2 if len(word) >= LONG_WORD else 1, most)


LOADED: dict[str, tuple[State, Vocabulary]] = {}
LOADING = threading.Lock()


def vocabulary(index: Engine, state: State) -> Vocabulary:
    """The vocabulary of an index in a state; read from the database when it moved."""
    name = str(index.connection.settings_dict["NAME"])
    with LOADING:
        found = LOADED.get(name)
        if found is None or found[0][:2] != state[:2]:
            found = LOADED[name] = (state, Vocabulary(index.words()))
        return found[1]
