import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.exchange import sheet
from codes.exchange.errors import BundleError
from codes.exchange.texts import Entry, Offered, Returned, fingerprint

# Often what a spreadsheet takes for a formula; no file can hold half a surrogate pair.
TEXTS = st.text(st.sampled_from("'=+-@\t\r\n\",;＝a") | st.characters(exclude_categories=["Cs"]), max_size=30)
# As the database has them; Python's own writer leaves the character out of the quotation marks.
STORED = TEXTS.map(lambda text: text.replace("\r", ""))
HEADER = "context,source,translation,fingerprint\n"


def written(*entries: Entry, language: str = "fr") -> str:
    offered = [Offered(entry, "https://www.example.com/fr/404/", 80) for entry in entries]
    return b"".join(sheet.write(offered, language)).decode("utf-8-sig")


def read(text: str) -> list[Returned]:
    return sheet.read("fr.csv", text)[1]


def entry(source: str = "Not Found", translation: str = "", context: str = "statuscode:404/iana:name") -> Entry:
    return Entry(context, source, translation, fingerprint(translation))


@given(TEXTS, TEXTS)
def test_any_text_comes_back_as_it_was_written(source, translation):
    one, other = entry(source, translation), entry(translation, source, "statuscode:404/iana:summary")
    language, found = sheet.read("fr.csv", written(one, other))
    assert (language, [returned.entry for returned in found]) == ("fr", [one, other])


@given(STORED, STORED, st.sampled_from(",;\t"), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_a_spreadsheet_makes_of_a_file_still_reads(source, translation, delimiter, end, quoted):
    cells = csv.reader(io.StringIO(written(entry(source, translation)), newline=""))
    rewritten = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(rewritten, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(cells)
    assert sheet.read("fr.csv", rewritten.getvalue()) == ("fr", [Returned(entry(source, translation), 2)])


def test_the_bytes_are_those_that_spreadsheets_expect():
    content = b"".join(sheet.write([Offered(entry("Not\nFound", "-"), "https://www.example.com/", None)], "fr"))
    assert content.decode() == (
        "\N{ZERO WIDTH NO-BREAK SPACE}"
        '"context","source","translation","fingerprint","language","shown at","longest"\r\n'
        '"statuscode:404/iana:name","Not\nFound","\'-",'
        f'"{fingerprint("-")}","fr","https://www.example.com/",""\r\n'
    )


@given(TEXTS)
def test_no_cell_is_a_formula(text):
    (row,) = list(csv.reader(io.StringIO(written(entry(text, text)), newline="")))[1:]
    assert not any(cell[:1] in tuple("=+-@\t\r\n＝＋－＠") and cell for cell in row)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@sum", "'@sum"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠1", "'＠1"),
        ("'quoted'", "'quoted'"),
        ("1=1", "1=1"),
        ("", ""),
    ],
)
def test_formulas_are_escaped_by_one_apostrophe(text, cell):
    assert sheet.escape(text) == cell
    assert sheet.unescape(cell) == text


def test_a_formula_that_was_typed_is_a_text():
    assert read(HEADER + "a,A,-1,\n")[0].entry.translation == "-1"


def test_lines_are_counted_as_the_file_has_them():
    text = HEADER + 'a,"A\nA",B,\n,,,\n\nb,B,B,\n'
    assert [(returned.entry.context, returned.line) for returned in read(text)] == [("a", 2), ("b", 6)]


def test_columns_may_stand_in_another_order_beside_others_and_be_cut_off():
    text = "Remarks, Translation ,source,context,,\nnice,B,A,a,,\n,B,A,b\n"
    assert [returned.entry for returned in read(text)] == [Entry("a", "A", "B", ""), Entry("b", "A", "B", "")]


@pytest.mark.parametrize(("cells", "language"), [(["", "fr"], "fr"), (["fr", ""], "fr"), (["", ""], "")])
def test_the_language_may_stand_in_some_lines_or_in_none(cells, language):
    lines = [f"{number},A,B,{cell}\n" for number, cell in enumerate(cells)]
    assert sheet.read("fr.csv", "context,source,translation,language\n" + "".join(lines))[0] == language


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "missing columns: context, source, translation"),
        ("rubbish", 1, "missing columns: context, source, translation"),
        ("context,source\n", 1, "missing columns: translation"),
        ("context,source,translation,source\n", 1, "columns that stand there twice: source"),
        (HEADER + "a,A,B,,\nb,A,B,,x\n", 3, "more cells than the first line has"),
        ("context,source,translation,language\na,A,B,fr\nb,A,B,de\n", 3, "another language than in the lines before"),
        (HEADER + 'a,A,B,\nb,"A', 3, "unexpected end of data"),
        (HEADER + 'a,"A"B,B,\n', 2, "',' expected after '\"'"),
    ],
)
def test_what_is_not_the_format_is_refused_with_its_line(text, line, reason):
    with pytest.raises(BundleError) as caught:
        read(text)
    assert str(caught.value) == f"fr.csv, line {line}: this is not the form of a translator's CSV file ({reason})"


def test_a_cell_may_be_large():
    large = "x" * 200_000
    assert read(f"{HEADER}a,{large},,\n")[0].entry.source == large


@given(st.text(st.sampled_from("\",;\t\r\n'=a\0"), max_size=40), st.booleans())
def test_rubbish_is_read_or_refused_and_never_fails_otherwise(text, headed):
    try:
        read((HEADER if headed else "") + text)
    except BundleError as error:
        assert str(error).startswith("fr.csv, line ")
