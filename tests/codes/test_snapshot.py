import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import DatabaseError, connection

from codes.generation import snapshot
from codes.models import Comparison, Origin


@pytest.fixture
def no_transaction(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database as it is outside tests: what is written stays, so nothing may be."""
    with django_db_blocker.unblock():
        yield


def codes_of_comparisons() -> int:
    return Comparison.codes.through.objects.count()


@pytest.mark.usefixtures("no_transaction")
def test_what_is_written_in_a_snapshot_does_not_stay():
    before = codes_of_comparisons()
    with suppress(DatabaseError), snapshot(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM codes_comparison_codes")
    assert codes_of_comparisons() == before > 0


@pytest.mark.usefixtures("no_transaction")
def test_the_transaction_ends_with_the_snapshot_whatever_happens_in_it():
    with pytest.raises(KeyboardInterrupt), snapshot():
        assert codes_of_comparisons()
        raise KeyboardInterrupt
    with snapshot():
        assert codes_of_comparisons()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="an SQLite database in memory has no second connection")
@pytest.mark.usefixtures("no_transaction")
def test_a_snapshot_does_not_see_what_others_write_meanwhile():
    def write(title: str) -> None:
        Origin.objects.filter(slug="nginx").update(title=title)
        connection.close()

    def elsewhere(title: str) -> None:
        thread = threading.Thread(target=write, args=[title])
        thread.start()
        thread.join()

    before = Origin.objects.get(slug="nginx").title
    try:
        with snapshot():
            assert Origin.objects.count()  # the snapshot is of the moment of the first query
            elsewhere("changed meanwhile")
            assert Origin.objects.get(slug="nginx").title == before
        assert Origin.objects.get(slug="nginx").title == "changed meanwhile"
    finally:
        elsewhere(before)


@pytest.mark.django_db
def test_inside_a_transaction_a_snapshot_is_that_transaction():
    with snapshot():
        Origin.objects.filter(slug="nginx").update(title="changed")
    assert Origin.objects.get(slug="nginx").title == "changed"
