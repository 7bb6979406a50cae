"""How the index is made and kept: what both databases do alike, and what each does in its own way."""

import secrets
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from codes.search.document import Document, Kind
from codes.search.passages import pack
from codes.search.reading import MOST_POSTINGS, Reading, places
from codes.search.sources import CODES, SOURCES, STATES, followed
from codes.search.tally import by_bucket, changed
from codes.triggers import TRIGGERS

TABLES = ("queue", "state", "document", "key", "term", "word")
# A document as it is stored; one that did not change is not written.
STORE = (
    "INSERT INTO codes_search_document AS stored (entry, version, number, standing, passages, head, body)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (entry) DO UPDATE SET version = excluded.version,"
    " number = excluded.number, standing = excluded.standing, passages = excluded.passages,"
    # A long text that stays the same stays where it is.
    " head = CASE WHEN stored.head = excluded.head THEN stored.head ELSE excluded.head END,"
    " body = CASE WHEN stored.body = excluded.body THEN stored.body ELSE excluded.body END"
)


class Engine(Reading):
    """The index in one database. The statements run in the caller's transaction."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        super().__init__(connection)
        self.noting = TRIGGERS[connection.vendor](connection, "codes_search")

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
        for table in (*SOURCES, STATES):
            self.noting.drop(table)

    def triggers(self) -> set[str]:
        """The names of the triggers that exist."""
        return self.noting.existing()

    def expected_triggers(self) -> set[str]:
        return self.noting.expected(followed())

    @abstractmethod
    def lock(self) -> None:
        """Let one transaction at a time bring the index up to date."""

    @abstractmethod
    def unsettle(self) -> None:
        """Leave out, until many documents are written, what is made quicker and smaller of all of them at once."""

    @abstractmethod
    def settle(self) -> None:
        """Put in order what writes left behind, and make what was left out."""

    def exists(self) -> bool:
        return "codes_search_state" in self.connection.introspection.table_names()

    def reference_exists(self) -> bool:
        """Whether the tables that the index follows are there."""
        return set(followed()) <= set(self.connection.introspection.table_names())

    def meanings(self) -> int:
        """How many meanings the index should have: drafts are not in it."""
        return int(self.rows(f"SELECT count(*) FROM {CODES} WHERE NOT is_draft")[0][0])

    # State and queue

    def set_fingerprint(self, fingerprint: str) -> None:
        self.run("DELETE FROM codes_search_state")
        statement = "INSERT INTO codes_search_state (fingerprint, vocabulary, documents, contents) VALUES (%s, 0, 0, 0)"
        self.run(statement, [fingerprint])

    def note_all(self) -> None:
        """Note every meaning of the reference and every document of the index in the queue."""
        self.run(f"INSERT INTO codes_search_queue (entry) SELECT id FROM {CODES}")
        self.run("INSERT INTO codes_search_queue (entry) SELECT entry FROM codes_search_document")

    def pending(self, most: int) -> list[int]:
        """The meanings that changed after they were indexed, the latest first."""
        statement = "SELECT entry FROM codes_search_queue GROUP BY entry ORDER BY max(id) DESC LIMIT %s"
        return [entry for (entry,) in self.rows(statement, [most])]

    def noted(self, most: int) -> list[int]:
        """The meanings of the oldest notes of the queue."""
        rows = self.rows("SELECT entry FROM codes_search_queue ORDER BY id LIMIT %s", [most])
        return [entry for (entry,) in rows]

    def notes_of(self, entries: Sequence[int]) -> list[int]:
        """The ids of all notes of these meanings."""
        statement = f"SELECT id FROM codes_search_queue WHERE entry IN ({places(entries)})"
        return [note for (note,) in self.rows(statement, entries)]

    def forget(self, notes: Iterable[int]) -> None:
        """Delete these notes and no other: one with a smaller id may be committed later."""
        self.run_many("DELETE FROM codes_search_queue WHERE id = %s", [[note] for note in notes])

    # Documents

    def replace(self, entries: Sequence[int], made: Sequence[Document]) -> None:
        """Replace the documents of ``entries`` by those that were made of them; the others of ``entries`` are gone."""
        gone = sorted(set(entries) - {one.entry for one in made})
        named = self.replace_keys(entries, made)
        learnt = self.learn_words(made)
        counts = Counter(term for one in made for term in one.head | one.body)
        counts.subtract(self.stored_terms(f"WHERE entry IN ({places(entries)})", entries))
        self.run(f"DELETE FROM codes_search_document WHERE entry IN ({places(gone)})", gone)
        self.run_many(STORE, map(stored, made))
        counted = "documents = (SELECT count(*) FROM codes_search_document)"
        self.run(f"UPDATE codes_search_state SET {counted}, contents = %s", [never_used()])
        self.count(counts)
        if named or learnt:
            self.move_vocabulary()

    def move_vocabulary(self) -> None:
        self.run("UPDATE codes_search_state SET vocabulary = %s", [never_used()])

    def stored_terms(self, condition: str = "", values: Sequence[int] = ()) -> Iterator[str]:
        """The terms of the documents that are stored, once for each document."""
        for head, body in self.rows(f"SELECT head, body FROM codes_search_document {condition}", values):
            yield from head.split()
            yield from body.split()

    def replace_keys(self, entries: Sequence[int], made: Sequence[Document]) -> bool:
        """Write the keys that came, delete those that went; whether a name came that none of ``entries`` had."""
        statement = f"SELECT kind, key, language, entry FROM codes_search_key WHERE entry IN ({places(entries)})"
        before = set(self.rows(statement, entries))
        after = {(*key, one.entry) for one in made for key in one.keys}
        self.run_many(
            "DELETE FROM codes_search_key WHERE kind = %s AND key = %s AND language = %s AND entry = %s",
            sorted(before - after),
        )
        self.run_many(
            "INSERT INTO codes_search_key (kind, key, language, entry) VALUES (%s, %s, %s, %s)", sorted(after - before)
        )
        return not names_of(after) <= names_of(before)

    def count(self, counts: Mapping[str, int]) -> None:
        """Bring up to date in how many documents each term stands, given what changed.

        With so few documents that no posting is cut, nobody asks.
        """
        if self.state().documents < MOST_POSTINGS:
            self.run("DELETE FROM codes_search_term")
            return
        if not self.rows("SELECT 1 FROM codes_search_term LIMIT 1"):
            counts = Counter(self.stored_terms())
        changes = by_bucket(counts.items())
        numbers = sorted(changes)
        statement = f"SELECT bucket, counts FROM codes_search_term WHERE bucket IN ({places(numbers)})"
        known = dict(self.rows(statement, numbers))
        self.run_many(
            "INSERT INTO codes_search_term (bucket, counts) VALUES (%s, %s)"
            " ON CONFLICT (bucket) DO UPDATE SET counts = excluded.counts",
            [(number, changed(known.get(number, ""), changes[number])) for number in numbers],
        )

    def forget_words(self) -> None:
        """Leave out of the vocabulary what no passage has any more: a meaning is gone, or is a draft again."""
        terms = {term for (head,) in self.rows("SELECT head FROM codes_search_document") for term in head.split()}
        gone = [[word] for word, term in self.words() if term not in terms]
        self.run_many("DELETE FROM codes_search_word WHERE word = %s", gone)
        # Names that went are read anew, too.
        self.move_vocabulary()

    def learn_words(self, made: Sequence[Document]) -> bool:
        """Add the words of documents to the vocabulary; whether one is new."""
        count = "SELECT count(*) FROM codes_search_word"
        before = self.rows(count)
        self.run_many(
            "INSERT INTO codes_search_word (word, term) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            sorted({pair for one in made for pair in one.words}),
        )
        return before != self.rows(count)


def never_used() -> int:
    """A number of a state that was not there before, not even before a rollback: processes remember things by it."""
    return 1 + secrets.randbelow(2**31 - 1)


def names_of(keys: Iterable[tuple[int, str, str, int]]) -> set[str]:
    return {key for kind, key, _, _ in keys if kind in (Kind.NAME, Kind.FORMER_NAME)}


def stored(one: Document) -> tuple[int, int, int, float, str, str, str]:
    """A document as STORE takes it. The terms of its long texts are those that its passages have not."""
    head, body = " ".join(sorted(one.head)), " ".join(sorted(one.body - one.head))
    return one.entry, 1 + secrets.randbelow(2**62), one.number, one.standing, pack(one.passages), head, body
