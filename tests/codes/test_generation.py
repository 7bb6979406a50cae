"""The generation moves with whatever pages show, when it is committed, and with nothing else; on both databases."""

import threading
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from codes import generation
from codes.generation import postgres
from codes.models import Alias, Comparison, GlossaryTerm, HeaderField, Origin, Specification, StatusCode
from httpref.pages.shared import Shared

on_sqlite = "sqlite" in settings.DATABASES["default"]["ENGINE"]


def current() -> int:
    return generation.read(connection)


# Every way to write


def save() -> None:
    Origin.objects.get(slug="nginx").save()


def update() -> None:
    StatusCode.objects.filter(number=418).update(summary_en="A pot.")


def bulk_create() -> None:
    Alias.objects.bulk_create([Alias(status_code=StatusCode.objects.all()[0], language="en", text="zyx")])


def bulk_update() -> None:
    row = GlossaryTerm.objects.all()[0]
    row.name_en = "Another"
    GlossaryTerm.objects.bulk_update([row], ["name_en"])


def delete() -> None:
    Comparison.objects.all()[0].delete()


def link() -> None:
    rows = Specification.objects.all()
    rows[0].updates.add(rows[1])


def write_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE codes_symbol SET symbol = 'x' WHERE id = (SELECT min(id) FROM codes_symbol)")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write", [save, update, bulk_create, bulk_update, delete, link, write_sql], ids=lambda write: write.__name__
)
def test_a_write_moves_it(write: Callable[[], None]):
    before = current()
    write()
    moved = current()
    assert moved != before
    write_again = current()
    assert write_again == moved


@pytest.mark.django_db
def test_every_table_of_the_reference_has_its_triggers_and_they_note_only_changes():
    assert {"codes_statuscode", "codes_specification_updates", "codes_comparison_codes"} <= set(generation.tables())
    assert generation.complaint(connection) == ""
    before = current()
    with connection.cursor() as cursor:
        for table in generation.tables():
            cursor.execute(f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table}) AND 1 = 0")
    assert current() == before


@pytest.mark.django_db
def test_reading_and_writing_elsewhere_leaves_it_alone(django_user_model):
    before = current()
    list(StatusCode.objects.all())
    django_user_model.objects.create_user("somebody")
    assert current() == before


@pytest.mark.django_db
def test_two_writes_never_lead_back():
    seen = {current()}
    for text in ("a", "b", "a", "b"):
        Origin.objects.filter(slug="nginx").update(title=text)
        seen.add(current())
    assert len(seen) == 5


@pytest.mark.skipif(on_sqlite, reason="SQLite has no TRUNCATE")
def test_truncate_moves_it(own_database):
    before = current()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE codes_alias")
    assert current() != before


def test_a_rolled_back_write_changes_nothing(own_database):
    before = current()
    with pytest.raises(InterruptedError), transaction.atomic():
        update()
        assert current() != before
        raise InterruptedError
    assert current() == before


def test_others_see_it_with_the_commit_and_not_before(own_database):
    before = current()
    other = connections["default"].copy()
    with transaction.atomic():
        update()
        assert generation.read(other) == before
    assert generation.read(other) == current() != before
    other.close()


@pytest.mark.skipif(on_sqlite, reason="SQLite has one writer at a time")
def test_commits_in_another_order_than_the_writes_are_all_noticed(own_database):
    first, second = (connections["default"].copy() for _ in range(2))
    for other in (first, second):
        other.set_autocommit(False)
    seen = [current()]
    for other, table in ((first, "codes_origin"), (second, "codes_glossaryterm")):
        with other.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET id = id WHERE id = (SELECT min(id) FROM {table})")
    for other in (second, first):
        other.commit()
        seen.append(current())
        other.close()
    assert len(set(seen)) == 3


# Tokens


@pytest.mark.skipif(on_sqlite, reason="SQLite has one token")
@pytest.mark.django_db
def test_putting_tokens_together_leaves_the_generation_as_it_is():
    with connection.cursor() as cursor:
        for _ in range(20):
            cursor.execute(postgres.NEW_TOKEN)
    before = current()
    for _ in range(2):
        postgres.put_together(connection)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {generation.TABLE}")
            assert cursor.fetchone() == (1,)
        assert current() == before


@pytest.mark.skipif(on_sqlite, reason="SQLite has one token")
def test_many_tokens_are_put_together_after_a_commit(own_database, monkeypatch, pages_directory):
    monkeypatch.setattr(postgres, "MOST_TOKENS", 5)
    Shared(pages_directory, connection.settings_dict)
    for number in range(10):
        HeaderField.objects.create(name=f"X-{number}")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {generation.TABLE}")
        assert cursor.fetchone()[0] <= 6


# Publishing


@pytest.fixture
def pages_directory(settings, tmp_path):
    settings.PAGES_DIR = tmp_path / "pages"
    return settings.PAGES_DIR


def test_a_commit_is_known_to_the_processes_of_the_host_before_the_writer_goes_on(own_database, pages_directory):
    shared = Shared(pages_directory, connection.settings_dict)
    for write in (update, save, bulk_create):
        write()
        assert shared.generation == current()
    with transaction.atomic():
        before = shared.generation
        update()
        bulk_update()
        assert shared.generation == before
    assert shared.generation == current() != before


def test_a_rolled_back_write_is_not_published(own_database, pages_directory):
    shared = Shared(pages_directory, connection.settings_dict)
    with pytest.raises(InterruptedError), transaction.atomic():
        update()
        raise InterruptedError
    assert shared.generation == 0


def test_where_nobody_serves_nothing_is_published(own_database, pages_directory):
    update()
    assert not pages_directory.exists()


def test_whoever_publishes_reads_the_database_under_the_lock(own_database, pages_directory, monkeypatch):
    """Of two writers that publish at the same time the last has read last, so that no old generation comes back."""
    shared, inside, here = Shared(pages_directory, connection.settings_dict), [], threading.get_ident()
    real_lock, real_read = Shared.lock, generation.read

    def note(what):
        if threading.get_ident() == here:  # and not in a thread that watches for another test
            inside.append(what)

    @contextmanager
    def lock(self):
        with real_lock(self):
            note("locked")
            yield
            note("released")

    monkeypatch.setattr(Shared, "lock", lock)
    monkeypatch.setattr(generation, "read", lambda of: note("read") or real_read(of))
    monkeypatch.setattr(Shared, "publish", lambda self, found: note("published"))
    update()
    assert inside == ["locked", "read", "published", "released"]
    assert shared.generation == 0


# Snapshots


def test_what_is_read_in_a_snapshot_is_of_its_generation_whatever_is_committed_meanwhile(own_database):
    other = connections["default"].copy()
    before = Origin.objects.get(slug="nginx").title
    with generation.snapshot() as found:
        with other.cursor() as cursor:
            cursor.execute("UPDATE codes_origin SET title = 'changed' WHERE slug = 'nginx'")
        assert Origin.objects.get(slug="nginx").title == before
        assert current() == found
        assert generation.read(other) != found
    assert Origin.objects.get(slug="nginx").title == "changed"
    with generation.snapshot() as again:
        assert again == generation.read(other)
    other.close()


def test_a_snapshot_waits_for_no_writer(own_database):
    writer = connections["default"].copy()
    with writer.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if on_sqlite else "BEGIN")
        cursor.execute("UPDATE codes_origin SET title = 'changed' WHERE slug = 'nginx'")
        with generation.snapshot() as found:
            assert Origin.objects.get(slug="nginx").title != "changed"
        cursor.execute("ROLLBACK")
    assert found == current()
    update()  # the usual transactions are what they were
    writer.close()


@pytest.mark.django_db
def test_inside_of_a_transaction_there_is_no_generation():
    with generation.snapshot() as found:
        assert StatusCode.objects.exists()
    assert found == 0


def test_a_database_without_generations_is_read_all_the_same(own_database, caplog):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {generation.TABLE} RENAME TO elsewhere")
    with generation.snapshot() as found:
        assert StatusCode.objects.exists()
    assert found == 0
    assert "not stored" in caplog.text


# Installing


@pytest.mark.django_db
def test_migrations_find_the_tables_without_triggers_and_leave_them_with():
    before = current()
    generation.before_migrations(using="default", plan=[])
    assert generation.complaint(connection) == ""
    generation.before_migrations(using="default", plan=["a migration"])
    noting = generation.triggers(connection)
    assert noting.existing().isdisjoint(noting.expected(generation.tables()))
    generation.after_migrations(using="default", plan=["a migration"])
    assert generation.complaint(connection) == ""
    moved = current()
    assert moved != before
    generation.after_migrations(using="default", plan=[])
    assert current() == moved


@pytest.mark.django_db
def test_a_database_without_the_reference_is_left_alone():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE codes_symbol RENAME TO codes_symbol_of_before")
        cursor.execute(f"DROP TABLE {generation.TABLE}")
    generation.before_migrations(using="default", plan=["a migration"])
    generation.after_migrations(using="default", plan=["a migration"])
    assert generation.complaint(connection) == ""
    assert generation.TABLE not in connection.introspection.table_names()


@pytest.mark.django_db
def test_what_is_missing_is_named_and_made():
    table = generation.tables()[0]
    before = current()
    generation.ensure()
    assert current() == before
    generation.triggers(connection).drop(table)
    assert "lacks triggers" in generation.complaint(connection)
    generation.ensure()
    assert generation.complaint(connection) == ""
    assert current() != before
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {generation.TABLE}")
    assert generation.complaint(connection) == "does not exist"
    generation.ensure()
    assert generation.complaint(connection) == ""
    assert current()
