"""The WSGI application: the page store of the settings, and Django behind it."""

import sys
from importlib import import_module

import pytest
from django.core.handlers.wsgi import WSGIHandler

from httpref import process, settings
from httpref.pages import site


@pytest.fixture
def wsgi(monkeypatch):
    """The module, loaded anew, and what it does: a store would start threads, and the tests' process stays as it is."""
    done = []
    monkeypatch.setattr(site, "application", lambda *arguments: done.append(arguments))
    for name in ("collect_seldom", "spare_what_is_loaded", "interrupt_nobody", "end_when_told"):
        monkeypatch.setattr(process, name, lambda name=name: done.append(name))
    monkeypatch.delitem(sys.modules, "httpref.wsgi", raising=False)
    module = import_module("httpref.wsgi")
    monkeypatch.delitem(sys.modules, "httpref.wsgi")
    return module, done


def test_the_page_store_stands_before_django(wsgi):
    module, done = wsgi
    assert done == ["end_when_told", "interrupt_nobody", (settings, module.load, module.complaints)]


def test_django_is_loaded_without_a_look_for_garbage(wsgi):
    module, done = wsgi
    done.clear()
    assert isinstance(module.load(), WSGIHandler)
    assert done == ["collect_seldom", "spare_what_is_loaded"]


@pytest.mark.django_db
def test_readiness_is_that_of_the_site(wsgi, monkeypatch):
    monkeypatch.setattr("codes.health.connections.close_all", lambda: None)
    assert set(wsgi[0].complaints().values()) == {""}
