"""The WSGI application: the page store of the settings, and Django behind it."""

import os
import subprocess
import sys
from importlib import import_module

import pytest
from django.core.handlers.wsgi import WSGIHandler

from httpref import settings
from httpref.pages import site


@pytest.fixture
def wsgi(monkeypatch):
    """The module, loaded anew, and what it makes the page store of. The store itself would start threads."""
    made = []
    monkeypatch.setattr(site, "application", lambda *arguments: made.append(arguments))
    monkeypatch.delitem(sys.modules, "httpref.wsgi", raising=False)
    # The tests' own process goes on as it is.
    monkeypatch.delattr(os, "sched_setscheduler", raising=False)
    module = import_module("httpref.wsgi")
    monkeypatch.delitem(sys.modules, "httpref.wsgi")
    return module, made


def test_what_is_loaded_is_no_garbage(wsgi, monkeypatch):
    module, _ = wsgi
    done = []
    for name in ("collect", "freeze", "set_threshold"):
        monkeypatch.setattr(module.gc, name, lambda *given, name=name: done.append((name, *given)))
    module.load()
    assert done == [("collect",), ("freeze",), ("set_threshold", 50_000, 20, 50)]


def test_the_page_store_stands_before_django(wsgi, monkeypatch):
    module, made = wsgi
    monkeypatch.setattr(module, "collect_seldom", lambda: None)
    assert made == [(settings, module.load, module.complaints)]
    assert isinstance(module.load(), WSGIHandler)


@pytest.mark.skipif(sys.platform != "linux", reason="a rule of Linux")
def test_the_threads_of_a_server_do_not_interrupt_each_other(tmp_path):
    said = "import threading as t, os, httpref.wsgi; t.Thread(target=lambda: print(os.sched_getscheduler(0))).start()"
    environment = {**os.environ, "HTTPREF_DATA_DIR": str(tmp_path), "HTTPREF_ACCESS_LOG": "off"}
    found = subprocess.run([sys.executable, "-c", said], env=environment, capture_output=True, text=True, check=True)
    assert int(found.stdout) == os.SCHED_BATCH


@pytest.mark.parametrize("refused", [AttributeError, PermissionError])
def test_a_system_without_such_a_rule_serves_all_the_same(wsgi, monkeypatch, refused):
    asked = []

    def refuse(*given):
        asked.append(given)
        raise refused

    monkeypatch.setattr(os, "sched_setscheduler", refuse, raising=False)
    wsgi[0].interrupt_nobody()
    assert len(asked) == 1


@pytest.mark.django_db
def test_readiness_is_that_of_the_site(wsgi, monkeypatch):
    monkeypatch.setattr("codes.health.connections.close_all", lambda: None)
    assert set(wsgi[0].complaints().values()) == {""}
