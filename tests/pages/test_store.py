"""The pages of the current generation."""

import errno
import threading

import pytest

from httpref.pages import store as module
from httpref.pages.shared import UNKNOWN, Shared
from httpref.pages.store import Store
from tests.pages.pages import DATABASE, content_of, page_of


def store_in(directory, memory=10_000_000, release="f" * 16):
    store = Store(Shared(directory, DATABASE), directory, release, disk=10_000_000, memory=memory)
    store.move()
    return store


@pytest.fixture
def store(tmp_path):
    """A store of the generation 1."""
    Shared(tmp_path, DATABASE).publish(1)
    return store_in(tmp_path)


def put(store, *names, generation=1):
    for name in names:
        store.put(f"/{name}/", generation, page_of(name))


def write_all(store):
    while not store.waiting.empty():
        store.write_one(*store.waiting.get())


def found(store, name):
    page = store.pages.get(f"/{name}/") or store.find(f"/{name}/")
    return page and page.part(["identity"]).content


def test_a_page_is_there_at_once_and_after_it_was_written(store):
    put(store, "a")
    assert found(store, "a") == content_of("a")
    write_all(store)
    assert store.pages == {}
    assert found(store, "a") == content_of("a")
    assert "/a/" in store.pages


def test_other_processes_and_later_ones_find_what_was_written(store, tmp_path):
    other = store_in(tmp_path)
    put(store, "a")
    write_all(store)
    assert found(other, "a") == content_of("a")
    assert found(store_in(tmp_path), "a") == content_of("a")
    assert found(store_in(tmp_path, release="0" * 16), "a") is None


def test_a_new_generation_has_none_of_the_pages(store):
    put(store, "a")
    write_all(store)
    put(store, "b")
    store.shared.publish(2)
    store.move()
    assert found(store, "a") is None
    assert found(store, "b") is None
    write_all(store)
    assert found(store, "b") is None


@pytest.mark.parametrize("generation", [UNKNOWN, 1, 3])
def test_a_page_of_another_content_than_the_current_one_is_not_stored(generation, store):
    store.shared.publish(2)
    store.move()
    put(store, "a", generation=generation)
    assert found(store, "a") is None


def test_a_page_that_is_late_by_the_time_between_two_looks_is_not_stored(store):
    store.shared.publish(2)
    put(store, "a", generation=1)
    put(store, "b", generation=2)
    assert store.pages == {}


def test_nothing_is_stored_while_nobody_knows_the_generation(tmp_path):
    store = store_in(tmp_path)
    put(store, "a", generation=UNKNOWN)
    assert found(store, "a") is None
    assert not list(tmp_path.glob("*.pages"))


def test_a_page_of_an_older_generation_is_not_written(store):
    page = page_of("a")
    store.shared.publish(2)
    store.move()
    store.write_one("/a/", 1, page, False)
    assert found(store, "a") is None


def test_turning_to_the_generation_that_is_current_already_loses_nothing(store):
    put(store, "a")
    store.move()
    assert "/a/" in store.pages


def test_memory_is_limited_and_what_went_comes_back_from_the_files(tmp_path):
    Shared(tmp_path, DATABASE).publish(1)
    names = [str(number) for number in range(30)]
    store = store_in(tmp_path, memory=30_000)
    put(store, *names)
    write_all(store)
    for name in names:
        assert found(store, name) == content_of(name)
        held = sum(len(part.content) for page in store.pages.values() for part in page.parts.values())
        assert held <= 40_000
    assert 0 < len(store.pages) < 20


def test_a_damaged_page_is_rendered_anew(store):
    put(store, "a")
    write_all(store)
    assert found(store, "a")
    store.drop("/a/")
    assert found(store, "a") is None
    store.shelf = None
    store.drop("/a/")


def test_without_the_disk_pages_are_kept_in_memory_and_it_is_logged_once(store, monkeypatch, caplog):
    def full(descriptor, data, place):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.pwrite", full)
        put(store, "a", "b")
        write_all(store)
    assert (found(store, "a"), found(store, "b")) == (content_of("a"), content_of("b"))
    assert caplog.text.count("No space left") == 1
    put(store, "c")
    write_all(store)
    assert "/c/" not in store.pages
    assert found(store, "c") == content_of("c")


def test_while_the_generation_is_unknown_no_files_are_opened(store, tmp_path):
    store.shared.forget()
    store.move()
    assert store.shelf is None
    assert found(store, "a") is None


def test_files_that_cannot_be_opened_are_opened_as_soon_as_they_can(store, tmp_path, monkeypatch, caplog):
    with monkeypatch.context() as patched:
        patched.setattr(module, "Shelf", lambda *arguments: (_ for _ in ()).throw(OSError("read-only")))
        store.shared.publish(2)
        store.move()
    assert "read-only" in caplog.text
    assert found(store, "a") is None
    put(store, "a", generation=2)
    write_all(store)
    assert store_in(tmp_path).find("/a/") is not None


def test_pages_are_written_in_the_background(store, tmp_path):
    written = threading.Event()
    real = store.add

    def add(*arguments):
        real(*arguments)
        written.set()

    store.add = add
    store.start()
    put(store, "a")
    assert written.wait(5)
    assert found(store_in(tmp_path), "a") == content_of("a")
