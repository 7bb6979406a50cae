"""The whole site as files, served by a plain file server and by nginx, walked and searched."""

import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from tests.browser.server import ROOT

QUERIES = ROOT / "tests" / "data" / "queries.tsv"
ORIGIN, PREFIX = "https://example.org", "/http"
LINK = re.compile(r'<(?:a|link|script|form|img)\b[^>]*?\s(?:href|src|action)="([^"]*)"')
ATTRIBUTE = re.compile(r'data-(?:index|module)="([^"]*)"')


@pytest.fixture(scope="module")
def exported(server: str, database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory whose ``http`` is an export of what the running server serves."""
    directory = tmp_path_factory.mktemp("export")
    command = [sys.executable, str(ROOT / "manage.py"), "export_site", str(directory / "http")]
    environment = {**os.environ, "DATABASE_URL": database, "HTTPREF_DATA_DIR": str(tmp_path_factory.mktemp("other"))}
    subprocess.run([*command, "--base-url", f"{ORIGIN}{PREFIX}"], env=environment, check=True, capture_output=True)
    return directory


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def files(exported: Path) -> Iterator[str]:
    """The address of a server that knows nothing but files."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(exported)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def nginx(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HTTPConnection]:
    """A connection to nginx with the configuration that the export brings along."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        if os.environ.get("HTTPREF_REQUIRE_NGINX"):
            pytest.fail("HTTPREF_REQUIRE_NGINX is set, and no nginx was found.")
        pytest.skip("no nginx was found: the export was not walked")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = tmp_path_factory.mktemp("nginx")
    site = (exported / "http/.httpref-export/nginx.conf").read_text().replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    (place / "site.conf").write_text(site)
    temporary = "".join(
        f"{name}_temp_path {place}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""  # the directory of a test is closed to others
    (place / "nginx.conf").write_text(
        f"{user} daemon off; pid {place}/pid; error_log {place}/error.log; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {temporary} include {place}/site.conf; }}"
    )
    process = subprocess.Popen([program, "-p", str(place), "-e", f"{place}/error.log", "-c", f"{place}/nginx.conf"])
    connection = HTTPConnection("127.0.0.1", port)
    try:
        deadline = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < deadline:
            try:
                connection.connect()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        else:
            pytest.fail((place / "error.log").read_text())
        yield connection
    finally:
        connection.close()
        process.terminate()
        process.wait(timeout=20)


def get(connection: HTTPConnection, path: str, **fields: str) -> tuple[int, dict[str, str], bytes]:
    connection.request("GET", path, headers={"Host": "example.org", **fields})
    response = connection.getresponse()
    return response.status, dict(response.getheaders()), response.read()


def links(page: str, path: str) -> set[str]:
    """The paths on this site that a page links to, hreflang and canonical addresses included."""
    found = {urljoin(ORIGIN + path, unescape(link)) for link in LINK.findall(page) + ATTRIBUTE.findall(page)}
    return {urlsplit(link)._replace(fragment="").geturl().removeprefix(ORIGIN) for link in found if ORIGIN in link}


def test_every_link_hreflang_and_redirect_leads_to_a_page(nginx):
    todo, seen, broken = {f"{PREFIX}/"}, set(), []
    while todo:
        path = todo.pop()
        seen.add(path)
        status, headers, content = get(nginx, path)
        if status in (301, 302):
            target = urljoin(path, headers["Location"])
            todo |= {target} - seen
        elif status != 200:
            broken.append((path, status))
        elif headers["Content-Type"].startswith("text/html"):
            todo |= links(content.decode(), path) - seen
    assert broken == []
    assert len(seen) > 1000
    assert all(path.startswith(f"{PREFIX}/") for path in seen)


def test_the_sitemap_names_pages_and_their_other_languages(nginx):
    _, _, sitemap = get(nginx, f"{PREFIX}/sitemap.xml")
    places = set(re.findall(r'(?:<loc>|href=")([^<"]+)', sitemap.decode()))
    assert len(places) > 600
    paths = [place.removeprefix(ORIGIN) for place in places]
    assert [path for path in paths if not path.startswith(f"{PREFIX}/")] == []
    assert [path for path in sorted(paths) if get(nginx, path)[0] != 200] == []


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de, en;q=0.5", "en"),
        ("", "en"),
        ("zh-TW,zh;q=0.9", "zh-hant"),
        ("zh-Hant", "zh-hant"),
        ("zh-CN,zh-TW", "zh-hans"),
        ("zh", "zh-hans"),
    ],
)
def test_an_address_without_a_language_leads_to_the_readers(nginx, accepted, language):
    for path, target in (("/", "/"), ("/404", "/404/"), ("/404/", "/404/")):
        status, headers, _ = get(nginx, PREFIX + path, **{"Accept-Language": accepted})
        assert (status, headers["Location"]) == (302, f"{PREFIX}/{language}{target}")
        assert headers["Vary"] == "Accept-Language"


def test_what_is_not_there_and_what_is_not_served(nginx):
    status, headers, content = get(nginx, f"{PREFIX}/en/nowhere/")
    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert b"There is no such page" in content
    assert get(nginx, f"{PREFIX}/.httpref-export/journal")[0] == 404


def test_answers_are_compressed_as_they_lie_there(nginx, exported):
    status, headers, content = get(nginx, f"{PREFIX}/en/404/", **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert content == (exported / "http/en/404/index.html.gz").read_bytes()


def test_json_is_served_as_json_to_any_page(nginx):
    status, headers, content = get(nginx, f"{PREFIX}/api/v1/codes/404/")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(content)["number"] == 404


# In the browser, from a server of files


@pytest.fixture
def visit_export(browser: Any, files: str) -> Iterator[Any]:
    """A function that opens a path of the export; no page may complain, or ask another host for anything."""
    contexts, complaints = [], []

    def open_page(path: str, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{path}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{path}: {error}"))
        page.on("request", lambda request: request.url.startswith((files, "data:")) or complaints.append(request.url))
        page.goto(files + PREFIX + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("locale", "path", "target"),
    [
        ("zh-TW", "/", "/zh-hant/"),
        ("zh-CN", "/404/", "/zh-hans/404/"),
        ("zh-Hant-HK", "/", "/zh-hant/"),
        ("en-GB", "/299/", "/en/299/"),
        ("fr", "/", "/en/"),
    ],
)
def test_the_first_page_finds_the_readers_language(visit_export, files, locale, path, target):
    page = visit_export(path, locale=locale)
    page.wait_for_url(files + PREFIX + target)


def test_without_scripts_the_first_page_leads_to_english(visit_export, files):
    page = visit_export("/404/", java_script_enabled=False)
    page.wait_for_url(f"{files}{PREFIX}/en/404/")


def test_a_document_under_its_other_address_leads_to_its_page(visit_export):
    page = visit_export("/en/")
    source = page.evaluate("async (path) => (await fetch(path)).text()", f"{PREFIX}/en/specifications/rfc9110/")
    assert f'content="0; url={ORIGIN}{PREFIX}/en/rfc/9110/"' in source


def test_suggestions_come_as_one_types(visit_export, files):
    page = visit_export("/zh-hant/")
    page.get_by_role("combobox").press_sequentially("not fou", delay=20)
    option = page.get_by_role("option").first
    option.wait_for()
    assert "404" in option.inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{files}{PREFIX}/zh-hant/404/")


def test_the_page_of_results_shows_what_was_found(visit_export, files):
    page = visit_export("/en/search/?q=too+many+requests")
    found = page.locator("ol.found > li").first
    found.wait_for()
    assert found.locator("a.n").inner_text() == "429"
    assert found.locator("mark").count() > 0
    assert "too many requests" in page.title()
    assert page.locator("h1").count() == 1
    page.locator("nav.languages a").nth(1).click()
    page.wait_for_url(f"{files}{PREFIX}/zh-hant/search/?q=too+many+requests")
    found.locator("a.n").click()
    page.wait_for_url(f"{files}{PREFIX}/zh-hant/429/")


def test_a_number_leads_to_its_page_and_an_unassigned_one_is_said_to_be_so(visit_export, files):
    page = visit_export("/en/search/?q=404")
    page.wait_for_url(f"{files}{PREFIX}/en/404/")
    page = visit_export("/en/search/?q=299")
    page.get_by_role("link", name="299 is not assigned").click()
    page.wait_for_url(f"{files}{PREFIX}/en/299/")


def test_a_misspelt_word_and_a_senseless_one(visit_export):
    page = visit_export("/en/search/?q=unauthorised+tunnnel")
    page.locator("ol.found > li").first.wait_for()
    page = visit_export("/en/search/?q=%3Cqqxxzz%3E")
    page.get_by_text("Nothing matches “<qqxxzz>”.").wait_for()
    assert page.locator("ol.found").count() == 0
    assert page.locator("ul.classes").count() == 1


def test_an_index_that_cannot_be_had_is_told(browser, files):
    context = browser.new_context()
    page = context.new_page()
    page.route("**/search/meta.json", lambda route: route.abort())
    page.goto(f"{files}{PREFIX}/en/search/?q=teapot")
    page.get_by_text("The search is not available right now.").wait_for()
    context.close()


def test_the_first_keystroke_loads_no_megabytes(visit_export, exported):
    loaded = []
    page = visit_export("/en/")
    page.on("response", lambda response: loaded.append(urlsplit(response.url).path))
    page.get_by_role("combobox").press_sequentially("n")
    page.get_by_role("option").first.wait_for()
    sizes = [(exported / f"{path[1:]}.br").stat().st_size for path in loaded]
    assert len(loaded) > 8
    assert sum(sizes) < 300_000


SEARCH = """async ([module, index, queries]) => {
  const { search } = await import(module);
  const found = [];
  for (const [language, typed] of queries) {
    const { results } = await search(index, typed, language, 1);
    found.push(results.map(({ number, origin }) => [number, origin]));
  }
  return found;
}"""


def test_the_first_result_is_the_servers(visit_export, server):
    """Of the evaluation's queries and of some that are typed wrong or not to their end."""
    lines = [line.split("\t") for line in QUERIES.read_text().splitlines() if line and not line.startswith("#")]
    queries = [(language, typed) for language, typed, _ in lines]
    assert len(queries) > 400
    page = visit_export("/en/")
    form = page.locator("form.search")
    arguments = [form.get_attribute("data-module"), form.get_attribute("data-index"), queries]
    found = page.evaluate(SEARCH, arguments)
    connection = HTTPConnection(urlsplit(server).netloc)
    same = 0
    for (language, typed), first in zip(queries, found, strict=True):
        connection.request("GET", f"/api/v1/search/?{urlencode({'q': typed, 'lang': language, 'limit': 1})}")
        results = json.loads(connection.getresponse().read())["results"]
        same += [[result["number"], result["origin"]] for result in results] == first
    connection.close()
    assert same / len(queries) >= 0.98
