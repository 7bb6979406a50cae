"""The index in PostgreSQL: tsvectors built from our own terms, under GIN indexes."""

from collections.abc import Iterable, Sequence
from functools import partial

from codes.search.document import Document
from codes.search.engine import SOURCES, TABLES, Engine, Posting, ranked

# Any number that no other advisory lock of the database uses: "httpref search" in few digits.
LOCK = 4_773_373

STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS codes_search_queue"
    " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_state"
    " (fingerprint text NOT NULL, vocabulary integer NOT NULL, documents integer NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_document"
    " (entry bigint PRIMARY KEY, number smallint NOT NULL, standing real NOT NULL, passages text NOT NULL,"
    " head tsvector NOT NULL, body tsvector NOT NULL)",
    "CREATE INDEX IF NOT EXISTS codes_search_document_head ON codes_search_document USING gin (head)",
    "CREATE INDEX IF NOT EXISTS codes_search_document_body ON codes_search_document USING gin (body)",
    'CREATE TABLE IF NOT EXISTS codes_search_key (kind smallint, key text COLLATE "C", language text, entry bigint,'
    " PRIMARY KEY (kind, key, language, entry))",
    "CREATE INDEX IF NOT EXISTS codes_search_key_entry ON codes_search_key (entry)",
    'CREATE TABLE IF NOT EXISTS codes_search_term (term text COLLATE "C" PRIMARY KEY, documents integer NOT NULL)',
    'CREATE TABLE IF NOT EXISTS codes_search_word (word text COLLATE "C" PRIMARY KEY, term text NOT NULL)',
    # One round trip for all terms, and never a scan of the table, which looks cheap while it is small
    # but takes every vector out of its storage.
    """CREATE OR REPLACE FUNCTION codes_search_postings(groups text[], most integer)
    RETURNS TABLE (place integer, found bigint) LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
    BEGIN
      FOR i IN 1 .. cardinality(groups) LOOP
        RETURN QUERY SELECT 2 * i - 2, entry FROM codes_search_document WHERE head @@ groups[i]::tsquery LIMIT most;
        RETURN QUERY SELECT 2 * i - 1, entry FROM codes_search_document WHERE body @@ groups[i]::tsquery LIMIT most;
      END LOOP;
    END $$""",
    """CREATE OR REPLACE FUNCTION codes_search_together(query text, most integer)
    RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
    BEGIN
      RETURN QUERY SELECT entry FROM codes_search_document WHERE head @@ query::tsquery LIMIT most;
      RETURN QUERY SELECT entry FROM codes_search_document WHERE body @@ query::tsquery LIMIT most;
    END $$""",
)


def quoted(group: Iterable[str]) -> str:
    """A group of terms in the query language of tsquery. Terms have no quotes and no backslashes."""
    return "(" + " | ".join(f"'{term}'" for term in group) + ")"


class PostgreSQLEngine(Engine):
    def create_tables(self) -> None:
        for statement in STATEMENTS:
            self.run(statement)

    def drop_tables(self) -> None:
        self.run("DROP FUNCTION IF EXISTS codes_search_postings")
        self.run("DROP FUNCTION IF EXISTS codes_search_together")
        for name in TABLES:
            self.run(f"DROP TABLE IF EXISTS codes_search_{name}")

    def create_triggers(self) -> None:
        self.run("DROP FUNCTION IF EXISTS codes_search_truncate CASCADE")  # an earlier version's
        everything = "INSERT INTO codes_search_queue (entry) SELECT entry FROM codes_search_document"
        for table, finding in SOURCES.items():
            self.noting.create(table, partial(self.note, finding), everything)

    @staticmethod
    def note(finding: str, rows: str) -> str:
        return (
            "INSERT INTO codes_search_queue (entry)"
            f" SELECT DISTINCT found.entry FROM ({rows}) AS changed, LATERAL ({finding}) AS found (entry)"
        )

    def lock(self) -> None:
        self.rows("SELECT pg_advisory_xact_lock(%s)", [LOCK])

    def settle(self) -> None:
        """Empty the lists where GIN collects new entries: quick to write to, but every search reads them through."""
        self.rows(
            "SELECT gin_clean_pending_list('codes_search_document_head'),"
            " gin_clean_pending_list('codes_search_document_body')"
        )

    def store_terms(self, made: Iterable[Document]) -> None:
        self.run_many(
            "INSERT INTO codes_search_document (entry, number, standing, passages, head, body)"
            " VALUES (%s, %s, %s, %s, array_to_tsvector(%s::text[]), array_to_tsvector(%s::text[]))",
            # The second vector has all terms, so that terms can be found together wherever each of them stands.
            [(*ranked(one), sorted(one.head), sorted(one.head | one.body)) for one in made],
        )

    def stored_terms(self, entries: Sequence[int]) -> list[list[str]]:
        places = ", ".join(["%s"] * len(entries))
        statement = f"SELECT tsvector_to_array(body) FROM codes_search_document WHERE entry IN ({places})"
        return [found for (found,) in self.rows(statement, entries)]

    def postings(self, groups: Sequence[Sequence[str]], most: int) -> list[Posting]:
        found = [Posting(set(), set()) for _ in groups]
        queries = [quoted(group) for group in groups]
        statement = "SELECT place, found FROM codes_search_postings(%s::text[], %s)"
        for place, entry in self.rows(statement, [queries, most]):
            found[place // 2][place % 2].add(entry)
        return found

    def together(self, groups: Sequence[Sequence[str]], most: int) -> list[int]:
        every = " & ".join(quoted(group) for group in groups)
        return [entry for (entry,) in self.rows("SELECT * FROM codes_search_together(%s, %s)", [every, most])]
