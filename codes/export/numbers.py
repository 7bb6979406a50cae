"""The rows of many numbers' pages at once: three fourths of what such a page costs are its queries."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property

from codes.models import StatusCode
from codes.views.numbers import Numbers, by_number


class BatchOfNumbers(Numbers):
    """The rows of a batch; ``known`` are all numbers that have a meaning, sorted."""

    def __init__(self, numbers: Sequence[int], language: str, known: Sequence[int]) -> None:
        super().__init__(numbers, language)
        self.known = known

    @cached_property
    def meanings(self) -> dict[int, list[StatusCode]]:
        """All meanings with their details, by number and in reading order."""
        return by_number(self.detailed())

    def meanings_of(self, number: int) -> Sequence[StatusCode]:
        return self.meanings.get(number, [])

    def neighbours(self, number: int) -> tuple[int | None, int | None]:
        below, above = bisect_left(self.known, number), bisect_right(self.known, number)
        return (self.known[below - 1] if below else None, self.known[above] if above < len(self.known) else None)
