"""One query's way through the index: from its units to meanings with scores."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from codes.search.document import Document, Kind, documents
from codes.search.engine import Engine
from codes.search.index import MOST_CHANGED
from codes.search.memory import Memory
from codes.search.passages import Passages, pack
from codes.search.query import Query, Unit, parse
from codes.search.rank import NEARLY_A_NAME, Evidence, Ranking, key_score, passage_weight, promising, rarity
from codes.search.reading import MOST_POSTINGS, Answer, KeyRow, Posting, Question
from codes.search.vocabulary import NOTHING, remembered, vocabulary

MOST_KEYS = 40
MOST_RANKED = 24
# A known word of so few letters may still be the beginning of another one.
MAY_BE_UNFINISHED = 4
MOST_COMPLETIONS, MOST_SPELLINGS = 20, 8
# How well a guess stands for the word that was typed: unfinished, with one error, with two.
UNFINISHED, MISSPELT, MISSPELT_TWICE = 0.8, 0.85, 0.65
# A vocabulary that moves again while it is read is used as it is.
MOST_TRIES = 3
# The version of a meaning that changed: nothing of it is remembered.
CHANGING = 0


class Hit(NamedTuple):
    """A meaning that was found, by its primary key, and the version of its document."""

    entry: int
    version: int
    number: int
    score: float


class Candidate(NamedTuple):
    """A document, as it is ranked."""

    version: int
    number: int
    standing: float
    passages: Passages
    seen: int  # the contents of the index when this was its version, last time


# About 30 kB each.
CANDIDATES: Memory[Candidate] = Memory(1_000)


class Search:
    """A query against the index of one database, for a reader of one language."""

    def __init__(self, index: Engine, typed: str, reader: str) -> None:
        self.index, self.reader = index, reader
        self.vocabulary = NOTHING
        self.query, self.answer = Query("", False, []), Answer((), 0)
        self.near: dict[str, list[str]] = {}
        self.changed: dict[int, Document | None] = {}
        self.respelt: dict[str, str] = {}
        self.ask(typed)

    def ask(self, typed: str) -> None:
        """Ask by the vocabulary that is remembered, and again if the index answers that it moved.

        A query without letters and digits asks nothing.
        """
        state, self.vocabulary = remembered(self.index)
        for _ in range(MOST_TRIES):
            self.query = parse(typed, self.vocabulary)
            if not self.query.keys and not self.query.units:
                return
            for unit in self.query.units:
                self.guess(unit)
            self.near = {key: self.vocabulary.near_names(key, MOST_SPELLINGS) for key in self.query.keys}
            self.answer = self.index.ask(self.question())
            if state.has_words_of(self.answer.state):
                break
            state, self.vocabulary = self.answer.state, vocabulary(self.index, self.answer.state)
        # What is not named as changed stood in the index at that moment.
        self.changed = dict.fromkeys(self.answer.changed)
        if self.changed:
            self.changed.update({one.entry: one for one in documents(self.changed)})

    @property
    def is_behind(self) -> bool:
        """Whether there are so many changes that some may not be known: nothing that is remembered will do."""
        return len(self.changed) >= MOST_CHANGED

    @property
    def misspelt(self) -> list[Unit]:
        return [unit for unit in self.query.units if unit.respelt]

    def question(self) -> Question:
        """All that is asked of the index at once: with what units may mean also misspelt words as they stand."""
        names = [name for near in self.near.values() for name in near]
        return Question(self.groups(), self.query.keys, names, MOST_CHANGED, MOST_KEYS, MOST_POSTINGS)

    def groups(self) -> list[list[str]]:
        """The terms of each unit, then those of each misspelt word as it was typed."""
        return [list(unit.terms) for unit in self.query.units] + [list(unit.terms)[:1] for unit in self.misspelt]

    def run(self) -> list[Hit]:
        """The meanings with their scores, the best first."""
        keys = self.keys()
        postings = self.postings()
        rarities = self.rarities(postings)
        entries = promising(self.query, rarities, postings, keys, MOST_RANKED)
        entries += self.together(postings, entries)
        candidates = self.candidates(entries)
        ranking = Ranking(self.query, rarities, self.reader)
        matches = {entry: ranking.matches(candidate.passages) for entry, candidate in candidates.items()}
        ranking.stress_origins(matches.values())
        hits = []
        for entry, candidate in candidates.items():
            anywhere = {place for place, posting in enumerate(postings) if entry in posting.anywhere}
            score = ranking.score(Evidence(keys.get(entry, 0.0), matches[entry], anywhere))
            hits.append(Hit(entry, candidate.version, candidate.number, score * candidate.standing))
        return sorted(hits, key=lambda hit: (-hit.score, hit.number, hit.entry))

    def keys(self) -> dict[int, float]:
        """What the keys say that are the query or begin with it, by meaning."""
        found: dict[int, float] = {}
        for asked in self.query.keys:
            rows = [row for row in self.as_they_are_now(self.answer.keys) if row.key.startswith(asked)]
            for kind, key, language, entry in rows:
                score = key_score(kind, key, language, asked=asked, reader=self.reader)
                found[entry] = max(found.get(entry, 0.0), score)
            if all(row.key != asked for row in rows):
                for entry, score in self.near_names(asked):
                    found[entry] = max(found.get(entry, 0.0), score)
        return found

    def as_they_are_now(self, rows: Iterable[KeyRow]) -> Iterator[KeyRow]:
        """The rows of what did not change, and all keys of what did."""
        yield from (row for row in rows if row.entry not in self.changed)
        for entry, document in self.changed.items():
            yield from (KeyRow(*key, entry) for key in (document.keys if document else ()))

    def near_names(self, asked: str) -> Iterator[tuple[int, float]]:
        """The meanings with a name that is nearly the query, and what that says."""
        for kind, key, language, entry in self.as_they_are_now(self.answer.names):
            if key in self.near[asked] and kind in (Kind.NAME, Kind.FORMER_NAME):
                yield entry, NEARLY_A_NAME * passage_weight(kind, language, self.reader)

    def postings(self) -> list[Posting]:
        """The meanings that have each unit, those that changed included as they are now."""
        for posting, group in zip(self.answer.postings, self.groups(), strict=True):
            for entry, document in self.changed.items():
                has = (False, False)
                if document:
                    in_head = not document.head.isdisjoint(group)
                    has = (in_head, in_head or not document.body.isdisjoint(group))
                for entries, belongs in zip(posting, has, strict=True):
                    (entries.add if belongs else entries.discard)(entry)
        found = self.answer.postings[: len(self.query.units)]
        as_typed = self.answer.postings[len(found) :]
        meant = [posting for unit, posting in zip(self.query.units, found, strict=True) if unit.respelt]
        for unit, guessed, typed in zip(self.misspelt, meant, as_typed, strict=True):
            if guessed.anywhere and not typed.anywhere:
                self.respelt[unit.word] = unit.respelt
        return found

    def candidates(self, entries: Sequence[int]) -> dict[int, Candidate]:
        """What ranking needs of meanings, in their order."""
        found = {entry: self.changing(entry) for entry in entries}
        unchanged = [entry for entry in entries if entry not in self.changed]
        contents = self.answer.state.contents
        remembered = {entry: one for entry in unchanged if (one := CANDIDATES.get((self.index.database, entry)))}
        for one in remembered.values():
            one.passages.use_again()
        found |= {entry: one for entry, one in remembered.items() if one.seen == contents}
        known = {one.version: one.passages for one in remembered.values()}
        missing = [entry for entry in unchanged if not found[entry]]
        for entry, version, number, standing, packed in self.index.documents(missing, list(known)):
            passages = known[version] if packed is None else Passages(packed)
            candidate = Candidate(version, number, standing, passages, contents)
            found[entry] = CANDIDATES.put((self.index.database, entry), candidate)
        return {entry: candidate for entry, candidate in found.items() if candidate}

    def changing(self, entry: int) -> Candidate | None:
        """A meaning that changed, as it is now."""
        if document := self.changed.get(entry):
            return Candidate(CHANGING, document.number, document.standing, Passages(pack(document.passages)), 0)
        return None

    def together(self, postings: Sequence[Posting], known: Sequence[int]) -> list[int]:
        """Further meanings that have every unit, where the postings of a unit were too many to be complete."""
        if len(postings) < 2 or all(len(posting.anywhere) < MOST_POSTINGS for posting in postings):
            return []
        found = self.index.together([list(unit.terms) for unit in self.query.units], MOST_RANKED)
        return [entry for entry in dict.fromkeys(found) if entry not in known and entry not in self.changed]

    def guess(self, unit: Unit) -> None:
        """Let a word that no passage has stand for words that it may begin, or be a misspelt form of."""
        words = self.vocabulary
        if not unit.word or unit.number is not None:
            return
        is_short = len(unit.word) <= MAY_BE_UNFINISHED
        if unit.last and len(unit.word) > 1 and (is_short or unit.word not in words.terms):
            for word in words.completions(unit.word, MOST_COMPLETIONS):
                unit.terms.setdefault(words.terms[word], UNFINISHED)
        if len(unit.terms) == 1 and unit.word not in words.terms:
            for word, errors in words.spellings(unit.word, MOST_SPELLINGS):
                unit.respelt = unit.respelt or word
                unit.terms.setdefault(words.terms[word], MISSPELT if errors == 1 else MISSPELT_TWICE)

    def rarities(self, postings: Sequence[Posting]) -> list[float]:
        """How much each unit tells; of frequent terms the index knows the number of documents."""
        pairs = list(zip(self.query.units, postings, strict=True))
        frequent = [term for unit, found in pairs if len(found.anywhere) >= MOST_POSTINGS for term in unit.terms]
        counts = self.index.frequencies(frequent) if frequent else {}
        return [
            rarity(
                self.answer.state.documents,
                max([len(found.anywhere), *(counts.get(term, 0) for term in unit.terms)]),
            )
            for unit, found in pairs
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
