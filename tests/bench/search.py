"""How quick and how large the search is, beside the bare engine asked the same terms: ``make bench-search``.

For the real reference and for synthetic ones, on SQLite and, where one is reachable, PostgreSQL. A document is one
meaning in one language. The bare engine (FTS5, or GIN with ts_rank) holds the same analysed terms in a table
of one row a document, and ranks every match of any term for its best ten. Sizes in the command line replace
the usual ones: ``python -m tests.bench.search 10000``.
"""

import io
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).parents[2]
POSTGRES = os.environ.get("HTTPREF_BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
SIZES = ["0", "10000", "100000"]  # 0 is the real reference
SAVES = 200
LANGUAGES = ("en", "zh-hant", "zh-hans")
LONG_TEXTS = ("description", "server", "client", "visitor")


def main(sizes: list[str]) -> None:
    """Run each measurement in a process and a database of its own."""
    for size in sizes or SIZES:
        with tempfile.TemporaryDirectory() as directory:
            measure_in_process(size, f"sqlite:///{directory}/bench.sqlite3", directory)
            with postgres_database() as url:
                if url:
                    measure_in_process(size, url, directory)


def measure_in_process(size: str, url: str, directory: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "HTTPREF_DATA_DIR": directory}
    environment["DJANGO_SETTINGS_MODULE"] = "httpref.settings"
    subprocess.run(
        [sys.executable, "-m", "tests.bench.search", "--measure", size], cwd=ROOT, env=environment, check=True
    )


@contextmanager
def postgres_database() -> Iterator[str]:
    """The address of an empty database, dropped afterwards; empty if no server is reachable."""
    import psycopg

    name = f"httpref_bench_{token_hex(6)}"
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        print(f"PostgreSQL is left out: {str(error).splitlines()[0]}")
        yield ""
        return
    with server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


# One measurement


def measure(size: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("seed", stdout=io.StringIO())
    from codes.models import StatusCode
    from codes.search import index

    if size:
        index.uninstall_triggers()  # the rebuild notes everything
        grow(size // len(LANGUAGES))
    documents = StatusCode.objects.count() * len(LANGUAGES)
    print(f"\n{connection.vendor}, {documents} documents ({'synthetic' if size else 'the real reference'})")
    seconds, _ = timed(lambda: index.rebuild())
    print(f"  rebuild {seconds:.1f} s; {size_of_index()}")
    fill_raw()
    vacuum()
    saves = [save_and_refresh() for _ in range(SAVES)]
    print(f"  save and reindex: median {median(saves) * 1000:.1f} ms; after {SAVES} saves {size_of_index()}")
    report()


def size_of_index() -> str:
    """As it stands on the disk, not tidied up for the occasion."""
    size = index_bytes()
    return f"index {size / 1e6:.1f} MB = {size / text_bytes():.2f} x the text"


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def save_and_refresh() -> float:
    """Seconds from the edit of a text to the index that has it."""
    from codes.models import StatusCode
    from codes.search import index

    row = StatusCode.objects.order_by("?").first()
    assert row is not None
    row.summary_en = f"{row.summary_en} {random.randrange(1000)}"[:200]
    # The save refreshes the index itself when it commits; the second call finds nothing left.
    return timed(lambda: (row.save(), index.refresh()))[0]


def report() -> None:
    """The queries of the evaluation set by kind, then every beginning of some, ours and the bare engine's in turn."""
    kinds = by_kind()
    every = [pair for pairs in kinds.values() for pair in pairs]
    kinds["keystroke"] = [(language, query[:n]) for language, query in every[::7] for n in range(1, len(query) + 1)]
    print("  milliseconds     queries     p50     p99  raw p50  raw p99    p50    p99 (ours / raw)")
    all_ours: list[float] = []
    all_raw: list[float] = []
    for kind, pairs in kinds.items():
        ours, raw = run(pairs)
        all_ours += ours if kind != "keystroke" else []
        all_raw += raw if kind != "keystroke" else []
        line(kind, ours, raw)
    line("all but keystroke", all_ours, all_raw)


def by_kind() -> dict[str, list[tuple[str, str]]]:
    from codes.search.evaluation import read_cases

    kinds: dict[str, list[tuple[str, str]]] = {}
    for case in read_cases(ROOT / "tests" / "data" / "queries.tsv"):
        kinds.setdefault(case.kind, []).append((case.language, case.query))
    return kinds


def run(pairs: list[tuple[str, str]]) -> tuple[list[float], list[float]]:
    """Milliseconds of each query, ours and the bare engine's, the better of two runs of each."""
    from codes.search.find import search

    ours, raw = [], []
    for language, query in pairs:
        terms = analysed(query)
        ours.append(1000 * min(timed(lambda: search(query, language))[0] for _ in range(2)))  # noqa: B023
        raw.append(1000 * min(timed(lambda: ask_raw(terms))[0] for _ in range(2)))  # noqa: B023
    return ours, raw


def line(kind: str, ours: list[float], raw: list[float]) -> None:
    p50, p99, raw50, raw99 = (quantile(times, share) for times in (ours, raw) for share in (0.5, 0.99))
    ratios = f"{p50 / raw50:6.2f} {p99 / raw99:6.2f}"
    print(f"  {kind:16} {len(ours):7} {p50:7.2f} {p99:7.2f} {raw50:8.2f} {raw99:8.2f} {ratios}", flush=True)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


# The bare engine


def analysed(query: str) -> list[str]:
    from django.db import DEFAULT_DB_ALIAS

    from codes.search.index import engine
    from codes.search.query import parse
    from codes.search.vocabulary import vocabulary

    index = engine(DEFAULT_DB_ALIAS)
    units = parse(query, vocabulary(index, index.state())).units
    return [term for unit in units for term in unit.terms]


def fill_raw() -> None:
    """One row a document: a meaning in a language, its terms in the order of the text."""
    from django.db import connection

    from codes.localized import column
    from codes.models import StatusCode
    from codes.search.analyze import terms

    fields = ("name", "summary", *LONG_TEXTS)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("CREATE VIRTUAL TABLE bench_raw USING fts5 (terms, tokenize='ascii')")
            statement = "INSERT INTO bench_raw (terms) VALUES (%s)"
        else:
            cursor.execute("CREATE TABLE bench_raw (id serial PRIMARY KEY, terms tsvector)")
            statement = "INSERT INTO bench_raw (terms) VALUES (to_tsvector('simple', %s))"
        batch = []
        rows: Any = StatusCode.objects.order_by()
        for row in rows.iterator(chunk_size=500):
            for language in LANGUAGES:
                text = " ".join(getattr(row, column(field, language)) or "" for field in fields)
                batch.append([" ".join(terms(f"{row.reason_phrase} {text}"))])
            if len(batch) >= 1500:
                cursor.executemany(statement, batch)
                batch.clear()
        cursor.executemany(statement, batch)
        if connection.vendor == "postgresql":
            cursor.execute("CREATE INDEX ON bench_raw USING gin (terms)")


def ask_raw(terms: list[str]) -> list[Any]:
    from django.db import connection

    if not terms:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            query = " OR ".join(f'"{term}"' for term in terms)
            cursor.execute("SELECT rowid FROM bench_raw WHERE bench_raw MATCH %s ORDER BY rank LIMIT 10", [query])
        else:
            query = " | ".join(f"'{term}'" for term in terms)
            cursor.execute(
                "SELECT id FROM bench_raw, CAST(%s AS tsquery) AS query WHERE terms @@ query"
                " ORDER BY ts_rank(terms, query) DESC LIMIT 10",
                [query],
            )
        return cursor.fetchall()


# Sizes


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def index_bytes() -> int:
    """What the tables of the index take on the disk."""
    from django.db import connection

    from codes.search.engine import TABLES

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                " UNION ALL ".join(f"SELECT pg_total_relation_size('codes_search_{name}')" for name in TABLES)
            )
            return sum(size for (size,) in cursor.fetchall())
        path = Path(connection.settings_dict["NAME"])
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        whole = path.stat().st_size
        copy = path.with_suffix(".without")
        cursor.execute("VACUUM INTO %s", [str(copy)])
    import sqlite3

    other = sqlite3.connect(copy, isolation_level=None)
    names = [name for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    for name in names:
        other.execute(f"DROP TRIGGER {name}")
    for name in ("fts", *TABLES):
        other.execute(f"DROP TABLE codes_search_{name}")
    other.execute("VACUUM")
    other.close()
    size = whole - copy.stat().st_size
    copy.unlink()
    return size


def text_bytes() -> int:
    """The text that is indexed, in UTF-8."""
    from codes.localized import columns
    from codes.models import Alias, Reference, StatusCode, Symbol

    names = ["reason_phrase", *columns(("name", "summary", *LONG_TEXTS, "correction"), LANGUAGES)]
    total = 0
    for model, fields in ((StatusCode, names), (Alias, ["text"]), (Symbol, ["symbol"]), (Reference, ["reason_phrase"])):
        rows: Any = model._default_manager.order_by()
        rows = rows.rewrite(False) if hasattr(rows, "rewrite") else rows
        for values in rows.values_list(*fields).iterator():
            total += sum(len(value.encode()) for value in values if value)
    return total


# Synthetic meanings


def grow(entries: int, *, with_aliases: bool = True) -> None:
    """Add meanings until there are ``entries``, their texts mixed from the sentences of the real ones."""
    from codes.localized import column
    from codes.models import Alias, Origin, StatusCode

    luck = random.Random(9110)
    real = list(StatusCode.objects.prefetch_related("aliases"))
    pools: dict[tuple[str, str], list[str]] = {}
    for field in ("name", "summary", *LONG_TEXTS):
        for language in LANGUAGES:
            texts = [getattr(row, column(field, language)) or "" for row in real]
            cut = r"(?<=[.。\n])" if field in LONG_TEXTS else r"(?!)"
            pools[field, language] = [part.strip() for text in texts for part in re.split(cut, text) if part.strip()]
    aliases = {code: [a.text for row in real for a in row.aliases.all() if a.language == code] for code in LANGUAGES}
    needed = max(0, entries - len(real))
    origins = Origin.objects.bulk_create(
        Origin(slug=f"bench-{place}", title=f"Bench {place}", name_en=f"Bench {place}")
        for place in range(needed // 1000 + 1)
    )
    made = []
    for place in range(needed):
        row = StatusCode(number=place % 1000, origin=origins[place // 1000], registration="vendor")
        row.content_allowed = not 100 <= row.number <= 199
        row.reason_phrase = f"{luck.choice(pools['name', 'en'])} {luck.choice(pools['name', 'en']).split()[0]}"[:80]
        for language in LANGUAGES:
            name = f"{luck.choice(pools['name', language])} {luck.choice(pools['name', language])}"
            setattr(row, column("name", language), name[:80])
            setattr(row, column("summary", language), luck.choice(pools["summary", language]))
            for field in LONG_TEXTS:
                parts = luck.sample(pools[field, language], 4)
                setattr(row, column(field, language), "\n".join(parts))
        made.append(row)
    StatusCode.objects.bulk_create(made, batch_size=500)
    if not with_aliases:
        return
    Alias.objects.bulk_create(
        (
            Alias(status_code=row, language=language, text=text)
            for row in made
            for language in LANGUAGES
            for text in luck.sample(aliases[language], 3)
        ),
        batch_size=5000,
        ignore_conflicts=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]))
    else:
        main(sys.argv[1:])
