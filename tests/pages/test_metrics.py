"""Metrics, as a worker counts and answers; in a process of its own, since the library reads its directory once."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKER = """
import sys
from pathlib import Path
from httpref.pages import metrics as module
from httpref.pages.journal import Note
from httpref.pages.metrics import Metrics
import urllib.request

def note(verdict, status="200 OK"):
    return Note(0.0, "GET", "/en/404/", status, 5, verdict, 0.002, "192.0.2.1")

directory, port = Path(sys.argv[1]), int(sys.argv[2])
ours, theirs = (Metrics(directory / "metrics", ("127.0.0.1", port)) for _ in range(2))
ours.take([note("hit"), note("hit"), note("miss", "404 Not Found")])
theirs.take([])
assert (ours.serving, theirs.serving) == (True, False)
theirs.take([])
module.AGAIN = theirs.next_try = 0
theirs.take([])
assert not theirs.serving
print(urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode())
"""


def test_one_worker_answers_for_all(tmp_path, unused_port):
    done = subprocess.run(
        [sys.executable, "-c", WORKER, tmp_path, str(unused_port)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert 'httpref_requests_total{status="200",store="hit"} 2.0' in done.stdout
    assert 'httpref_requests_total{status="404",store="miss"} 1.0' in done.stdout
    assert 'httpref_seconds_bucket{le="0.0025",store="hit"} 2.0' in done.stdout
    assert 'httpref_seconds_bucket{le="0.001",store="hit"} 0.0' in done.stdout
