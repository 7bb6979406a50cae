import io
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from codes.exchange.container import Directory, Zip, opened, write_zip
from codes.exchange.errors import BundleError

UNIX, WINDOWS = 3, 0


def member(name: str = "origin.json", mode: int = 0, system: int = UNIX) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.compress_type = zipfile.ZIP_DEFLATED
    found.create_system = system
    found.external_attr = mode << 16
    return found


def zipped(*members: tuple[zipfile.ZipInfo | str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            archive.writestr(info, content)
    return file


def patched(file: io.BytesIO, of_directory: int, of_file: int | None, value: bytes) -> io.BytesIO:
    """A zip file of one member with other bytes in what its directory, and what stands before the file, tells."""
    content = bytearray(file.getvalue())
    start = content.index(b"PK\x01\x02") + of_directory
    content[start : start + len(value)] = value
    if of_file is not None:
        content[of_file : of_file + len(value)] = value
    return io.BytesIO(content)


# Directories


def test_a_directory_has_files_and_hidden_ones_do_not_count(tmp_path):
    for name in ("manifest.json", "origin.json", ".directory", ".origin.json.swp"):
        (tmp_path / name).touch()
    (tmp_path / "old").mkdir()
    assert Directory(tmp_path).names() == {"manifest.json", "origin.json", "old"}


def test_a_file_may_have_as_many_bytes_as_are_taken_and_no_more(tmp_path):
    (tmp_path / "origin.json").write_bytes(b"12345")
    assert Directory(tmp_path).read("origin.json", 5) == b"12345"
    with pytest.raises(BundleError, match=r"^origin\.json: larger than 4 bytes, the most that is taken$"):
        Directory(tmp_path).read("origin.json", 4)


def link(path: Path) -> None:
    (path.parent / "elsewhere").write_text("[]")
    path.symlink_to(path.parent / "elsewhere")


@pytest.mark.parametrize("make", [link, Path.mkdir, os.mkfifo])
def test_what_is_no_ordinary_file_is_not_opened(make, tmp_path):
    make(tmp_path / "origin.json")
    with pytest.raises(BundleError, match=r"^origin\.json: no ordinary file$"):
        Directory(tmp_path).read("origin.json", 100)


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path, monkeypatch):
    with pytest.raises(BundleError, match=r"^origin\.json: cannot be read \(No such file or directory\)$"):
        Directory(tmp_path).read("origin.json", 100)
    (tmp_path / "origin.json").touch()

    def fail(*args: object) -> None:
        raise OSError("the disk is on fire")

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(BundleError, match=r"^origin\.json: cannot be read \(the disk is on fire\)$"):
        Directory(tmp_path).read("origin.json", 100)


# Zip files


def test_a_zip_file_has_files():
    archive = Zip(zipped(("origin.json", b"[]"), ("manifest.json", b"{}")))
    assert archive.names() == {"origin.json", "manifest.json"}
    assert archive.read("origin.json", 2) == b"[]"
    with pytest.raises(BundleError, match=r"^alias\.json: not in the zip file$"):
        archive.read("alias.json", 100)


@pytest.mark.parametrize(
    "name",
    [
        "../origin.json",
        "/etc/passwd",
        "/origin.json",
        "C:\\origin.json",
        "..\\origin.json",
        "bundle/origin.json",
        "./origin.json",
        "origin.json/",
        "ORIGIN.JSON",
        ".hidden",
        "user.json",
        "",
    ],
)
def test_a_member_with_a_name_that_no_bundle_has_is_refused(name):
    with pytest.raises(BundleError, match=r"^no file of a bundle: '"):
        Zip(zipped((member(name), b"[]")))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_member_that_is_no_ordinary_file_is_refused(kind):
    with pytest.raises(BundleError, match=r"^'origin\.json': no ordinary file$"):
        Zip(zipped((member(mode=kind | 0o777), b"/etc/passwd")))


@pytest.mark.parametrize(
    ("mode", "system"), [(0, UNIX), (0o644, UNIX), (stat.S_IFREG | 0o600, UNIX), (stat.S_IFLNK, WINDOWS)]
)
def test_an_ordinary_member_of_any_system_is_taken(mode, system):
    assert Zip(zipped((member(mode=mode, system=system), b"[]"))).read("origin.json", 9) == b"[]"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused():
    with pytest.raises(BundleError, match=r"^'origin\.json': twice in the zip file$"):
        Zip(zipped(("origin.json", b"[]"), ("origin.json", b"[1]")))


def test_an_encrypted_member_is_refused():
    with pytest.raises(BundleError, match=r"^'origin\.json': encrypted$"):
        Zip(patched(zipped((member(), b"[]")), of_directory=8, of_file=6, value=b"\x01\x00"))


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(BundleError, match=r"^'origin\.json': compressed far more than a text can be$"):
        Zip(zipped((member(), b" " * 1_000_000)))


def test_a_file_that_says_it_has_no_bytes_packed_is_a_bomb():
    file = patched(zipped((member(), b"[]" * 500)), of_directory=20, of_file=None, value=struct.pack("<L", 0))
    with pytest.raises(BundleError, match=r"^'origin\.json': compressed far more"):
        Zip(file)


def test_an_empty_file_is_no_bomb():
    assert Zip(zipped(("origin.json", b""))).read("origin.json", 9) == b""


def test_a_size_that_is_a_lie_does_not_make_more_bytes_come_out():
    """The directory says 10 bytes; the data unpack to a million."""
    file = patched(zipped((member(), b" " * 1_000_000)), of_directory=24, of_file=22, value=struct.pack("<L", 10))
    with pytest.raises(BundleError, match=r"^origin\.json: "):
        Zip(file).read("origin.json", 1_000_000)


def test_more_bytes_than_are_taken_are_not_unpacked():
    archive = Zip(zipped((member(), os.urandom(5_000))))
    assert len(archive.read("origin.json", 5_000)) == 5_000
    with pytest.raises(BundleError, match=r"^origin\.json: larger than 4999 bytes, the most that is taken$"):
        archive.read("origin.json", 4_999)


@pytest.mark.parametrize("content", [b"", b"PK", b"[]" * 100, b"\x00" * 5_000], ids=["empty", "short", "json", "zeros"])
def test_what_is_no_zip_file_is_refused(content):
    with pytest.raises(BundleError, match=r"^this is no zip file that can be read: File is not a zip file$"):
        Zip(io.BytesIO(content))


def test_a_zip_file_that_is_broken_off_is_refused_wherever_it_ends():
    whole = zipped((member(), os.urandom(300))).getvalue()
    for end in range(len(whole)):
        with pytest.raises(BundleError):
            Zip(io.BytesIO(whole[:end])).read("origin.json", 1_000)


def test_a_byte_that_was_turned_is_refused_or_harmless():
    whole = zipped((member(), b"[1, 2, 3]" * 9)).getvalue()
    for position in range(len(whole)):
        for flip in (0xFF, 0x01):
            damaged = bytearray(whole)
            damaged[position] ^= flip
            try:
                assert Zip(io.BytesIO(damaged)).read("origin.json", 1_000) == b"[1, 2, 3]" * 9
            except BundleError as error:
                assert str(error)


def test_a_way_of_packing_that_is_unknown_is_refused():
    file = patched(zipped((member(), b"[]")), of_directory=10, of_file=8, value=struct.pack("<H", 99))
    with pytest.raises(BundleError, match=r"^origin\.json: cannot be read \(.*compression"):
        Zip(file).read("origin.json", 9)


@pytest.mark.parametrize("error", [zlib.error("rubbish"), EOFError("gone"), OSError("disk"), ValueError("closed")])
def test_whatever_goes_wrong_while_unpacking_names_the_file(error, monkeypatch):
    archive = Zip(zipped(("origin.json", b"[]")))

    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(zipfile.ZipExtFile, "read", fail)
    with pytest.raises(BundleError, match=rf"^origin\.json: cannot be read \({error}\)$"):
        archive.read("origin.json", 9)


# One or the other


def test_a_path_leads_to_a_directory_or_a_zip_file(tmp_path):
    (tmp_path / "origin.json").write_bytes(b"[]")
    (tmp_path / "bundle").write_bytes(zipped(("origin.json", b"[]")).getvalue())
    with opened(tmp_path) as directory, opened(tmp_path / "bundle") as archive:
        assert isinstance(directory, Directory)
        assert isinstance(archive, Zip)
        assert directory.read("origin.json", 9) == archive.read("origin.json", 9) == b"[]"


def test_a_path_that_leads_nowhere_is_named_with_the_reason(tmp_path):
    path = tmp_path / "nowhere"
    message = f"^{path} is no directory and no file that can be read: No such file or directory$"
    with pytest.raises(BundleError, match=message), opened(path):
        pass


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "bundle.json").write_text("[]")
    with pytest.raises(BundleError, match=r"^this is no zip file"), opened(tmp_path / "bundle.json"):
        pass


# Writing


def test_the_same_files_give_the_same_zip_file_whenever_and_wherever_it_is_written(monkeypatch):
    files = [("origin.json", [b"[", b"]\n"]), ("manifest.json", [b"{}\n"])]
    told: list[tuple[str, int]] = []
    one, other = io.BytesIO(), io.BytesIO()
    write_zip(one, files, lambda *what: told.append(what))
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    write_zip(other, files, lambda *what: None)
    assert one.getvalue() == other.getvalue()
    assert told == [("origin.json", 3), ("manifest.json", 3)]
    with zipfile.ZipFile(one) as archive:
        assert archive.testzip() is None
        assert [(info.filename, info.date_time, info.external_attr >> 16) for info in archive.infolist()] == [
            (name, (1980, 1, 1, 0, 0, 0), stat.S_IFREG | 0o644) for name, _ in files
        ]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_a_zip_file_of_ours_can_be_read():
    file = io.BytesIO()
    write_zip(file, [("origin.json", [b"[]\n"])], lambda *what: None)
    assert Zip(file).read("origin.json", 3) == b"[]\n"
