import shutil
import subprocess

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.exchange import po
from codes.exchange.errors import BundleError
from codes.exchange.texts import Entry, Offered, Returned, fingerprint

HEADER = 'msgid ""\nmsgstr ""\n"Language: fr\\n"\n\n'
ENTRY = 'msgctxt "a"\nmsgid "A"\nmsgstr "B"\n'
# No file can hold half a surrogate pair.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def offered(entry: Entry) -> Offered:
    return Offered(entry, "https://www.example.com/fr/404/", 80)


def written(*entries: Entry, language: str = "fr") -> str:
    return b"".join(po.write(map(offered, entries), language)).decode()


def read(text: str) -> list[Returned]:
    return po.read("fr.po", text)[1]


def entry(source: str = "Not Found", translation: str = "", context: str = "statuscode:404/iana:name") -> Entry:
    return Entry(context, source, translation, fingerprint(translation))


@given(TEXTS.filter(bool), TEXTS)
def test_any_text_comes_back_as_it_was_written(source, translation):
    one, other = entry(source, translation), entry(translation or "x", source, "statuscode:404/iana:summary")
    language, found = po.read("fr.po", written(one, other))
    assert (language, [returned.entry for returned in found]) == ("fr", [one, other])


def test_a_file_says_what_its_translator_should_know():
    text = written(entry(translation="Introuvable"))
    (found,) = polib.pofile(text)
    assert found.comment.splitlines() == [
        "https://www.example.com/fr/404/",
        "at most 80 characters",
        fingerprint("Introuvable"),
    ]
    address = f"https://www.example.com/{'long-' * 20}"
    unlimited = b"".join(po.write([Offered(entry(), address, None)], "fr")).decode()
    assert polib.pofile(unlimited)[0].comment == address


def test_the_header_is_that_of_the_format_and_has_no_time():
    assert polib.pofile(written(entry())).metadata == {
        "Project-Id-Version": "httpref",
        "Language": "fr",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }


@pytest.mark.parametrize("language", ["zh-hans", "pt-br", "ja"])
def test_the_language_comes_back_whatever_its_form_in_the_format(language):
    assert po.read("x.po", written(entry(), language=language))[0] == language


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="GNU gettext is not installed")
def test_gettext_itself_takes_the_file(tmp_path):
    (tmp_path / "fr.po").write_text(written(entry('"A" \\ B\n\n- C\t\N{LINE SEPARATOR}', "Un \\n"), entry(context="b")))
    done = subprocess.run(
        ["msgfmt", "--check", "-o", tmp_path / "fr.mo", tmp_path / "fr.po"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert polib.mofile(str(tmp_path / "fr.mo"))[0].msgstr == "Un \\n"


def test_what_another_tool_writes_is_read():
    wrapped = (
        f"# by somebody\n#, fuzzy\n{HEADER}"
        "# a remark\n#. https://www.example.com/ at most 80 characters sha256:0123456789abcdef\n"
        '#: page:1\n#| msgid "Nothing Found"\nmsgctxt "a"\nmsgid ""\n"Not "\n"Found"\nmsgstr ""\n"Introu"\n  "vable"\n'
    )
    expected = Entry("a", "Not Found", "Introuvable", "sha256:0123456789abcdef")
    assert read(wrapped) == [Returned(expected, 7)]
    assert [returned.entry for returned in read(wrapped.replace("\n", "\r\n"))] == [expected]


def test_an_entry_without_a_fingerprint_has_none():
    assert read(HEADER + ENTRY) == [Returned(Entry("a", "A", "B", ""), 5)]


def test_a_fuzzy_entry_is_told_as_such():
    assert [returned.is_fuzzy for returned in read(f"{HEADER}#, fuzzy\n{ENTRY}{ENTRY}")] == [True, False]


def test_an_obsolete_entry_is_passed_over():
    obsolete = '#~ msgctxt "b"\n#~| msgid "old"\n#~ msgid "A"\n#~ msgstr ""\n#~ "B"\n'
    assert [returned.entry.context for returned in read(HEADER + ENTRY + obsolete)] == ["a"]


@pytest.mark.parametrize("header", ["", 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'])
def test_a_file_may_not_name_its_language(header):
    language, found = po.read("fr.po", header + ENTRY)
    assert language == ""
    assert [returned.entry.context for returned in found] == ["a"]


def test_an_empty_file_has_no_entries():
    assert po.read("fr.po", "") == ("", [])


def test_an_entry_with_nothing_to_translate_is_not_taken_for_the_header():
    nothing = 'msgctxt "b"\nmsgid ""\nmsgstr "Language: de"\n'
    assert po.read("fr.po", nothing + ENTRY)[0] == ""
    assert [returned.entry.context for returned in read(nothing + ENTRY)] == ["b", "a"]
    assert [returned.entry.context for returned in read(HEADER + ENTRY + HEADER)] == ["a", ""]


BROKEN = {
    "rubbish": ("rubbish", 1),
    "no quotation marks": ('msgid ""\nmsgstr ""\nmsgctxt a\n', 3),
    "cut within a text": (HEADER + 'msgctxt "a"\nmsgid "A"\nmsgstr "B', 7),
    "cut before a text": (HEADER + 'msgctxt "a"\nmsgid "A"\n', 6),
    "cut after the context": (HEADER + 'msgctxt "a"\n', 5),
    "an entry without its translation": (HEADER + 'msgctxt "a"\nmsgid "A"\n#. b\n' + ENTRY, 8),
    "a context without its entry": (HEADER + 'msgctxt "a"\n' + ENTRY, 6),
    "quotation mark within a text": (HEADER + 'msgctxt "a"\nmsgid "A"B"\nmsgstr ""\n', 6),
    "unknown escape": (HEADER + 'msgctxt "a"\nmsgid "\\x41"\nmsgstr ""\n', 6),
    "a translation alone": ('msgstr "B"\n', 1),
    "two translations": (HEADER + ENTRY + 'msgstr "B"\n', 8),
    "an entry that is obsolete in part": (HEADER + 'msgctxt "a"\nmsgid "A"\n#~ msgstr "B"\n', 7),
    "a bad comment": (HEADER + ENTRY + "#| x\n", 8),
}


@pytest.mark.parametrize(("text", "line"), BROKEN.values(), ids=BROKEN)
def test_what_is_not_the_format_is_refused_with_its_line(text, line):
    with pytest.raises(BundleError, match=rf"^fr\.po, line {line}: this is not the form of a PO file$"):
        read(text)


def test_entries_that_polib_loses_are_missed():
    # An empty line of flags at the end makes it forget the last entry.
    assert len(polib.pofile(HEADER + ENTRY + "#,\n")) == 0
    with pytest.raises(BundleError, match=r"^fr\.po: some of its entries cannot be read$"):
        read(HEADER + ENTRY + "#,\n")


def test_a_disk_that_fails_is_not_blamed_on_the_file(monkeypatch):
    def fail(*args: object, **options: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(polib, "pofile", fail)
    with pytest.raises(OSError, match="Too many open files"):
        read(HEADER + ENTRY)


def test_plural_forms_are_refused():
    plural = 'msgctxt "a"\nmsgid "A"\nmsgid_plural "As"\nmsgstr[0] "B"\nmsgstr[1] "Bs"\n'
    with pytest.raises(BundleError, match=r"^fr\.po, line 5: texts of the reference have no plural forms$"):
        read(HEADER + plural)


@given(st.text(st.sampled_from('msgidctxtr"\\n #~.,|[0]\n \x85\u2028'), max_size=80), st.booleans())
def test_rubbish_is_read_or_refused_and_never_fails_otherwise(text, headed):
    try:
        for returned in read((HEADER if headed else "") + text):
            assert isinstance(returned.entry.context, str)
    except BundleError as error:
        assert str(error).startswith("fr.po")
