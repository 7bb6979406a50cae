"""The index in PostgreSQL: tsvectors built from our own terms, under GIN indexes."""

from collections.abc import Iterable, Sequence
from functools import partial

from codes.search.engine import TABLES, Engine
from codes.search.reading import KEYED, LAST, NAMES, Answer, Part, Question
from codes.search.sources import followed

# Any number that no other advisory lock of the database uses: "httpref search" in few digits.
LOCK = 4_773_373

TERMS = "string_to_array({}, ' ')"
HEAD = f"array_to_tsvector({TERMS.format('head')})"
ANYWHERE = f"array_to_tsvector({TERMS.format('head')} || {TERMS.format('body')})"
INDEXES = {
    "codes_search_document_head": HEAD,
    # All terms, so that terms can be found together wherever each of them stands.
    "codes_search_document_anywhere": ANYWHERE,
}
TABLE_STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS codes_search_queue"
    " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_state"
    " (fingerprint text NOT NULL, vocabulary integer NOT NULL, documents integer NOT NULL, contents integer NOT NULL)",
    "CREATE TABLE IF NOT EXISTS codes_search_document (entry bigint PRIMARY KEY, version bigint NOT NULL,"
    " number smallint NOT NULL, standing double precision NOT NULL, passages text NOT NULL,"
    " head text NOT NULL, body text NOT NULL)"
    # Room for a changed document beside the old one, and the old ones are cleared away early. The texts are stored
    # apart: GIN collects the documents of a term by the pages they stand on, and with few pages that is twice as quick.
    " WITH (fillfactor = 80, toast_tuple_target = 128,"
    " autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05)",
    # As narrow as it gets: no padding before the widest column, and an index without what follows from the row.
    "CREATE TABLE IF NOT EXISTS codes_search_key (entry bigint NOT NULL, kind smallint NOT NULL,"
    ' key text COLLATE "C" NOT NULL, language text NOT NULL)',
    "CREATE INDEX IF NOT EXISTS codes_search_key_key ON codes_search_key (kind, key)",
    "CREATE INDEX IF NOT EXISTS codes_search_key_entry ON codes_search_key (entry)",
    "CREATE TABLE IF NOT EXISTS codes_search_term (bucket smallint PRIMARY KEY, counts text NOT NULL)",
    'CREATE TABLE IF NOT EXISTS codes_search_word (word text COLLATE "C" PRIMARY KEY, term text NOT NULL)',
)
# One round trip for everything, with plans that the connection keeps. Never a scan of the table, which looks cheap
# while it is small but takes every text out of its storage; and no compiling, which a forbidden scan would call for.
FUNCTIONS = {
    """codes_search_ask(groups text[], asked text[], names text[],
      most_changed integer, most_keys integer, most_postings integer)
    RETURNS TABLE (part integer, one bigint, two bigint, first text, second text)""": f"""
      RETURN QUERY SELECT {Part.STATE:d}, vocabulary::bigint, documents::bigint, fingerprint, contents::text
        FROM codes_search_state;
      RETURN QUERY SELECT {Part.CHANGED:d}, entry, 0::bigint, '', '' FROM codes_search_queue
        GROUP BY entry ORDER BY max(id) DESC LIMIT most_changed;
      RETURN QUERY SELECT {Part.KEY:d}, k.kind::bigint, k.entry, k.key, k.language
        FROM unnest(asked) AS typed, generate_series({KEYED[0]:d}, {KEYED[-1]:d}) AS wanted,
        LATERAL (SELECT kind, entry, key, language FROM codes_search_key
          WHERE kind = wanted::smallint AND key >= typed AND key < typed || '{LAST}' ORDER BY key LIMIT most_keys) AS k;
      RETURN QUERY SELECT {Part.NAME:d}, kind::bigint, entry, key, language FROM codes_search_key
        WHERE {NAMES} AND key = ANY (names);
      FOR i IN 1 .. cardinality(groups) LOOP
        found := ARRAY(SELECT entry FROM codes_search_document WHERE {HEAD} @@ groups[i]::tsquery LIMIT most_postings);
        RETURN QUERY SELECT {Part.HEAD:d}, i - 1::bigint, 0::bigint, array_to_string(found, ','), '';
        -- Where these are cut, so would the others be: as many of them would tell no more.
        IF cardinality(found) < most_postings THEN
          found := ARRAY(
            SELECT entry FROM codes_search_document WHERE {ANYWHERE} @@ groups[i]::tsquery LIMIT most_postings);
        END IF;
        RETURN QUERY SELECT {Part.ANYWHERE:d}, i - 1::bigint, 0::bigint, array_to_string(found, ','), '';
      END LOOP;""",
    "codes_search_together(query text, most integer) RETURNS SETOF bigint": f"""
      found := ARRAY(SELECT entry FROM codes_search_document WHERE {HEAD} @@ query::tsquery LIMIT most);
      RETURN QUERY SELECT unnest(found);
      IF cardinality(found) < most THEN
        RETURN QUERY SELECT entry FROM codes_search_document WHERE {ANYWHERE} @@ query::tsquery LIMIT most;
      END IF;""",
}


def quoted(group: Iterable[str]) -> str:
    """A group of terms in the query language of tsquery. Terms have no quotes and no backslashes."""
    return "(" + " | ".join(f"'{term}'" for term in group) + ")"


class PostgreSQLEngine(Engine):
    def create_tables(self) -> None:
        for statement in TABLE_STATEMENTS:
            self.run(statement)
        for signature, body in FUNCTIONS.items():
            self.run(
                f"CREATE OR REPLACE FUNCTION {signature} LANGUAGE plpgsql STABLE"
                " SET enable_seqscan = off SET jit = off"
                f" AS $$ #variable_conflict use_column DECLARE found bigint[]; BEGIN {body} END $$"
            )
        self.create_indexes()

    def create_indexes(self) -> None:
        """Make the GIN indexes that are missing. Looks for them first: the statement itself would wait for a lock."""
        missing = "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL"
        for (name,) in self.rows(missing, [list(INDEXES)]):
            self.run(f"CREATE INDEX {name} ON codes_search_document USING gin (({INDEXES[name]}))")

    def drop_tables(self) -> None:
        for name in ("ask", "together", "postings"):  # the last one of earlier layouts
            self.run(f"DROP FUNCTION IF EXISTS codes_search_{name}")
        for name in TABLES:
            self.run(f"DROP TABLE IF EXISTS codes_search_{name}")

    def create_triggers(self) -> None:
        self.run("DROP FUNCTION IF EXISTS codes_search_truncate CASCADE")  # an earlier version's
        everything = "INSERT INTO codes_search_queue (entry) SELECT entry FROM codes_search_document"
        for table, finding in followed().items():
            self.noting.create(table, partial(self.note, finding), everything)

    @staticmethod
    def note(finding: str, rows: str) -> str:
        return (
            "INSERT INTO codes_search_queue (entry)"
            f" SELECT DISTINCT found.entry FROM ({rows}) AS changed, LATERAL ({finding}) AS found (entry)"
        )

    def lock(self) -> None:
        self.rows("SELECT pg_advisory_xact_lock(%s)", [LOCK])

    def unsettle(self) -> None:
        for name in INDEXES:
            self.run(f"DROP INDEX IF EXISTS {name}")

    def settle(self) -> None:
        """Empty the lists where GIN collects new entries: quick to write to, but every search reads them through."""
        self.create_indexes()
        self.rows("SELECT gin_clean_pending_list(name::regclass) FROM unnest(%s::text[]) AS name", [list(INDEXES)])

    def ask(self, question: Question) -> Answer:
        groups = [quoted(group) for group in question.groups]
        statement = "SELECT * FROM codes_search_ask(%s::text[], %s::text[], %s::text[], %s, %s, %s)"
        return Answer(self.rows(statement, [groups, *question[1:]]), len(groups))

    def together(self, groups: Sequence[Sequence[str]], most: int) -> list[int]:
        every = " & ".join(quoted(group) for group in groups)
        return [entry for (entry,) in self.rows("SELECT * FROM codes_search_together(%s, %s)", [every, most])]
