"""The search, as views and programs use it: a query and a language in, meanings with snippets out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import DEFAULT_DB_ALIAS
from django.utils.safestring import SafeString

from codes.localized import DEFAULT_LANGUAGE, column, columns, text
from codes.models import StatusCode
from codes.search.candidates import Hit, Search
from codes.search.document import LONG_TEXTS, keys_of
from codes.search.folding import composed
from codes.search.index import engine
from codes.search.query import Query
from codes.search.snippet import Wanted, best_passage, coverage, marked, sentences

# Of the best score; what is below is noise.
LEAST, LEAST_IN_GROUP = 0.15, 0.4
NEUTRAL_FIELDS = ("id", "number", "origin", "reason_phrase", "registration", "visibility")


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
    rows = meanings([hit.entry for hit in hits], language, using)
    wanted = Wanted.by(run.query.units)
    # A meaning that was deleted in between is left out.
    found = [(rows[hit.entry], hit.score) for hit in hits if hit.entry in rows]
    passages = Passages([row for row, _ in found if not covers(row, language, wanted)], language, using)
    results = [Result(row, round(score, 4), *passages.snippet(row, wanted)) for row, score in found]
    return Found(run.query, results, run.suggestion(nothing_found=not results))


def meanings(entries: Sequence[int], language: str, using: str) -> dict[int, StatusCode]:
    """Meanings by primary key, with what a list of results shows loaded and the rest deferred.

    Not a query set, whose statement would be put together anew for every keystroke.
    """
    shown = columns(("name", "summary"), dict.fromkeys([language, DEFAULT_LANGUAGE]))
    fields = [field for field in StatusCode._meta.concrete_fields if field.name in (*NEUTRAL_FIELDS, *shown)]
    rows = engine(using).texts(entries, [str(field.column) for field in fields])
    return {row[0]: StatusCode.from_db(using, [field.attname for field in fields], row[1:]) for row in rows}


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
        passages: dict[int, list[str]] = {row.pk: [] for row in rows}
        if rows:
            names = columns(LONG_TEXTS, dict.fromkeys([language, DEFAULT_LANGUAGE]))
            languages = {row.pk: text(row, "summary", language).language for row in rows}
            for entry, *values in engine(using).texts(list(passages), names):
                by_name = dict(zip(names, values, strict=True))
                shown = (by_name[column(name, languages[entry])] or "" for name in LONG_TEXTS)
                passages[entry].append(sentences("\n\n".join(shown)))
            known = {row.pk: keys_of(row.reason_phrase) for row in rows}
            for entry, name in engine(using).names(list(passages), language):
                if keys_of(name) != known[entry]:  # the reason phrase itself stands above the snippet
                    passages[entry].append(name)
        self.passages = {entry: "\n".join(found) for entry, found in passages.items()}

    def snippet(self, row: StatusCode, wanted: Wanted) -> tuple[SafeString, str]:
        """The summary, or the sentence or name that has more of what is wanted, marked; and its language."""
        summary = text(row, "summary", self.language)
        passage = best_passage(self.passages.get(row.pk, ""), wanted)
        if passage and coverage(passage, wanted) > coverage(composed(summary.value), wanted):
            return marked(passage, wanted), summary.language
        return marked(summary.value, wanted), summary.language
