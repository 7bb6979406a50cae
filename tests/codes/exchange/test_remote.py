"""Fetching a bundle from a server that does what servers do: well, slowly, not at all, or something else."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from codes.exchange import remote
from codes.exchange.apply import plan_import
from codes.exchange.bundle import read_bundle
from codes.exchange.errors import BundleError
from codes.exchange.manifest import MANIFEST, digest_of
from codes.exchange.remote import Remote, connection_pool, is_address
from codes.models import Import, Origin, Source
from tests.codes.exchange.bundles import fixture

FILES = ["manifest.json", *json.loads(fixture(MANIFEST))["files"]]


class Server(ThreadingHTTPServer):
    """Serves fixtures/ as an install does, but for what a test puts into ``answers``, by path."""

    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]]
    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        name = self.path.removeprefix("/api/v1/bundle/")
        if answer := self.server.answers.get(name):
            answer(self)
        elif name == "":
            send(self, json.dumps(index()).encode())
        else:
            send(self, fixture(name))

    def log_message(self, *args: object) -> None:
        """Says nothing."""


def index(**changes: object) -> dict[str, object]:
    digest = digest_of(json.loads(fixture(MANIFEST)))
    return {"digest": digest, "files": [{"name": name} for name in FILES], **changes}


def send(handler: BaseHTTPRequestHandler, content: bytes, *, promised: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(promised or len(content)))
    handler.end_headers()
    handler.wfile.write(content)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.answers, server.asked = {}, []
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}"


@pytest.mark.parametrize("end", ["", "/", "/api/v1/bundle/"])
def test_every_file_is_read_whatever_form_the_address_has(end, address):
    bundle = read_bundle(Remote(address + end))
    assert bundle.manifest.source == "httpref"
    for model in bundle.models():
        assert bundle.content(model) == fixture(f"{model._meta.model_name}.json")


@pytest.mark.django_db
def test_files_that_have_not_changed_are_not_fetched(address, server):
    assert Source.objects.get().digest == json.loads(json.dumps(index()))["digest"]
    assert plan_import(read_bundle(Remote(address)), keep={}).is_empty
    assert server.asked == ["/api/v1/bundle/", "/api/v1/bundle/manifest.json"]


def cut(handler: BaseHTTPRequestHandler) -> None:
    send(handler, fixture("origin.json")[:1000], promised=20_000)


def elsewhere(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(301)
    handler.send_header("Location", "https://other.example/api/v1/bundle/")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def missing(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(404)


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("", missing, "the server answers 404$"),
        ("", elsewhere, "the server sends elsewhere, to https://other.example/api/v1/bundle/: pull from there"),
        ("", lambda handler: send(handler, b"<html>"), "line 1 column 1"),
        ("", lambda handler: send(handler, b"[]"), "gives no list of a bundle's files"),
        ("", lambda handler: send(handler, b'{"digest": "x", "files": [1]}'), "gives no list of a bundle's files"),
        ("", lambda handler: send(handler, b"[" * 2_000_000), "larger than 1000000 bytes"),
        ("", lambda handler: send(handler, json.dumps(index(digest="0" * 64)).encode()), "has changed while it was"),
        ("", lambda handler: send(handler, json.dumps(index(files=[])).encode()), "manifest.json: not in the list"),
        ("manifest.json", missing, "manifest.json: the server answers 404$"),
        ("origin.json", cut, r"origin.json: cannot be fetched \(.*1000 bytes read"),
        ("origin.json", lambda handler: send(handler, b"[]\n"), "origin.json: the content does not have the digest"),
        ("origin.json", lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"), "origin.json: cannot be fetched"),
        ("origin.json", lambda handler: send(handler, b" " * 100_000), "origin.json: larger than 22846 bytes"),
    ],
)
def test_an_answer_that_is_no_file_of_the_bundle_is_told(name, answer, message, address, server):
    server.answers[name] = answer
    with pytest.raises(BundleError, match=message):
        bundle = read_bundle(Remote(address))
        bundle.content(Origin)


def test_a_file_that_no_bundle_has_is_never_asked_for(address, server):
    found = Remote(address)
    found.listed.add("../../etc/passwd")
    with pytest.raises(BundleError, match="not in the list of files"):
        found.read("../../etc/passwd", 1000)
    assert server.asked == ["/api/v1/bundle/"]


def test_a_server_that_falls_silent_is_left(address, server, monkeypatch):
    monkeypatch.setattr(remote, "SILENCE", 0.05)
    server.answers[""] = lambda handler: time.sleep(0.2)
    with pytest.raises(BundleError, match=r"cannot be fetched \(.*timed out"):
        Remote(address)


def test_a_server_that_never_comes_to_an_end_is_left(address, server, monkeypatch):
    found = Remote(address)
    found.deadline = time.monotonic()
    with pytest.raises(BundleError, match="alias.json: not all there after 900 seconds"):
        found.read("alias.json", 10_000_000)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("http://127.0.0.1:1", "Connection refused"),
        ("https://127.0.0.1:{port}", "SSL"),
        ("http://[::1", "no web address"),
        ("http://127.0.0.1:99999", "99999"),
        ("https://", "No host"),
    ],
)
def test_an_address_where_no_install_is_is_told_in_one_line(source, message, server):
    with pytest.raises(BundleError, match=message) as caught:
        Remote(source.format(port=server.server_port))
    assert "\n" not in str(caught.value)


def test_an_address_is_known_by_its_scheme():
    assert is_address("https://www.example.com")
    assert is_address("http://127.0.0.1:8000")
    assert not is_address("fixtures")


def test_the_environments_proxy_is_used_but_for_what_it_excepts(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert connection_pool("https://www.example.com/").proxy.port == 3128
    assert connection_pool("https://inside.example/").proxy is None


# The command


@pytest.mark.django_db
def test_pull_applies_what_it_showed_and_remembers_where_it_was(address, capsys, tmp_path):
    Origin.objects.filter(slug="nginx").update(title="Ours")
    Source.objects.update(digest="")  # as if another bundle had been the last
    with pytest.raises(SystemExit) as left:
        call_command("pull", address, "--json", "--quiet")
    assert left.value.code == 3
    told = capsys.readouterr()
    plan = json.loads(told.out)
    assert plan["units"] == []
    assert told.err == "It comes without encryption: whoever is on the way can change it.\n"
    with pytest.raises(SystemExit) as left:
        call_command("pull", address, "--apply", plan["plan"])
    assert left.value.code == 0
    assert Source.objects.get().address == address
    assert Import.objects.first().author
    with pytest.raises(SystemExit) as left:
        call_command("pull", "httpref")
    assert left.value.code == 0
    assert "Nothing to do." in capsys.readouterr().out


@pytest.mark.django_db
def test_pull_takes_a_directory_too(capsys):
    with pytest.raises(SystemExit) as left:
        call_command("pull", "fixtures", "--quiet")
    assert left.value.code == 0
    assert capsys.readouterr().err == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nobody", r"^'nobody' is no address, no path that exists and no source of earlier pulls \(none yet\)\.$"),
        ("http://127.0.0.1:1", r"^Nothing was changed: .*Connection refused"),
        ("manage.py", r"^Nothing was changed: this is no zip file"),
    ],
)
def test_pull_from_nowhere_is_refused_in_one_line(source, message):
    with pytest.raises(CommandError, match=message):
        call_command("pull", source)
