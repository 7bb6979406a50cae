import os
from contextlib import closing

import environ
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.utils import ConnectionHandler

from codes.export.connections import configuration, replaced
from codes.export.snapshot import snapshot
from tests.databases import empty_database


@pytest.fixture
def own_database(tmp_path, django_db_blocker):
    """A database with one row, in the place of the tests' own; a function that runs a statement beside it."""
    with empty_database("snapshot", tmp_path) as url:
        usual = settings.DATABASES["default"]
        parsed = {**usual, **environ.Env.db_url_config(url), "OPTIONS": usual.get("OPTIONS", {})}
        with django_db_blocker.unblock(), replaced(parsed):
            with connection.cursor() as cursor:
                cursor.execute("CREATE TABLE found (number integer)")
                cursor.execute("INSERT INTO found VALUES (404)")

            def elsewhere(statement):
                with closing(ConnectionHandler({"default": parsed})["default"]) as other, other.cursor() as cursor:
                    cursor.execute(statement)

            yield elsewhere


def numbers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM found")
        return [number for (number,) in cursor.fetchall()]


def test_what_is_written_meanwhile_is_not_seen_and_nobody_waits(own_database, tmp_path):
    with snapshot(tmp_path) as attach:
        assert numbers() == [404]
        own_database("INSERT INTO found VALUES (410)")
        assert numbers() == [404]
        mine = connections["default"]
        attach()
        assert connections["default"] is not mine
        assert numbers() == [404]
        connections["default"].close()
        connections["default"] = mine
    assert numbers() == [404, 410]
    assert [name for name in os.listdir(tmp_path) if name.startswith("tmp")] == []


def test_a_snapshot_cannot_be_written_to(own_database, tmp_path):
    with pytest.raises(DatabaseError), snapshot(tmp_path), connection.cursor() as cursor:
        cursor.execute("INSERT INTO found VALUES (410)")
    assert numbers() == [404]


@pytest.mark.django_db
def test_within_a_transaction_the_transaction_is_the_snapshot(tmp_path):
    with snapshot(tmp_path) as attach:
        assert attach is None


def test_a_process_of_its_own_has_no_pool():
    assert "pool" not in configuration(OPTIONS={"pool": {"min_size": 1}, "timeout": 20})["OPTIONS"]
    assert configuration(OPTIONS={"pool": True, "timeout": 20})["OPTIONS"] == {"timeout": 20}
