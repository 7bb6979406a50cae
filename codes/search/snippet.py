"""What a result shows of a meaning's texts: the passage that answers the query, with what matched marked in it."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from os.path import commonprefix

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from codes.search.analyze import DOCUMENT, STOP, Token, one_for_all_regions, tokens
from codes.search.folding import composed, fold
from codes.search.query import Unit

LONGEST = 180
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
MARKUP = re.compile(r"`([^`]*)`|\*|^\s*(?:[-+|>]|[0-9]{1,2}\.)\s+", re.MULTILINE)
SENTENCE = re.compile(r"[^\n]+?(?:[。！？]|[.!?](?=\s)|$)", re.MULTILINE)


@dataclass
class Wanted:
    """What a passage should show: the terms of the units that count."""

    terms: frozenset[str]
    needles: tuple[str, ...]  # what a folded passage contains if it has one of the terms, or nearly

    @classmethod
    def by(cls, units: Sequence[Unit]) -> "Wanted":
        """What these units want; stop words only where there is nothing else, and never the number itself."""
        words = [unit for unit in units if unit.number is None]
        counting = [unit for unit in words if unit.weight > STOP] or words
        needles = (needle(unit.word, term, fit) for unit in counting for term, fit in unit.terms.items())
        return cls(frozenset(term for unit in counting for term in unit.terms), tuple(dict.fromkeys(needles)))

    def in_text(self, text: str) -> list[Token]:
        """The terms that a composed text has, with their places."""
        return [token for token in tokens(text) if token.term in self.terms]


def needle(word: str, term: str, fit: float) -> str:
    """What a folded text contains if it has a term. A stem is the beginning of its words but for a last letter.

    A letter or two are in every other word: they are looked for as a word between blanks.
    """
    own = commonprefix([word, term]) if fit == 1 else ""
    found = (own or term).removesuffix("i") or term
    return f" {found} " if len(found) <= 2 and found.isascii() else found


def plain(source: str) -> str:
    """The words of a Markdown text, for a reader of plain text."""
    return MARKUP.sub(lambda match: match[1] or "", LINK.sub(r"\1", source))


@lru_cache(maxsize=1_000)
def sentences(source: str) -> str:
    """The sentences of a Markdown text as plain text, a line each."""
    found = (sentence.strip() for sentence in SENTENCE.findall(plain(source)))
    return "\n".join(sentence for sentence in found if sentence)


def without_joints(line: str) -> str:
    """A line with its compounds as one word: ``time-out`` is ``timeout``."""
    return line.replace("-", "").replace("'", "").replace("’", "")


class Haystack:
    """Passages, given a line each, in the form in which needles are looked for: folded, compounds as one word too."""

    def __init__(self, passages: str) -> None:
        self.passages = passages.split("\n")
        folded = one_for_all_regions(fold(passages)).split("\n")
        # Line by line, for a document's name must not go on in the next passage.
        written = [DOCUMENT.sub(r"rfc\1", line) if "rfc" in line else line for line in folded]
        lines = [f" {line}  {without_joints(line)} \n" for line in written]
        self.folded = "".join(lines)
        self.ends = list(accumulate(map(len, lines)))

    def having(self, needle: str) -> Iterator[int]:
        """The places of the passages with a needle."""
        at = self.folded.find(needle)
        while at >= 0:
            place = bisect_right(self.ends, at)
            yield place
            at = self.folded.find(needle, self.ends[place])


@lru_cache(maxsize=1_000)
def haystack(passages: str) -> Haystack:
    """Kept, for the same texts are shown again and again."""
    return Haystack(passages)


def best_passage(passages: str, wanted: Wanted) -> str:
    """The passage that seems to have most of what is wanted, the first of equals; empty if none has anything."""
    hay = haystack(composed(passages))
    found = Counter(place for needle in wanted.needles for place in hay.having(needle))
    best = min(found, key=lambda place: (-found[place], place), default=None)
    return "" if best is None else hay.passages[best]


def coverage(text: str, wanted: Wanted) -> int:
    """How many different wanted terms a text has."""
    return len({token.term for token in wanted.in_text(text)})


def marked(text: str, wanted: Wanted) -> SafeString:
    """A text as HTML with what is wanted in <mark>, cut to about LONGEST characters around the first mark."""
    text = composed(text)
    spans: list[tuple[int, int]] = []
    for token in sorted(wanted.in_text(text), key=lambda token: token.start):
        if spans and token.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], token.end))
        else:
            spans.append((token.start, token.end))
    start, end = window(text, spans[0] if spans else (0, 0))
    pieces: list[tuple[str, str]] = []
    at = start
    for low, high in spans:
        if start <= low and high <= end:
            pieces.append((text[at:low], text[low:high]))
            at = high
    body = format_html_join("", "{}<mark>{}</mark>", pieces)
    return format_html("{}{}{}{}", "… " if start else "", body, text[at:end], " …" if end < len(text) else "")


def window(text: str, first: tuple[int, int]) -> tuple[int, int]:
    """The part of a text to show: all of a short one; of a long one what stands around the first mark."""
    if len(text) <= LONGEST:
        return 0, len(text)
    start = max(0, min(first[0] - LONGEST // 4, len(text) - LONGEST))
    if start:
        start = text.find(" ", start, first[0]) + 1 or start  # at a word, where words have blanks between them
    end = min(len(text), max(start + LONGEST, first[1]))
    if end < len(text):
        space = text.rfind(" ", max(first[1], end - 20), end)
        end = space if space > 0 else end
    return start, end
