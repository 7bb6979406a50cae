"""Which meanings a query means, the likeliest first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log

from codes.search.analyze import STOP_WORDS, stem
from codes.search.document import NEUTRAL, Kind, Passage
from codes.search.engine import is_single
from codes.search.query import PAIR, STOP, WORD, Query, Unit

# How much a kind of passage says about a meaning.
KIND_WEIGHTS = {
    Kind.NUMBER: 1.0,
    Kind.NAME: 1.0,
    Kind.FORMER_NAME: 0.95,
    Kind.SYMBOL: 0.9,
    Kind.ALIAS: 0.9,
    Kind.REQUIRED_FIELD: 0.75,
    Kind.EXPECTED_FIELD: 0.7,
    Kind.OPTIONAL_FIELD: 0.65,
    Kind.DEFINITION: 0.75,
    Kind.OTHER_REFERENCE: 0.55,
    Kind.ORIGIN: 0.9,
    Kind.SUMMARY: 0.55,
    Kind.TITLE: 0.35,
    Kind.CLASS: 0.35,
}
BODY_WEIGHT = 0.25
# What further kinds of passages add to the best one.
FURTHER = 0.25
# Kinds that name a meaning as a whole: how much of such a passage is asked for matters, too.
NAMING = frozenset((Kind.NAME, Kind.FORMER_NAME, Kind.SYMBOL, Kind.ALIAS))
OTHER_LANGUAGE = 0.94
EXACT_KEY, BEGINNING = 1.2, 0.6
# A number, and a vendor's name, are in the query on purpose.
NUMBER_STRESS, ORIGIN_STRESS = 4.0, 2.5
# A passage that has half of what is asked says less than half.
RECALL_POWER = 1.3
STOP_TERMS = frozenset(stem(word) for word in STOP_WORDS)


@dataclass
class Evidence:
    """What speaks for a meaning: its keys, its passages that have anything of the query, and the places of the units that any of its texts has."""

    keys: float = 0.0
    passages: Sequence[Passage] = ()
    anywhere: set[int] = field(default_factory=set)


def rarity(documents: int, frequency: int) -> float:
    """How much a term tells that stands in ``frequency`` of ``documents`` (inverse document frequency)."""
    return log(1 + (documents + 1) / (frequency + 0.5))


def is_familiar(language: str, reader: str) -> bool:
    return language in (NEUTRAL, reader)


def passage_weight(kind: int, language: str, reader: str) -> float:
    return KIND_WEIGHTS[Kind(kind)] * (1.0 if is_familiar(language, reader) else OTHER_LANGUAGE)


def key_score(kind: int, key: str, language: str, *, asked: str, reader: str) -> float:
    """What a key says that is the query or begins with it."""
    weight = passage_weight(kind, language, reader)
    if key == asked:
        return EXACT_KEY * weight
    return BEGINNING * weight * (0.6 + 0.4 * len(asked) / len(key))


def match(unit: Unit, terms: frozenset[str]) -> float:
    """How well a passage with these terms has what a unit asks for."""
    if len(unit.terms) == 1:
        term = next(iter(unit.terms))
        return 1.0 if term in terms or (is_single(term) and any(term in other for other in terms)) else 0.0
    return max((unit.terms[term] for term in terms.intersection(unit.terms)), default=0.0)


class Ranking:
    """Scores meanings for one query and one reader."""

    def __init__(self, query: Query, rarities: Sequence[float], reader: str) -> None:
        self.units, self.reader = query.units, reader
        self.masses = [
            unit.weight * rare * (NUMBER_STRESS if unit.number is not None else 1.0)
            for unit, rare in zip(query.units, rarities, strict=True)
        ]

    def stress_origins(self, passages: Iterable[Sequence[Passage]]) -> None:
        """Let the units that name an origin of one of the candidates count more."""
        origins = {term for each in passages for kind, _, terms in each if kind == Kind.ORIGIN for term in terms}
        for place, unit in enumerate(self.units):
            if not origins.isdisjoint(unit.terms):
                self.masses[place] *= ORIGIN_STRESS

    def score(self, evidence: Evidence) -> float:
        """How much of the query the passages cover, how well the best of them names it, and the keys."""
        mass = sum(self.masses) or 1.0
        by_kind: list[dict[int, float]] = [{} for _ in self.units]
        origin = frozenset(term for kind, _, terms in evidence.passages if kind == Kind.ORIGIN for term in terms)
        from_origin = self.fits(origin)
        best_passage = 0.0
        for kind, language, terms in evidence.passages:
            fits = self.fits(frozenset(terms))
            if not fits:
                continue
            weight = passage_weight(kind, language, self.reader)
            for place, fit in fits.items():
                by_kind[place][kind] = max(by_kind[place].get(kind, 0.0), fit * weight)
            if kind in NAMING:
                with_origin = from_origin | fits
                recall = sum(fit * self.masses[place] for place, fit in with_origin.items()) / mass
                precision = sum(self.units[place].weight for place in fits) / length(terms)
                best_passage = max(best_passage, weight * recall**RECALL_POWER * (0.4 + 0.6 * min(precision, 1.0)))
        covered = 0.0
        for place, found in enumerate(by_kind):
            strengths = sorted([*found.values(), BODY_WEIGHT if place in evidence.anywhere else 0.0], reverse=True)
            covered += self.masses[place] * (strengths[0] + FURTHER * sum(strengths[1:3]))
        return covered / mass + best_passage + evidence.keys

    def fits(self, terms: frozenset[str]) -> dict[int, float]:
        """The places of the units that a passage has, with how well it has them."""
        found = {place: match(unit, terms) for place, unit in enumerate(self.units)}
        return {place: fit for place, fit in found.items() if fit}


def length(terms: Sequence[str]) -> float:
    """The length of a passage in the units of a query: stop words count as little as there."""
    return sum(STOP if term in STOP_TERMS else WORD if term.isascii() else PAIR for term in terms)


def promising(
    query: Query, rarities: Sequence[float], found: Sequence[tuple[set[int], set[int]]], named: Iterable[int], most: int
) -> list[int]:
    """The meanings worth a closer look: ``named`` by keys, or having the rarest units, in passages or anywhere."""
    scores: defaultdict[int, float] = defaultdict(float, dict.fromkeys(named, 100.0))
    for unit, rare, (head, anywhere) in zip(query.units, rarities, found, strict=True):
        for entry in anywhere:
            scores[entry] += unit.weight * rare * (4 if entry in head else 1)
    return sorted(scores, key=lambda entry: (-scores[entry], entry))[:most]
