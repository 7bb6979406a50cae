import gzip

import brotli
import pytest

from codes.export.files import Files, digest_of

CONTENT = b"<p>404 Not Found</p>" * 50


@pytest.fixture
def files(tmp_path):
    (tmp_path / "scratch").mkdir()
    (tmp_path / "site").mkdir()
    return Files(tmp_path / "site", tmp_path / "scratch")


def test_a_file_is_written_with_its_compressed_forms(files):
    files.write("en/404/index.html", CONTENT)
    path = files.path("en/404/index.html")
    assert path.read_bytes() == CONTENT
    assert brotli.decompress(path.with_name("index.html.br").read_bytes()) == CONTENT
    assert gzip.decompress(path.with_name("index.html.gz").read_bytes()) == CONTENT
    assert list(files.scratch.iterdir()) == []


def test_the_same_content_gives_the_same_bytes(files):
    files.write("one", CONTENT)
    files.write("two", CONTENT)
    for form in ("", ".br", ".gz"):
        assert files.path(f"one{form}").read_bytes() == files.path(f"two{form}").read_bytes()
    assert digest_of(CONTENT) == digest_of(bytes(CONTENT)) != digest_of(CONTENT + b" ")


def test_a_file_is_whole_if_it_has_its_size_and_all_its_forms(files):
    assert not files.is_whole("one", 0)
    files.write("one", CONTENT)
    assert files.is_whole("one", len(CONTENT))
    assert not files.is_whole("one", len(CONTENT) + 1)
    files.path("one.gz").write_bytes(b"")
    assert not files.is_whole("one", len(CONTENT))
    files.path("one.br").unlink()
    assert not files.is_whole("one", len(CONTENT))


@pytest.mark.parametrize("form", ["", ".br", ".gz"])
def test_a_compressed_form_alone_takes_the_name(files, form):
    assert not files.exists("one")
    files.path(f"one{form}").write_bytes(b"")
    assert files.exists("one")


def test_a_removed_file_leaves_no_empty_directory_and_no_foreign_file_goes(files):
    files.write("en/404/index.html", CONTENT)
    files.write("en/410/index.html", CONTENT)
    files.path("en/410/notes.txt").write_text("mine")
    for name in ("en/404/index.html", "en/410/index.html"):
        files.remove(name)
    assert [str(path.relative_to(files.directory)) for path in sorted(files.directory.rglob("*"))] == [
        "en",
        "en/410",
        "en/410/notes.txt",
    ]


def test_the_directory_itself_stays(files):
    files.write("one", CONTENT)
    files.remove("one")
    assert files.directory.is_dir()
    files.remove("never/there")
