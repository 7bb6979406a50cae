"""Reading the generation without Django."""

import shutil
import sqlite3

import pytest
from django.conf import settings
from django.db import connection

from codes import generation
from codes.models import Origin
from httpref.pages.database import Reader, generation_of


@pytest.mark.parametrize(
    ("total", "found"), [(None, 0), (0, 1), (5, 5), (-1, 2**64 - 1), (2**64, 1), (2**64 + 5, 5), (-(2**70) + 3, 3)]
)
def test_a_sum_of_tokens_is_a_generation_that_is_zero_only_without_tokens(total, found):
    assert generation_of(total) == found


def test_it_reads_what_django_reads_and_hears_of_commits_only(own_database):
    reader = Reader(connection.settings_dict)
    before = reader.generation()
    assert before == generation.read(connection)
    Origin.objects.filter(slug="nginx").update(title="nginx!")
    after = reader.generation()
    assert after == generation.read(connection) != before
    reader.close()


@pytest.fixture
def file(tmp_path):
    """A SQLite database with one token."""
    path = tmp_path / "a.sqlite3"
    write(path, 7)
    return path


def write(path, token):
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE IF NOT EXISTS codes_generation (id INTEGER PRIMARY KEY, token bigint)")
    database.execute("INSERT OR REPLACE INTO codes_generation VALUES (1, ?)", [token])
    database.commit()
    database.close()


def reader_of(path):
    return Reader({"ENGINE": "django.db.backends.sqlite3", "NAME": path})


def test_a_database_that_is_put_back_from_a_copy_is_noticed(file, tmp_path):
    reader = reader_of(file)
    assert reader.generation() == 7
    write(tmp_path / "copy", 8)
    shutil.move(tmp_path / "copy", file)
    assert reader.generation() == 8


def test_an_error_is_told_and_the_next_question_asks_anew(file, tmp_path):
    reader = reader_of(file)
    assert reader.generation() == 7
    file.rename(tmp_path / "away")
    with pytest.raises(OSError):
        reader.generation()
    (tmp_path / "away").rename(file)
    assert reader.generation() == 7


def test_reading_needs_no_right_to_write(file):
    file.chmod(0o400)
    assert reader_of(file).generation() == 7


def test_a_database_server_that_does_not_answer_is_an_error_within_seconds(unused_port):
    database = {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": "127.0.0.1", "PORT": unused_port}
    options = {"pool": {"min_size": 1}, "application_name": "test"}
    with pytest.raises(Exception, match="refused"):
        Reader({**database, "OPTIONS": options}).generation()


@pytest.mark.skipif("postgresql" not in settings.DATABASES["default"]["ENGINE"], reason="PostgreSQL only")
def test_on_postgresql_it_does_not_wait_for_writers(own_database):
    reader = Reader(connection.settings_dict)
    before = reader.generation()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE codes_origin SET title = 'x' WHERE slug = 'nginx'")
        assert reader.generation() == before
        cursor.execute("ROLLBACK")
    assert reader.generation() == before
    reader.close()
