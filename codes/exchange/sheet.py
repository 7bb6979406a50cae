"""Translators' files for spreadsheets: CSV (RFC 4180) in UTF-8, with no cell that a spreadsheet takes for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from codes.exchange.errors import BundleError
from codes.exchange.texts import Entry, Offered, Returned

NEEDED = ("context", "source", "translation")
COLUMNS = (*NEEDED, "fingerprint", "language", "shown at", "longest")
# What may stand between cells: spreadsheets ask the language of the system.
DELIMITERS = (",", ";", "\t")
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# The full-width forms are formulas, too, where people type in Chinese or Japanese.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
ESCAPED = re.compile(f"'{FORMULA.pattern}")


def escape(cell: str) -> str:
    """A cell that is no formula: an apostrophe stands before what would be one, or would be read as escaped."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def unescape(cell: str) -> str:
    """What was escaped. A formula that was typed stays what it is: a text."""
    return cell[1:] if ESCAPED.match(cell) else cell


def write(offered: Iterable[Offered], language: str) -> Iterator[bytes]:
    """A file of texts, piece by piece; the same texts give the same bytes."""
    yield f"{BYTE_ORDER_MARK}{line(COLUMNS)}".encode()  # without the mark, some spreadsheets do not take it for UTF-8
    for entry, shown_at, longest in offered:
        yield line((*entry, language, shown_at, longest or "")).encode()


def line(cells: Iterable[Any]) -> str:
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([escape(str(cell)) for cell in cells])
    return target.getvalue()


def read(name: str, text: str) -> tuple[str, list[Returned]]:
    """The language that a file names, empty if it names none, and its entries. Raises BundleError.

    The columns may stand in any order; other columns, and lines without any text, are passed over.
    """
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # one cell may well be nearly the whole file
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    language, found = "", []
    try:
        names = names_of_columns(name, next(rows, []))
        start = rows.line_num + 1
        for cells in rows:
            values = {column: unescape(cell) for column, cell in zip(names, cells, strict=False)}
            if any(cells[len(names) :]):
                raise broken(name, start, _("more cells than the first line has"))
            if any(cells):
                language = language or values.get("language", "")
                if values.get("language", "") not in ("", language):
                    raise broken(name, start, _("another language than in the lines before"))
                found.append(Returned(Entry(*(values.get(column, "") for column in Entry._fields)), start))
            start = rows.line_num + 1
    except csv.Error as error:
        raise broken(name, rows.line_num, str(error)) from error
    return language, found


def names_of_columns(name: str, header: list[str]) -> list[str]:
    """The columns in the order of a file. Raises BundleError if one is missing, or there twice."""
    names = [unescape(cell).strip().casefold() for cell in header]
    if missing := [column for column in NEEDED if column not in names]:
        raise broken(name, 1, _("missing columns: {names}").format(names=", ".join(missing)))
    if twice := [column for column in COLUMNS if names.count(column) > 1]:
        raise broken(name, 1, _("columns that stand there twice: {names}").format(names=", ".join(twice)))
    return names


def broken(name: str, line: int, reason: str) -> BundleError:
    message = _("{name}, line {line}: this is not the form of a translator's CSV file ({reason})")
    return BundleError(message.format(name=name, line=line, reason=reason))
