import fcntl
import threading

import pytest

from codes.export import directory as module
from codes.export.directory import OWN, opened
from codes.export.errors import ExportError


@pytest.mark.parametrize("is_there", [True, False])
def test_a_new_or_empty_directory_is_taken(tmp_path, is_there):
    site = tmp_path / "a" / "site"
    if is_there:
        site.mkdir(parents=True)
    with opened(site) as own:
        assert own == site / OWN
        assert (own / "scratch").is_dir()


def test_an_earlier_export_is_taken_again_without_what_was_half_written(tmp_path):
    with opened(tmp_path) as own:
        (own / "scratch" / "7.part").write_text("half")
    (tmp_path / "foreign.txt").write_text("mine")
    with opened(tmp_path) as own:
        assert list((own / "scratch").iterdir()) == []
    assert (tmp_path / "foreign.txt").read_text() == "mine"


def test_a_directory_with_foreign_files_is_refused_and_left_alone(tmp_path):
    (tmp_path / "foreign.txt").write_text("mine")
    with pytest.raises(ExportError, match="is not empty, and no export made it"), opened(tmp_path):
        pytest.fail("it was opened")
    assert [path.name for path in tmp_path.iterdir()] == ["foreign.txt"]


def test_one_export_at_a_time_works_in_a_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with opened(tmp_path), pytest.raises(ExportError, match="another export writes to"), opened(tmp_path):
        pytest.fail("it was opened twice")
    with opened(tmp_path):
        pass


def test_a_lock_that_is_about_to_be_released_is_waited_for(tmp_path):
    with opened(tmp_path) as own:
        pass
    with open(own / "lock", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        release = threading.Timer(0.1, fcntl.flock, (other, fcntl.LOCK_UN))
        release.start()
        with opened(tmp_path):
            release.join()
