"""The access log."""

import io
import json
import threading
from time import perf_counter

from httpref.pages import journal as module
from httpref.pages.journal import Journal

REQUEST = {"REQUEST_METHOD": "GET", "PATH_INFO": "/en/404/", "REMOTE_ADDR": "192.0.2.1", "HTTP_COOKIE": "secret"}


def test_an_answer_is_one_line_of_json():
    out = io.StringIO()
    journal = Journal(out)
    journal.note(REQUEST, "200 OK", 1234, "hit", perf_counter() - 0.5)
    journal.note({**REQUEST, "PATH_INFO": 'é\n"'.encode().decode("latin-1")}, "404 Not Found", None, "bypass", 0)
    journal.flush()
    first, second = map(json.loads, out.getvalue().splitlines())
    assert set(first) == {"time", "client", "method", "path", "status", "bytes", "store", "ms"}
    assert (first["client"], first["method"], first["path"]) == ("192.0.2.1", "GET", "/en/404/")
    assert (first["status"], first["bytes"], first["store"]) == (200, 1234, "hit")
    assert 500 <= first["ms"] < 2000
    assert first["time"].endswith("Z")
    assert (second["path"], second["bytes"]) == ('é\n"', None)
    assert "secret" not in out.getvalue()


def test_lines_are_written_once_and_nothing_is_written_for_nothing():
    out = io.StringIO()
    journal = Journal(out)
    journal.note(REQUEST, "200 OK", 1, "hit", 0)
    journal.flush()
    journal.flush()
    assert out.getvalue().count("\n") == 1


def test_nothing_is_noted_that_nobody_reads():
    journal = Journal()
    journal.start()
    journal.note(REQUEST, "200 OK", 1, "hit", 0)
    assert not journal.notes


def test_who_counts_gets_the_notes_in_the_background_and_an_error_is_no_end(monkeypatch, caplog):
    monkeypatch.setattr(module, "INTERVAL", 0.001)
    calls, over = [], threading.Event()

    def take(notes):
        calls.append(notes)
        if len(calls) == 1:
            raise ValueError("once")
        if any(calls[1:]):
            over.set()

    journal = Journal(take=take)
    journal.start()
    while not calls:
        over.wait(0.001)
    journal.note(REQUEST, "200 OK", 1, "hit", 0)
    assert over.wait(5)
    (note,) = [note for notes in calls for note in notes]
    assert (note.verdict, note.status) == ("hit", "200 OK")
    assert "ValueError: once" in caplog.text
    journal.take = None
