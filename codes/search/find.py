"""The search, as views and programs use it: a query and a language in, meanings with snippets out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import DEFAULT_DB_ALIAS
from django.utils.safestring import SafeString

from codes.models import StatusCode
from codes.search.candidates import Hit, Search
from codes.search.index import engine
from codes.search.query import Query
from codes.search.shown import Showing
from codes.search.snippet import Wanted

# Of the best score; what is below is noise.
LEAST, LEAST_IN_GROUP = 0.15, 0.4


@dataclass
class Result:
    """A meaning that was found. The snippet is HTML with <mark> and nothing else."""

    code: StatusCode
    score: float
    snippet: SafeString
    language: str  # of the snippet


@dataclass
class Found:
    """The answer to a query."""

    query: Query
    results: list[Result]
    suggestion: str  # another spelling, which the results are for where the query's own is unknown

    @property
    def groups(self) -> list[tuple[int, list[Result]]]:
        """The results by number; those of one number stand together."""
        return [(number, list(group)) for number, group in groupby(self.results, lambda result: result.code.number)]


def search(typed: str, language: str, limit: int = 10, using: str = DEFAULT_DB_ALIAS) -> Found:
    """The meanings that a query means, the likeliest first, the meanings of one number together.

    ``typed`` may be any text; it is cut to 200 characters. ``language`` is the reader's, one of those shown.
    """
    index = engine(using)
    run = Search(index, typed, language)
    hits = grouped(run.run())[:limit]
    showing = Showing(index, language, fresh=run.is_behind)
    meanings = showing.meanings(hits)
    wanted = Wanted.by(run.query.units)
    showing.read_passages([shown for shown in meanings.values() if not shown.covers(wanted)])
    found = [(meanings[hit.entry], hit.score) for hit in hits if hit.entry in meanings]
    results = [
        Result(shown.row, round(score, 4), shown.snippet(wanted), shown.summary.language) for shown, score in found
    ]
    return Found(run.query, results, run.suggestion(nothing_found=not results))


def grouped(hits: Sequence[Hit]) -> list[Hit]:
    """Each number's meanings behind its best one, without what is far below the best."""
    best: dict[int, float] = {}
    for hit in hits:
        best.setdefault(hit.number, hit.score)
    top = max(best.values(), default=0.0)
    kept = [hit for hit in hits if hit.score >= max(LEAST * top, LEAST_IN_GROUP * best[hit.number])]
    return sorted(kept, key=lambda hit: (-best[hit.number], hit.number, -hit.score, hit.entry))
