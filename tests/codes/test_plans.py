"""How the database finds what a page shows: by an index, so that a page costs the same however large the reference is.

A small table is read whole even where an index would help; so PostgreSQL is asked what it would do if that were dear.
"""

import re

import pytest
from django.db import connection

from codes.views.reference import counted

LARGE = ("statuscode", "reference", "headerfielduse", "symbol", "alias", "comparison_codes", "textstate")
READ_WHOLE = {
    # SQLite names a table or an alias, and after it the index, if it reads that instead.
    "sqlite": re.compile(rf"^SCAN (?:codes_(?:{'|'.join(LARGE)})|U\d+)$", re.MULTILINE),
    "postgresql": re.compile(rf"Seq Scan on codes_(?:{'|'.join(LARGE)})\b"),
}
PAGES = (
    "en/", "zh-hant/table/", "en/1xx/", "en/4xx/", "zh-hans/404/", "en/499/", "en/299/", "en/rfc/9110/", "en/origins/",
    "en/origins/nginx/", "en/compare/", "en/compare/401-403/", "en/guide/", "en/guide/access/",
    "en/guide/access/unknown/", "api/v1/codes/404/", "api/v1/codes/?class=4", "api/v1/codes/?origin=nginx",
    "api/v1/codes/?registration=draft", "api/v1/codes/?cacheable=true", "api/v1/codes/?rfc=9110",
)  # fmt: skip
LATER_PARTS = (
    "en/?after=404.iana", "en/table/?after=404.iana", "en/4xx/?after=404.iana", "en/499/?after=499.cloudflare",
    "en/rfc/9110/?after=404.iana", "en/origins/?after=iana", "en/origins/iana/?after=404.iana",
    "en/compare/?after=401-403",
)  # fmt: skip


def plan_of(sql, parameters):
    """How the database would answer a query, as it says."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}", parameters)
        return "\n".join(row[-1] for row in cursor.fetchall())


@pytest.fixture
def whole_tables_are_dear(db):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")


@pytest.mark.parametrize("path", PAGES + LATER_PARTS)
def test_no_page_reads_a_large_table_whole(client, whole_tables_are_dear, path):
    asked = []
    counted.cache_clear()

    def note(execute, sql, parameters, many, context):
        if sql.startswith("SELECT"):
            asked.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        assert client.get(f"/{path}").status_code == (404 if "299" in path else 200)
    assert asked
    plans = {sql: plan_of(sql, parameters) for sql, parameters in asked}
    assert {sql: plan for sql, plan in plans.items() if READ_WHOLE[connection.vendor].search(plan)} == {}


def test_a_table_that_is_read_whole_is_noticed(whole_tables_are_dear):
    plan = plan_of("SELECT * FROM codes_statuscode WHERE example = %s", ["HTTP/1.1 404 Not Found"])
    assert READ_WHOLE[connection.vendor].search(plan)
