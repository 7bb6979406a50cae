"""Translators' files in the format of GNU gettext: PO, read and written by polib."""

import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

import polib
from django.utils.translation import gettext as _
from django.utils.translation import to_language, to_locale

from codes.exchange.errors import BundleError
from codes.exchange.texts import Entry, Offered, Returned

# polib takes lines that lack their last quotation mark, and leaves escapes that it does not know.
LINE = re.compile(
    r"(?:(?P<obsolete>#~)\s+)?(?:(?P<word>msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\])\s+)?"
    r'"(?:[^"\\]|\\[\\ntrvbf"])*+"'
)
LANGUAGE = re.compile(r"^Language: *([\w-]+)", re.MULTILINE)
FINGERPRINT = re.compile(r"sha256:[0-9a-f]+")
LINE_OF_ERROR = re.compile(r"\(line (\d+)\)")


def write(offered: Iterable[Offered], language: str) -> Iterator[bytes]:
    """A file of texts, piece by piece; the same texts give the same bytes."""
    head = polib.POFile()
    head.metadata = {
        "Project-Id-Version": "httpref",
        "Language": to_locale(language),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    yield f"{head.metadata_as_entry()}".encode()
    for entry, shown_at, longest in offered:
        notes = [shown_at, f"at most {longest} characters" if longest else "", entry.fingerprint]
        written = polib.POEntry(
            comment="\n".join(filter(None, notes)),
            msgctxt=entry.context,
            msgid=entry.source,
            msgstr=entry.translation,
        )
        yield f"\n{written.__unicode__(wrapwidth=0)}".encode()  # an address is not divided at its hyphens


def read(name: str, text: str) -> tuple[str, list[Returned]]:
    """The language that a file names, empty if it names none, and its entries. Raises BundleError."""
    expected = check_lines(name, text)
    # Given as a string, polib would divide it at every character that Unicode calls the end of a line.
    with tempfile.NamedTemporaryFile(suffix=".po") as file:
        file.write(text.encode())
        file.flush()
        try:
            entries = polib.pofile(file.name, encoding="utf-8", klass=Catalogue)
        except OSError as error:
            if not (line := LINE_OF_ERROR.search(str(error))):
                raise  # it is the disk that failed
            raise broken(name, int(line.group(1))) from error
    if len(entries) != expected:
        raise BundleError(_("{name}: some of its entries cannot be read").format(name=name))
    is_headed = bool(entries) and entries[0].msgid == "" and entries[0].msgctxt is None
    language = LANGUAGE.search(entries[0].msgstr) if is_headed else None
    texts = [returned(name, entry) for entry in entries[is_headed:] if not entry.obsolete]
    return to_language(language.group(1)) if language else "", texts


class Catalogue(polib.POFile):  # type: ignore[misc]
    def find(self, *args: Any, **kwargs: Any) -> None:
        """Find no header: polib takes any entry for it that has nothing to translate."""


def check_lines(name: str, text: str) -> int:
    """The number of entries. Raises BundleError for lines that polib reads as something else, or not at all."""
    entries, before, mark = 0, "msgstr", None
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        line = line.strip()
        if not line or (line.startswith("#") and not line.startswith("#~")) or line.startswith("#~|"):
            continue
        match = LINE.fullmatch(line)
        word = match["word"] if match else ""
        begins = word == "msgctxt" or (word == "msgid" and before != "msgctxt")
        if not match or (not before.startswith("msgstr") if begins else match["obsolete"] != mark):
            raise broken(name, number)
        entries, before, mark = entries + begins, word or before, match["obsolete"]
    if not before.startswith("msgstr"):
        raise broken(name, number)
    return entries


def broken(name: str, line: int) -> BundleError:
    return BundleError(_("{name}, line {line}: this is not the form of a PO file").format(name=name, line=line))


def returned(name: str, entry: Any) -> Returned:
    """An entry as polib has it."""
    if entry.msgid_plural:
        message = _("{name}, line {line}: texts of the reference have no plural forms")
        raise BundleError(message.format(name=name, line=entry.linenum))
    found = FINGERPRINT.search(entry.comment)
    text = Entry(entry.msgctxt or "", entry.msgid, entry.msgstr, found.group() if found else "")
    return Returned(text, entry.linenum or 1, entry.fuzzy)
