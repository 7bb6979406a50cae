"""Finding: from a query to ranked meanings in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from codes.localized import text
from codes.models import StatusCode
from codes.search.document import Document, documents
from codes.search.engine import Engine, Posting, State
from codes.search.index import engine
from codes.search.query import Query, Unit, parse
from codes.search.rank import Evidence, Ranking, is_familiar, key_score, promising, rarity
from codes.search.vocabulary import Vocabulary, vocabulary

MOST_POSTINGS = 400
MOST_KEYS = 40
MOST_RANKED = 60
# Changed meanings that a search reads from the reference itself until the index has them.
MOST_PENDING = 200
COMPLETED, MISSPELT, MISSPELT_TWICE = 0.8, 0.85, 0.65
HIDDEN = 0.92
PRIORS = {
    "registered": 1.0, "temporary": 0.95, "obsoleted": 0.92, "unused": 0.9, "vendor": 0.9, "draft": 0.75,
    "folklore": 0.75,
}  # fmt: skip


@dataclass
class Result:
    """A meaning that was found."""

    code: StatusCode
    score: float
    snippet: str = ""


@dataclass
class Found:
    query: Query
    results: list[Result] = field(default_factory=list)


class Search:
    """One query's way through the index."""

    def __init__(self, index: Engine, typed: str, reader: str) -> None:
        self.index, self.reader = index, reader
        # The queue first: what it does not name now is in the index when the index is read.
        changed = index.pending(MOST_PENDING)
        self.changed: dict[int, Document | None] = dict.fromkeys(changed)
        if changed:
            self.changed.update({one.entry: one for one in documents(changed)})
        self.state = index.state()
        self.vocabulary = vocabulary(index, self.state)
        self.query = parse(typed, self.vocabulary)

    def run(self) -> list[tuple[int, float]]:
        """Meanings and their scores, the best first."""
        query = self.query
        keys = self.keys()
        postings = self.postings(query.units)
        self.widen(postings)
        rarities = self.rarities(postings)
        entries = promising(
            query, rarities, [p.head for p in postings], [p.anywhere for p in postings], keys, MOST_RANKED
        )
        if any(len(p.anywhere) >= MOST_POSTINGS for p in postings) and len(query.units) > 1:
            entries += self.index.together([list(unit.terms) for unit in query.units], MOST_RANKED)
        passages = self.index.passages([entry for entry in entries if entry not in self.changed])
        ranking = Ranking(query, rarities, self.reader)
        every = {entry: document.passages for entry, document in self.changed.items() if document} | passages
        ranking.stress_origins(every.values())
        scores = {}
        for entry in entries:
            evidence = Evidence(
                keys=keys.get(entry, 0.0),
                passages=every.get(entry, ()),
                anywhere={place for place, posting in enumerate(postings) if entry in posting.anywhere},
            )
            scores[entry] = ranking.score(evidence)
        return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))

    def keys(self) -> dict[int, float]:
        """The meanings that a key names which is the query or begins with it."""
        asked, found = self.query.key, {}
        if not asked:
            return {}
        rows = [row for row in self.index.keys(asked, MOST_KEYS) if row[3] not in self.changed]
        rows += [
            (*key_of_changed, entry)
            for entry, document in self.changed.items()
            if document
            for key_of_changed in ((kind, key, language) for kind, key, language in document.keys)
            if key_of_changed[1].startswith(asked)
        ]
        for kind, key, language, entry in rows:
            score = key_score(kind, key, asked, is_familiar(language, self.reader))
            found[entry] = max(found.get(entry, 0.0), score)
        return found

    def postings(self, units: Sequence[Unit]) -> list[Posting]:
        groups = [list(unit.terms) for unit in units]
        found = self.index.postings(groups, MOST_POSTINGS) if groups else []
        if self.changed:
            for group, posting in zip(groups, found, strict=True):
                for entry, document in self.changed.items():
                    posting.head.discard(entry)
                    posting.anywhere.discard(entry)
                    if document and not document.head.isdisjoint(group):
                        posting.head.add(entry)
                    if document and not (document.head | document.body).isdisjoint(group):
                        posting.anywhere.add(entry)
        return found

    def widen(self, postings: list[Posting]) -> None:
        """Let words that no passage has stand for words that they may begin, or be misspelt forms of."""
        wider = []
        for place, unit in enumerate(self.query.units):
            if not unit.word or unit.number is not None:
                continue
            before = len(unit.terms)
            if unit.last and len(unit.word) > 1 and unit.word not in self.vocabulary.terms:
                for word in self.vocabulary.completions(unit.word, 20):
                    unit.terms.setdefault(self.vocabulary.terms[word], COMPLETED)
            if len(unit.terms) == 1 and not postings[place].head:
                for word, errors in self.vocabulary.spellings(unit.word, 8):
                    fit = MISSPELT if errors == 1 else MISSPELT_TWICE
                    unit.terms.setdefault(self.vocabulary.terms[word], fit)
            if len(unit.terms) > before:
                wider.append(place)
        if wider:
            for place, posting in zip(wider, self.postings([self.query.units[i] for i in wider]), strict=True):
                postings[place] = posting

    def rarities(self, postings: list[Posting]) -> list[float]:
        """How much each unit tells; for frequent terms the index has the number of documents."""
        frequent = [
            term
            for unit, posting in zip(self.query.units, postings, strict=True)
            if len(posting.anywhere) >= MOST_POSTINGS
            for term in unit.terms
        ]
        frequencies = self.index.frequencies(frequent) if frequent else {}
        found = []
        for unit, posting in zip(self.query.units, postings, strict=True):
            count = max([len(posting.anywhere), *(frequencies.get(term, 0) for term in unit.terms)])
            found.append(rarity(self.state.documents, count))
        return found


def search(typed: str, language: str, limit: int = 10, using: str = DEFAULT_DB_ALIAS) -> Found:
    """The meanings that a query means, the likeliest first.

    ``typed`` may be any text; it is cut to 200 characters. ``language`` is the reader's, a shown one.
    """
    run = Search(engine(using), typed, language)
    ranked = run.run()[: 3 * limit]
    rows: dict[int, Any] = StatusCode.objects.in_language(language, "name", "summary").in_bulk(
        [entry for entry, _ in ranked]
    )
    results = [
        Result(rows[entry], score * PRIORS[rows[entry].registration] * (1 if rows[entry].visibility == 'client' else HIDDEN)) for entry, score in ranked if entry in rows
    ]
    results.sort(key=lambda result: (-result.score, result.code.number, result.code.origin_id))
    return Found(run.query, results[:limit])


__all__ = ["Found", "Result", "State", "Vocabulary", "search", "text"]
