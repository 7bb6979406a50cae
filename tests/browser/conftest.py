"""A running server, as `make run` starts it, and Chromium to visit it with."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.server import EDITOR, FLAGS, chromium, serving
from tests.databases import empty_database

VIEWPORT = {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


# Of the package, not of the session: while Playwright runs, its event loop keeps Django from opening
# connections for other tests.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        if os.environ.get("HTTPREF_REQUIRE_BROWSER"):
            pytest.fail("HTTPREF_REQUIRE_BROWSER is set, and no Chromium was found.")
        pytest.skip("no Chromium was found: the browser tests did not run")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database on the engine under test."""
    with empty_database("browser", tmp_path_factory.mktemp("browser")) as url:
        yield url


@pytest.fixture(scope="package")
def server(browser: Browser, database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a fresh database, with an editor's account."""
    with serving(database, tmp_path_factory.mktemp("data")) as (address, manage):
        manage("createsuperuser", "--noinput", "--username", EDITOR[0], "--email", "e@example.com")
        yield address


@pytest.fixture(scope="package")
def shared_context(browser: Browser) -> BrowserContext:
    """A context for all whose pages leave nothing behind: starting a page in a new one takes longer."""
    return browser.new_context(viewport=VIEWPORT)


@pytest.fixture
def visit(browser: Browser, server: str, shared_context: BrowserContext) -> Iterator[Any]:
    """A function that opens a path, in a fresh context of some options or in the ``shared`` one; returns the page.

    At the end of the test no page may have asked another host for anything or complained in the console.
    """
    opened: list[BrowserContext | Page] = []
    complaints: list[str] = []

    def open_page(path: str, *, shared: bool = False, **options: Any) -> Any:
        context = shared_context if shared else browser.new_context(**{"viewport": VIEWPORT, **options})
        page = context.new_page()
        opened.append(page if shared else context)
        page.on("console", lambda message: complaints.append(f"{path}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{path}: {error}"))
        page.on("request", lambda request: request.url.startswith((server, "data:")) or complaints.append(request.url))
        page.goto(server + path)
        return page

    yield open_page
    for one in opened:
        one.close()
    # What is shared stays as it was.
    assert [cookie for one in opened if isinstance(one, Page) for cookie in one.context.cookies()] == []
    # Chromium itself reports a page whose status is an error; that is no complaint of the page.
    assert [line for line in complaints if "Failed to load resource" not in line] == []
