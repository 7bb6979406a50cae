import runpy
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import ConnectionHandler

from httpref import settings as module

Settings = dict[str, Any]
Load = Callable[..., Settings]
ROOT = Path(__file__).parent.parent
CREATE_VTABLE = 29  # SQLITE_CREATE_VTABLE, which the module has no name for before Python 3.12
PRODUCTION = {
    "HTTPREF_ENV": "production",
    "HTTPREF_SECRET_KEY": "a-secret-key-of-a-production-install",
    "HTTPREF_ALLOWED_HOSTS": "www.example.com,example.com",
    "DATABASE_URL": "postgres://httpref:password@db.example.com:5433/reference",
}


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    """A function that runs the settings with nothing in the environment but what it is given."""

    def run(**environment: str) -> Settings:
        for name in module.env.scheme:
            monkeypatch.delenv(name, raising=False)
        for name, value in {"HTTPREF_DATA_DIR": str(tmp_path / "data"), **environment}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(module.__file__))

    return run


# A try-out


def test_nothing_has_to_be_set_for_a_try_out(load, tmp_path):
    settings = load()
    assert not settings["PRODUCTION"]
    assert not settings["DEBUG"]
    assert (settings["HOST"], settings["PORT"], settings["BASE_URL"]) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert set(settings["ALLOWED_HOSTS"]) == {"localhost", "127.0.0.1", "[::1]"}
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "data" / "httpref.sqlite3")
    assert settings["CACHES"]["default"]["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache"
    assert [code for code, _ in settings["LANGUAGES"]] == ["en", "zh-hant", "zh-hans"]
    assert settings["FIXTURES_DIR"] == ROOT / "fixtures"
    assert settings["ONLY_APPROVED"] is False


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(load, tmp_path):
    key = load()["SECRET_KEY"]
    assert len(key) >= 50
    path = tmp_path / "data" / "secret_key"
    assert path.read_text() == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load()["SECRET_KEY"] == key


def test_two_installs_do_not_share_a_secret_key(load, tmp_path):
    assert load()["SECRET_KEY"] != load(HTTPREF_DATA_DIR=str(tmp_path / "other"))["SECRET_KEY"]


def test_a_given_secret_key_is_taken_and_none_is_made(load, tmp_path):
    assert load(HTTPREF_SECRET_KEY="given")["SECRET_KEY"] == "given"
    assert not (tmp_path / "data" / "secret_key").exists()


def test_a_given_secret_key_does_not_keep_the_database_from_being_made(load):
    sqlite3.connect(load(HTTPREF_SECRET_KEY="given")["DATABASES"]["default"]["NAME"]).close()


def test_a_start_that_was_interrupted_leaves_no_empty_secret_key(load, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret_key").touch()
    assert len(load()["SECRET_KEY"]) >= 50


def test_the_address_follows_host_and_port(load):
    settings = load(HOST="192.0.2.1", PORT="8001")
    assert settings["BASE_URL"] == "http://192.0.2.1:8001"
    assert "192.0.2.1" in settings["ALLOWED_HOSTS"]


def test_an_ipv6_address_stands_in_brackets(load):
    settings = load(HOST="::1")
    assert settings["BASE_URL"] == "http://[::1]:8000"


# How it is served


def test_one_worker_serves_a_try_out_without_a_log_and_metrics(load, tmp_path):
    settings = load()
    assert (settings["WORKERS"], settings["THREADS"]) == (1, 4)
    assert (settings["PAGES_DISK"], settings["PAGES_MEMORY"]) == (512, 160)
    assert settings["PAGES_DIR"] == tmp_path / "data" / "pages"
    assert settings["ACCESS_LOG"] is False
    assert settings["METRICS"] is None


def test_workers_log_and_metrics_are_as_asked_for(load):
    settings = load(HTTPREF_WORKERS="3", HTTPREF_ACCESS_LOG="on", HTTPREF_METRICS="[::1]:9100")
    assert (settings["WORKERS"], settings["ACCESS_LOG"], settings["METRICS"]) == (3, True, ("::1", 9100))


def test_production_keeps_an_access_log_unless_told_otherwise(load):
    assert load(**PRODUCTION)["ACCESS_LOG"] is True
    assert load(**PRODUCTION, HTTPREF_ACCESS_LOG="off")["ACCESS_LOG"] is False


def test_readers_can_be_shown_approved_texts_only(load):
    assert load(HTTPREF_ONLY_APPROVED="on")["ONLY_APPROVED"] is True


# Production


def test_production_names_everything_that_is_missing(load):
    with pytest.raises(ImproperlyConfigured) as caught:
        load(HTTPREF_ENV="production")
    assert str(caught.value) == (
        "in production these settings are required, and missing: "
        "HTTPREF_SECRET_KEY, HTTPREF_ALLOWED_HOSTS, DATABASE_URL."
    )


@pytest.mark.parametrize("name", ["HTTPREF_SECRET_KEY", "HTTPREF_ALLOWED_HOSTS", "DATABASE_URL"])
@pytest.mark.parametrize("value", [None, ""])
def test_production_refuses_to_start_without_each_of_them(name, value, load, tmp_path):
    environment = {**PRODUCTION, name: value}
    with pytest.raises(ImproperlyConfigured, match=f"missing: {name}\\.$"):
        load(**{key: value for key, value in environment.items() if value is not None})
    assert not (tmp_path / "data").exists()


def test_production_takes_what_it_is_given_and_trusts_only_https(load):
    settings = load(**PRODUCTION)
    assert settings["SECRET_KEY"] == PRODUCTION["HTTPREF_SECRET_KEY"]
    assert settings["ALLOWED_HOSTS"] == ["www.example.com", "example.com"]
    assert settings["BASE_URL"] == "https://www.example.com"
    assert not settings["DEBUG"]
    for name in ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        assert settings[name], name


def test_production_asks_for_a_second_factor_and_trusts_one_proxy_unless_told_otherwise(load):
    settings = load(**PRODUCTION)
    assert (settings["SECOND_FACTOR"], settings["PROXIES"]) == (True, 1)
    settings = load(**PRODUCTION, HTTPREF_SECOND_FACTOR="off", HTTPREF_PROXIES="0")
    assert (settings["SECOND_FACTOR"], settings["PROXIES"]) == (False, 0)


def test_a_try_out_asks_for_a_password_only_and_trusts_no_proxy(load):
    settings = load()
    assert (settings["SECOND_FACTOR"], settings["PROXIES"]) == (False, 0)
    assert load(HTTPREF_SECOND_FACTOR="on")["SECOND_FACTOR"] is True


def test_a_site_without_https_is_not_redirected_to_it(load):
    assert not load(**PRODUCTION, HTTPREF_BASE_URL="http://intranet.example")["SECURE_SSL_REDIRECT"]


def test_the_base_url_of_all_subdomains_is_the_domain(load):
    assert load(**{**PRODUCTION, "HTTPREF_ALLOWED_HOSTS": ".example.com"})["BASE_URL"] == "https://example.com"


def test_a_given_base_url_is_taken_without_its_last_slash(load):
    assert load(HTTPREF_BASE_URL="https://codes.example/")["BASE_URL"] == "https://codes.example"


def test_blanks_between_the_parts_of_a_list_do_not_count(load):
    settings = load(HTTPREF_ALLOWED_HOSTS="a.example, b.example", HTTPREF_LANGUAGES="en, ZH-Hant")
    assert settings["ALLOWED_HOSTS"] == ["a.example", "b.example"]
    assert [code for code, _ in settings["LANGUAGES"]] == ["en", "zh-hant"]


# What is refused


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"HTTPREF_ENV": "prod"}, "HTTPREF_ENV is either 'development' or 'production'."),
        ({"PORT": "http"}, "PORT is a number, not 'http'."),
        ({"HTTPREF_SOURCE": "Our Company"}, "HTTPREF_SOURCE is a name in small letters, digits and hyphens."),
        ({"HTTPREF_BUNDLE_LIMIT": "-1"}, "HTTPREF_BUNDLE_LIMIT is a number from 1 on, not -1."),
        ({"HTTPREF_WORKERS": "two"}, "HTTPREF_WORKERS is a number, not 'two'."),
        ({"HTTPREF_WORKERS": "-1"}, "HTTPREF_WORKERS is a number from 1 on, not -1."),
        ({"HTTPREF_THREADS": "-4"}, "HTTPREF_THREADS is a number from 1 on, not -4."),
        ({"HTTPREF_PAGES_DISK": "-1"}, "HTTPREF_PAGES_DISK is a number from 1 on, not -1."),
        ({"HTTPREF_PAGES_MEMORY": "-1"}, "HTTPREF_PAGES_MEMORY is a number from 1 on, not -1."),
        ({"HTTPREF_ACCESS_LOG": "yes"}, "HTTPREF_ACCESS_LOG is either 'on' or 'off'."),
        ({"HTTPREF_ONLY_APPROVED": "true"}, "HTTPREF_ONLY_APPROVED is either 'on' or 'off'."),
        ({"HTTPREF_PROXIES": "-1"}, "HTTPREF_PROXIES is a number from 0 to 9."),
        ({"HTTPREF_PROXIES": "one"}, "HTTPREF_PROXIES is a number from 0 to 9."),
        ({"HTTPREF_SECOND_FACTOR": "yes"}, "HTTPREF_SECOND_FACTOR is either 'on' or 'off'."),
        ({"HTTPREF_SIGN_IN_FAILURES": "-1"}, "HTTPREF_SIGN_IN_FAILURES is a number from 1 on, not -1."),
        ({"HTTPREF_SIGN_IN_PAUSE": "-1"}, "HTTPREF_SIGN_IN_PAUSE is a number from 1 on, not -1."),
        ({"HTTPREF_TRAIL_DAYS": "-1"}, "HTTPREF_TRAIL_DAYS is a number from 1 on, not -1."),
        ({"HTTPREF_METRICS": "9100"}, "HTTPREF_METRICS is an address and a port such as 127.0.0.1:9100."),
        ({"HTTPREF_METRICS": "localhost:http"}, "HTTPREF_METRICS is an address and a port such as 127.0.0.1:9100."),
        ({"HTTPREF_METRICS": "localhost:"}, "HTTPREF_METRICS is an address and a port such as 127.0.0.1:9100."),
        ({"HTTPREF_BASE_URL": "www.example.com"}, "HTTPREF_BASE_URL is an address such as https://www.example.com"),
        ({"HTTPREF_BASE_URL": "ftp://example.com"}, "HTTPREF_BASE_URL is an address such as "),
        ({"HTTPREF_BASE_URL": "https:///codes"}, "HTTPREF_BASE_URL is an address such as "),
        ({"HTTPREF_BASE_URL": "https://["}, "HTTPREF_BASE_URL is an address such as "),
        ({"HTTPREF_LANGUAGES": "zh-hant,zh-hans"}, "HTTPREF_LANGUAGES contains 'en' and otherwise only: en, zh-hant, "),
        ({"HTTPREF_LANGUAGES": "en,tlh"}, "HTTPREF_LANGUAGES contains 'en' and otherwise only: en, zh-hant, "),
        ({"DATABASE_URL": "mysql://localhost/httpref"}, "DATABASE_URL names a SQLite or a PostgreSQL database."),
        ({"DATABASE_URL": "oracle9://localhost/httpref"}, "DATABASE_URL names a SQLite or a PostgreSQL database."),
        ({"DATABASE_URL": "httpref.sqlite3"}, "DATABASE_URL or CACHE_URL cannot be read: "),
        ({"DATABASE_URL": "postgres://localhost:port/httpref"}, "DATABASE_URL or CACHE_URL cannot be read: "),
        ({"CACHE_URL": "memory"}, "DATABASE_URL or CACHE_URL cannot be read: "),
    ],
    ids=lambda value: ascii(value) if isinstance(value, dict) else "",
)
def test_a_setting_that_makes_no_sense_is_refused_with_its_name(environment, message, load):
    with pytest.raises(ImproperlyConfigured) as caught:
        load(**environment)
    assert str(caught.value).startswith(message)


def test_all_hosts_are_no_base_url(load):
    environment = {**PRODUCTION, "HTTPREF_ALLOWED_HOSTS": "*"}
    with pytest.raises(ImproperlyConfigured, match="HTTPREF_BASE_URL"):
        load(**environment)
    assert load(**environment, HTTPREF_BASE_URL="https://codes.example")["BASE_URL"] == "https://codes.example"


def test_a_data_directory_that_cannot_be_made_is_refused(load, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="HTTPREF_DATA_DIR"):
        load(HTTPREF_DATA_DIR=str(tmp_path / "file"))


def test_an_empty_setting_is_as_good_as_none(load, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = load(HTTPREF_SECRET_KEY="given", HTTPREF_DATA_DIR="", HTTPREF_FIXTURES_DIR="", CACHE_URL="")
    assert (settings["DATA_DIR"], settings["FIXTURES_DIR"]) == (ROOT / "var", ROOT / "fixtures")
    assert settings["CACHES"]["default"]["BACKEND"] == "django.core.cache.backends.locmem.LocMemCache"


@pytest.mark.parametrize("url", ["//httpref:password@localhost/x", "httpref:password@localhost/x"])
def test_a_refused_address_does_not_tell_its_password(url, load):
    with pytest.raises(ImproperlyConfigured) as caught:
        load(DATABASE_URL=url)
    assert "password" not in str(caught.value)


# Database and cache


@pytest.fixture
def sqlite(load: Load, django_db_blocker: Any) -> Iterator[Any]:
    """A connection to a SQLite file, as the settings make it."""
    database = load()["DATABASES"]["default"]
    connection = ConnectionHandler({"default": database})["default"]
    with django_db_blocker.unblock():
        yield connection
        connection.close()


def pragma(connection: Any, name: str) -> Any:
    with connection.cursor() as cursor:
        return cursor.execute(f"PRAGMA {name}").fetchone()[0]


def test_sqlite_stays_open_between_requests(sqlite):
    sqlite.ensure_connection()
    opened = sqlite.connection
    sqlite.close_if_unusable_or_obsolete()  # what Django does at both ends of a request
    assert sqlite.connection is opened


def test_sqlite_writes_ahead_and_waits_for_its_turn(sqlite):
    assert pragma(sqlite, "journal_mode") == "wal"
    assert pragma(sqlite, "synchronous") == 1
    assert pragma(sqlite, "busy_timeout") == 20_000
    assert pragma(sqlite, "foreign_keys") == 1


def test_a_transaction_in_sqlite_takes_the_right_to_write_from_its_beginning_and_lets_others_read(sqlite):
    with sqlite.cursor() as cursor:
        cursor.execute("CREATE TABLE word (text)")
    other = sqlite3.connect(sqlite.settings_dict["NAME"], timeout=0, isolation_level=None)
    sqlite.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert other.execute("SELECT count(*) FROM word").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("INSERT INTO word VALUES ('a')")
    sqlite.rollback()
    other.execute("INSERT INTO word VALUES ('a')")
    other.close()


def test_postgresql_is_pooled(load):
    database = load(**PRODUCTION)["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["NAME"], database["USER"]) == ("reference", "httpref")
    assert (database["HOST"], database["PORT"]) == ("db.example.com", 5433)
    connection = ConnectionHandler({"default": database})["default"]
    assert (connection.pool.min_size, connection.pool.max_size, connection.pool.timeout) == (1, 10, 10)
    connection.close_pool()


def test_options_of_the_database_url_are_kept_beside_the_pool(load):
    url = PRODUCTION["DATABASE_URL"] + "?sslmode=verify-full"
    options = load(**{**PRODUCTION, "DATABASE_URL": url})["DATABASES"]["default"]["OPTIONS"]
    assert options["sslmode"] == "verify-full"
    assert "pool" in options


def test_redis_is_the_cache_on_demand(load):
    cache = load(CACHE_URL="rediscache://127.0.0.1:6379/1")["CACHES"]["default"]
    assert cache["BACKEND"].endswith("RedisCache")
    assert cache["LOCATION"] == "redis://127.0.0.1:6379/1"


def test_a_sqlite_without_fts5_is_refused_with_what_to_do(load, monkeypatch):
    def connect(name: str) -> sqlite3.Connection:
        connection = real(name)
        connection.set_authorizer(lambda action, *rest: sqlite3.SQLITE_DENY if action == CREATE_VTABLE else 0)
        return connection

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(ImproperlyConfigured, match="built without FTS5, which the search needs. Use another build"):
        load()
    load(DATABASE_URL="postgres://localhost/httpref")
