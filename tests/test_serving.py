"""The server as `make run` starts it: workers, other hosts, edits, faults; asked over real connections."""

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

import psycopg
import pytest

from codes.models import Origin
from tests.databases import copy_of_the_reference, default_database
from tests.redis_server import redis_server

ROOT = Path(__file__).parents[1]
PAGE = "/en/origins/nginx/"
pytestmark = pytest.mark.django_db


class Answer(NamedTuple):
    status: int
    fields: dict[str, str]
    content: bytes

    @property
    def verdict(self) -> str:
        return self.fields["server-timing"].partition(",")[0].removeprefix("store;desc=")


class Server:
    """A running server with two workers; ``directory`` stands for one host."""

    def __init__(self, url: str, directory: Path, static: Path | None = None) -> None:
        """``static`` is a server's directory whose static files, which take long to compress, are used."""
        self.directory = directory
        if static:
            (directory / "static").symlink_to(static / "static")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "HTTPREF_DATA_DIR": str(directory),
            "HTTPREF_WORKERS": "2",
            "HTTPREF_ACCESS_LOG": "on",
            "PORT": str(self.port),
        }
        self.log = directory / "log"

    def start(self) -> None:
        with open(self.log, "a") as log:
            command = [sys.executable, str(ROOT / "manage.py"), "serve"]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        wait_until(lambda: self.answers("/healthz"), 60)
        self.began = time.monotonic()

    def stop(self) -> None:
        # A worker that is told to stop in the moment before it listens is killed by the server after half a minute.
        time.sleep(max(0.0, self.began + 1 - time.monotonic()))
        self.process.terminate()
        self.process.wait(timeout=50)

    @contextmanager
    def running(self) -> Iterator[Self]:
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def answers(self, path: str) -> bool:
        try:
            return self.get(path).status == 200
        except OSError:
            return False

    def get(self, path: str = PAGE, method: str = "GET", **fields: str) -> Answer:
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            asking.request(method, path, headers={name.replace("_", "-"): value for name, value in fields.items()})
            found = asking.getresponse()
            return Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        finally:
            asking.close()

    def raw(self, request: bytes) -> bytes:
        """The answer to bytes as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as asking:
            asking.sendall(request)
            return b"".join(iter(lambda: asking.recv(65536), b""))

    def workers(self) -> list[int]:
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout
        return sorted(map(int, listed.split()))


def wait_until(condition: Any, seconds: float) -> float:
    """How long it took; fails if it took longer."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            pytest.fail(f"not within {seconds} seconds")
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def database(django_db_setup: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with copy_of_the_reference(django_db_setup, "serving", tmp_path_factory.mktemp("serving")) as url:
        yield url


@pytest.fixture(scope="module")
def redis_port() -> int:
    """Where the hosts look for Redis; it is away unless a test starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def hosts(database: str, tmp_path_factory: pytest.TempPathFactory, redis_port: int) -> Iterator[list[Server]]:
    """Two servers on one database and one Redis that share nothing else, as on two hosts."""
    here = Server(database, tmp_path_factory.mktemp("here"))
    servers = [here, Server(database, tmp_path_factory.mktemp("there"), here.directory)]
    for server in servers:
        # Hosts lend each other pages only if these are the same, with all addresses in them.
        server.environment |= {
            "CACHE_URL": f"redis://127.0.0.1:{redis_port}/0",
            "HTTPREF_BASE_URL": "http://127.0.0.1",
        }
    try:
        for server in servers:
            server.start()
        for server in servers:
            wait_until(lambda server=server: server.answers("/readyz"), 30)
        yield servers
    finally:
        for server in servers:
            server.stop()
        assert [server for server in servers if "Traceback" in server.log.read_text()] == []


@pytest.fixture
def here(hosts: list[Server]) -> Server:
    return hosts[0]


@pytest.fixture
def editor(here: Server, database: str, settings: Any) -> Iterator[None]:
    """Writes are those of a process on the first server's host."""
    settings.PAGES_DIR = here.directory / "pages"
    with default_database(database):
        yield


def rename(name: str) -> None:
    Origin.objects.filter(slug="nginx").update(name_en=name)


def test_a_page_is_a_hit_for_all_workers_once_one_rendered_it(here):
    here.get()
    wait_until(lambda: all(here.get().verdict == "hit" for _ in range(20)), 5)


def test_an_edit_is_public_at_once_on_its_host_and_within_a_second_on_others(hosts, editor):
    here, there = hosts
    seconds = []
    for number in range(3):
        for server in hosts:
            server.get()
        rename(f"Edit {number}")
        name = f"Edit {number}".encode()
        assert all(name in here.get().content for _ in range(10))
        seconds.append(wait_until(lambda: name in there.get().content, 10))  # noqa: B023
        assert all(name in server.get().content for server in hosts for _ in range(10))
    assert min(seconds) <= 1.0  # the least, for a machine may be busy with something else


def test_hosts_lend_each_other_pages_while_there_is_a_redis(hosts, redis_port, tmp_path, editor):
    """The hosts began without one, and lose it again."""
    here, there = hosts
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server")
    path = "/en/origins/cloudflare/"

    def lent() -> bool:
        rename(f"Lent {time.monotonic_ns()}")  # all pages are rendered anew
        here.get(path)
        time.sleep(1)
        return there.get(path).verdict == "hit"

    with redis_server(redis_port, tmp_path) as redis:
        wait_until(lent, 30)
        assert there.get(path)[::2] == here.get(path)[::2]
        redis.kill()
        rename("Without Redis")
        for server in hosts:
            wait_until(lambda server=server: b"Without Redis" in server.get().content, 2)
        assert "Redis fails" in here.log.read_text()


def test_what_another_program_writes_is_public_within_a_second(hosts, database):
    rest = "SET name_en = 'By hand', name = 'By hand' WHERE slug = 'nginx'"
    if database.startswith("postgres"):
        with psycopg.connect(database, autocommit=True) as writer:
            writer.execute(f"UPDATE codes_origin {rest}")
    else:
        writer = sqlite3.connect(database.removeprefix("sqlite:///"))
        writer.execute(f"UPDATE codes_origin {rest}")
        writer.commit()
        writer.close()
    assert min(wait_until(lambda: b"By hand" in server.get().content, 10) for server in hosts) <= 1.0  # noqa: B023


def test_no_reader_sees_anything_older_than_what_was_committed_before_they_asked(here, editor):
    committed, errors, over = [-1], [], threading.Event()

    def read() -> None:
        while not over.is_set():
            least = committed[-1]
            answer = here.get()
            number = int(answer.content.partition(b"<h1>Version ")[2].partition(b"<")[0] or -2)
            if answer.status != 200 or number < least:
                errors.append((answer.status, least, number))

    rename("Version -1")
    readers = [threading.Thread(target=read) for _ in range(50)]
    for reader in readers:
        reader.start()
    for number in range(15):
        rename(f"Version {number}")
        committed.append(number)
        time.sleep(0.02)
    over.set()
    for reader in readers:
        reader.join()
    assert errors == []


@pytest.mark.parametrize(
    "line", ["GET /en/404/", "GET /en/%34%30%34/", "GET /en/404/?", "GET http://evil.example/en/404/"]
)
def test_all_ways_to_write_an_address_lead_to_the_same_page(line, here):
    plain = here.get("/en/404/").content
    host = f"Host: 127.0.0.1:{here.port}\r\nConnection: close\r\n"
    head, _, content = here.raw(f"{line} HTTP/1.1\r\n{host}\r\n".encode()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert content == plain
    assert b"evil" not in head


@pytest.mark.parametrize(
    "fields",
    [
        "Host: evil.example\r\n",
        "X-Forwarded-Host: evil.example\r\nHost: evil.example:80\r\n",
        "Host: 127.0.0.1\r\nHost: evil.example\r\n",
        "",
    ],
)
def test_a_request_for_another_host_gets_no_page(fields, here):
    answer = here.raw(f"GET /en/404/ HTTP/1.1\r\n{fields}Connection: close\r\n\r\n".encode())
    assert b" 400 " in answer.splitlines()[0] or b" 200 " in answer.splitlines()[0]
    if b" 200 " in answer.splitlines()[0]:
        assert fields.startswith("Host: 127.0.0.1")  # the first one counts
    assert b"evil" not in answer


def test_codings_conditions_and_head_over_a_real_connection(here):
    first = here.get("/en/404/", accept_encoding="gzip, deflate, br, zstd")
    assert first.fields["content-encoding"] == "br"
    assert int(first.fields["content-length"]) == len(first.content)
    again = here.get("/en/404/", accept_encoding="br", if_none_match=f'"x", W/{first.fields["etag"]}')
    assert (again.status, again.content) == (304, b"")
    assert again.fields["etag"] == first.fields["etag"]
    head = here.get("/en/404/", "HEAD", accept_encoding="br")
    assert (head.status, head.content, head.fields["content-length"]) == (200, b"", first.fields["content-length"])


def test_a_very_long_field_fails_alone(here):
    status = here.raw(
        b"GET /en/404/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Long: " + b"x" * 10**6 + b"\r\n\r\n"
    ).split(b" ")[1:2]
    assert status in ([b"200"], [b"400"], [b"431"], [])
    assert here.get("/en/404/").status == 200


def test_a_worker_that_is_killed_is_replaced_and_no_page_is_wrong(here, database, tmp_path):
    server = Server(database, tmp_path, here.directory)  # no other test's
    server.start()
    plain, errors, over = server.get("/en/404/").content, [], threading.Event()

    def read() -> None:
        while not over.is_set():
            try:
                answer = server.get("/en/404/")
            except (OSError, http.client.HTTPException):
                continue  # the connection was to the one that was killed
            if (answer.status, answer.content) != (200, plain):
                errors.append(answer)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    before = server.workers()
    time.sleep(2)  # the server ends with a worker that dies as soon as it was started
    os.kill(before[0], signal.SIGKILL)
    try:
        wait_until(lambda: len(set(server.workers()) - set(before)) == 1 and len(server.workers()) == 2, 60)
    finally:
        over.set()
        for reader in readers:
            reader.join()
        server.began = time.monotonic()
        server.stop()
    assert errors == []


@contextmanager
def unreachable(url: str) -> Iterator[None]:
    """A block in which the database is away."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        os.rename(path, f"{path}.away")
        yield
        os.replace(f"{path}.away", path)
        return
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        operator.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")


def test_while_the_database_is_away_good_pages_stay_and_afterwards_all_is_well(here, django_db_setup, tmp_path):
    with (
        copy_of_the_reference(django_db_setup, "away", tmp_path) as url,
        Server(url, tmp_path, here.directory).running() as server,
    ):
        page = server.get()
        wait_until(lambda: all(server.get().verdict == "hit" for _ in range(20)), 5)
        with unreachable(url):
            wait_until(lambda: "does not say whether pages still hold" in server.log.read_text(), 20)
            assert [server.get()[::2] for _ in range(5)] == [page[::2]] * 5
            assert server.get("/healthz").status == 200
            assert server.get("/readyz").status == 503
            other = server.get("/en/405/")
            assert other.status in (200, 500)  # a file that is gone may still be open
            assert b"Traceback" not in other.content
        wait_until(lambda: server.answers("/readyz"), 30)
        wait_until(lambda: server.get("/en/405/").status == 200, 30)
        assert server.get().content == page.content
        wait_until(lambda: "the database answers again" in server.log.read_text(), 30)


def test_a_database_that_is_put_back_from_a_copy_is_public_within_a_second(here, django_db_setup, tmp_path):
    if not django_db_setup.endswith(".sqlite3"):
        pytest.skip("a database of PostgreSQL is no file")
    path = tmp_path / "restored.sqlite3"
    copy = Path(shutil.copy(django_db_setup, path.with_name("copy")))
    shutil.copy(django_db_setup, path)
    with sqlite3.connect(copy) as restored:
        restored.execute("UPDATE codes_origin SET name_en = 'Restored', name = 'Restored' WHERE slug = 'nginx'")
    restored.close()
    with Server(f"sqlite:///{path}", tmp_path, here.directory).running() as server:
        before = server.get().content
        for left in tmp_path.glob("restored.sqlite3-*"):  # what belongs to the old file
            left.unlink()
        os.replace(copy, path)
        seconds = wait_until(lambda: b"Restored" in server.get().content, 10)
        assert b"Restored" not in before
        assert seconds <= 3  # a quarter of one, and what a busy machine adds
        assert all(b"Restored" in server.get().content for _ in range(20))


def test_a_reload_replaces_the_workers_while_pages_are_served(here):
    before = set(here.workers())
    here.process.send_signal(signal.SIGHUP)
    wait_until(lambda: here.workers() and before.isdisjoint(here.workers()), 30)
    assert here.get("/en/404/").status == 200


def test_a_restart_serves_stored_pages_from_its_first_answer_on(here, database, tmp_path):
    server = Server(database, tmp_path, here.directory)
    server.start()
    page = server.get("/en/404/")
    wait_until(lambda: server.get("/en/404/").verdict == "hit" and any(tmp_path.glob("pages/*.pages")), 5)
    wait_until(lambda: max(path.stat().st_size for path in tmp_path.glob("pages/*.pages")) > 100, 5)
    server.stop()
    server.start()
    again = server.get("/en/404/")
    server.stop()
    assert (again.verdict, again.content) == ("hit", page.content)
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    assert {"hit", "miss"} <= {line["store"] for line in lines if line["path"] == "/en/404/"}
    assert "Traceback" not in server.log.read_text()
