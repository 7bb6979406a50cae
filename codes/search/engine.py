"""What the search asks of a database, and the SQL that both databases understand.

The index is derived from the reference, so its tables are no models: they are made when the database is migrated
and can be dropped and built again at any time. Statements are constants; values go in as parameters.
"""

import secrets
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from codes.search.analyze import length
from codes.search.document import Document, Passage
from codes.triggers import TRIGGERS

# Which rows of the reference say something of which meanings: the table, and the statement that finds the
# meanings when ``changed`` is a row that changed.
SOURCES = {
    "codes_statuscode": "SELECT changed.id",
    "codes_alias": "SELECT changed.status_code_id",
    "codes_symbol": "SELECT changed.status_code_id",
    "codes_reference": "SELECT changed.status_code_id",
    "codes_headerfielduse": "SELECT changed.status_code_id",
    "codes_specification": "SELECT status_code_id FROM codes_reference WHERE specification_id = changed.id",
    "codes_headerfield": "SELECT status_code_id FROM codes_headerfielduse WHERE header_field_id = changed.id",
    "codes_origin": "SELECT id FROM codes_statuscode WHERE origin = changed.slug",
    "codes_statusclass": "SELECT id FROM codes_statuscode WHERE number / 100 = changed.digit",
}
TABLES = ("queue", "state", "document", "key", "term", "word")


class State(NamedTuple):
    """What the index says of itself."""

    fingerprint: str  # of the analysis and the languages it was built with
    vocabulary: int  # another number whenever the vocabulary grew
    documents: int


class Candidate(NamedTuple):
    """A document, as it is ranked."""

    number: int
    standing: float
    packed: str  # its passages


class Posting(NamedTuple):
    """The documents that have one of several terms in their passages, and anywhere."""

    head: set[int]
    anywhere: set[int]


class Engine(ABC):
    """The index in one database. The statements run in the caller's transaction."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.noting = TRIGGERS[connection.vendor](connection, "codes_search")

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: list[Any] = cursor.fetchall()
            return found

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)

    def run_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(statement, list(values))

    # Tables and triggers

    @abstractmethod
    def create_tables(self) -> None:
        """Make the tables of the index that do not exist."""

    @abstractmethod
    def drop_tables(self) -> None:
        """Drop the tables of the index, and what depends on them."""

    @abstractmethod
    def create_triggers(self) -> None:
        """Have every write to the reference note the meanings it touches in the queue."""

    def drop_triggers(self) -> None:
        for table in SOURCES:
            self.noting.drop(table)

    def triggers(self) -> set[str]:
        """The names of the triggers that exist."""
        return self.noting.existing()

    def expected_triggers(self) -> set[str]:
        return self.noting.expected(SOURCES)

    @abstractmethod
    def lock(self) -> None:
        """Let one transaction at a time bring the index up to date."""

    @abstractmethod
    def settle(self) -> None:
        """Put in order what many writes left behind."""

    def exists(self) -> bool:
        return "codes_search_state" in self.connection.introspection.table_names()

    def reference_exists(self) -> bool:
        """Whether the tables that the index follows are there."""
        return set(SOURCES) <= set(self.connection.introspection.table_names())

    def meanings(self) -> int:
        """How many meanings the reference has."""
        return int(self.rows("SELECT count(*) FROM codes_statuscode")[0][0])

    # State and queue

    def state(self) -> State:
        found = self.rows("SELECT fingerprint, vocabulary, documents FROM codes_search_state")
        return State(*found[0]) if found else State("", 0, 0)

    def set_fingerprint(self, fingerprint: str) -> None:
        self.run("DELETE FROM codes_search_state")
        self.run("INSERT INTO codes_search_state (fingerprint, vocabulary, documents) VALUES (%s, 0, 0)", [fingerprint])

    def note_all(self) -> None:
        """Note every meaning of the reference and every document of the index in the queue."""
        self.run("INSERT INTO codes_search_queue (entry) SELECT id FROM codes_statuscode")
        self.run("INSERT INTO codes_search_queue (entry) SELECT entry FROM codes_search_document")

    def pending(self, most: int) -> list[int]:
        """The meanings that changed after they were indexed, the latest first."""
        statement = "SELECT entry FROM codes_search_queue GROUP BY entry ORDER BY max(id) DESC LIMIT %s"
        return [entry for (entry,) in self.rows(statement, [most])]

    def notes(self, most: int) -> list[tuple[int, int]]:
        """The oldest notes of the queue: id and meaning."""
        return self.rows("SELECT id, entry FROM codes_search_queue ORDER BY id LIMIT %s", [most])

    def forget(self, notes: Iterable[int]) -> None:
        """Delete these notes and no other: one with a smaller id may be committed later."""
        self.run_many("DELETE FROM codes_search_queue WHERE id = %s", [[note] for note in notes])

    # Documents

    @abstractmethod
    def store_terms(self, made: Iterable[Document]) -> None:
        """Write the rows of documents that are not there."""

    @abstractmethod
    def stored_terms(self, entries: Sequence[int]) -> list[list[str]]:
        """The terms of stored documents."""

    def replace(self, entries: Sequence[int], made: Sequence[Document]) -> None:
        """Replace the documents of ``entries`` by those that were made of them; the others of ``entries`` are gone."""
        counts: Counter[str] = Counter(term for one in made for term in one.head | one.body)
        counts.subtract(term for found in self.stored_terms(entries) for term in set(found))
        places = ", ".join(["%s"] * len(entries))
        names = {key.key for one in made for key in one.keys if key.kind in (1, 2)}
        statement = f"SELECT key FROM codes_search_key WHERE kind IN (1, 2) AND entry IN ({places})"
        names.difference_update(key for (key,) in self.rows(statement, entries))
        self.run(f"DELETE FROM codes_search_document WHERE entry IN ({places})", entries)
        self.run(f"DELETE FROM codes_search_key WHERE entry IN ({places})", entries)
        self.store_terms(made)
        self.run_many(
            "INSERT INTO codes_search_key (kind, key, language, entry) VALUES (%s, %s, %s, %s)",
            [(*key, one.entry) for one in made for key in sorted(one.keys)],
        )
        self.run_many(
            "INSERT INTO codes_search_term (term, documents) VALUES (%s, %s)"
            " ON CONFLICT (term) DO UPDATE SET documents = codes_search_term.documents + excluded.documents",
            sorted((term, count) for term, count in counts.items() if count),
        )
        self.run("DELETE FROM codes_search_term WHERE documents <= 0")
        before = self.rows("SELECT count(*) FROM codes_search_word")
        self.run_many(
            "INSERT INTO codes_search_word (word, term) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            sorted({pair for one in made for pair in one.words}),
        )
        moved = bool(names) or before != self.rows("SELECT count(*) FROM codes_search_word")
        self.run("UPDATE codes_search_state SET documents = (SELECT count(*) FROM codes_search_document)")
        if moved:
            # Never a number that was there before, not even after a rollback: processes keep vocabularies by it.
            self.run("UPDATE codes_search_state SET vocabulary = %s", [1 + secrets.randbelow(2**31 - 1)])

    # Questions

    @abstractmethod
    def postings(self, groups: Sequence[Sequence[str]], most: int) -> list[Posting]:
        """For each group of terms the documents that have one of them: at most ``most`` each, in no order."""

    @abstractmethod
    def together(self, groups: Sequence[Sequence[str]], most: int) -> list[int]:
        """At most ``most`` documents each that have a term of every group in their passages, or anywhere."""

    def keys(self, key: str, most: int) -> list[tuple[int, str, str, int]]:
        """Kind, key, language and meaning of the keys that begin with ``key``: at most ``most`` of each kind."""
        one = (
            "SELECT * FROM (SELECT kind, key, language, entry FROM codes_search_key"
            " WHERE kind = %s AND key >= %s AND key < %s ORDER BY key LIMIT %s) AS k{}"
        )
        kinds = range(10)
        statement = " UNION ALL ".join(one.format(kind) for kind in kinds)
        return self.rows(statement, [value for kind in kinds for value in (kind, key, key + "\U0010ffff", most)])

    def keys_of_names(self, keys: Sequence[str]) -> list[tuple[int, str, str, int]]:
        """Kind, key, language and meaning of names and former names with these keys."""
        places = ", ".join(["%s"] * len(keys)) or "NULL"
        named = "SELECT kind, key, language, entry FROM codes_search_key WHERE kind IN (1, 2)"
        return self.rows(f"{named} AND key IN ({places})", keys)

    def name_keys(self) -> list[str]:
        """The keys of names and former names."""
        return [key for (key,) in self.rows("SELECT DISTINCT key FROM codes_search_key WHERE kind IN (1, 2)")]

    def candidates(self, entries: Sequence[int]) -> dict[int, Candidate]:
        """What ranking needs of these documents."""
        places = ", ".join(["%s"] * len(entries)) or "NULL"
        statement = f"SELECT entry, number, standing, passages FROM codes_search_document WHERE entry IN ({places})"
        return {entry: Candidate(*rest) for entry, *rest in self.rows(statement, entries)}

    def texts(self, entries: Sequence[int], columns: Sequence[str]) -> list[Any]:
        """The primary key and these columns of meanings: the hundredth part of what a row has."""
        places = ", ".join(["%s"] * len(entries)) or "NULL"
        return self.rows(f"SELECT id, {', '.join(columns)} FROM codes_statuscode WHERE id IN ({places})", entries)

    def names(self, entries: Sequence[int], language: str) -> list[tuple[int, str]]:
        """What these meanings are called besides their names: aliases in a language, former names, symbols."""
        places = ", ".join(["%s"] * len(entries)) or "NULL"
        return self.rows(
            f"SELECT status_code_id, text FROM codes_alias WHERE language = %s AND status_code_id IN ({places})"
            f" UNION ALL SELECT status_code_id, reason_phrase FROM codes_reference WHERE status_code_id IN ({places})"
            f" UNION ALL SELECT status_code_id, symbol FROM codes_symbol WHERE status_code_id IN ({places})",
            [language, *entries, *entries, *entries],
        )

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many documents each of these terms stands."""
        places = ", ".join(["%s"] * len(terms)) or "NULL"
        return dict(self.rows(f"SELECT term, documents FROM codes_search_term WHERE term IN ({places})", terms))

    def words(self) -> list[tuple[str, str]]:
        """The vocabulary: folded words of passages, with their terms."""
        return self.rows("SELECT word, term FROM codes_search_word")


def pack(passages: Iterable[Passage]) -> str:
    """Passages as they are stored: a line each of kind, language, length and terms, every term between two blanks."""
    return "".join(f"{kind}\t{language}\t{length(terms)}\t {' '.join(terms)} \n" for kind, language, terms in passages)


def ranked(one: Document) -> tuple[int, int, float, str]:
    """The columns of a document that ranking reads."""
    return one.entry, one.number, one.standing, pack(one.passages)
