"""The passages of a document: as they are stored, and as they are looked through."""

import sys
from collections.abc import Iterable
from typing import NamedTuple

from codes.search.analyze import is_ideographic, length
from codes.search.document import Passage


class Outline(NamedTuple):
    """A passage without its terms: what it is to its meaning, its language, its length."""

    kind: int
    language: str
    length: float


class Passages:
    """The passages of a document, by their terms."""

    def __init__(self, packed: str) -> None:
        self.outlines: list[Outline] = []
        self.places: dict[str, list[int]] = {}
        for place, line in enumerate(packed.splitlines()):
            kind, language, size, terms = line.split("\t")
            self.outlines.append(Outline(int(kind), sys.intern(language), float(size)))
            for term in terms.split():
                self.places.setdefault(sys.intern(term), []).append(place)

    def having(self, term: str) -> Iterable[int]:
        """The places of the passages with a term; with a pair that has it, if it is a single ideograph."""
        if len(term) == 1 and is_ideographic(term):
            return {place for pair, places in self.places.items() if term in pair for place in places}
        return self.places.get(term, ())


def pack(passages: Iterable[Passage]) -> str:
    """Passages as they are stored: a line each of kind, language, length and terms."""
    return "".join(f"{kind}\t{language}\t{length(terms)}\t{' '.join(terms)}\n" for kind, language, terms in passages)
