"""The search, as views and programs use it: a query and a language in, meanings with snippets out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.utils.safestring import SafeString

from codes.localized import DEFAULT_LANGUAGE, column, columns, text
from codes.models import StatusCode
from codes.search.candidates import Hit, Search
from codes.search.folding import composed
from codes.search.index import engine
from codes.search.query import Query
from codes.search.snippet import Wanted, best_sentence, coverage, marked

# Of the best score; what is below is noise.
LEAST, LEAST_IN_GROUP = 0.15, 0.4
LONG_TEXTS = ("description", "server", "client", "visitor", "correction")


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
    run = Search(engine(using), typed, language)
    hits = grouped(run.run())[:limit]
    selected: Any = StatusCode.objects.using(using).in_language(language, "name", "summary")
    rows = selected.in_bulk([hit.entry for hit in hits])
    wanted = Wanted.by(run.query.units)
    # A meaning that was deleted in between is left out.
    found = [(rows[hit.entry], hit.score) for hit in hits if hit.entry in rows]
    passages = Passages([row for row, _ in found if not covers(row, language, wanted)], language, using)
    results = [Result(row, round(score, 4), *passages.snippet(row, wanted)) for row, score in found]
    return Found(run.query, results, run.suggestion(nothing_found=not results))


def grouped(hits: Sequence[Hit]) -> list[Hit]:
    """Each number's meanings behind its best one, without what is far below the best."""
    best: dict[int, float] = {}
    for hit in hits:
        best.setdefault(hit.number, hit.score)
    top = max(best.values(), default=0.0)
    kept = [hit for hit in hits if hit.score >= max(LEAST * top, LEAST_IN_GROUP * best[hit.number])]
    return sorted(kept, key=lambda hit: (-best[hit.number], hit.number, -hit.score, hit.entry))


def covers(row: StatusCode, language: str, wanted: Wanted) -> bool:
    """Whether a summary shows enough of what is wanted."""
    return coverage(composed(text(row, "summary", language).value), wanted) >= max(1, len(wanted.terms) // 2)


class Passages:
    """What can be shown of meanings besides their summaries, read with a fixed number of queries."""

    def __init__(self, rows: Sequence[StatusCode], language: str, using: str) -> None:
        self.language = language
        self.sources: dict[int, list[str]] = {row.pk: [] for row in rows}
        if not rows:
            return
        entries = list(self.sources)
        names = columns(LONG_TEXTS, dict.fromkeys([language, DEFAULT_LANGUAGE]))
        summaries = {row.pk: text(row, "summary", language).language for row in rows}
        for entry, *values in engine(using).texts(entries, names):
            by_name = dict(zip(names, values, strict=True))
            self.sources[entry] += [by_name[column(name, summaries[entry])] or "" for name in LONG_TEXTS]
        for entry, name in engine(using).names(entries, language):
            self.sources[entry].append(name)

    def snippet(self, row: StatusCode, wanted: Wanted) -> tuple[SafeString, str]:
        """The summary, or the sentence or name that has more of what is wanted, marked; and its language."""
        summary = text(row, "summary", self.language)
        sentence = best_sentence(self.sources.get(row.pk, ()), wanted)
        if sentence and coverage(sentence, wanted) > coverage(composed(summary.value), wanted):
            return marked(sentence, wanted), summary.language
        return marked(summary.value, wanted), summary.language
