import io

import pytest
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from codes.curation import triggers
from codes.models import Origin, StatusClass

pytestmark = pytest.mark.django_db


def found(databases: list[str] | None) -> list[tuple[str | None, object, str]]:
    messages = run_checks(tags=[Tags.database], databases=databases)
    return [(message.id, message.obj, message.msg) for message in messages if (message.id or "").startswith("codes.")]


def drift() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE codes_origin SET name = 'drifted' WHERE slug IN ('nginx', 'shopify')")


def test_the_reference_raises_no_warning_whatever_language_is_active():
    with translation.override("zh-hant"):
        assert found(["default"]) == []


def test_rows_whose_base_column_drifted_are_counted_for_their_model():
    drift()
    ((number, model, message),) = found(["default"])
    assert (number, model) == ("codes.W001", Origin)
    assert message.startswith("2 of codes.Origin ")


def test_the_hint_names_the_command_that_repairs_it():
    drift()
    (warning,) = run_checks(tags=[Tags.database], databases=["default"])
    command = str(warning.hint).removeprefix("Run: manage.py ")
    call_command(command, verbosity=0)
    assert found(["default"]) == []


def test_what_loaddata_writes_under_another_language_is_found():
    StatusClass.objects.all().delete()
    with translation.override("zh-hant"):
        call_command("loaddata", settings.FIXTURES_DIR / "statusclass.json", verbosity=0)
    ((_, model, message),) = found(["default"])
    assert model is StatusClass
    assert message.startswith("5 of codes.StatusClass ")


@pytest.mark.parametrize("databases", [None, []])
def test_no_database_is_looked_into_unasked(databases, django_assert_num_queries):
    drift()
    with django_assert_num_queries(0):
        assert found(databases) == []


def test_a_database_that_is_not_migrated_yet_is_no_reason_to_warn():
    drift()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE codes_origin RENAME TO codes_origin_of_before")
    assert found(["default"]) == []


def test_a_search_index_that_is_not_current_is_named_with_the_command_that_builds_it():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE codes_search_state SET fingerprint = 'older'")
    (warning,) = run_checks(tags=[Tags.database], databases=["default"])
    assert (warning.id, warning.hint) == ("codes.W002", "Run: manage.py rebuild_search")
    assert warning.msg == "The search index was made for other languages or by another version."
    call_command("rebuild_search", verbosity=0, stdout=io.StringIO())
    assert found(["default"]) == []


def test_no_database_asked_for_is_not_looked_into():
    assert found(None) == []
    assert found([]) == []


def test_tables_whose_changes_would_go_unheard_are_named():
    triggers.drop({name for name in triggers.installed() if "statusclass" in name}, "default")
    (warning,) = run_checks(tags=[Tags.database], databases=["default"])
    assert (warning.id, warning.hint) == ("codes.W004", "Run: manage.py migrate")
    call_command("migrate", verbosity=0, stdout=io.StringIO())
    assert found(["default"]) == []
