"""The files of pages: shared, limited, and never believed without a check."""

import errno
import logging
import os

import pytest

from httpref.pages.files import HEADER, File, Shelf
from httpref.pages.page import pack
from tests.pages.pages import content_of, page_of

RELEASE = "0123456789abcdef"
LIMIT = 10_000_000


def shelf_in(directory, generation=1, release=RELEASE, limit=LIMIT):
    return Shelf(directory, release, generation, limit)


def add(shelf, *names):
    for name in names:
        shelf.add(f"/{name}/", *pack(page_of(name)))


def content(shelf, name):
    """What the shelf has for a path; None if nothing."""
    page = shelf.page(f"/{name}/")
    return page and page.part(["identity"]).content


def only_file(directory):
    (path,) = directory.glob("*.pages")
    return path


def test_a_page_is_found_again_by_the_process_that_stored_it_and_by_others(tmp_path):
    ours, theirs = shelf_in(tmp_path), shelf_in(tmp_path)
    add(ours, "a")
    add(theirs, "b")
    for shelf in (ours, theirs, shelf_in(tmp_path)):
        assert (content(shelf, "a"), content(shelf, "b")) == (content_of("a"), content_of("b"))
        assert content(shelf, "c") is None


def test_a_page_that_two_processes_render_is_stored_once(tmp_path):
    ours, theirs = shelf_in(tmp_path), shelf_in(tmp_path)
    add(ours, "a")
    size = only_file(tmp_path).stat().st_size
    add(theirs, "a")
    assert only_file(tmp_path).stat().st_size == size
    assert content(theirs, "a") == content_of("a")


def test_only_the_owner_can_read_the_files(tmp_path):
    shelf_in(tmp_path)
    assert only_file(tmp_path).stat().st_mode & 0o077 == 0


def test_another_generation_has_pages_of_its_own_and_the_older_ones_go(tmp_path):
    add(shelf_in(tmp_path, 1), "a")
    newer = shelf_in(tmp_path, 2)
    assert content(newer, "a") is None
    assert only_file(tmp_path).name.startswith(f"{RELEASE}-{2:016x}")


def test_another_release_keeps_its_files_for_a_day(tmp_path):
    add(shelf_in(tmp_path, release="f" * 16), "a")
    other = only_file(tmp_path)
    assert content(shelf_in(tmp_path), "a") is None
    assert other.exists()
    time = other.stat().st_mtime - 25 * 3600
    os.utime(other, (time, time))
    shelf_in(tmp_path, 2)
    assert not other.exists()


# Damage


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.99])
def test_a_file_that_was_cut_off_gives_its_whole_pages_and_goes_on(share, tmp_path, caplog):
    add(shelf_in(tmp_path), "a", "b", "c")
    path = only_file(tmp_path)
    whole = path.stat().st_size
    os.truncate(path, int(whole * share))
    shelf = shelf_in(tmp_path)
    found = [content(shelf, name) for name in "abc"]
    assert found[2] is None
    assert [one for one in found if one] == [content_of(name) for name in "ab"][: 2 - found[:2].count(None)]
    add(shelf, "a", "b", "c")
    assert [content(shelf_in(tmp_path), name) for name in "abc"] == [content_of(name) for name in "abc"]
    assert path.stat().st_size == whole
    assert "given up" in caplog.text or "begun anew" in caplog.text


def test_no_changed_byte_makes_a_wrong_page(tmp_path):
    add(shelf_in(tmp_path), "a", "b")
    path = only_file(tmp_path)
    sound = path.read_bytes()
    for place in range(0, len(sound), 37):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0x55]) + sound[place + 1 :])
        shelf = shelf_in(tmp_path)
        for name in "ab":
            try:
                assert content(shelf, name) in (None, content_of(name)), place
            except Exception as error:
                assert type(error).__name__ == "Damaged", place


@pytest.mark.parametrize("start", [b"httpref pages 0\n", b"", b"\x00" * 16, b"SQLite format 3\x00"])
def test_a_file_of_another_version_is_begun_anew(start, tmp_path, caplog):
    add(shelf_in(tmp_path), "a")
    path = only_file(tmp_path)
    path.write_bytes(start + path.read_bytes()[len(HEADER) :])
    shelf = shelf_in(tmp_path)
    assert content(shelf, "a") is None
    assert "begun anew" in caplog.text
    add(shelf, "a")
    assert content(shelf_in(tmp_path), "a") == content_of("a")


def test_a_description_that_cannot_be_read_is_logged_and_as_good_as_not_there(tmp_path, caplog):
    shelf = shelf_in(tmp_path)
    shelf.add("/a/", b"{}", b"")
    shelf.add("/b/", b"\xff", b"")
    assert shelf.page("/a/") is None
    assert shelf.page("/b/") is None
    assert caplog.text.count("is damaged") == 2


def test_a_long_description_is_read_whole(tmp_path):
    page = page_of("a")
    page.fields.append(("X-Long", "x" * 10_000))
    shelf_in(tmp_path).add("/a/", *pack(page))
    assert ("X-Long", "x" * 10_000) in shelf_in(tmp_path).page("/a/").part(["br"]).fields


def test_a_forgotten_page_is_not_found_any_more(tmp_path):
    shelf = shelf_in(tmp_path)
    add(shelf, "a")
    shelf.forget("/a/")
    assert content(shelf, "a") is None


# Limits and disks


def test_the_oldest_pages_go_when_the_limit_is_reached_in_every_process(tmp_path):
    names = [str(number) for number in range(40)]
    size = sum(map(len, pack(page_of("10")))) + 50
    ours, theirs = shelf_in(tmp_path, limit=10 * size), shelf_in(tmp_path, limit=10 * size)
    for name in names:
        add(ours, name)
        assert sum(path.stat().st_size for path in tmp_path.glob("*.pages")) <= 13 * size
    kept = [name for name in names if content(theirs, name)]
    assert kept == names[-len(kept) :]
    assert 5 <= len(kept) <= 13
    add(theirs, "one more")
    assert content(ours, "one more") == content_of("one more")
    assert content(shelf_in(tmp_path, limit=10 * size), "39") == content_of("39")


def test_pages_of_a_deleted_file_are_still_read_and_new_ones_go_into_a_new_file(tmp_path):
    shelf = shelf_in(tmp_path)
    add(shelf, "a")
    only_file(tmp_path).unlink()
    add(shelf, "b")
    assert (content(shelf, "a"), content(shelf, "b")) == (content_of("a"), content_of("b"))
    assert content(shelf_in(tmp_path), "b") == content_of("b")


@pytest.mark.parametrize("written", [0, 100])
def test_a_full_disk_is_an_error_and_leaves_nothing_half_written(written, tmp_path, monkeypatch, caplog):
    shelf = shelf_in(tmp_path)
    add(shelf, "a")
    real = os.pwrite

    def full(descriptor, data, place):
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data[:written], place)

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match="space|in full"):
            add(shelf, "b")
    with caplog.at_level(logging.WARNING):
        add(shelf, "b")
    assert [content(shelf_in(tmp_path), name) for name in "ab"] == [content_of("a"), content_of("b")]
    assert ("given up" in caplog.text) is bool(written)


def test_a_directory_that_cannot_be_used_is_an_error(tmp_path):
    with pytest.raises(OSError):
        File(tmp_path / "nowhere" / "x.pages")
