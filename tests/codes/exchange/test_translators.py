from hashlib import sha256

import pytest
from django.utils import translation

from codes.exchange.errors import BundleError
from codes.exchange.texts import TextsFile, offer
from codes.exchange.translators import read_texts, texts_file, write_texts
from codes.models import GlossaryTerm, StatusCode

FORMATS = ["po", "csv"]
PO = 'msgid ""\nmsgstr ""\n"Language: {}\\n"\n'
ENTRY = 'msgctxt "a"\nmsgid "A"\nmsgstr "B"\n'


@pytest.mark.django_db
@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_written_is_read_again(kind, tmp_path):
    path = tmp_path / f"hans.{kind}"
    number = write_texts(path, "zh-hans")
    file = read_texts(path, 10_000_000)
    offered = [one.entry for one in offer("zh-hans")]
    assert [returned.entry for returned in file.returned.values()] == offered
    assert number == len(offered)
    assert file[:4] == (path.name, kind, sha256(path.read_bytes()).hexdigest(), "zh-hans")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_texts_give_the_same_bytes_whatever_order_the_rows_were_made_in(kind, tmp_path):
    first, second = tmp_path / f"1.{kind}", tmp_path / f"2.{kind}"
    write_texts(first, "zh-hant")
    term = GlossaryTerm.objects.earliest("slug")
    term.delete()
    term.save(force_insert=True)
    with translation.override("zh-hant"):
        write_texts(second, "zh-hant")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.django_db
def test_only_what_lacks_a_translation_is_written_on_demand(tmp_path):
    StatusCode.objects.filter(number=404, origin="iana").update(summary_zh_hant=None)
    assert write_texts(tmp_path / "hant.po", "zh-hant", missing=True) == 1
    assert list(read_texts(tmp_path / "hant.po", 10_000).returned) == ["statuscode:404/iana:summary"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "language", "message"),
    [
        ("x.po", "en", "x.po: English is what is translated; it has no translations"),
        ("x.po", "tlh", "x.po: the language is tlh, which this install cannot store"),
        ("x.xlsx", "fr", "x.xlsx: the name of a translator's file ends in .po or .csv"),
        ("po", "tlh", "po: the language is tlh, which this install cannot store"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_no_file(name, language, message, tmp_path):
    with pytest.raises(BundleError) as caught:
        write_texts(tmp_path / name, language)
    assert str(caught.value) == message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_a_file_that_is_there_stays_when_its_successor_fails(tmp_path, monkeypatch):
    path = tmp_path / "fr.po"
    path.write_text("before")
    monkeypatch.setattr("codes.exchange.po.to_locale", lambda language: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_texts(path, "fr")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def file_of(name: str, text: str, language: str = "") -> TextsFile:
    return texts_file(name, text.encode(), language)


@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
def test_a_byte_order_mark_is_no_part_of_the_text(mark):
    assert list(file_of("fr.po", mark + PO.format("fr") + ENTRY).returned) == ["a"]
    assert list(file_of("fr.csv", f"{mark}context,source,translation\na,A,B\n", "fr").returned) == ["a"]


@pytest.mark.parametrize(
    ("written", "language"), [("fr", "fr"), ("pt_BR", "pt-br"), ("zh_Hant", "zh-hant"), ("zh-Hant", "zh-hant")]
)
def test_the_language_is_the_one_that_the_file_names(written, language):
    assert file_of("x.po", PO.format(written)).language == language
    assert file_of("x.po", PO.format(written), language).language == language


def test_the_language_is_given_where_the_file_does_not_name_it():
    assert file_of("x.po", ENTRY, "fr").language == "fr"


@pytest.mark.parametrize(
    ("name", "text", "language", "message"),
    [
        ("x.txt", "", "fr", "x.txt: the name of a translator's file ends in .po or .csv"),
        ("x", "", "fr", "x: the name of a translator's file ends in .po or .csv"),
        ("x.po", ENTRY, "", "x.po: the file does not name its language; it has to be given"),
        ("x.po", PO.format("de"), "fr", "x.po: the file is in de, not in fr"),
        ("x.po", PO.format("tlh"), "", "x.po: the language is tlh, which this install cannot store"),
        ("x.po", PO.format("en"), "", "x.po: English is what is translated; it has no translations"),
        ("x.po", "", "en", "x.po: English is what is translated; it has no translations"),
        ("x.po", 'msgid "A"\nmsgstr "B"\n', "fr", "x.po, line 1: an entry without a context"),
        ("x.po", ENTRY + ENTRY, "fr", "x.po, line 4: a stands here a second time, after line 1"),
        ("x.csv", "context,source,translation\n,A,B\n", "fr", "x.csv, line 2: an entry without a context"),
        (
            "x.csv",
            "context,source,translation\na,A,B\na,A,C\n",
            "fr",
            "x.csv, line 3: a stands here a second time, after line 2",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(name, text, language, message):
    with pytest.raises(BundleError) as caught:
        file_of(name, text, language)
    assert str(caught.value) == message


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("content", [b"a\nb\xff", "a\nb".encode("utf-16"), b"a\n\xed\xa0\x80"])
def test_what_is_not_utf_8_is_refused_with_its_line(kind, content):
    line = 1 if content[:1] == b"\xff" else 2
    with pytest.raises(BundleError, match=rf"^x\.{kind}, line {line}: this is not UTF-8$"):
        texts_file(f"x.{kind}", content, "fr")


def test_a_file_that_is_not_there_too_large_or_none_is_refused(tmp_path):
    with pytest.raises(BundleError, match=r"^fr\.po: cannot be read \(No such file or directory\)$"):
        read_texts(tmp_path / "fr.po", 100)
    (tmp_path / "fr.po").write_text(PO.format("fr"))
    with pytest.raises(BundleError, match=r"^fr\.po: larger than 10 bytes, the most that is taken$"):
        read_texts(tmp_path / "fr.po", 10)
    with pytest.raises(BundleError, match=r"^x\.po: no ordinary file$"):
        (tmp_path / "x.po").mkdir()
        read_texts(tmp_path / "x.po", 100)
    (tmp_path / "link.po").symlink_to(tmp_path / "fr.po")
    assert read_texts(tmp_path / "link.po", 100).language == "fr"
