"""One query's way through the index: from its units to meanings with scores."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from codes.search.document import Document, documents
from codes.search.engine import Candidate, Engine, Posting, ranked
from codes.search.index import MOST_CHANGED
from codes.search.query import Unit, parse
from codes.search.rank import NEARLY_A_NAME, Evidence, Ranking, key_score, passage_weight, promising, rarity
from codes.search.vocabulary import vocabulary

# With so many documents for a unit the rest is left out: they are the least telling units.
MOST_POSTINGS = 400
MOST_KEYS = 40
MOST_RANKED = 24
# A known word of so few letters may still be the beginning of another one.
MAY_BE_UNFINISHED = 4
MOST_COMPLETIONS, MOST_SPELLINGS = 20, 8
# How well a guess stands for the word that was typed: unfinished, with one error, with two.
UNFINISHED, MISSPELT, MISSPELT_TWICE = 0.8, 0.85, 0.65


class Hit(NamedTuple):
    """A meaning that was found, by its primary key."""

    entry: int
    number: int
    score: float


class Search:
    """A query against the index of one database, for a reader of one language."""

    def __init__(self, index: Engine, typed: str, reader: str) -> None:
        self.index, self.reader = index, reader
        # The queue first: what it does not name now is in the index when the index is read.
        self.changed: dict[int, Document | None] = dict.fromkeys(index.pending(MOST_CHANGED))
        if self.changed:
            self.changed.update({one.entry: one for one in documents(self.changed)})
        self.state = index.state()
        self.vocabulary = vocabulary(index, self.state)
        self.query = parse(typed, self.vocabulary)
        self.respelt: dict[str, str] = {}

    def run(self) -> list[Hit]:
        """The meanings with their scores, the best first."""
        keys = self.keys()
        postings = self.postings(self.query.units)
        self.widen(postings)
        rarities = self.rarities(postings)
        entries = promising(self.query, rarities, postings, keys, MOST_RANKED)
        entries += self.together(postings, entries)
        candidates = self.index.candidates([entry for entry in entries if entry not in self.changed])
        for entry, document in self.changed.items():
            if document and entry in entries:
                candidates[entry] = Candidate(*ranked(document)[1:])
        ranking = Ranking(self.query, rarities, self.reader)
        matches = {entry: ranking.matches(candidate.packed) for entry, candidate in candidates.items()}
        ranking.stress_origins(matches.values())
        hits = []
        for entry, candidate in candidates.items():
            anywhere = {place for place, posting in enumerate(postings) if entry in posting.anywhere}
            score = ranking.score(Evidence(keys.get(entry, 0.0), matches[entry], anywhere))
            hits.append(Hit(entry, candidate.number, score * candidate.standing))
        return sorted(hits, key=lambda hit: (-hit.score, hit.number, hit.entry))

    def keys(self) -> dict[int, float]:
        """What the keys say that are the query or begin with it, by meaning."""
        found: dict[int, float] = {}
        for asked in self.query.keys:
            rows = [row for row in self.index.keys(asked, MOST_KEYS) if row[3] not in self.changed]
            for entry, document in self.changed.items():
                rows += [(*key, entry) for key in (document.keys if document else ()) if key.key.startswith(asked)]
            for kind, key, language, entry in rows:
                score = key_score(kind, key, language, asked=asked, reader=self.reader)
                found[entry] = max(found.get(entry, 0.0), score)
            if all(key != asked for _, key, _, _ in rows):
                for entry, score in self.near_names(asked):
                    found[entry] = max(found.get(entry, 0.0), score)
        return found

    def near_names(self, asked: str) -> Iterator[tuple[int, float]]:
        """The meanings with a name that is nearly the query, and what that says."""
        near = dict(self.vocabulary.near_names(asked, MOST_SPELLINGS))
        for kind, _, language, entry in self.index.keys_of_names(list(near)) if near else ():
            if entry not in self.changed:
                yield entry, NEARLY_A_NAME * passage_weight(kind, language, self.reader)

    def postings(self, units: Sequence[Unit]) -> list[Posting]:
        """The meanings that have each unit, those that changed included as they are now."""
        groups = [list(unit.terms) for unit in units]
        found = self.index.postings(groups, MOST_POSTINGS) if groups else []
        for posting, group in zip(found, groups, strict=True):
            for entry, document in self.changed.items():
                has = (False, False)
                if document:
                    in_head = not document.head.isdisjoint(group)
                    has = (in_head, in_head or not document.body.isdisjoint(group))
                for entries, belongs in zip(posting, has, strict=True):
                    (entries.add if belongs else entries.discard)(entry)
        return found

    def together(self, postings: Sequence[Posting], known: Sequence[int]) -> list[int]:
        """Further meanings that have every unit, where the postings of a unit were too many to be complete."""
        if len(postings) < 2 or all(len(posting.anywhere) < MOST_POSTINGS for posting in postings):
            return []
        found = self.index.together([list(unit.terms) for unit in self.query.units], MOST_RANKED)
        return [entry for entry in dict.fromkeys(found) if entry not in known and entry not in self.changed]

    def widen(self, postings: list[Posting]) -> None:
        """Let words that no passage has stand for words that they may begin, or be misspelt forms of."""
        wider = [
            place
            for place, unit in enumerate(self.query.units)
            if unit.word and unit.number is None and self.guess(unit)
        ]
        units = [self.query.units[place] for place in wider]
        for place, unit, posting in zip(wider, units, self.postings(units), strict=True):
            if posting.anywhere and not postings[place].anywhere and unit.respelt:
                self.respelt[unit.word] = unit.respelt
            postings[place] = posting

    def guess(self, unit: Unit) -> bool:
        """Add to a unit the terms of words that it may stand for; whether there are any."""
        words = self.vocabulary
        is_short = len(unit.word) <= MAY_BE_UNFINISHED
        if unit.last and len(unit.word) > 1 and (is_short or unit.word not in words.terms):
            for word in words.completions(unit.word, MOST_COMPLETIONS):
                unit.terms.setdefault(words.terms[word], UNFINISHED)
        if len(unit.terms) == 1 and unit.word not in words.terms:
            for word, errors in words.spellings(unit.word, MOST_SPELLINGS):
                unit.respelt = unit.respelt or word
                unit.terms.setdefault(words.terms[word], MISSPELT if errors == 1 else MISSPELT_TWICE)
        return len(unit.terms) > 1

    def rarities(self, postings: Sequence[Posting]) -> list[float]:
        """How much each unit tells; of frequent terms the index knows the number of documents."""
        frequent = [
            term
            for unit, posting in zip(self.query.units, postings, strict=True)
            if len(posting.anywhere) >= MOST_POSTINGS
            for term in unit.terms
        ]
        counts: dict[Any, int] = self.index.frequencies(frequent) if frequent else {}
        return [
            rarity(self.state.documents, max([len(posting.anywhere), *(counts.get(term, 0) for term in unit.terms)]))
            for unit, posting in zip(self.query.units, postings, strict=True)
        ]

    def suggestion(self, *, nothing_found: bool) -> str:
        """The query with its misspelt words as they are known; empty if none was respelt.

        Where nothing was found, words that are only similar will do.
        """
        known = dict(self.respelt)
        if nothing_found:
            words = [unit.word for unit in self.query.units if unit.word.isalpha()]
            known |= {word: nearest for word in words if (nearest := self.vocabulary.nearest(word))}
        if not known:
            return ""
        return " ".join(known.get(unit.word, unit.word or next(iter(unit.terms))) for unit in self.query.units)
