"""How many documents have each term, kept in few rows: a row a term would be a fourth of the index."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from zlib import crc32

BUCKETS = 128


def bucket(term: str) -> int:
    """The row that a term is counted in, the same on every machine."""
    return crc32(term.encode()) % BUCKETS


def counted(counts: str, term: str) -> int:
    """The count of one term in a row."""
    before, found, after = counts.partition(f"\n{term} ")
    return int(after[: after.find("\n")]) if found else 0


def changed(counts: str, changes: Mapping[str, int]) -> str:
    """A row with other counts. What is counted no longer is left out."""
    known: Counter[str] = Counter({term: int(count) for term, count in map(str.split, counts.strip("\n").splitlines())})
    known.update(changes)
    return "".join(f"\n{term} {count}" for term, count in sorted(known.items()) if count > 0) + "\n"


def by_bucket(changes: Iterable[tuple[str, int]]) -> dict[int, dict[str, int]]:
    """Changes of counts by the row they belong to, without those that change nothing."""
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for term, count in changes:
        if count:
            found[bucket(term)][term] = count
    return dict(found)
