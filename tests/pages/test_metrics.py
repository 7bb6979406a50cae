"""Metrics, as workers count and one of them answers."""

import urllib.request

import pytest

from httpref.pages import metrics as module
from httpref.pages.journal import Note
from httpref.pages.metrics import Metrics


def note(verdict, status="200 OK"):
    return Note(0.0, "GET", "/en/404/", status, 5, verdict, 0.002, "192.0.2.1")


@pytest.fixture
def workers(tmp_path, unused_port, monkeypatch):
    # The library asks the environment when it is imported: before that, it knows nothing of several processes.
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    yield [Metrics(tmp_path / "metrics", ("127.0.0.1", unused_port)) for _ in range(2)]
    from prometheus_client.values import close_all_multiprocess_files

    close_all_multiprocess_files()


def test_one_worker_answers_for_all(workers, unused_port, monkeypatch):
    ours, theirs = workers
    ours.take([note("hit"), note("hit"), note("miss", "404 Not Found")])
    theirs.take([])
    theirs.take([])
    assert (ours.serving, theirs.serving) == (True, False)
    with urllib.request.urlopen(f"http://127.0.0.1:{unused_port}/metrics") as answer:
        text = answer.read().decode()
    for line in (
        'httpref_requests_total{status="200",store="hit"} 2.0',
        'httpref_requests_total{status="404",store="miss"} 1.0',
        'httpref_seconds_bucket{le="0.0025",store="hit"} 2.0',
        'httpref_seconds_bucket{le="0.001",store="hit"} 0.0',
    ):
        assert line in text
    ours.server.shutdown()
    ours.server.server_close()
    theirs.take([])
    assert not theirs.serving, "it does not try all the time"
    monkeypatch.setattr(module, "AGAIN", 0)
    theirs.next_try = 0
    theirs.take([])
    assert theirs.serving
    theirs.server.shutdown()
    theirs.server.server_close()
