"""Which meanings a query means, the likeliest first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log

from codes.search.document import NEUTRAL, Kind, Passage
from codes.search.query import Query, Unit

# How much a kind of passage says about a meaning.
KIND_WEIGHTS = {
    Kind.NUMBER: 1.0,
    Kind.NAME: 1.0,
    Kind.FORMER_NAME: 0.95,
    Kind.SYMBOL: 0.9,
    Kind.ALIAS: 0.85,
    Kind.REQUIRED_FIELD: 0.75,
    Kind.EXPECTED_FIELD: 0.65,
    Kind.OPTIONAL_FIELD: 0.5,
    Kind.DEFINITION: 0.75,
    Kind.OTHER_REFERENCE: 0.55,
    Kind.ORIGIN: 0.9,
    Kind.SUMMARY: 0.55,
    Kind.TITLE: 0.35,
    Kind.CLASS: 0.35,
}
BODY_WEIGHT = 0.22
# Kinds that name a meaning as a whole: how much of such a passage is asked for matters, too.
NAMING = (Kind.NAME, Kind.FORMER_NAME, Kind.SYMBOL, Kind.ALIAS)
OTHER_LANGUAGE = 0.94
EXACT_KEY, BEGINNING = 1.2, 0.6
NUMBER_WEIGHT = 4.0
POW = 1.3
ORIGIN_STRESS = 2.0


@dataclass
class Evidence:
    """What speaks for a meaning."""

    keys: float = 0.0
    passages: Sequence[Passage] = ()
    anywhere: set[int] = field(default_factory=set)  # places of the units that its texts have


def rarity(documents: int, frequency: int) -> float:
    """How much a term tells that stands in ``frequency`` of ``documents`` (inverse document frequency)."""
    return log(1 + (documents + 1) / (frequency + 0.5))


def key_score(kind: int, key: str, asked: str, familiar: bool) -> float:
    """What a key says that is the query or begins with it; ``familiar``: it is not in another language."""
    weight = KIND_WEIGHTS[Kind(kind)] * (1.0 if familiar else OTHER_LANGUAGE)
    if key == asked:
        return EXACT_KEY * weight
    return BEGINNING * weight * (0.6 + 0.4 * len(asked) / len(key))


def is_familiar(language: str, reader: str) -> bool:
    return language in (NEUTRAL, reader)


class Ranking:
    """Scores meanings for one query."""

    def __init__(self, query: Query, rarities: Sequence[float], reader: str) -> None:
        self.units = query.units
        self.reader = reader
        self.masses = [
            unit.weight * rare * (NUMBER_WEIGHT if unit.number is not None else 1.0)
            for unit, rare in zip(query.units, rarities, strict=True)
        ]
        self.mass = sum(self.masses) or 1.0

    def stress_origins(self, passages: Iterable[Sequence[Passage]]) -> None:
        """Let the units that name an origin of one of the candidates count more: they were added on purpose."""
        origins = {term for each in passages for kind, _, terms in each if kind == Kind.ORIGIN for term in terms}
        for place, unit in enumerate(self.units):
            if not origins.isdisjoint(unit.terms):
                self.masses[place] *= ORIGIN_STRESS
        self.mass = sum(self.masses) or 1.0

    def score(self, evidence: Evidence) -> float:
        """Coverage by all passages, the best passage, the keys: each up to about 1."""
        best_by_unit = [BODY_WEIGHT if place in evidence.anywhere else 0.0 for place in range(len(self.units))]
        best_passage = 0.0
        origin = {term for kind, _, terms in evidence.passages if kind == Kind.ORIGIN for term in terms}
        for kind, language, terms in evidence.passages:
            known = origin.union(terms) if kind in NAMING else set(terms)
            weight = KIND_WEIGHTS[Kind(kind)] * (1.0 if is_familiar(language, self.reader) else OTHER_LANGUAGE)
            matched, found = 0.0, 0
            for place, unit in enumerate(self.units):
                fit = match(unit, known)
                if fit:
                    matched += fit * self.masses[place]
                    found += 1
                    best_by_unit[place] = max(best_by_unit[place], fit * weight)
            if found and kind in NAMING:
                recall, precision = matched / self.mass, min(found / len(terms), 1.0)
                best_passage = max(best_passage, weight * recall**POW * (0.4 + 0.6 * precision))
        covered = sum(best * mass for best, mass in zip(best_by_unit, self.masses, strict=True)) / self.mass
        return covered + best_passage + evidence.keys


def match(unit: Unit, terms: set[str]) -> float:
    """How well a passage with these terms has what a unit asks for."""
    best = 0.0
    for term, fit in unit.terms.items():
        if fit > best and (term in terms or (len(term) == 1 and not term.isascii() and any(term in t for t in terms))):
            best = fit
    return best


def promising(query: Query, rarities: Sequence[float], heads: Sequence[set[int]], bodies: Sequence[set[int]],
              extra: Iterable[int], most: int) -> list[int]:
    """The meanings worth a closer look: those that have the rarest units, in passages rather than anywhere."""
    scores: defaultdict[int, float] = defaultdict(float)
    for unit, rare, head, body in zip(query.units, rarities, heads, bodies, strict=True):
        for entry in head:
            scores[entry] += 3 * unit.weight * rare
        for entry in body:
            scores[entry] += unit.weight * rare
    for entry in extra:
        scores[entry] += 100
    return sorted(scores, key=lambda entry: (-scores[entry], entry))[:most]
