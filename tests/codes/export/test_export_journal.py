import pytest

from codes.export.errors import ExportError
from codes.export.journal import Journal, Known

ONE, TWO = Known("d1" * 16, 10, True), Known("d2" * 16, 20, True)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def written(path):
    """The journal of a version ``aa`` that consists of two files, of which one is done."""
    journal = Journal(path)
    journal.begin("aa", ["one", "two"])
    with journal:
        journal.add({"one": ONE})
    return path


def test_a_directory_without_a_journal_has_no_known_files(path):
    journal = Journal(path)
    assert (journal.version, journal.known) == ("", {})


def test_what_is_done_and_what_was_meant_is_known_again(written):
    journal = Journal(written)
    assert journal.version == "aa"
    assert journal.known == {"one": ONE, "two": Known("", 0, False)}


def test_the_same_version_goes_on(written):
    journal = Journal(written)
    journal.begin("aa", ["one", "two"])
    assert journal.known["one"].done
    with journal:
        journal.add({"two": TWO})
    assert Journal(written).known == {"one": ONE, "two": TWO}


def test_another_version_knows_the_files_but_none_is_done(written):
    journal = Journal(written)
    journal.begin("bb", ["one", "three"])
    expected = {"one": ONE._replace(done=False), "two": Known("", 0, False), "three": Known("", 0, False)}
    assert journal.known == expected
    assert Journal(written).known == expected
    assert Journal(written).version == "bb"


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_last_line_that_was_cut_short_is_as_good_as_none(written, cut):
    with Journal(written) as journal:
        journal.add({"two": TWO})
    content = written.read_bytes()
    written.write_bytes(content[:-cut])
    assert Journal(written).known == {"one": ONE, "two": Known("", 0, False)}


def test_files_that_are_gone_are_forgotten(written):
    journal = Journal(written)
    journal.forget(["two"])
    assert Journal(written).known == {"one": ONE}


@pytest.mark.parametrize("content", [b"", b"hello\n", b"httpref export 2 aa\n", b"httpref export 1 aa"])
def test_another_file_of_that_name_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(ExportError, match="is no journal of an export"):
        Journal(path)


def test_a_journal_that_cannot_be_read_is_named(path):
    path.write_bytes(b"\xff")
    with pytest.raises(ExportError, match="journal cannot be read"):
        Journal(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(ExportError, match="journal cannot be read"):
        Journal(path)
