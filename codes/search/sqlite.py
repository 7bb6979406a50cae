"""The index in SQLite: FTS5 over the terms, as an index of its own beside the table that holds them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial

from codes.search.engine import TABLES, Engine
from codes.search.reading import KEYED, LAST, NAMES, Answer, Part, Question, places
from codes.search.sources import followed

STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS codes_search_queue (id INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_state"
    " (fingerprint TEXT NOT NULL, vocabulary INTEGER NOT NULL, documents INTEGER NOT NULL, contents INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_document"
    " (entry INTEGER PRIMARY KEY, version INTEGER NOT NULL, number INTEGER NOT NULL, standing REAL NOT NULL,"
    " passages TEXT NOT NULL, head TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_key (kind INTEGER, key TEXT, language TEXT, entry INTEGER,"
    " PRIMARY KEY (kind, key, language, entry)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS codes_search_key_entry ON codes_search_key (entry)",
    "CREATE TABLE IF NOT EXISTS codes_search_term (bucket INTEGER PRIMARY KEY, counts TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_word (word TEXT PRIMARY KEY, term TEXT NOT NULL) WITHOUT ROWID",
    # The terms are made of letters and digits only, so that the plainest tokenizer is right for all of them.
    "CREATE VIRTUAL TABLE IF NOT EXISTS codes_search_fts USING fts5(head, body, content='codes_search_document',"
    " content_rowid='entry', tokenize='ascii', detail='column', columnsize=0)",
    "CREATE TRIGGER IF NOT EXISTS codes_search_fts_insert AFTER INSERT ON codes_search_document BEGIN"
    " INSERT INTO codes_search_fts (rowid, head, body) VALUES (NEW.entry, NEW.head, NEW.body); END",
    "CREATE TRIGGER IF NOT EXISTS codes_search_fts_delete AFTER DELETE ON codes_search_document BEGIN"
    " INSERT INTO codes_search_fts (codes_search_fts, rowid, head, body)"
    " VALUES ('delete', OLD.entry, OLD.head, OLD.body); END",
    "CREATE TRIGGER IF NOT EXISTS codes_search_fts_update AFTER UPDATE ON codes_search_document"
    " WHEN OLD.head <> NEW.head OR OLD.body <> NEW.body BEGIN"
    " INSERT INTO codes_search_fts (codes_search_fts, rowid, head, body)"
    " VALUES ('delete', OLD.entry, OLD.head, OLD.body);"
    " INSERT INTO codes_search_fts (rowid, head, body) VALUES (NEW.entry, NEW.head, NEW.body); END",
)
STATE = f"SELECT {Part.STATE:d}, vocabulary, documents, fingerprint, contents FROM codes_search_state"
CHANGED = (
    f"SELECT * FROM (SELECT {Part.CHANGED:d}, entry, 0, '', '' FROM codes_search_queue"
    " GROUP BY entry ORDER BY max(id) DESC LIMIT %s)"
)
KEY = (
    f"SELECT * FROM (SELECT {Part.KEY:d}, kind, entry, key, language FROM codes_search_key"
    " WHERE kind = {} AND key >= %s AND key < %s ORDER BY key LIMIT %s)"
)
NAME = f"SELECT {Part.NAME:d}, kind, entry, key, language FROM codes_search_key WHERE {NAMES} AND key IN ({{}})"
FOUND = (
    "SELECT {}, {}, 0, group_concat(rowid), ''"
    " FROM (SELECT rowid FROM codes_search_fts WHERE codes_search_fts MATCH %s LIMIT %s)"
)


def quoted(group: Iterable[str]) -> str:
    """A group of terms in the query language of FTS5. Terms have no quotes."""
    return "(" + " OR ".join(f'"{term}"' for term in group) + ")"


@lru_cache(maxsize=500)
def asking(groups: int, keys: int, names: int) -> str:
    """The statement that answers a question about so many groups, keys and names."""
    parts = [STATE, CHANGED]
    parts += [KEY.format(int(kind)) for _ in range(keys) for kind in KEYED]
    parts += [FOUND.format(int(part), place) for place in range(groups) for part in (Part.HEAD, Part.ANYWHERE)]
    return " UNION ALL ".join([*parts, NAME.format(places(range(names)))])


class SQLiteEngine(Engine):
    def create_tables(self) -> None:
        for statement in STATEMENTS:
            self.run(statement)

    def drop_tables(self) -> None:
        for name in ("fts", *TABLES):
            self.run(f"DROP TABLE IF EXISTS codes_search_{name}")

    def create_triggers(self) -> None:
        for table, finding in followed().items():
            self.noting.create(table, partial(self.note, finding))

    @staticmethod
    def note(finding: str, row: str) -> str:
        return f"INSERT INTO codes_search_queue (entry) {finding.replace('changed.', f'{row}.')}"

    def lock(self) -> None:
        """Nothing to do: a transaction that writes has SQLite's only lock from its first statement on."""

    def unsettle(self) -> None:
        """Nothing to do: FTS5 is quick to write to."""

    def settle(self) -> None:
        """Nothing to do: FTS5 merges what is written as it goes along."""

    def ask(self, question: Question) -> Answer:
        groups, asked, names, most_changed, most_keys, most_postings = question
        values: list[str | int] = [most_changed]
        for key in asked:
            values += [key, key + LAST, most_keys] * len(KEYED)
        for group in groups:
            values += [f"head : {quoted(group)}", most_postings, quoted(group), most_postings]
        statement = asking(len(groups), len(asked), len(names))
        return Answer(self.rows(statement, [*values, *names]), len(groups))

    def together(self, groups: Sequence[Sequence[str]], most: int) -> list[int]:
        every = " AND ".join(quoted(group) for group in groups)
        statement = "SELECT rowid FROM codes_search_fts WHERE codes_search_fts MATCH %s LIMIT %s"
        found = self.rows(statement, [f"head : ({every})", most])
        if len(found) < most:
            found += self.rows(statement, [every, most])
        return [entry for (entry,) in found]
