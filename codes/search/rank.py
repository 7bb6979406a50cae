"""Which meanings a query means, the likeliest first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import NamedTuple

from codes.search.analyze import STOP
from codes.search.document import NEUTRAL, Kind
from codes.search.passages import Passages
from codes.search.query import Query

# How much a kind of passage says about a meaning.
KIND_WEIGHTS: dict[int, float] = {
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
# A key that is the whole query. What is a name is meant as one, whoever else is described by the same words.
EXACT_KEYS: dict[int, float] = {
    Kind.NUMBER: 3.0,
    Kind.NAME: 3.0,
    Kind.FORMER_NAME: 2.8,
    Kind.SYMBOL: 2.6,
    Kind.ALIAS: 1.1,
}
EXACT_KEY, NEARLY_A_NAME, BEGINNING = 2.0, 1.0, 0.9
# A number, and a vendor's name, are in the query on purpose.
NUMBER_STRESS, ORIGIN_STRESS = 4.0, 2.5
# A passage that has half of what is asked says less than half.
RECALL_POWER = 1.3


class Match(NamedTuple):
    """A passage of a candidate that has something of the query: the places of the units, and how well it has each."""

    kind: int
    language: str
    length: float
    fits: dict[int, float]


@dataclass
class Evidence:
    """What speaks for a meaning."""

    keys: float
    matches: Sequence[Match]
    anywhere: set[int]  # the places of the units that any of its texts has


def rarity(documents: int, frequency: int) -> float:
    """How much a term tells that stands in ``frequency`` of ``documents`` (inverse document frequency)."""
    return log(1 + (documents + 1) / (frequency + 0.5))


def is_familiar(language: str, reader: str) -> bool:
    return language in (NEUTRAL, reader)


def passage_weight(kind: int, language: str, reader: str) -> float:
    return WEIGHTS[is_familiar(language, reader)][kind]


# By kind, in another language and in the reader's.
WEIGHTS = [
    {kind: weight * familiarity for kind, weight in KIND_WEIGHTS.items()} for familiarity in (OTHER_LANGUAGE, 1.0)
]


def key_score(kind: int, key: str, language: str, *, asked: str, reader: str) -> float:
    """What a key says that is the query or begins with it."""
    if key == asked:
        return EXACT_KEYS.get(kind, EXACT_KEY) * (1.0 if is_familiar(language, reader) else OTHER_LANGUAGE)
    weight = passage_weight(kind, language, reader)
    return BEGINNING * weight * (0.6 + 0.4 * len(asked) / len(key))


class Ranking:
    """Scores meanings for one query and one reader."""

    def __init__(self, query: Query, rarities: Sequence[float], reader: str) -> None:
        self.units, self.reader = query.units, reader
        self.is_restricted = any(unit.is_class or unit.number is not None for unit in query.units)
        self.masses = [
            unit.weight * rare * (NUMBER_STRESS if unit.number is not None else 1.0)
            for unit, rare in zip(query.units, rarities, strict=True)
        ]
        counting = [unit for unit in query.units if unit.weight > STOP] or query.units
        self.places: dict[str, dict[int, float]] = {}
        for place, unit in enumerate(query.units):
            if unit in counting:
                for term, fit in unit.terms.items():
                    self.places.setdefault(term, {})[place] = fit

    def matches(self, passages: Passages) -> list[Match]:
        """The passages of a candidate that have anything of the query."""
        found: dict[int, dict[int, float]] = {}
        for term, places in self.places.items():
            for passage in passages.having(term):
                fits = found.setdefault(passage, {})
                for place, fit in places.items():
                    if fit > fits.get(place, 0.0):
                        fits[place] = fit
        return [Match(*passages.outline(passage), fits) for passage, fits in found.items()]

    def stress_origins(self, every: Iterable[Sequence[Match]]) -> None:
        """Let the units that name an origin of one of the candidates count more."""
        for place in {place for matches in every for m in matches if m.kind == Kind.ORIGIN for place in m.fits}:
            self.masses[place] *= ORIGIN_STRESS

    def score(self, evidence: Evidence) -> float:
        """How much of the query the passages cover, how well the best of them names it, and the keys."""
        mass = sum(self.masses) or 1.0
        by_kind: list[dict[int, float]] = [{} for _ in self.units]
        # A number or an origin beside other words says which meaning of those words is wanted.
        given: dict[int, float] = {}
        for m in evidence.matches:
            if m.kind in (Kind.NUMBER, Kind.ORIGIN):
                given |= {place: max(fit, given.get(place, 0.0)) for place, fit in m.fits.items()}
        best_passage = 0.0
        for kind, language, length, fits in evidence.matches:
            weight = WEIGHTS[is_familiar(language, self.reader)][kind]
            if self.is_restricted:
                fits = {place: fit for place, fit in fits.items() if self.units[place].may_be(kind)}
            for place, fit in fits.items():
                if fit * weight > by_kind[place].get(kind, 0.0):
                    by_kind[place][kind] = fit * weight
            if fits and kind in NAMING:
                recall = self.recalled(given | fits if given else fits) / mass
                if weight * recall > best_passage:  # else it cannot be better, however short it is
                    precision = sum([self.units[place].weight for place in fits]) / length
                    naming = weight * recall**RECALL_POWER * (0.4 + 0.6 * min(precision, 1.0))
                    best_passage = max(best_passage, naming)
        covered = 0.0
        for place, found in enumerate(by_kind):
            strengths = sorted([*found.values(), BODY_WEIGHT if place in evidence.anywhere else 0.0], reverse=True)
            covered += self.masses[place] * (strengths[0] + FURTHER * sum(strengths[1:3]))
        return covered / mass + best_passage + evidence.keys

    def recalled(self, fits: dict[int, float]) -> float:
        """How much of the query these units are."""
        return sum([fit * self.masses[place] for place, fit in fits.items()])


def promising(
    query: Query,
    rarities: Sequence[float],
    found: Sequence[tuple[set[int], set[int]]],
    named: Mapping[int, float],
    most: int,
) -> list[int]:
    """The meanings worth a closer look: ``named`` by keys, or having the rarest units, in passages or anywhere.

    What the query is the whole key of is worth more than what has one that only begins with it.
    """
    scores: defaultdict[int, float] = defaultdict(float, {entry: 100 * score for entry, score in named.items()})
    for unit, rare, (head, anywhere) in zip(query.units, rarities, found, strict=True):
        score = unit.weight * rare
        for entry in anywhere & head:
            scores[entry] += 4 * score
        for entry in anywhere - head:
            scores[entry] += score
    least = min(nlargest(most, scores.values()), default=0.0)
    best = [entry for entry, score in scores.items() if score >= least]
    return sorted(best, key=lambda entry: (-scores[entry], entry))[:most]
