"""Time of the pages of curation with 20,000 entries: `make bench-curation`, on the engine of DATABASE_URL.

Prints milliseconds, the best and the median of five, and the number of queries. Everything is rolled back.
"""

import argparse
import os
import random
import statistics
import time
from datetime import UTC, datetime
from typing import Any

import django
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

STALE, REVIEWED, MISSING = 500, 2_000, 0.05


def measured(name: str, act: Any) -> None:
    times, queries = [], 0
    for _ in range(5):
        with CaptureQueriesContext(connection) as captured:
            begin = time.perf_counter()
            act()
            times.append((time.perf_counter() - begin) * 1000)
        queries = len(captured)
    print(f"{name:44} best {min(times):7.1f}  median {statistics.median(times):7.1f} ms  {queries} queries", flush=True)


def fill(number: int) -> None:
    """Entries with texts as long as the real ones, in nine languages, some stale and some waiting for review.

    In each language other texts are missing, so that hardly an entry is like another one in that.
    """
    from codes.localized import LANGUAGES, column, columns
    from codes.models import Origin, StatusCode, TextState

    models = list(StatusCode.objects.all())
    names = [f"o{i}" for i in range(-(-number // 999))]
    Origin.objects.bulk_create([Origin(slug=name, title=name, name_en=name) for name in names])
    rows, chance = [], random.Random(404)
    for i in range(number):
        texts = {name: getattr(models[i % len(models)], name) for name in columns(StatusCode.localized_fields)}
        for code in LANGUAGES[1:]:
            for field in ("summary", "description", "server", "client", "visitor"):
                texts[column(field, code)] = texts[column(field, "zh-hans")] if chance.random() > MISSING else None
        fixed = {"content_allowed": not 100 <= i % 999 < 200, "registration": "vendor"}
        rows.append(StatusCode(number=i % 999, origin_id=f"o{i // 999}", **fixed, **texts))
    StatusCode.objects.bulk_create(rows, batch_size=500)
    about = {"model": "statuscode", "field": "summary", "language": "zh-hant", "provenance": "editor"}
    about |= {"author": "mei", "at": datetime(2026, 1, 1, tzinfo=UTC)}
    pks = StatusCode.objects.filter(origin__in=names).order_by("pk").values_list("pk", flat=True)
    TextState.objects.bulk_create(
        [
            TextState(**about, object_id=pk, state="review", source="Older." if i < STALE else None)
            for i, pk in enumerate(pks[: STALE + REVIEWED])
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "httpref.settings")
    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import reverse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=20_000)
    options = parser.parse_args()
    with transaction.atomic():
        fill(options.number)
        client = Client(HTTP_HOST="localhost")
        client.force_login(User.objects.create_superuser("bench"))
        pages = {
            "first page of the admin": reverse("admin:index"),
            "matrix, 9 languages": reverse("curation:overview"),
            "list: one cell, stale": "summary&state=stale&model=statuscode",
            "list: one cell, all": "summary&model=statuscode",
            "list: one cell, search": "description&model=statuscode&q=ubiquitous",
            "list: all fields, to do": "&state=todo",
            "list: all fields, missing": "&state=missing",
            "list: all languages, anything": "&language=all",
            "list: all languages, to do, 5xx": "&language=all&state=todo&digit=5",
            "list: all languages, approved": "&language=all&state=approved",
            "list: all languages, draft (none)": "&language=all&state=draft",
            "list: all languages, by author and time": "&language=all&author=mei&since=2025-01-01&before=2026-11-01",
            "list: all languages, open comments (none)": "&language=all&comments=open",
            "list: from the middle": "&language=all&after=02 1500/o10 0000",
            "list: all languages, a usual word": "&language=all&q=proxy",
            "list: all languages, words of no text": "&language=all&q=Rumpelstilzchen",
        }
        for name, address in pages.items():
            if name.startswith("list"):
                address = f"{reverse('curation:list')}?language=zh-hant&field={address}"
            measured(name, lambda address=address: client.get(address).content)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
