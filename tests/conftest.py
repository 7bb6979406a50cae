"""What all tests share: the reference in the database, and the pages' static files."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation
from xdist.scheduler import LoadFileScheduling

from httpref.process import collect_seldom, spare_what_is_loaded

DATA = Path(__file__).parent / "data"
# Files that take long, begun first: a worker must not sit idle while the other one begins the longest file last.
LONGEST = (
    "tests/browser/",
    "tests/test_search_load.py",
    "tests/test_search_quality.py",
    "tests/codes/search/test_search_index.py",
    "tests/codes/exchange/test_merge_properties.py",
    "tests/codes/exchange/test_between_installs.py",
    "tests/codes/admin/",
    "tests/codes/commands/",
)


class FilesTogether(LoadFileScheduling):
    """The tests of a file go to one worker, and all browser tests: their server and Chromium start once."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/browser/" if nodeid.startswith("tests/browser/") else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesTogether:
    return FilesTogether(config, log)


@pytest.hookimpl(trylast=True)  # after the shuffling, whose order is kept otherwise
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((i for i, name in enumerate(LONGEST) if item.nodeid.startswith(name)), len(LONGEST))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    spare_what_is_loaded()


def pytest_configure() -> None:
    """Static files under their plain names: hashing them is the business of collectstatic. No hurry for any text."""
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # How long an example takes says how busy the machine is.
    hypothesis.settings.register_profile("patient", parent=hypothesis.settings.default, deadline=None)
    hypothesis.settings.load_profile("patient")
    # Pages that a server of this checkout keeps are none of the tests' business.
    settings.PAGES_DIR = settings.DATA_DIR / "pages-of-tests"
    collect_seldom()


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
    from codes.exchange.container import Directory
    from codes.groups import seed_groups
    from tests.databases import template_of

    with django_db_blocker.unblock():
        seed(bundle=read_bundle(Directory(settings.FIXTURES_DIR)))
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


@pytest.fixture
def empty_database(db: None) -> None:
    """Nothing of the reference in the database. One statement a table: Django would look at each row first."""
    from codes.exchange.bundle import bundled_models

    for model in reversed(bundled_models()):
        for rows in (*(field.remote_field.through for field in model._meta.many_to_many), model):
            rows._default_manager.all()._raw_delete("default")


@pytest.fixture(autouse=True)
def everything_in_english() -> Iterator[None]:
    """Every test begins and ends in English. The name is one that no test gives to an argument of its own."""
    with translation.override("en"):
        yield
