"""Folding: what is the same to a reader becomes the same string.

Compatibility forms (NFKC: full-width digits and letters), letter case, the accents of Latin, Greek and Cyrillic,
traditional and simplified characters. Character by character, so that a place in the folded text leads back
to a place in the original.
"""

import unicodedata
from pathlib import Path

DATA = Path(__file__).parent / "data"
BLANK = ("Cc", "Zs", "Zl", "Zp")
# Letters that lose their accents. Elsewhere a mark is part of the letter: か and が are two.
ACCENTED = ((0x00C0, 0x052F), (0x1E00, 0x1FFF))


def data_lines(name: str) -> list[str]:
    """The lines of a data file, without its comments."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


SIMPLIFIED = {ord(other): line[0] for line in data_lines("characters.txt") for other in line[1:]}


class Folding(dict[int, str]):
    """A table for ``str.translate`` that works out each character once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if any(low <= code <= high for low, high in ACCENTED):
            character = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
        folded = unicodedata.normalize("NFKC", character).casefold().translate(SIMPLIFIED)
        # Controls, private and unassigned characters and lone surrogates have no meaning here; bidi controls are Cf.
        folded = "".join(" " if unicodedata.category(c) in BLANK and c != "\n" else c for c in folded)
        folded = "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Co", "Cn", "Cs"))
        self[code] = folded
        return folded


FOLDING = Folding()


def composed(text: str) -> str:
    """The text in the form whose characters are folded one by one: NFC, without changes that a reader could see."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """The folded form of a composed text."""
    return text.translate(FOLDING)


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded form of a composed text, and for each of its characters the place in the text it came from."""
    places = [place for place, character in enumerate(text) for _ in FOLDING[ord(character)]]
    return fold(text), places
