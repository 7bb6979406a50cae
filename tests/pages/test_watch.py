"""The process that asks the database, and what happens while it cannot be asked."""

import os
import threading

import pytest

from httpref.pages import watch as module
from httpref.pages.shared import UNKNOWN, Shared
from httpref.pages.watch import Watch
from tests.pages.pages import DATABASE


class Source:
    """A database that answers with a number, or fails."""

    def __init__(self):
        self.answer = 1
        self.asked = 0

    def generation(self):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def shared(tmp_path):
    return Shared(tmp_path, DATABASE)


@pytest.fixture
def watch(shared, source):
    return Watch(shared, source)


def test_what_the_database_says_is_published(watch, shared, source):
    watch.tick()
    assert shared.generation == 1
    source.answer = 2
    watch.tick()
    assert shared.generation == 2


def test_one_process_of_a_host_asks_until_it_ends(watch, shared, source, tmp_path):
    watch.tick()
    other_source = Source()
    other = Watch(Shared(tmp_path, DATABASE), other_source)
    other.tick()
    watch.tick()
    assert (source.asked, other_source.asked) == (2, 0)
    os.close(watch.duty)
    other.tick()
    assert other_source.asked == 1


def test_a_database_that_does_not_answer_leaves_the_last_generation_and_is_logged_once(watch, shared, source, caplog):
    watch.tick()
    source.answer = OSError("gone")
    watch.tick()
    watch.tick()
    assert shared.generation == 1
    assert caplog.text.count("gone") == 1
    source.answer = 3
    watch.tick()
    watch.tick()
    assert shared.generation == 3
    assert caplog.text.count("answers again") == 1


def test_pages_that_nobody_could_confirm_for_a_day_are_not_shown(watch, shared, source, monkeypatch):
    watch.tick()
    source.answer = OSError("gone")
    watch.tick()
    later = module.time.monotonic() + module.MOST_STALE + 1
    monkeypatch.setattr(module.time, "monotonic", lambda: later)
    monkeypatch.setattr(module.time, "monotonic_ns", lambda: int(later * 10**9))
    watch.tick()
    assert shared.generation == UNKNOWN


def test_what_another_process_just_read_is_believed_at_the_start(watch, shared, source):
    shared.publish(5)
    watch.believe_or_check()
    assert shared.generation == 5


def test_what_is_left_from_an_earlier_run_is_checked_at_the_start(watch, shared, source):
    shared.publish(5)
    shared.words[1] = 0
    watch.believe_or_check()
    assert shared.generation == 1


def test_a_start_without_the_database_shows_what_was_last_known(watch, shared, source):
    shared.publish(5)
    shared.words[1] = 0
    source.answer = OSError("gone")
    watch.believe_or_check()
    assert shared.generation == 5


def test_a_process_watches_by_itself(watch, shared, source, monkeypatch):
    monkeypatch.setattr(module, "INTERVAL", 0.01)
    asked = threading.Event()
    monkeypatch.setattr(watch, "try_to_tick", asked.set)
    watch.start()
    assert asked.wait(5)
    assert shared.generation == 1


def test_it_watches_until_the_process_ends_whatever_goes_wrong(watch, shared, monkeypatch, caplog):
    class Over(BaseException):
        pass

    steps = iter([None, OSError("disk"), OSError("disk"), None, OSError("disk"), Over()])

    def step():
        if error := next(steps):
            raise error

    monkeypatch.setattr(module, "INTERVAL", 0)
    monkeypatch.setattr(watch, "tick", step)
    with pytest.raises(Over):
        watch.run()
    assert caplog.text.count("the generation cannot be kept") == 2
