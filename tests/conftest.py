"""What all tests share: the reference in the database, and the pages' static files."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

DATA = Path(__file__).parent / "data"


def pytest_configure() -> None:
    """Static files under their plain names: hashing them is the business of collectstatic."""
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # Pages that a server of this checkout keeps are none of the tests' business.
    settings.PAGES_DIR = settings.DATA_DIR / "pages-of-tests"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A database for each worker; without the pool, which would keep connections open when it is dropped."""
    settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The test database holds the reference; each test's changes are rolled back. The value is a copy to copy from."""
    from django.db import connection

    from codes.exchange.apply import seed
    from codes.exchange.bundle import read_bundle
    from codes.groups import seed_groups
    from tests.databases import template_of

    with django_db_blocker.unblock():
        seed(bundle=read_bundle(settings.FIXTURES_DIR), progress=lambda name, count: None)
        seed_groups()
        copying = ExitStack()
        name = copying.enter_context(template_of(connection, tmp_path_factory.mktemp("template")))
    with copying:
        yield name


@pytest.fixture
def own_database(db: None, django_db_setup: str, tmp_path: Path) -> Iterator[str]:
    """The address of a copy of the reference that is the default database meanwhile; tests commit to it."""
    from tests.databases import copy_of_the_reference, default_database

    with copy_of_the_reference(django_db_setup, "own", tmp_path) as url, default_database(url):
        yield url


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Every test begins and ends in English."""
    with translation.override("en"):
        yield
