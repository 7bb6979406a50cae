import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from codes.exchange.form import Fields, bundled_models, records_of
from codes.localized import LANGUAGES, LocalizedModel
from codes.models import Origin, StatusClass

pytestmark = pytest.mark.django_db


def drift() -> None:
    """What a foreign tool does that writes the base column, or the text without it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE codes_origin SET name = 'drifted' WHERE slug = 'nginx'")
        cursor.execute("UPDATE codes_origin SET description_en = NULL WHERE slug = 'iana'")
        cursor.execute("UPDATE codes_statusclass SET summary_en = 'rewritten' WHERE digit = 4")


def base_column(model: type[LocalizedModel], field: str, **key: object) -> object:
    """A base column as it is stored: modeltranslation would read the active language's column instead."""
    return model.objects.rewrite(False).filter(**key).values_list(field, flat=True).get()


def localized_models() -> list[type[LocalizedModel]]:
    return [model for model in bundled_models() if issubclass(model, LocalizedModel)]


def texts() -> dict[type[LocalizedModel], list[Fields]]:
    return {model: list(records_of(model, LANGUAGES)) for model in localized_models()}


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_base_columns_repeat_english_again_whatever_language_is_active(language, capsys):
    drift()
    before = texts()
    with translation.override(language):
        call_command("repair_base_columns")
    assert base_column(Origin, "name", slug="nginx") == Origin.objects.get(slug="nginx").name_en
    assert base_column(Origin, "description", slug="iana") == ""
    assert base_column(StatusClass, "summary", digit=4) == "rewritten"
    assert texts() == before
    counts = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    expected = {"codes.Origin": "2 repaired", "codes.StatusClass": "1 repaired"}
    assert counts == {model._meta.label: expected.get(model._meta.label, "0 repaired") for model in localized_models()}


def test_a_dry_run_only_tells(capsys):
    drift()
    call_command("repair_base_columns", "--dry-run")
    assert base_column(Origin, "name", slug="nginx") == "drifted"
    assert "codes.Origin: 2 would be repaired" in capsys.readouterr().out.splitlines()


def test_nothing_is_left_to_repair_afterwards(capsys):
    drift()
    call_command("repair_base_columns")
    assert not any(model.objects.drifted().exists() for model in localized_models())
    capsys.readouterr()
    call_command("repair_base_columns")
    assert all(line.endswith(": 0 repaired") for line in capsys.readouterr().out.splitlines())
