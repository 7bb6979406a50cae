"""How quick stored pages are, beside nginx with the same bytes and beside Django without the store: ``make bench``.

Server and load have a core each. The contenders take turns, round by round, so that whatever else the machine does
meets all of them; a figure is the median of its rounds, and what counts are ratios of one run. Needs wrk and nginx
(Debian: ``apt install wrk nginx-light``); Redis where HTTPREF_BENCH_REDIS, by default on this machine, is reachable.
"""

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench import uncached
from tests.bench.lighthouse import lighthouse

ROOT = Path(__file__).parents[2]
REDIS = os.environ.get("HTTPREF_BENCH_REDIS", "redis://127.0.0.1:6379/3")
ROUNDS = int(os.environ.get("HTTPREF_BENCH_ROUNDS", "5"))
SECONDS = 2
CONNECTIONS = 16
SERVER_CORE, LOAD_CORE = "0", "1"
PAGE = "/en/404/"
SEARCHES = 25  # a second
STORED, DRAWN = 72_000, 20_000  # pages in the store, and of those the ones asked for
NGINX = """
daemon off; master_process off; pid {0}/pid; error_log {0}/error.log; worker_processes 1;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=100;
  client_body_temp_path {0}/a; proxy_temp_path {0}/b; fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d;
  scgi_temp_path {0}/e;
  types {{ }} default_type "text/html; charset=utf-8"; root {0};
  server {{ listen 127.0.0.1:{1}; {2} location /br/ {{ {2} add_header Content-Encoding br; }} }}
}}
"""


class Round(NamedTuple):
    """What one round showed."""

    rate: float  # answers a second
    p50: float  # milliseconds
    p99: float
    cpu: float  # microseconds of the server's processor for an answer


class Contender(NamedTuple):
    """Who is asked for what."""

    name: str
    port: int
    process: int
    path: str
    fields: dict[str, str]


def main() -> None:
    if missing := [name for name in ("wrk", "nginx", "taskset") if not program(name)]:
        sys.exit(f"make bench needs {' and '.join(missing)}; on Debian: apt install wrk nginx-light util-linux")
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        site = Site(Path(directory))
        site.prepare()
        store = stack.enter_context(site.running("httpref.wsgi:application"))
        names = contenders(site, store, stack)
        results = take_turns(names)
        report(names, results)
        beside_searches(site, store)
        sizes(store)
        print(f"  resident memory of a worker: {resident(store):.0f} MB")
        for line in lighthouse(store[0]):
            print(line, flush=True)
        stack.close()
        cold_start(site)
        many_pages(site)
    uncached.main()


def program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")


class Site:
    """A site in a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment = {
            **os.environ,
            "HTTPREF_DATA_DIR": str(directory),
            "HTTPREF_ACCESS_LOG": "off",
            "HTTPREF_PAGES_DISK": "8000",
            "HTTPREF_THREADS": os.environ.get("HTTPREF_THREADS", "4"),
            "PORT": str(free_port()),
        }
        self.environment.setdefault("DATABASE_URL", f"sqlite:///{directory}/bench.sqlite3")

    def prepare(self) -> None:
        for command in (["migrate", "--verbosity=0"], ["seed"], ["collectstatic", "--noinput", "--verbosity=0"]):
            self.manage(*command)

    def manage(self, *command: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def command(self, application: str, port: int) -> list[str]:
        """What `serve` ends in, on the server's core."""
        options = f"--interface wsgi --host 127.0.0.1 --port {port} --workers 1 --log-level warning --no-ws"
        threads = ["--blocking-threads", self.environment["HTTPREF_THREADS"], "--backpressure", "64"]
        granian = [sys.executable, "-m", "granian", *options.split(), *threads, application]
        return ["taskset", "--cpu-list", SERVER_CORE, *granian]

    @contextmanager
    def running(self, application: str, **environment: str) -> Iterator[tuple[int, int]]:
        """Port and process of a server."""
        port = free_port()
        process = subprocess.Popen(
            self.command(application, port), cwd=ROOT, env={**self.environment, **environment}, text=True
        )
        try:
            wait_for(port)
            for _ in range(100):
                if ask(port, PAGE)[0].get("server-timing", "hit").endswith("hit"):
                    break
                time.sleep(0.1)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait()


def contenders(site: Site, store: tuple[int, int], stack: ExitStack) -> list[Contender]:
    """Each question about the store directly after the same one to nginx."""
    port, process = store
    fields, identity = ask(port, PAGE)
    tagged, coded = ask(port, PAGE, {"Accept-Encoding": "br"})
    directory = site.directory / "nginx"
    for name, content in (("identity/page", identity), ("br/page", coded)):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
    left = ("content-length", "content-type", "etag", "server", "date", "content-encoding", "connection")
    added = "".join(f'add_header {name} "{value}"; ' for name, value in fields.items() if name not in left)
    nginx = free_port()
    (directory / "nginx.conf").write_text(NGINX.format(directory, nginx, added))
    command = ["taskset", "--cpu-list", SERVER_CORE, program("nginx") or "", "-c", str(directory / "nginx.conf")]
    server = subprocess.Popen([*command, "-e", str(directory / "error.log")])
    stack.callback(server.wait)
    stack.callback(server.terminate)
    wait_for(nginx)
    br, host = {"Accept-Encoding": "br"}, {"Host": f"127.0.0.1:{port}"}
    theirs = ask(nginx, "/br/page")[0]["etag"]
    found = [
        Contender("nginx, identity", nginx, server.pid, "/identity/page", {}),
        Contender("store, identity", port, process, PAGE, host),
        Contender("nginx, br", nginx, server.pid, "/br/page", br),
        Contender("store, br", port, process, PAGE, br | host),
        Contender("nginx, 304", nginx, server.pid, "/br/page", {"If-None-Match": theirs}),
        Contender("store, 304", port, process, PAGE, br | host | {"If-None-Match": tagged["etag"]}),
    ]
    caches = {"cache_page, locmem": "locmemcache://", "cache_page, Redis": REDIS, "rendered each time": "none"}
    for name, cache in caches.items():
        if cache == REDIS and not reachable(REDIS):
            print(f"Redis is left out: nothing answers at {REDIS}")
            continue
        other = stack.enter_context(site.running("tests.bench.contender:application", BENCH_CACHE=cache))
        found.append(Contender(name, *other, PAGE, host))
    return found


def take_turns(names: list[Contender]) -> dict[str, list[Round]]:
    results: dict[str, list[Round]] = {one.name: [] for one in names}
    for _ in range(ROUNDS):
        for one in names:
            results[one.name].append(one_round(one))
    return results


def one_round(one: Contender, connections: int = CONNECTIONS, script: str = "") -> Round:
    """Ask as fast as the answers come."""
    headers = [part for name, value in one.fields.items() for part in ("--header", f"{name}: {value}")]
    command = ["taskset", "--cpu-list", LOAD_CORE, "wrk", "--threads", "1", "--connections", str(connections)]
    options = ["--duration", f"{SECONDS}s", "--latency", *headers, *(["--script", script] if script else [])]
    before = processor_time(one.process)
    said = subprocess.run(
        [*command, *options, f"http://127.0.0.1:{one.port}{one.path}"], check=True, capture_output=True, text=True
    ).stdout
    spent = processor_time(one.process) - before
    if failed := re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", said):
        sys.exit(f"{one.name}: {failed[0]}")
    answers = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    return Round(answers / SECONDS, quantile(said, "50"), quantile(said, "99"), spent / answers * 1e6)


def quantile(said: str, share: str) -> float:
    """Milliseconds, from what wrk prints."""
    found = re.search(rf"{share}%\s+([0-9.]+)(us|ms|s)\b", said)
    assert found
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def processor_time(process: int) -> float:
    """Seconds that a process and its children have used."""
    children = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True).stdout.split()
    return sum(ticks(number) for number in [str(process), *children]) / os.sysconf("SC_CLK_TCK")


def ticks(process: str) -> int:
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return int(user) + int(system)


def report(names: list[Contender], results: dict[str, list[Round]]) -> None:
    print(f"{'':20} {'answers/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'CPU us':>8}")
    for one in names:
        found = Round(*map(median, zip(*results[one.name], strict=True)))
        print(f"{one.name:20} {found.rate:10.0f} {found.p50:8.2f} {found.p99:8.2f} {found.cpu:8.1f}")
    print("ratios, of answers a second and of processor time")
    for kind in ("identity", "br", "304"):
        ratio("store / nginx", kind, results[f"store, {kind}"], results[f"nginx, {kind}"])
    for name in results:
        if name.startswith(("cache_page", "rendered")):
            ratio("store / Django", name, results["store, identity"], results[name])


def ratio(label: str, kind: str, ours: list[Round], theirs: list[Round]) -> None:
    """The median of the rounds' ratios."""
    rates = median(mine.rate / other.rate for mine, other in zip(ours, theirs, strict=True))
    work = median(other.cpu / mine.cpu for mine, other in zip(ours, theirs, strict=True))
    print(f"  {label}, {kind:20} {rates:8.2f} {work:8.2f}")


def beside_searches(site: Site, store: tuple[int, int]) -> None:
    """A stored page's times while others search."""
    port, process = store
    over = threading.Event()
    searching = threading.Thread(target=search, args=(port, over))
    searching.start()
    fields = {"Accept-Encoding": "br", "Host": f"127.0.0.1:{port}"}
    try:
        rounds = [one_round(Contender("beside searches", port, process, PAGE, fields), 4) for _ in range(ROUNDS)]
    finally:
        over.set()
        searching.join()
    p50, p99 = median(found.p50 for found in rounds), median(found.p99 for found in rounds)
    print(f"  a stored page beside {SEARCHES} searches a second: p50 {p50:.2f} ms, p99 {p99:.2f} ms")


def search(port: int, over: threading.Event) -> None:
    """So many searches a second, whether or not the one before is answered."""
    lines = (ROOT / "tests" / "data" / "queries.tsv").read_text().splitlines()
    queries = [line.split("\t")[1] for line in lines if line and not line.startswith("#") and line.count("\t") > 1]
    number = 0
    while not over.wait(1 / SEARCHES):
        query = queries[number % len(queries)]
        number += 1
        threading.Thread(target=ask, args=(port, f"/api/v1/search/?q={quoted(query)}")).start()


def quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def sizes(store: tuple[int, int]) -> None:
    """What a browser loads for a page the first time."""
    for name, path in (("list", "/en/"), ("number", PAGE), ("search", "/en/search/?q=teapot")):
        fields, page = ask(store[0], path, {"Accept-Encoding": "br"})
        html = ask(store[0], path)[1].decode()
        loaded = re.findall(
            r'<(?:script|link)[^>]*(?:src|rel="(?:stylesheet|icon)"[^>]*href|href)="(/static/[^"]+)"', html
        )
        others = [len(ask(store[0], one, {"Accept-Encoding": "br"})[1]) for one in dict.fromkeys(loaded)]
        whole = len(page) + sum(others)
        print(f"  {name}: {len(page)} bytes, with {len(others)} more files {whole} bytes in {1 + len(others)} requests")


def resident(store: tuple[int, int]) -> float:
    worker = subprocess.run(["pgrep", "-P", str(store[1])], capture_output=True, text=True).stdout.split()[0]
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{worker}/status").read_text())[1]) / 1024  # type: ignore[index]


def cold_start(site: Site) -> None:
    """From the server's exec to the first byte of a stored page."""
    times = []
    for _ in range(max(ROUNDS, 5)):
        site.manage("shell", "--verbosity=0", "--command", PUBLISH)
        port = free_port()
        began = time.perf_counter()
        process = subprocess.Popen(site.command("httpref.wsgi:application", port), cwd=ROOT, env=site.environment)
        while not (found := first_byte(port)):
            time.sleep(0.001)
        times.append(time.perf_counter() - began)
        assert found.startswith(b"HTTP/1.1 200"), found
        process.terminate()
        process.wait()
    print(
        f"  from exec to the first stored page: median {median(times) * 1000:.0f} ms, best {min(times) * 1000:.0f} ms"
    )


# What `serve` does before it becomes the server.
PUBLISH = (
    "from django.db import connection; from django.conf import settings; from codes import generation;"
    " from httpref.pages.shared import Shared; Shared(settings.PAGES_DIR, connection.settings_dict);"
    " generation.publish(connection)"
)


def first_byte(port: int) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as asking:
            asking.sendall(f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: br\r\n\r\n".encode())
            return asking.recv(1000)
    except ConnectionRefusedError:
        return b""


def many_pages(site: Site) -> None:
    """Pages drawn at random from a store with very many, beside one that is asked for all the time."""
    fill(site)
    script = site.directory / "draw.lua"
    script.write_text(
        f"math.randomseed(404)\nrequest = function()\n"
        f'  return wrk.format("GET", "/en/" .. math.random(1, {DRAWN}) .. "/")\nend\n'
    )
    with site.running("httpref.wsgi:application") as (port, process):
        fields = {"Accept-Encoding": "br", "Host": f"127.0.0.1:{port}"}
        one = Contender("many", port, process, PAGE, fields)
        rounds = [(one_round(one), one_round(one, script=str(script))) for _ in range(ROUNDS)]
        hot, drawn = zip(*rounds, strict=True)
        ratio("drawn / one page", f"{DRAWN} of {STORED}", list(drawn), list(hot))
        print(f"  resident memory of a worker then: {resident((port, process)):.0f} MB")


def fill(site: Site) -> None:
    """Put copies of a page into the store under other paths, as many as a large site has."""
    from httpref.pages.files import Shelf
    from httpref.pages.page import pack

    (path,) = (site.directory / "pages").glob("*.pages")
    release, generation, _ = path.stem.split("-")
    shelf = Shelf(path.parent, release, int(generation, 16), 8000 * 1024**2)
    page = shelf.page(PAGE)
    assert page
    record = pack(page)
    for number in range(STORED):
        shelf.add(f"/en/{number}/", *record)


# Odds of the network


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(3000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    sys.exit(f"nothing listens on port {port}")


def reachable(address: str) -> bool:
    host, _, port = address.partition("//")[2].partition("/")[0].rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def ask(port: int, path: str, fields: dict[str, str] | None = None) -> tuple[dict[str, str], bytes]:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    asking.request("GET", path, headers=fields or {})
    found = asking.getresponse()
    content = found.read()
    asking.close()
    return {name.lower(): value for name, value in found.getheaders()}, content


if __name__ == "__main__":
    main()
