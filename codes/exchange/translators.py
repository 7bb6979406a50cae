"""Files for translators, whatever their format: written to a path, read from one."""

from hashlib import sha256
from pathlib import Path

from django.utils.translation import gettext as _

from codes.exchange import po, sheet
from codes.exchange.bundle import replacing
from codes.exchange.container import read_file
from codes.exchange.errors import BundleError
from codes.exchange.texts import Returned, TextsFile, offer
from codes.generation import snapshot
from codes.localized import DEFAULT_LANGUAGE, LANGUAGES

FORMATS = {"po": po, "csv": sheet}


def write_texts(path: Path, language: str, *, missing: bool = False) -> int:
    """Write all texts, or only those that ``language`` lacks; their number.

    A file that stands there is replaced when its successor is complete. Raises BundleError and OSError.
    """
    check_language(path.name, language)
    pieces = FORMATS[kind_of(path.name)].write(offer(language, missing=missing), language)
    number = -1  # the head of the file is a piece, too
    with snapshot(), replacing(path) as file:
        for piece in pieces:
            file.write(piece)
            number += 1
    return number


def read_texts(path: Path, most: int, language: str = "") -> TextsFile:
    """The file at a path, of at most ``most`` bytes, in the language that it names or that is given.

    Raises BundleError.
    """
    kind_of(path.name)
    return texts_file(path.name, read_file(path, most, follow_symlinks=True), language)


def texts_file(name: str, content: bytes, language: str = "") -> TextsFile:
    """A file by its name and content. Raises BundleError."""
    kind = kind_of(name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BundleError(_("{name}, line {line}: this is not UTF-8").format(name=name, line=line)) from error
    named, found = FORMATS[kind].read(name, text)
    if named and language not in ("", named):
        message = _("{name}: the file is in {named}, not in {language}")
        raise BundleError(message.format(name=name, named=named, language=language))
    check_language(name, named or language)
    return TextsFile(name, kind, sha256(content).hexdigest(), named or language, by_context(name, found))


def kind_of(name: str) -> str:
    """The format that the name of a file stands for. Raises BundleError."""
    kind = name.rpartition(".")[2].lower()
    if kind not in FORMATS:
        raise BundleError(_("{name}: the name of a translator's file ends in .po or .csv").format(name=name))
    return kind


def check_language(name: str, language: str) -> None:
    """Raise BundleError if texts cannot be translated into a language."""
    if not language:
        raise BundleError(_("{name}: the file does not name its language; it has to be given").format(name=name))
    if language == DEFAULT_LANGUAGE:
        raise BundleError(_("{name}: English is what is translated; it has no translations").format(name=name))
    if language not in LANGUAGES:
        message = _("{name}: the language is {language}, which this install cannot store")
        raise BundleError(message.format(name=name, language=language))


def by_context(name: str, found: list[Returned]) -> dict[str, Returned]:
    """The entries by what they are about. Raises BundleError if one does not say that, or says what another did."""
    entries: dict[str, Returned] = {}
    for returned in found:
        context, line = returned.entry.context, returned.line
        if not context:
            raise BundleError(_("{name}, line {line}: an entry without a context").format(name=name, line=line))
        if context in entries:
            message = _("{name}, line {line}: {context} stands here a second time, after line {first}")
            values = {"name": name, "line": line, "context": context, "first": entries[context].line}
            raise BundleError(message.format(**values))
        entries[context] = returned
    return entries
