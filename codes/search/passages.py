"""The passages of a document: as they are stored, and as they are looked through."""

import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from codes.search.analyze import is_ideographic, length
from codes.search.document import Passage

# A document that so many queries asked for again is asked for by many more.
OFTEN = 10


class Outline(NamedTuple):
    """A passage without its terms: what it is to its meaning, its language, its length."""

    kind: int
    language: str
    length: float


class Passages:
    """The passages of a document, by their terms: read through for each term, or unfolded for many queries."""

    def __init__(self, packed: str) -> None:
        self.packed = packed
        self.uses = 0
        self.places: dict[str, list[int]] | None = None

    def use_again(self) -> None:
        """Say that another query asks. Unfolding takes as long as some queries, so it waits until it seems worth it."""
        self.uses += 1
        if self.uses >= OFTEN and self.places is None:
            self.places = self.unfolded()

    def unfolded(self) -> dict[str, list[int]]:
        """The places of the passages of each term."""
        places: dict[str, list[int]] = {}
        start = 0
        for line in self.packed.splitlines(keepends=True):
            for term in set(line[line.rfind("\t") :].split()):
                places.setdefault(sys.intern(term), []).append(start)
            start += len(line)
        return places

    def having(self, term: str) -> Iterable[int]:
        """The places of the passages with a term; with a pair that has it, if it is a single ideograph."""
        is_part = len(term) == 1 and is_ideographic(term)
        if self.places is None or is_part:
            return self.found(term if is_part else f" {term} ")
        return self.places.get(term, ())

    def found(self, needle: str) -> Iterator[int]:
        at = self.packed.find(needle)
        while at >= 0:
            yield self.packed.rfind("\n", 0, at) + 1
            at = self.packed.find(needle, self.packed.find("\n", at))

    def outline(self, place: int) -> Outline:
        return outlined(self.packed[place : self.packed.find(" ", place)])


@lru_cache(maxsize=5_000)
def outlined(beginning: str) -> Outline:
    """What a line says before its terms. Kept, for many passages begin alike."""
    kind, language, length, _ = beginning.split("\t")
    return Outline(int(kind), language, float(length))


def pack(passages: Iterable[Passage]) -> str:
    """Passages as they are stored: a line each of kind, language, length and terms, every term between two blanks."""
    return "".join(f"{kind}\t{language}\t{length(terms)}\t {' '.join(terms)} \n" for kind, language, terms in passages)
