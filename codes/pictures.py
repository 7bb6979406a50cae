"""Where the parts of a picture go. Pure geometry, in user units of an SVG; templates draw it."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

# The lineage: a band of years.

FIRST_YEAR, LAST_YEAR = 1990, 2030
BAND_WIDTH = 680.0
LABEL_HEIGHT = 18.0


@dataclass(frozen=True)
class Dot:
    """A document on the band: its place, its label's left edge and row."""

    x: float
    label: str
    label_x: float
    label_y: float
    current: bool


@dataclass(frozen=True)
class Span:
    """The years in which one reason phrase was the one to use."""

    x: float
    width: float
    phrase: str
    current: bool


@dataclass(frozen=True)
class Band:
    """The lineage of one meaning as a picture."""

    dots: list[Dot]
    spans: list[Span]
    years: list[tuple[float, int]]
    width: float
    height: float


def place_of(date: str) -> float:
    """The place of a date (year, year-month or year-month-day) on the band."""
    year, month = int(date[:4]), int(date[5:7] or 1)
    return (year + (month - 1) / 12 - FIRST_YEAR) / (LAST_YEAR - FIRST_YEAR) * BAND_WIDTH


def lineage_band(events: Sequence[tuple[str, str, str, bool]]) -> Band:
    """Lay out documents, oldest first: each a date, a label, the reason phrase it used, and whether it is in force.

    Labels that would touch move to a lower row. A phrase's span ends where another phrase begins.
    """
    dots: list[Dot] = []
    rows: list[float] = []
    for date, label, _phrase, current in events:
        x, width = place_of(date), 7.5 * text_width(label) + 10
        left = min(x - 4, BAND_WIDTH - width)
        row = next((i for i, end in enumerate(rows) if end <= left), len(rows))
        rows[row : row + 1] = [left + width]
        dots.append(Dot(x, label, left, 58 + LABEL_HEIGHT * row, current))
    named = [(place_of(date), phrase) for date, _label, phrase, _current in events if phrase]
    changes = [pair for i, pair in enumerate(named) if i == 0 or pair[1].casefold() != named[i - 1][1].casefold()]
    ends = [*(x for x, _ in changes), BAND_WIDTH][1:]
    spans = [
        Span(x, end - x, phrase, i == len(changes) - 1)
        for i, ((x, phrase), end) in enumerate(zip(changes, ends, strict=True))
    ]
    years = [(place_of(str(year)), year) for year in range(FIRST_YEAR, LAST_YEAR + 1, 10)]
    return Band(dots, spans, years, BAND_WIDTH, 58 + LABEL_HEIGHT * len(rows))


# The guide: a tree of questions, from left to right.

BOX_WIDTH, COLUMN_WIDTH = 146.0, 171.0
LINE_HEIGHT, CHIP_HEIGHT, GAP = 16.0, 22.0, 14.0
CHIPS_IN_A_ROW, CHIP_STEP = 3, 43.0
CHARACTERS_IN_A_LINE = 20
EDGE_HEIGHT = 18.0


@dataclass
class Box:
    """A question: its place, its lines, the codes it leads to."""

    step: Any
    lines: list[str]
    chips: list[tuple[float, float, Any]]
    height: float
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Edge:
    """An arrow from a question to the next one."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def bend(self) -> float:
        """Where the curve's control points lie."""
        return (self.x1 + self.x2) / 2


@dataclass
class Tree:
    """The guide as a picture."""

    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def guide_tree(first: Any, answers_of: Callable[[Any], Sequence[Any]], question_of: Callable[[Any], str]) -> Tree:
    """Lay out the steps reachable from ``first``.

    ``answers_of`` gives a step's answers, each with a ``next_step`` or a ``code``. A step that several
    answers lead to stands once, beside the first of them. Each column is filled from the top, and no step
    stands higher than the one before it, so that the usual way through runs along the top.
    """
    tree = Tree()
    placed: dict[Any, Box] = {}

    bottoms: dict[int, float] = {}

    def place(step: Any, depth: int, top: float) -> Box:
        box = box_of(step, answers_of(step), question_of(step))
        placed[step.slug] = box
        box.x = depth * COLUMN_WIDTH
        box.y = max(top, bottoms.get(depth, 0.0))
        bottoms[depth] = box.y + box.height + GAP
        children = []
        for answer in answers_of(step):
            if answer.next_step is not None:
                child = placed.get(answer.next_step.slug) or place(answer.next_step, depth + 1, box.y)
                children.append(child)
        tree.height = max(tree.height, box.y + box.height)
        tree.boxes.append(box)
        tree.edges.extend(
            Edge(box.x + BOX_WIDTH, box.y + EDGE_HEIGHT, child.x, child.y + EDGE_HEIGHT) for child in children
        )
        tree.width = max(tree.width, box.x + BOX_WIDTH)
        return box

    place(first, 0, 0.0)
    tree.boxes.reverse()
    return tree


def box_of(step: Any, answers: Sequence[Any], question: str) -> Box:
    """A question's box, not yet placed."""
    lines = wrapped(question, CHARACTERS_IN_A_LINE)
    codes = list({answer.code.number: answer.code for answer in answers if answer.code is not None}.values())
    top = 12 + LINE_HEIGHT * len(lines)
    chips = [
        (10 + CHIP_STEP * (i % CHIPS_IN_A_ROW), top + CHIP_HEIGHT * (i // CHIPS_IN_A_ROW), code)
        for i, code in enumerate(codes)
    ]
    rows = -(-len(codes) // CHIPS_IN_A_ROW)
    return Box(step, lines, chips, top + CHIP_HEIGHT * rows + 6)


def text_width(text: str) -> int:
    """The width of a text in Latin characters: a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most ``width`` Latin characters, broken at blanks or between Chinese characters."""
    lines = [""]
    for piece in pieces(text):
        if lines[-1] and text_width(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines if line.strip()]


def pieces(text: str) -> list[str]:
    """What must stay together in a line: a Latin word with its blank, a Chinese character with its punctuation."""
    found: list[str] = []
    for character in text:
        wide = unicodedata.east_asian_width(character) in "WF"
        closing = unicodedata.category(character) in ("Po", "Pe", "Pf")
        previous = found[-1][-1] if found else " "
        joined = closing or not (wide or previous == " " or unicodedata.east_asian_width(previous) in "WF")
        if joined and found:
            found[-1] += character
        else:
            found.append(character)
    return found
