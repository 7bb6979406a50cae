"""The application in front of Django, here with something smaller behind it."""

import io
import json
import os
import threading
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from httpref.pages import application
from httpref.pages.application import Application
from httpref.pages.journal import Journal
from httpref.pages.rendering import KEY
from httpref.pages.request import Reception
from httpref.pages.shared import Shared
from httpref.pages.store import Store
from tests.pages.pages import DATABASE, FIELDS, content_of, page_of


class Behind:
    """What stands behind the store. ``content`` is a state of the content: a generation and a name."""

    def __init__(self):
        self.asked = []
        self.content = (1, "one")
        self.answers = {}
        self.meanwhile = lambda: None
        self.fields = [*FIELDS, ("Vary", "Accept-Encoding")]

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        status, fields, private = self.answers.get(environ["PATH_INFO"], ("200 OK", [], False))
        generation, name = self.content
        self.meanwhile()
        if (rendering := environ.get(KEY)) and not private:
            rendering.generation = generation
            rendering.same_for_everybody = True
        start_response(status, [*self.fields, *fields])
        return Closing([content_of(environ["PATH_INFO"] + name)])


class Closing(list):
    closed = 0

    def close(self):
        Closing.closed += 1


class Site:
    """An application of a directory, and a browser."""

    def __init__(self, directory, behind, complaints=dict):
        self.behind = behind
        self.log = io.StringIO()
        self.journal = Journal(self.log)
        self.shared = Shared(directory, DATABASE)
        self.store = Store(self.shared, directory, "f" * 16, disk=10**7, memory=10**7)
        rules = Reception(
            ["www.example.com"],
            ["/en/"],
            base_url="http://www.example.com",
            https_only=False,
            session_cookie="sessionid",
        )
        self.application = Application(self.store, rules, self.journal, lambda: behind, complaints)
        self.application.load_django()

    def get(self, path="/en/404/", method="GET", **fields):
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "HTTP_HOST": "www.example.com"}
        answer = []
        parts = self.application({**environ, **fields}, lambda status, fields, *rest: answer.append((status, fields)))
        ((status, found),) = answer
        assert len({name.lower() for name, _ in found}) == len(found), found
        return status, dict(found), b"".join(parts)

    def verdict(self, *arguments, **fields):
        return self.get(*arguments, **fields)[1]["Server-Timing"].partition(",")[0].removeprefix("store;desc=")


@pytest.fixture
def behind():
    return Behind()


@pytest.fixture
def site(tmp_path, behind):
    Shared(tmp_path, DATABASE).publish(1)
    return Site(tmp_path, behind)


def write_all(site):
    while not site.store.waiting.empty():
        site.store.write_one(*site.store.waiting.get())


def test_a_page_is_rendered_once_and_then_comes_from_the_store(site, behind):
    assert [site.verdict(), site.verdict(), site.verdict()] == ["miss", "hit", "hit"]
    assert len(behind.asked) == 1
    assert site.get()[2] == content_of("/en/404/one")


def test_first_and_later_answers_differ_in_nothing_but_their_timing(site):
    first, later = site.get(HTTP_ACCEPT_ENCODING="br"), site.get(HTTP_ACCEPT_ENCODING="br")
    write_all(site)
    stored = site.get(HTTP_ACCEPT_ENCODING="br")
    for _, fields, _ in (first, later, stored):
        del fields["Server-Timing"]
    assert first == later == stored
    assert first[1]["Content-Encoding"] == "br"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip", "identity"])
def test_head_says_what_get_says_without_the_content(coding, site):
    status, fields, content = site.get(method="HEAD", HTTP_ACCEPT_ENCODING=coding)
    assert content == b""
    again, same, content = site.get(HTTP_ACCEPT_ENCODING=coding)
    fields["Server-Timing"] = same["Server-Timing"]
    assert (status, fields) == (again, same)
    assert fields["Content-Length"] == str(len(content))


def test_a_client_that_has_the_page_is_told_so(site):
    etag = site.get(HTTP_ACCEPT_ENCODING="br")[1]["ETag"]
    for method in ("GET", "HEAD"):
        status, fields, content = site.get(
            method=method, HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=f'"x", W/{etag}'
        )
        assert (status, content) == ("304 Not Modified", b"")
        assert fields["ETag"] == etag
        assert {"Vary", "Cache-Control"} <= set(fields)
        assert "Content-Length" not in fields
    assert site.get(HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=etag)[0] == "200 OK"


def test_a_first_request_that_names_any_tag_is_answered_from_the_rendering_too(site):
    assert site.get(HTTP_IF_NONE_MATCH="*")[0] == "304 Not Modified"
    assert site.verdict() == "hit"


def test_a_new_generation_is_rendered_anew(site, behind):
    site.get()
    behind.content = (2, "two")
    site.shared.publish(2)
    assert site.get()[2] == content_of("/en/404/two")
    assert site.verdict() == "hit"


def test_a_page_that_was_rendered_from_the_old_content_is_not_stored_for_the_new_one(site, behind):
    def edit():
        behind.content = (2, "two")
        site.shared.publish(2)
        behind.meanwhile = lambda: None

    behind.meanwhile = edit
    assert site.get()[2] == content_of("/en/404/one")
    write_all(site)
    assert site.get()[2] == content_of("/en/404/two")
    assert site.verdict() == "hit"
    assert site.get()[2] == content_of("/en/404/two")


def test_a_page_of_newer_content_than_this_process_knows_of_is_not_stored_for_the_old_one(site, behind):
    behind.content = (2, "two")
    assert site.get()[2] == content_of("/en/404/two")
    behind.content = (1, "one")
    assert site.get()[2] == content_of("/en/404/one")


def test_while_nobody_knows_the_generation_every_page_is_rendered(site):
    site.shared.forget()
    assert [site.verdict(), site.verdict()] == ["miss", "miss"]


@pytest.mark.parametrize(
    "fields",
    [
        {"method": "POST"},
        {"QUERY_STRING": "a=b"},
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_HOST": "evil.example"},
        {"path": "/static/a.css"},
        {"path": "/admin/"},
        {"path": "/"},
    ],
)
def test_other_requests_reach_django_unchanged_and_leave_nothing(fields, site, behind):
    for _ in range(2):
        assert site.verdict(**fields) == "bypass"
    environ = behind.asked[-1]
    assert KEY not in environ
    assert {name: environ[name] for name in fields if name.isupper()} == {
        k: v for k, v in fields.items() if k.isupper()
    }
    assert site.store.waiting.empty()
    assert site.verdict() == "miss"


def test_pages_with_the_status_404_keep_it(site, behind):
    behind.answers["/en/299/"] = ("404 Not Found", [], False)
    assert [site.get("/en/299/")[0] for _ in range(2)] == ["404 Not Found"] * 2
    write_all(site)
    assert site.get("/en/299/")[0] == "404 Not Found"
    assert len(behind.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        ("200 OK", [], True),
        ("500 Internal Server Error", [], False),
        ("301 Moved Permanently", [("Location", "/en/404/")], False),
        ("206 Partial Content", [], False),
        ("200 OK", [("Set-Cookie", "a=b")], False),
        ("200 OK", [("Content-Encoding", "gzip")], False),
        ("200 OK", [("Content-Range", "bytes 0-1/2")], False),
    ],
)
def test_an_answer_that_is_not_whole_or_not_for_everybody_is_not_stored(answer, site, behind):
    behind.answers["/en/404/"] = answer
    assert [site.verdict(), site.verdict()] == ["bypass", "bypass"]
    assert site.store.pages == {}
    assert site.get()[0] == answer[0]


def test_what_differs_by_reader_is_asked_for_with_what_the_reader_sent(site, behind):
    behind.answers["/en/404/"] = ("404 Not Found", [], True)
    behind.fields = [("vary", "Accept-Language")]
    site.get(HTTP_ACCEPT_LANGUAGE="zh")
    assert [environ.get("HTTP_ACCEPT_LANGUAGE") for environ in behind.asked] == [None, "zh"]


def test_what_is_the_same_for_everybody_but_not_stored_is_asked_for_once(site, behind):
    behind.answers["/en/404/"] = ("301 Moved Permanently", [("Location", "/en/")], True)
    behind.fields = FIELDS
    status, _, content = site.get(method="HEAD")
    assert (status, content) == ("301 Moved Permanently", b"")
    assert site.get()[2] == content_of("/en/404/one")
    assert len(behind.asked) == 2


def test_what_was_rendered_is_closed(site):
    before = Closing.closed
    site.get()
    assert Closing.closed == before + 1


def test_another_process_answers_from_what_was_written_before_django_is_there(site, tmp_path):
    page = site.get()[2]
    write_all(site)
    other = Site(tmp_path, None)
    other.application.loaded.clear()
    assert other.get()[2] == page
    assert other.verdict() == "hit"


def test_a_request_for_another_page_waits_for_django(tmp_path, behind):
    site = Site(tmp_path, behind)
    site.application.loaded.clear()
    site.application.django = None
    done = []
    thread = threading.Thread(target=lambda: done.append(site.get()[0]))
    thread.start()
    thread.join(0.05)
    assert not done
    site.application.load_django()
    thread.join(5)
    assert done == ["200 OK"]


def test_django_is_loaded_as_soon_as_it_is_needed(tmp_path, behind, monkeypatch):
    monkeypatch.setattr(application, "HEAD_START", 3600)
    site = Site(tmp_path, behind)
    site.application.loaded.clear()
    site.application.django = None
    site.application.start()
    assert not site.application.loaded.wait(0.05)
    assert site.get()[0] == "200 OK"


def test_django_that_cannot_be_loaded_is_logged_and_fails_the_requests_that_need_it(tmp_path, caplog):
    def fail():
        raise ImportError("no such module")

    site = Site(tmp_path, None)
    site.application.load = fail
    site.application.load_django()
    assert "no such module" in caplog.text
    with pytest.raises(RuntimeError, match="could not be loaded"):
        site.get()


def test_it_starts_its_threads(tmp_path, behind, monkeypatch):
    monkeypatch.setattr(application, "HEAD_START", 0.01)
    site = Site(tmp_path, behind)
    site.application.loaded.clear()
    site.application.start()
    assert site.application.loaded.wait(5)


def test_a_page_that_is_damaged_is_rendered_anew_and_logged(site, behind, tmp_path, caplog):
    site.get()
    write_all(site)
    (path,) = tmp_path.glob("*.pages")
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(size - 1000)
        file.write(bytes(1000))
    assert site.get()[2] == content_of("/en/404/one")
    assert "of /en/404/ is damaged" in caplog.text
    assert len(behind.asked) == 2
    assert site.verdict() == "hit"


def test_a_file_that_is_cut_while_it_is_used_makes_no_wrong_page(site, behind, tmp_path):
    site.get()
    write_all(site)
    (path,) = tmp_path.glob("*.pages")
    os.truncate(path, 100)
    assert site.get()[2] == content_of("/en/404/one")


def test_the_codings_and_fields_that_were_seen_do_not_fill_the_memory(site):
    for number in range(2500):
        site.get(HTTP_ACCEPT_ENCODING=f"br;q=0.5, x{number}")
    assert len(site.application.codings) <= 1000


def test_every_answer_is_in_the_access_log_with_what_the_store_did(site, behind):
    site.get()
    site.get()
    site.get("/admin/")
    site.get(HTTP_IF_NONE_MATCH="*")
    site.journal.flush()
    lines = [json.loads(line) for line in site.log.getvalue().splitlines()]
    assert [(line["store"], line["status"]) for line in lines] == [
        ("miss", 200),
        ("hit", 200),
        ("bypass", 200),
        ("hit", 304),
    ]


# Health


def test_a_live_process_says_so_before_django_is_there_and_by_any_name(tmp_path):
    site = Site(tmp_path, None)
    status, fields, content = site.get("/healthz", HTTP_HOST="10.0.0.7:8000")
    assert (status, json.loads(content)["status"], fields["Cache-Control"]) == ("200 OK", "ok", "no-store")
    assert site.get("/readyz")[0] == "503 Service Unavailable"


def test_readiness_names_what_is_wrong(tmp_path, behind):
    wrong = {"database": "", "search": "does not exist"}
    site = Site(tmp_path, behind, lambda: wrong)
    status, _, content = site.get("/readyz")
    assert status == "503 Service Unavailable"
    assert json.loads(content) == {"status": "not ready", "complaints": {"search": "does not exist"}}
    wrong["search"] = ""
    assert site.get("/readyz")[0] == "200 OK"


def test_it_keeps_to_the_rules_of_wsgi(site):
    for method, path in (("GET", "/en/404/"), ("HEAD", "/en/404/"), ("GET", "/en/404/"), ("GET", "/healthz")):
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "HTTP_HOST": "www.example.com",
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
        }
        setup_testing_defaults(environ)
        parts = validator(site.application)(environ, lambda status, fields, *rest: lambda content: None)
        assert b"".join(parts) or method == "HEAD"
        parts.close()


def test_an_answer_without_close_is_taken_too(site, behind):
    site.application.django = lambda environ, start: list(behind(environ, start))
    assert site.get()[2] == content_of("/en/404/one")


class Slow(Behind):
    """Renders only when it is told to."""

    def __init__(self):
        super().__init__()
        self.begun, self.go_on = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, environ, start_response):
        self.begun.release()
        assert self.go_on.acquire(timeout=30)
        return super().__call__(environ, start_response)


def readers(site, count):
    """So many at once; what each of them got is put into the list that this gives, with the threads."""
    found = []
    threads = [threading.Thread(target=lambda: found.append(site.get())) for _ in range(count)]
    for thread in threads:
        thread.start()
    return found, threads


def test_many_who_want_a_page_at_once_get_one_rendering(tmp_path):
    Shared(tmp_path, DATABASE).publish(1)
    behind = Slow()
    found, threads = readers(Site(tmp_path, behind), 8)
    assert behind.begun.acquire(timeout=30)
    behind.go_on.release()
    for thread in threads:
        thread.join(timeout=30)
    assert [content for _, _, content in found] == [content_of("/en/404/one")] * 8
    assert len(behind.asked) == 1


def test_nobody_waits_for_long_for_the_rendering_of_another(tmp_path, monkeypatch):
    monkeypatch.setattr(application, "PATIENCE", 0.01)
    Shared(tmp_path, DATABASE).publish(1)
    behind = Slow()
    found, threads = readers(Site(tmp_path, behind), 2)
    for _ in threads:
        assert behind.begun.acquire(timeout=30)  # both of them render
    behind.go_on.release(2)
    for thread in threads:
        thread.join(timeout=30)
    assert [content for _, _, content in found] == [content_of("/en/404/one")] * 2


def test_a_rendering_that_fails_leaves_the_next_one_its_turn(site, behind):
    behind.meanwhile = lambda: 1 / 0
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            site.get()
    behind.meanwhile = lambda: None
    assert site.verdict() == "miss"
    assert not any(turn.locked() for turn in site.application.turns)


class Lender:
    """Another host that has rendered a page."""

    def __init__(self, path, page):
        self.has = {(1, path): page}

    def page(self, generation, path):
        return self.has.get((generation, path))


def test_what_another_host_rendered_is_not_rendered_here(site, behind):
    site.store.pool = Lender("/en/404/", page_of("there"))
    assert site.get()[2] == content_of("there")
    assert behind.asked == []
    assert site.verdict("/en/405/") == "miss"
    site.shared.publish(2)
    assert site.verdict() == "miss"
