"""What a process asks of Python and of the system for itself."""

import gc
import os
import subprocess
import sys

import pytest

from httpref import process


@pytest.fixture
def collector():
    """The garbage collector of the tests goes on as it was."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.freeze()


def test_garbage_is_looked_for_seldom(collector):
    gc.set_threshold(700, 10, 10)
    process.collect_seldom()
    assert gc.get_threshold() == (50_000, 20, 50)


def test_what_is_loaded_is_no_garbage(collector):
    gc.unfreeze()
    process.spare_what_is_loaded()
    assert gc.get_freeze_count() > 10_000


@pytest.mark.parametrize("fails", [False, True])
def test_the_collector_is_as_it_was_afterwards(collector, fails):
    gc.unfreeze()
    gc.set_threshold(700, 10, 10)
    try:
        with process.seldom_collected():
            assert gc.get_threshold()[0] > 700
            assert gc.get_freeze_count() > 0
            if fails:
                raise ValueError
    except ValueError:
        assert fails
    assert gc.get_threshold() == (700, 10, 10)
    assert gc.get_freeze_count() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="a rule of Linux")
def test_threads_that_start_later_interrupt_nobody():
    code = (
        "import os, threading; from httpref.process import interrupt_nobody; interrupt_nobody();"
        " threading.Thread(target=lambda: print(os.sched_getscheduler(0))).start()"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(found.stdout) == os.SCHED_BATCH


@pytest.mark.parametrize("refused", [AttributeError, PermissionError])
def test_a_system_without_such_a_rule_will_do(monkeypatch, refused):
    asked = []

    def refuse(*given):
        asked.append(given)
        raise refused

    monkeypatch.setattr(os, "sched_setscheduler", refuse, raising=False)
    process.interrupt_nobody()
    assert len(asked) == 1
