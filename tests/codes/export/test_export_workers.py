import os
import signal

import pytest

from codes.export import workers
from codes.export.errors import ExportError
from codes.export.workers import do, follow, in_processes, prepare


def test_the_results_come_in_order_from_other_processes():
    found = list(in_processes(lambda part: (part, os.getpid()), range(5), 2, lambda: None))
    assert [part for part, _ in found] == [0, 1, 2, 3, 4]
    assert os.getpid() not in {process for _, process in found}


def test_what_the_work_raises_is_raised():
    def fail(part):
        raise OSError(28, "No space left on device", "file")

    with pytest.raises(OSError, match="No space left on device") as caught:
        list(in_processes(fail, [1], 2, lambda: None))
    assert (caught.value.errno, caught.value.filename) == (28, "file")


def test_a_process_that_is_killed_is_told():
    with pytest.raises(ExportError, match="one of its processes was killed"):
        list(in_processes(lambda part: os.kill(os.getpid(), signal.SIGKILL), [1], 2, lambda: None))


def test_a_process_begins_with_its_work_deaf_to_interruptions_and_bound_to_its_parent(monkeypatch):
    followed, begun = [], []
    monkeypatch.setattr(workers, "follow", followed.append)
    monkeypatch.setattr(workers, "WORK", [])
    usual = signal.getsignal(signal.SIGINT)
    try:
        prepare(str.upper, lambda: begun.append(True))
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, usual)
    assert do("a") == "A"
    assert begun == [True]
    assert len(followed) == 1


def test_a_process_ends_when_its_parent_has_ended(monkeypatch):
    class Parent:
        sentinel, end = os.pipe()

    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    os.close(Parent.end)
    follow(Parent)
    os.close(Parent.sentinel)
    assert ended == [1]
