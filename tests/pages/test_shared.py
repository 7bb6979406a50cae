"""The generation that the processes of a host share."""

import multiprocessing
import time

import pytest

from httpref.pages import shared as module
from httpref.pages.shared import BOOT, CHECKED, SIZE, UNKNOWN, Shared, identity

DATABASE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/data/httpref.sqlite3", "PASSWORD": "secret"}


def test_what_one_process_publishes_all_others_see_at_once(tmp_path):
    ours, theirs = Shared(tmp_path, DATABASE), Shared(tmp_path, DATABASE)
    assert ours.generation == theirs.generation == UNKNOWN
    process = multiprocessing.get_context("fork").Process(target=Shared(tmp_path, DATABASE).publish, args=(2**64 - 1,))
    process.start()
    process.join()
    assert ours.generation == theirs.generation == 2**64 - 1


def test_it_survives_the_processes(tmp_path):
    Shared(tmp_path, DATABASE).publish(7)
    assert Shared(tmp_path, DATABASE).generation == 7


def test_another_database_has_another_word_and_no_password_names_it(tmp_path):
    Shared(tmp_path, DATABASE).publish(7)
    assert Shared(tmp_path, {**DATABASE, "NAME": "/data/other.sqlite3"}).generation == UNKNOWN
    assert identity(DATABASE) == identity({**DATABASE, "PASSWORD": "other"})


def test_whoever_does_not_serve_makes_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        Shared(tmp_path, DATABASE, create=False)
    Shared(tmp_path, DATABASE).publish(7)
    assert Shared(tmp_path, DATABASE, create=False).generation == 7


@pytest.mark.parametrize("size", [0, SIZE - 1, SIZE + 1])
def test_a_file_of_a_wrong_size_is_made_anew(size, tmp_path):
    shared = Shared(tmp_path, DATABASE)
    shared.path.write_bytes(b"\xff" * size)
    assert Shared(tmp_path, DATABASE).generation == UNKNOWN
    assert shared.path.stat().st_size == SIZE


def test_a_file_that_was_put_in_its_place_is_followed(tmp_path):
    shared = Shared(tmp_path, DATABASE)
    shared.publish(7)
    shared.follow_file()
    assert shared.generation == 7
    shared.path.unlink()
    shared.follow_file()
    assert shared.generation == UNKNOWN
    Shared(tmp_path, DATABASE).publish(8)
    assert shared.generation == 8


def test_a_directory_that_is_gone_is_made_again(tmp_path):
    shared = Shared(tmp_path / "pages", DATABASE)
    shared.path.unlink()
    shared.path.parent.rmdir()
    shared.follow_file()
    assert Shared(tmp_path / "pages", DATABASE, create=False).generation == UNKNOWN


def test_where_no_file_can_be_made_a_process_has_a_word_of_its_own(tmp_path, caplog):
    (tmp_path / "pages").write_text("a file")
    shared = Shared(tmp_path / "pages", DATABASE)
    assert "not shared" in caplog.text
    with shared.lock():
        shared.publish(7)
    shared.follow_file()
    assert shared.generation == 7


def test_only_what_was_checked_a_moment_ago_and_since_the_machine_started_is_fresh(tmp_path):
    shared = Shared(tmp_path, DATABASE)
    assert not shared.is_fresh()
    shared.publish(7)
    assert shared.is_fresh()
    for word, value in (
        (CHECKED, time.monotonic_ns() - module.FRESH),
        (CHECKED, time.monotonic_ns() + 10**12),  # of an earlier start of the machine, whose clock was further on
        (BOOT, 1),
    ):
        shared.publish(7)
        shared.words[word] = value
        assert not shared.is_fresh()


def test_a_machine_without_a_name_for_its_start_has_zero(monkeypatch):
    monkeypatch.setattr(module.Path, "read_text", lambda self: "no number")
    assert module.boot() == 0


def test_nobody_answers_from_the_store_once_it_is_forgotten(tmp_path):
    shared = Shared(tmp_path, DATABASE)
    shared.publish(7)
    shared.forget()
    assert shared.generation == UNKNOWN


def test_one_process_at_a_time_has_the_lock(tmp_path):
    shared = Shared(tmp_path, DATABASE)
    fork = multiprocessing.get_context("fork")
    entered = fork.Event()

    def enter():
        with shared.lock():
            entered.set()

    with shared.lock():
        process = fork.Process(target=enter)
        process.start()
        assert not entered.wait(0.1)
    assert entered.wait(5)
    process.join()
    assert process.exitcode == 0
