"""The index in SQLite: FTS5 over the terms, as an index of its own beside the table that holds them."""

from collections.abc import Iterable, Sequence
from functools import partial

from codes.search.document import Document
from codes.search.engine import SOURCES, TABLES, Engine, Posting, ranked

STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS codes_search_queue (id INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_state"
    " (fingerprint TEXT NOT NULL, vocabulary INTEGER NOT NULL, documents INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_document"
    " (entry INTEGER PRIMARY KEY, number INTEGER NOT NULL, standing REAL NOT NULL, passages TEXT NOT NULL,"
    " head TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_key (kind INTEGER, key TEXT, language TEXT, entry INTEGER,"
    " PRIMARY KEY (kind, key, language, entry)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS codes_search_key_entry ON codes_search_key (entry)",
    "CREATE TABLE IF NOT EXISTS codes_search_term (term TEXT PRIMARY KEY, documents INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS codes_search_word (word TEXT PRIMARY KEY, term TEXT NOT NULL) WITHOUT ROWID",
    # The terms are made of letters and digits only, so that the plainest tokenizer is right for all of them.
    "CREATE VIRTUAL TABLE IF NOT EXISTS codes_search_fts USING fts5(head, body, content='codes_search_document',"
    " content_rowid='entry', tokenize='ascii', detail='column', columnsize=0)",
    "CREATE TRIGGER IF NOT EXISTS codes_search_fts_insert AFTER INSERT ON codes_search_document BEGIN"
    " INSERT INTO codes_search_fts (rowid, head, body) VALUES (NEW.entry, NEW.head, NEW.body); END",
    "CREATE TRIGGER IF NOT EXISTS codes_search_fts_delete AFTER DELETE ON codes_search_document BEGIN"
    " INSERT INTO codes_search_fts (codes_search_fts, rowid, head, body)"
    " VALUES ('delete', OLD.entry, OLD.head, OLD.body); END",
)


def quoted(group: Iterable[str]) -> str:
    """A group of terms in the query language of FTS5. Terms have no quotes."""
    return "(" + " OR ".join(f'"{term}"' for term in group) + ")"


class SQLiteEngine(Engine):
    def create_tables(self) -> None:
        for statement in STATEMENTS:
            self.run(statement)

    def drop_tables(self) -> None:
        for name in ("fts", *TABLES):
            self.run(f"DROP TABLE IF EXISTS codes_search_{name}")

    def create_triggers(self) -> None:
        for table, finding in SOURCES.items():
            self.noting.create(table, partial(self.note, finding))

    @staticmethod
    def note(finding: str, row: str) -> str:
        return f"INSERT INTO codes_search_queue (entry) {finding.replace('changed.', f'{row}.')}"

    def lock(self) -> None:
        """Nothing to do: a transaction that writes has SQLite's only lock from its first statement on."""

    def settle(self) -> None:
        """Nothing to do: FTS5 merges what is written as it goes along."""

    def store_terms(self, made: Iterable[Document]) -> None:
        self.run_many(
            "INSERT INTO codes_search_document (entry, number, standing, passages, head, body)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [(*ranked(one), " ".join(sorted(one.head)), " ".join(sorted(one.body))) for one in made],
        )

    def stored_terms(self, entries: Sequence[int]) -> list[list[str]]:
        places = ", ".join(["%s"] * len(entries))
        found = self.rows(f"SELECT head, body FROM codes_search_document WHERE entry IN ({places})", entries)
        return [f"{head} {body}".split() for head, body in found]

    def postings(self, groups: Sequence[Sequence[str]], most: int) -> list[Posting]:
        found = [Posting(set(), set()) for _ in groups]
        one = "SELECT * FROM (SELECT {} AS place, rowid FROM codes_search_fts WHERE codes_search_fts MATCH %s LIMIT %s)"
        queries = [f"{part}{quoted(group)}" for group in groups for part in ("head : ", "")]
        statement = " UNION ALL ".join(one.format(place) for place in range(len(queries)))
        for place, entry in self.rows(statement, [value for query in queries for value in (query, most)]):
            found[place // 2][place % 2].add(entry)
        return found

    def together(self, groups: Sequence[Sequence[str]], most: int) -> list[int]:
        every = " AND ".join(quoted(group) for group in groups)
        statement = "SELECT rowid FROM codes_search_fts WHERE codes_search_fts MATCH %s LIMIT %s"
        queries = [f"head : ({every})", every]
        return [entry for query in queries for (entry,) in self.rows(statement, [query, most])]
