"""What changed in a text, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

# A word, the blanks behind words, a sign, or one ideograph: what a reader takes for a piece of a text.
PIECE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+|\s+|[^\w\s]")
# Texts of more pieces are compared by line: the time grows with the square.
MOST_PIECES = 4_000


class Part(NamedTuple):
    """A stretch of text: ``equal`` on both sides, ``removed`` from the old or ``added`` by the new one."""

    kind: str
    text: str


def word_diff(old: str, new: str) -> Iterator[Part]:
    """The stretches of two texts in reading order; joined without the added ones they are the old text."""
    before, after = PIECE.findall(old), PIECE.findall(new)
    if len(before) + len(after) > MOST_PIECES:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Part("equal", "".join(before[i1:i2]))
            continue
        if i2 > i1:
            yield Part("removed", "".join(before[i1:i2]))
        if j2 > j1:
            yield Part("added", "".join(after[j1:j2]))
