"""What a result shows of a meaning's texts: the passage that answers the query, with what matched marked in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from os.path import commonprefix

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from codes.search.analyze import DOCUMENT, REGIONAL, REGIONAL_TERM, STOP, Token, tokens
from codes.search.folding import composed, fold
from codes.search.query import Unit

LONGEST = 180
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
MARKUP = re.compile(r"`([^`]*)`|\*|^\s*(?:[-+|>]|[0-9]{1,2}\.)\s+", re.MULTILINE)
JOINT = re.compile(r"['’-]")
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
    """What a folded text contains if it has a term. A stem is the beginning of its words but for a last letter."""
    own = commonprefix([word, term]) if fit == 1 else ""
    return (own or term).removesuffix("i") or term


def plain(source: str) -> str:
    """The words of a Markdown text, for a reader of plain text."""
    return MARKUP.sub(lambda match: match[1] or "", LINK.sub(r"\1", source))


@lru_cache(maxsize=1_000)
def sentences(source: str) -> str:
    """The sentences of a Markdown text as plain text, a line each."""
    found = (sentence.strip() for sentence in SENTENCE.findall(plain(source)))
    return "\n".join(sentence for sentence in found if sentence)


@lru_cache(maxsize=1_000)
def haystacks(passages: str) -> list[tuple[str, str]]:
    """Passages, given a line each, with the form in which needles are looked for: folded, compounds as one word.

    Kept, for the same texts are shown again and again.
    """
    folded = REGIONAL_TERM.sub(lambda match: REGIONAL[match[0]], fold(passages)).split("\n")
    # Line by line, for a document's name must not go on in the next passage.
    written = [DOCUMENT.sub(r"rfc\1", line) for line in folded]
    return [
        (passage, f"{line} {JOINT.sub('', line)}") for passage, line in zip(passages.split("\n"), written, strict=True)
    ]


def best_passage(passages: str, wanted: Wanted) -> str:
    """The passage that seems to have most of what is wanted, the first of equals; empty if none has anything."""
    best, most = "", 0
    for passage, haystack in haystacks(composed(passages)):
        found = sum(needle in haystack for needle in wanted.needles)
        if found > most:
            best, most = passage, found
    return best


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
    pieces: list[SafeString] = []
    at = start
    for low, high in spans:
        if start <= low and high <= end:
            pieces.append(format_html("{}<mark>{}</mark>", text[at:low], text[low:high]))
            at = high
    pieces.append(format_html("{}", text[at:end]))
    body = format_html_join("", "{}", ((piece,) for piece in pieces))
    return format_html("{}{}{}", "… " if start else "", body, " …" if end < len(text) else "")


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
