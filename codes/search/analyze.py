"""From text to terms, the same for what is indexed and for what is asked.

A term is what the index knows: the stem of a word (``redirects`` and ``redirected`` are ``redirect``), the joined
form of a compound (``time-out`` is also ``timeout``), a document (``RFC 9110`` is ``rfc9110``), or two
neighbouring characters of Chinese, Japanese or Korean. Terms that differ between regions
(重新導向, 重定向) are one.
"""

import re
import threading
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

from codes.search.folding import FOLDING, composed, data_lines, fold, fold_with_places

# Goes into the index's fingerprint: move it when the same text gives other terms than before.
VERSION = 1
LONGEST_WORD = 40

# Written without blanks: Han, kana and Hangul, letters only.
IDEOGRAPHS = (
    "\u3005\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uac00-\ud7a3\U00020000-\U0003ffff"
)
# A letter or digit of a word. An ideograph beside it belongs to another word.
LETTER = f"[^\\W_{IDEOGRAPHS}]"
IDEOGRAPH = re.compile(f"[{IDEOGRAPHS}]")
RUN = re.compile(f"[{IDEOGRAPHS}]+|{LETTER}+(?:['’-]{LETTER}+)*")
DOCUMENT = re.compile(rf"(?<!{LETTER})rfc[\s-]*0*([1-9][0-9]{{0,4}})(?!{LETTER})")
# Where a name that programs use falls into words: Status404NotFound, NoSuchKey.
SEAMS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[a-zA-Z])(?=[1-9][0-9]{2}(?![0-9]))|(?<=[0-9]{3})(?=[A-Z])")
PART = re.compile(r"[^'’-]+")
NOT_WORD = re.compile(r"[\W_]+")

REGIONAL = {term: line.split("\t")[0] for line in data_lines("regional.tsv") for term in line.split("\t")}


def any_of(terms: Iterable[str]) -> str:
    """A pattern of any of these terms of two characters or more, the longest first.

    What two characters a term may begin with tells most places from one another at once. Then those terms are
    tried that begin with the first one: to try all of them takes four times as long.
    """
    rests: defaultdict[str, list[str]] = defaultdict(list)
    for term in sorted(terms, key=lambda term: (-len(term), term)):
        rests[term[0]].append(term[1:])
    seconds = {rest[0] for found in rests.values() for rest in found}
    groups = (f"{first}(?:{'|'.join(found)})" for first, found in rests.items())
    return f"(?=[{''.join(sorted(rests))}][{''.join(sorted(seconds))}])(?:{'|'.join(groups)})"


REGIONAL_TERM = re.compile(any_of(REGIONAL))
STOP_WORDS = frozenset(data_lines("stop_words.txt"))
WEAK_WORDS = frozenset(("no", "not", "too", "very"))
# How much a part of a text counts. Two ideographs are less than a word, and overlap.
WORD, PAIR, WEAK, STOP = 1.0, 0.6, 0.4, 0.1


class Token(NamedTuple):
    """A term, the folded word it came from (empty for ideographs) and its place in the composed text."""

    term: str
    word: str
    start: int
    end: int


class Stemmers(threading.local):
    """Snowball's stemmers, which must not be shared by threads."""

    def __init__(self) -> None:
        self.latin = snowballstemmer.stemmer("english")
        self.cyrillic = snowballstemmer.stemmer("russian")


STEMMERS = Stemmers()


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word, by the rules of English or, in Cyrillic letters, of Russian."""
    word = word[:LONGEST_WORD]
    if word.isascii():
        return str(STEMMERS.latin.stemWord(word))
    if all("\u0400" <= letter <= "\u052f" for letter in word):
        return str(STEMMERS.cyrillic.stemWord(word))
    return word


@lru_cache(maxsize=50_000)
def stems(compound: str) -> tuple[str, ...]:
    """The terms of a word or compound."""
    return tuple(stem(word) for word, _, _ in words_of(compound))


STOP_TERMS = frozenset(map(stem, STOP_WORDS))


@lru_cache(maxsize=50_000)
def weight(word: str) -> float:
    """How much a folded word counts; a word without letters of an alphabet is a pair of ideographs."""
    if is_ideographic(word):
        return PAIR
    return STOP if word in STOP_WORDS else WEAK if word in WEAK_WORDS else WORD


def length(terms: Iterable[str]) -> float:
    """The length of a passage, in what its terms count: stop words as little as in a query."""
    return round(sum(STOP if term in STOP_TERMS else weight(term) for term in terms), 2)


def is_ideographic(run: str) -> bool:
    """Whether a run of RUN is written without blanks between its words."""
    return IDEOGRAPH.match(run) is not None


def canonical(run: str) -> tuple[str, list[tuple[int, int]]]:
    """A run of ideographs with one word for what the regions call differently, and where each character came from."""
    characters, places, end = "", [], 0
    for match in REGIONAL_TERM.finditer(run):
        characters += run[end : match.start()] + REGIONAL[match[0]]
        places += [(place, place + 1) for place in range(end, match.start())]
        places += [match.span()] * len(REGIONAL[match[0]])
        end = match.end()
    return characters + run[end:], places + [(place, place + 1) for place in range(end, len(run))]


def one_for_all_regions(folded: str) -> str:
    """A folded text with one word for what the regions call differently."""
    return REGIONAL_TERM.sub(lambda match: REGIONAL[match[0]], folded)


def pairs(run: str) -> list[str]:
    """Neighbouring characters of a run; a run of one character is its own pair."""
    return [run[start : start + 2] for start in range(max(len(run) - 1, 1))]


def words_of(compound: str) -> list[tuple[str, int, int]]:
    """The words of a compound with their places in it, and the compound as one word if it has several."""
    if compound.isalnum():
        return [(compound, 0, len(compound))]
    parts = [(match[0], *match.span()) for match in PART.finditer(compound)]
    return [*parts, ("".join(part for part, _, _ in parts), 0, len(compound))]


def spell_out(text: str) -> str:
    """The text with the names that programs use taken apart into words, behind the text itself."""
    apart = SEAMS.sub(" ", text)
    return text if apart == text else f"{text} {apart}"


def runs(folded: str) -> list[str]:
    """What a folded text consists of: runs of ideographs, words and compounds, documents such as ``rfc9110``."""
    return RUN.findall(DOCUMENT.sub(r" rfc\1 ", folded))


def terms(text: str, *, singles: bool = False) -> list[str]:
    """The terms of a text, in its order; ``singles`` adds each ideograph by itself."""
    found: list[str] = []
    for run in runs(one_for_all_regions(fold(composed(text)))):
        if is_ideographic(run):
            found += pairs(run)
            if singles and len(run) > 1:
                found += run
        else:
            found += stems(run)
    return found


def words(text: str) -> list[tuple[str, str]]:
    """The folded words of a text with their terms, without ideographs: what a spelling is compared with."""
    found = [run for run in runs(fold(composed(text))) if not is_ideographic(run)]
    return [(word[:LONGEST_WORD], stem(word)) for run in found for word, _, _ in words_of(run)]


@lru_cache(maxsize=4_000)
def tokens(text: str) -> tuple[Token, ...]:
    """The terms of a composed text with their places in it. Kept, for snippets show the same texts again and again."""
    folded, places = fold_with_places(text)
    found: list[tuple[str, str, int, int]] = []
    for document in DOCUMENT.finditer(folded):
        found.append((f"rfc{document[1]}", f"rfc{document[1]}", *document.span()))
    for match in RUN.finditer(folded):
        at = match.start()
        if is_ideographic(match[0]):
            run, spans = canonical(match[0])
            for index, pair in enumerate(pairs(run)):
                found.append((pair, "", at + spans[index][0], at + spans[index + len(pair) - 1][1]))
        else:
            found += [(stem(word), word, at + start, at + end) for word, start, end in words_of(match[0])]
    return tuple(Token(term, word, places[start], end_of(text, places[end - 1])) for term, word, start, end in found)


def end_of(text: str, place: int) -> int:
    """Where the character at a place ends, with the accents that stand behind it and fold to nothing."""
    end = place + 1
    while end < len(text) and not FOLDING[ord(text[end])]:
        end += 1
    return end
