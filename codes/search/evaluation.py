"""How good the search is: queries with the codes that are wanted, and where those come in the results."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from codes.localized import shown_languages
from codes.search.find import search

DEPTH = 10
CODES = re.compile(r"[0-9]{1,3}(,[0-9]{1,3})*")


class EvaluationError(Exception):
    """A file of queries that cannot be used, with the line."""


@dataclass(frozen=True)
class Case:
    """A query of a reader of a language, and the codes of which one should come first."""

    language: str
    query: str
    wanted: frozenset[int]
    kind: str


@dataclass
class Score:
    """How a group of queries did: the share with a wanted code first, and the mean reciprocal rank (MRR@10)."""

    queries: int = 0
    first: int = 0
    reciprocal: float = 0.0
    misses: list[tuple[Case, list[int]]] = field(default_factory=list)

    @property
    def top1(self) -> float:
        return self.first / self.queries

    @property
    def mrr(self) -> float:
        return self.reciprocal / self.queries


def read_cases(path: Path) -> list[Case]:
    """The queries of a file: language, query and wanted codes, separated by tabs; ``# kind:`` begins a kind.

    Raises EvaluationError with the line that cannot be read, OSError if the file cannot.
    """
    cases, kind = [], ""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise EvaluationError("the file is not UTF-8") from error
    for number, line in enumerate(lines, start=1):
        if line.startswith("# kind:"):
            kind = line.removeprefix("# kind:").strip()
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != 3 or not CODES.fullmatch(parts[2]):
            raise EvaluationError(f"line {number}: a language, a query and codes are expected, separated by tabs")
        if parts[0] not in shown_languages():
            raise EvaluationError(f"line {number}: {parts[0]!r} is none of {', '.join(shown_languages())}")
        cases.append(Case(parts[0], parts[1], frozenset(map(int, parts[2].split(","))), kind))
    if not cases:
        raise EvaluationError("there is no query in it")
    return cases


def rank(case: Case) -> tuple[int | None, list[int]]:
    """The place of the first wanted number among the numbers found, from 1; and the numbers."""
    found = search(case.query, case.language, 3 * DEPTH).results
    numbers = list(dict.fromkeys(result.code.number for result in found))[:DEPTH]
    return next((place for place, number in enumerate(numbers, start=1) if number in case.wanted), None), numbers


def evaluate(cases: Iterable[Case]) -> dict[str, Score]:
    """The scores of all queries, under ``all``, under each language and under each kind."""
    scores: dict[str, Score] = {}
    for case in cases:
        place, numbers = rank(case)
        for group in filter(None, ("all", case.language, case.kind)):
            score = scores.setdefault(group, Score())
            score.queries += 1
            score.first += place == 1
            score.reciprocal += 1 / place if place else 0
            if place != 1:
                score.misses.append((case, numbers))
    return scores
