"""What pages cost that are not stored, with the reference's meanings and with 100,000: ``make bench-uncached``.

Each size has a database and a process of its own, and the two take turns, a few times the same page each, so that
whatever else the machine does meets both. A figure is the median of the rounds, the ratio that of their pairs. On
SQLite and, where one is reachable, PostgreSQL, whose server's time for the page is counted.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.bench.search import grow, postgres_database

ROOT = Path(__file__).parents[2]
SIZES = (0, 100_000)  # no fewer meanings than the reference has
ROUNDS, TIMES = 9, 5
UNASSIGNED = 299  # in the real reference, and therefore in the other
PAGES = (
    "", "1xx/", "4xx/", "5xx/", "404/", "499/", f"{UNASSIGNED}/", "table/", "rfc/9110/", "specifications/", "origins/",
    "origins/iana/", "origins/nginx/", "compare/", "compare/401-403/", "guide/", "guide/access/", "glossary/",
    "changes.atom",
)  # fmt: skip
# The JSON interface gives all that there is: what is asked for here is as much in both.
ANSWERS = (
    "classes/", "specifications/", "codes/?origin=nginx", "codes/?registration=registered", "codes/?registration=draft",
    "codes/?cacheable=true", "codes/?rfc=9110",
)  # fmt: skip
PATHS = (*(f"/en/{path}" for path in PAGES), *(f"/api/v1/{path}" for path in ANSWERS))
Render = Callable[[str], float]


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        compare("SQLite", directory, [f"sqlite:///{directory}/{size}.sqlite3" for size in SIZES])
        with ExitStack() as stack:
            urls = [stack.enter_context(postgres_database()) for _ in SIZES]
            if all(urls):
                compare("PostgreSQL", directory, urls)


def compare(engine: str, directory: str, urls: list[str]) -> None:
    with ExitStack() as stack:
        small, large = (
            stack.enter_context(process(directory, url, size)) for url, size in zip(urls, SIZES, strict=True)
        )
        print(f"  {engine}, milliseconds to render a page anew with 141 meanings, with 100,000, and their ratio")
        for path in PATHS:
            pairs = [(small(path), large(path)) for _ in range(ROUNDS + 1)][1:]  # the first finds nothing prepared
            few, many = (median(times) for times in zip(*pairs, strict=True))
            ratio = median(two / one for one, two in pairs)
            print(f"    {path:40} {few:8.2f} {many:8.2f} {ratio:6.2f}", flush=True)


@contextmanager
def process(directory: str, url: str, size: int) -> Iterator[Render]:
    """A process with so many meanings in the empty database of an address; renders a path, in milliseconds."""
    settings = {"HTTPREF_DATA_DIR": directory, "DJANGO_SETTINGS_MODULE": "httpref.settings", "DATABASE_URL": url}
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.uncached", str(size)]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin and running.stdout

        def render(path: str) -> float:
            print(path, file=running.stdin, flush=True)
            return float(running.stdout.readline())

        assert running.stdout.readline() == "ready\n"
        yield render
        running.stdin.close()


# Within such a process


def render_what_is_asked(size: int) -> None:
    """Fill the database, then answer each path that is read with the milliseconds that its page takes."""
    import logging

    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    logging.getLogger("django.request").setLevel(logging.ERROR)  # the unassigned number is not found, as it should be
    fill(size)
    client = Client(headers={"Host": "127.0.0.1"})
    print("ready", flush=True)
    for line in sys.stdin:
        path = line.strip()
        times = []
        for _ in range(TIMES):
            began = time.process_time() + server_time()
            status = client.get(path).status_code
            times.append(1000 * (time.process_time() + server_time() - began))
            assert status == (404 if f"/{UNASSIGNED}/" in path else 200), (path, status)
        print(median(times), flush=True)


def fill(size: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from codes.models import StatusCode
    from codes.search.index import uninstall_triggers

    call_command("migrate", verbosity=0)
    call_command("seed", stdout=io.StringIO())
    uninstall_triggers()  # the search is not what is measured here
    grow(size, with_aliases=False)
    StatusCode.objects.with_number(UNASSIGNED).delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def server_time() -> float:
    """Seconds of a processor that the database's server, on this machine, has spent for this connection."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return 0.0  # it has none
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    return int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9


if __name__ == "__main__":
    if sys.argv[1:]:
        render_what_is_asked(int(sys.argv[1]))
    else:
        main()
