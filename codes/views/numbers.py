"""What the pages of some numbers show, read with a fixed number of queries however many numbers there are."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import groupby

from codes.api.representation import LONG_FIELDS, SHORT_FIELDS, with_everything
from codes.models import Ecosystem, StatusClass, StatusCode
from codes.models.status_code import StatusCodeQuerySet

# A number has one or two. Where it has more than a page can list, the page leads to all comparisons.
MOST_COMPARED_IN = 12


def by_number(rows: Iterable[StatusCode]) -> dict[int, list[StatusCode]]:
    return {number: list(meanings) for number, meanings in groupby(rows, lambda row: row.number)}


class Numbers:
    """The rows behind the pages of ``numbers`` in a language; each kind is read when it is first asked for."""

    def __init__(self, numbers: Collection[int], language: str) -> None:
        self.numbers, self.language = numbers, language

    def codes(self) -> StatusCodeQuerySet:
        """The meanings that there are for the reader."""
        return StatusCode.objects.all()

    def meanings_of(self, number: int) -> StatusCodeQuerySet | Sequence[StatusCode]:
        """The meanings of one of the numbers with their details, in reading order; not read before they are used."""
        return self.detailed().with_number(number)

    def how_many(self, number: int) -> int:
        """How many meanings one of the numbers has."""
        return self.codes().with_number(number).count()

    def detailed(self) -> StatusCodeQuerySet:
        """The meanings of all the numbers with what a page shows of them."""
        rows = self.codes().filter(number__in=self.numbers)
        rows = rows.in_language(self.language, related=("origin",)).with_details()
        return rows.with_comparisons(self.language, MOST_COMPARED_IN)

    @cached_property
    def answers(self) -> dict[int, list[StatusCode]]:
        """All meanings with what the JSON interface says of them, by number."""
        rows = self.codes().filter(number__in=self.numbers)
        return by_number(with_everything(rows.in_language(self.language, *SHORT_FIELDS, *LONG_FIELDS), self.language))

    @cached_property
    def classes(self) -> dict[int, StatusClass]:
        """The status classes by digit."""
        digits = {number // 100 for number in self.numbers}
        return {row.digit: row for row in StatusClass.objects.filter(digit__in=digits).in_language(self.language)}

    @cached_property
    def ecosystems(self) -> list[Ecosystem]:
        return list(Ecosystem.objects.all())

    def neighbours(self, number: int) -> tuple[int | None, int | None]:
        """The nearest numbers below and above that have a meaning."""
        below, above = self.codes().neighbours(number)
        return below, above
