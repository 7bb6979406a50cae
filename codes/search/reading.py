"""What a search reads: the index, and what results show of the reference.

The index is derived from the reference, so its tables are no models: they are made when the database is migrated
and can be dropped and built again at any time. Statements are constants; values go in as parameters.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from codes.search.document import Kind
from codes.search.sources import ALIASES, CODES, REFERENCES, SYMBOLS
from codes.search.tally import bucket, counted

# Which keys are those of names: a misspelt query is compared with them.
NAMES = f"kind IN ({Kind.NAME:d}, {Kind.FORMER_NAME:d})"
KEYED = [kind for kind in Kind if kind <= Kind.OTHER_REFERENCE]
LAST = "\U0010ffff"  # sorts behind every other character

# With so many documents for a group of terms the rest is left out: they are the least telling terms.
MOST_POSTINGS = 400


class State(NamedTuple):
    """What the index says of itself."""

    fingerprint: str  # of the analysis and the languages it was built with
    vocabulary: int  # another number whenever the vocabulary grew
    documents: int
    contents: int  # another number whenever a document changed

    def has_words_of(self, other: "State") -> bool:
        """Whether the vocabulary is that of another state. How many documents there are says nothing of it."""
        return self[:2] == other[:2]


NO_STATE = State("", 0, 0, 0)


class Posting(NamedTuple):
    """The documents that have one of several terms in their passages, and anywhere."""

    head: set[int]
    anywhere: set[int]


class KeyRow(NamedTuple):
    """A key and the meaning that it stands for."""

    kind: int
    key: str
    language: str
    entry: int


class Row(NamedTuple):
    """A document as it is stored, without the passages if they are known already."""

    entry: int
    version: int  # another number whenever the document changed
    number: int
    standing: float
    packed: str | None


class Question(NamedTuple):
    """What a search wants to know at once."""

    groups: Sequence[Sequence[str]]  # of terms
    keys: Sequence[str]  # that keys may begin with
    names: Sequence[str]  # that keys of names may be
    most_changed: int
    most_keys: int  # of each kind
    most_postings: int  # of each group


class Part(IntEnum):
    """What a row of an answer tells."""

    STATE = 0
    CHANGED = 1
    KEY = 2
    NAME = 3
    HEAD = 4
    ANYWHERE = 5


class Answer:
    """What the index says to a question, all of it at one moment.

    Made of rows of part, two numbers and two texts: many kinds of things that come in one statement.
    """

    def __init__(self, rows: Iterable[tuple[int, int, int, str, str]], groups: int) -> None:
        self.state = NO_STATE
        self.changed: list[int] = []  # the meanings that changed after they were indexed
        self.keys: set[KeyRow] = set()
        self.names: set[KeyRow] = set()
        self.postings = [Posting(set(), set()) for _ in range(groups)]
        for part, one, two, text, more in rows:
            if part == Part.KEY:
                self.keys.add(KeyRow(one, text, more, two))
            elif part == Part.NAME:
                self.names.add(KeyRow(one, text, more, two))
            elif part in (Part.HEAD, Part.ANYWHERE):
                self.postings[one][part - Part.HEAD].update(map(int, text.split(",") if text else ()))
            elif part == Part.CHANGED:
                self.changed.append(one)
            else:
                self.state = State(text, one, two, int(more))


def places(values: Sequence[Any]) -> str:
    """Placeholders for values in an SQL list. An empty list has NULL, which equals nothing."""
    return ", ".join(["%s"] * len(values)) or "NULL"


class Reading(ABC):
    """The index in one database, as it is read. The statements run in the caller's transaction."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    @property
    def database(self) -> str:
        """What tells this database from others that the process knows."""
        return str(self.connection.settings_dict["NAME"])

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: list[Any] = cursor.fetchall()
            return found

    @abstractmethod
    def ask(self, question: Question) -> Answer:
        """The state, the latest changes, and of each group and key what the index has, in no order: one statement."""

    @abstractmethod
    def together(self, groups: Sequence[Sequence[str]], most: int) -> list[int]:
        """At most ``most`` documents that have a term of every group in their passages; if there are not as many,
        also at most ``most`` that have it anywhere."""

    def fingerprint(self) -> str:
        """What the index was made of and by, empty if nobody made it. All that can be read of one of another layout."""
        found = self.rows("SELECT fingerprint FROM codes_search_state")
        return str(found[0][0]) if found else ""

    def state(self) -> State:
        found = self.rows("SELECT fingerprint, vocabulary, documents, contents FROM codes_search_state")
        return State(*found[0]) if found else NO_STATE

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many documents each of these terms stands."""
        buckets = sorted({bucket(term) for term in terms})
        statement = f"SELECT bucket, counts FROM codes_search_term WHERE bucket IN ({places(buckets)})"
        stored = dict(self.rows(statement, buckets))
        return {term: counted(stored.get(bucket(term), ""), term) for term in terms}

    def words(self) -> list[tuple[str, str]]:
        """The vocabulary: folded words of passages, with their terms."""
        return self.rows("SELECT word, term FROM codes_search_word")

    def name_keys(self) -> list[str]:
        """The keys of names and former names."""
        return [key for (key,) in self.rows(f"SELECT DISTINCT key FROM codes_search_key WHERE {NAMES}")]

    def documents(self, entries: Sequence[int], known: Sequence[int]) -> list[Row]:
        """Documents by the primary keys of their meanings, without the passages of those ``known`` versions."""
        if not entries:
            return []
        packed = f"CASE WHEN version IN ({places(known)}) THEN NULL ELSE passages END"
        wanted = f"FROM codes_search_document WHERE entry IN ({places(entries)})"
        found = self.rows(f"SELECT entry, version, number, standing, {packed} {wanted}", [*known, *entries])
        return [Row(*row) for row in found]

    def texts(self, entries: Sequence[int], columns: Sequence[str]) -> list[Any]:
        """The primary key and these columns of meanings: the hundredth part of what a row has."""
        return self.rows(f"SELECT id, {', '.join(columns)} FROM {CODES} WHERE id IN ({places(entries)})", entries)

    def names(self, entries: Sequence[int], language: str) -> list[tuple[int, str]]:
        """What these meanings are called besides their names: aliases in a language, former names, symbols."""
        wanted = f"status_code_id IN ({places(entries)})"
        return self.rows(
            f"SELECT status_code_id, text FROM {ALIASES} WHERE language = %s AND {wanted}"
            f" UNION ALL SELECT status_code_id, reason_phrase FROM {REFERENCES} WHERE {wanted}"
            f" UNION ALL SELECT status_code_id, symbol FROM {SYMBOLS} WHERE {wanted}",
            [language, *entries, *entries, *entries],
        )
