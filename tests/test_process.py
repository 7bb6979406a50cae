"""What a process asks of Python and of the system for itself."""

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import Mock

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


# Workers of granian, while they load the application


@pytest.fixture
def signals(monkeypatch):
    """What is asked of the module ``signal``, instead of done to the process of the tests."""
    asked = {}
    monkeypatch.setattr(signal, "signal", asked.__setitem__)
    return asked


def handled_by(monkeypatch, module, *, told):
    kind = type("Server", (), {"__module__": module, "interrupt_signal": told, "stop": lambda self, *_: None})
    monkeypatch.setattr(signal, "getsignal", lambda number: kind().stop)


def test_a_worker_that_loads_can_be_told_to_stop(monkeypatch, signals):
    handled_by(monkeypatch, "granian.server.common", told=False)
    process.end_when_told()
    assert signals == {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: signal.SIG_DFL}


def test_a_worker_that_was_told_before_ends(monkeypatch, signals):
    slept = []
    monkeypatch.setattr(process.time, "sleep", slept.append)
    handled_by(monkeypatch, "granian.server.common", told=True)
    with pytest.raises(SystemExit):
        process.end_when_told()
    assert slept and signals[signal.SIGTERM] == signal.SIG_DFL


def test_a_worker_that_is_a_thread_has_no_signals(monkeypatch):
    handled_by(monkeypatch, "granian.server.common", told=False)
    monkeypatch.setattr(signal, "signal", Mock(side_effect=ValueError))
    process.end_when_told()


@pytest.mark.parametrize("module", ["gunicorn.workers.base", "builtins"])
def test_signals_of_other_servers_are_their_own(monkeypatch, signals, module):
    handled_by(monkeypatch, module, told=True)
    process.end_when_told()
    monkeypatch.setattr(signal, "getsignal", lambda number: signal.SIG_DFL)
    process.end_when_told()
    assert signals == {}


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the workers in /proc")
@pytest.mark.parametrize("group", [False, True], ids=["told alone", "Ctrl+C"])
def test_a_server_that_is_stopped_while_it_starts_ends_at_once(group, tmp_path):
    options = ("--interface=wsgi", "--port=0", "--workers=2", "--workers-kill-timeout=30", "--respawn-failed-workers")
    environment = {**os.environ, "HTTPREF_DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/db"}
    command = [sys.executable, "-m", "granian", *options, "httpref.wsgi:application"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, start_new_session=True, **quiet) as server:
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        while not children.read_text():
            time.sleep(0.01)
        os.killpg(server.pid, signal.SIGINT) if group else server.terminate()
        assert server.wait(timeout=20) == 0
