"""What /readyz says of the site."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from codes import generation, health

PARTS = {"database", "migrations", "search", "generation"}


@pytest.fixture(autouse=True)
def keep_connection(monkeypatch):
    """The tests' transaction needs its connection."""
    monkeypatch.setattr(health.connections, "close_all", lambda: None)


@pytest.mark.django_db
def test_a_sound_site_has_no_complaints():
    assert health.complaints() == dict.fromkeys(PARTS, "")


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_is_named():
    MigrationRecorder(connection).migration_qs.filter(app="codes").delete()
    assert "not applied" in health.complaints()["migrations"]


@pytest.mark.django_db
def test_an_index_and_a_generation_that_do_not_follow_are_named():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE codes_search_state SET fingerprint = 'older'")
    generation.triggers(connection).drop("codes_origin")
    found = health.complaints()
    assert "another version" in found["search"]
    assert "lacks triggers" in found["generation"]


def test_a_database_that_fails_is_named_without_its_secrets(monkeypatch, caplog):
    def fail():
        raise OperationalError("no route to db.internal")

    monkeypatch.setattr(health.connection, "cursor", fail)
    assert health.complaints() == {"database": "cannot be used"}
    assert "db.internal" in caplog.text


@pytest.mark.django_db
def test_a_file_that_is_gone_is_a_complaint_and_no_new_file(monkeypatch, caplog):
    monkeypatch.setattr(health, "is_gone", lambda connection: True)
    assert health.complaints() == {"database": "cannot be used"}
    assert "the database is gone" in caplog.text
