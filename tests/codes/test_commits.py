"""What is done once a write is committed."""

import pytest
from django.db import connection, transaction

from codes.commits import after_commit


@pytest.fixture
def done():
    return []


def test_it_is_done_once_after_the_commit_however_often_it_is_asked_for(own_database, done):
    def work(of):
        done.append(of)

    def other(of):
        done.append("other")

    with transaction.atomic():
        for _ in range(3):
            after_commit(connection, work)
        after_commit(connection, other)
        assert done == []
    assert done == [connection, "other"]


def test_it_is_not_done_after_a_rollback(own_database, done):
    with pytest.raises(InterruptedError), transaction.atomic():
        after_commit(connection, lambda of: done.append(of))
        raise InterruptedError
    assert done == []


def test_outside_of_a_transaction_it_is_done_at_once(own_database, done):
    def work(of):
        done.append(of)

    after_commit(connection, work)
    assert done == [connection]


def test_where_the_caller_ends_transactions_by_hand_nothing_is_done(own_database, done):
    connection.ensure_connection()
    connection.set_autocommit(False)
    after_commit(connection, lambda of: done.append(of))
    connection.rollback()
    connection.set_autocommit(True)
    assert done == []


def test_a_failure_is_logged_and_harms_nothing(own_database, caplog):
    def fail(of):
        raise ValueError("no luck")

    with transaction.atomic():
        after_commit(connection, fail)
    assert "no luck" in caplog.text
