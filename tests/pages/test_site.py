"""The page store as the settings ask for it."""

import sys
from types import SimpleNamespace

import pytest
from django.db import connection

from httpref import settings as module
from httpref.pages import site
from httpref.pages.shared import Shared

USUAL = {name: value for name, value in vars(module).items() if name.isupper()}


@pytest.fixture
def make(own_database, tmp_path, monkeypatch):
    """A function that makes the application for settings, with something small in the place of Django."""

    def behind(environ, start_response):
        start_response("200 OK", [])
        return [b"behind"]

    monkeypatch.setattr(sys, "setswitchinterval", lambda seconds: None)  # of the server, not of the tests

    def build(**changed):
        found = {**USUAL, "DATABASES": {"default": connection.settings_dict}, "PAGES_DIR": tmp_path, **changed}
        return site.application(SimpleNamespace(**found), lambda: behind, dict)

    return build


def test_it_knows_the_generation_from_the_start(make):
    application = make()
    assert application.store.generation == application.store.shared.generation != 0
    assert application.loaded.wait(5)
    assert application.journal.out is application.journal.take is None


def test_it_takes_its_limits_and_rules_from_the_settings(make, unused_port):
    application = make(
        PAGES_DISK=2,
        PAGES_MEMORY=3,
        ALLOWED_HOSTS=["www.example.com"],
        BASE_URL="https://www.example.com",
        SECURE_SSL_REDIRECT=True,
        ACCESS_LOG=True,
        METRICS=("127.0.0.1", unused_port),
    )
    assert (application.store.disk, application.store.memory) == (2 * 1024**2, 3 * 1024**2)
    assert application.reception.https_only
    assert application.reception.is_host("www.example.com")
    assert all(application.reception.is_public(path) for path in ("/en/", "/zh-hans/404/", "/api/v1/", "/robots.txt"))
    assert application.journal.out
    assert application.journal.take.__self__.address == ("127.0.0.1", unused_port)


def test_two_sites_of_one_database_share_the_generation(make, tmp_path):
    make()
    assert Shared(tmp_path, connection.settings_dict, create=False).is_fresh()


@pytest.mark.parametrize(
    ("cache", "url"),
    [
        ({"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": ""}, None),
        (
            {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://a:6379/1"},
            "redis://a:6379/1",
        ),
        (
            {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ["redis://b", "redis://c"]},
            "redis://b",
        ),
    ],
)
def test_a_redis_that_is_the_cache_has_the_pages_of_other_hosts(cache, url, make):
    pool = make(CACHES={"default": cache}).store.pool
    assert (pool and pool.url) == url
