"""What all tests share: the reference in the database, and the pages' static files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation

DATA = Path(__file__).parent / "data"


def pytest_configure() -> None:
    """Static files under their plain names: hashing them is the business of collectstatic. No hurry for any text."""
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # How long an example takes says how busy the machine is.
    hypothesis.settings.register_profile("patient", parent=hypothesis.settings.default, deadline=None)
    hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A database for each worker; without the pool, which would keep connections open when it is dropped."""
    settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database holds the reference; each test's changes are rolled back."""
    from codes.exchange.apply import seed
    from codes.exchange.bundle import read_bundle
    from codes.exchange.container import Directory
    from codes.groups import seed_groups

    with django_db_blocker.unblock():
        seed(bundle=read_bundle(Directory(settings.FIXTURES_DIR)))
        seed_groups()


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Every test begins and ends in English."""
    with translation.override("en"):
        yield
