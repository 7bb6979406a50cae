"""Databases beside the tests' own, for what runs in processes of its own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import ConnectionHandler, connections


@contextmanager
def empty_database(name: str, directory: Path) -> Iterator[str]:
    """The address of an empty database on the engine under test; on SQLite a file in ``directory``."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield f"sqlite:///{directory / name}.sqlite3"
        return
    name = f"test_httpref_{name}_{os.getpid()}"
    server = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def address_on_server(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@contextmanager
def template_of(connection: Any, directory: Path) -> Iterator[str]:
    """The name of a copy of a database that nobody is connected to, so that it can be copied at any time."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(directory / "template.sqlite3")])
        yield str(directory / "template.sqlite3")
        return
    name = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(address_on_server("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}_template TEMPLATE {name}")
    yield f"{name}_template"
    with psycopg.connect(address_on_server("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE {name}_template WITH (FORCE)")


@contextmanager
def copy_of_the_reference(template: str, name: str, directory: Path) -> Iterator[str]:
    """The address of a database with the reference, for tests that commit."""
    if template.endswith(".sqlite3"):
        yield f"sqlite:///{shutil.copy(template, directory / f'{name}.sqlite3')}"
        return
    name = f"test_httpref_{name}_{os.getpid()}"
    with psycopg.connect(address_on_server("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield address_on_server(name)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def default_database(url: str) -> Iterator[None]:
    """Put another database of the engine under test in the place of the tests' own, in this thread."""
    from django.contrib.contenttypes.models import ContentType  # not before Django is set up

    usual = connections["default"]
    name = url.removeprefix("sqlite:///") if usual.vendor == "sqlite" else url.rpartition("/")[2]
    configuration = {**settings.DATABASES["default"], "NAME": name}
    connections["default"] = ConnectionHandler({"default": configuration})["default"]
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual
        ContentType.objects.clear_cache()
