"""States and history follow every write of a text, whatever makes it."""

import pytest
from django.db import connection

from codes.curation import triggers
from codes.curation.signature import signed
from codes.models import Signature, StatusClass, StatusCode, TextChange, TextState
from codes.models.curation import State

pytestmark = pytest.mark.django_db
CLASSES = StatusClass.objects


def units(**about):
    """The states that are known, by field and language."""
    rows = TextState.objects.filter(model="statusclass", **about)
    return {(row.field, row.language): row for row in rows}


def stale():
    return {language for (_, language), row in units().items() if row.source is not None}


def write(how, **values):
    """Write columns of class 4 in one of the ways that there are."""
    match how:
        case "update":
            CLASSES.filter(digit=4).update(**values)
        case "save":
            row = CLASSES.get(digit=4)
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
        case "bulk_update":
            row = CLASSES.get(digit=4)
            for name, value in values.items():
                setattr(row, name, value)
            CLASSES.bulk_update([row], list(values))
        case "sql":
            with connection.cursor() as cursor:
                for name, value in values.items():
                    cursor.execute(f"UPDATE codes_statusclass SET {name} = %s WHERE digit = 4", [value])


WAYS = pytest.mark.parametrize("how", ["update", "save", "bulk_update", "sql"])


def test_a_fresh_reference_has_nothing_to_tell():
    assert not TextState.objects.exists()
    assert not TextChange.objects.exists()


@WAYS
def test_new_english_makes_the_translations_stale_that_there_are(how):
    before = CLASSES.get(digit=4).summary_en
    write(how, summary_en="Something else.")
    assert stale() == {"zh-hant", "zh-hans"}
    assert {row.source for key, row in units().items() if key[1] != "en"} == {before}
    assert units()["summary", "zh-hant"].state == State.APPROVED
    assert {field for field, _ in units()} == {"summary"}


@WAYS
def test_a_translation_written_anew_is_stale_no_more(how):
    write(how, summary_en="Something else.")
    write(how, summary_zh_hant="別的。")
    assert stale() == {"zh-hans"}
    row = units()["summary", "zh-hant"]
    assert (row.state, row.provenance, row.author) == (State.REVIEW, "outside", "")


def test_english_that_becomes_what_it_was_leaves_nothing_stale():
    before = CLASSES.get(digit=4).summary_en
    write("update", summary_en="Something else.")
    write("update", summary_en="A third thing.")
    assert {row.source for key, row in units().items() if key[1] != "en"} == {before}
    write("update", summary_en=before)
    assert stale() == set()


def test_a_translation_that_changes_with_its_english_is_up_to_date():
    write("update", summary_en="Something else.", summary_zh_hant="別的。")
    assert stale() == {"zh-hans"}


def test_a_translation_that_is_emptied_is_missing_and_has_no_state():
    write("update", summary_zh_hant="別的。")
    write("update", summary_zh_hant=None)
    assert units() == {}
    assert [(row.before, row.after) for row in TextChange.objects.order_by("pk")][-1] == ("別的。", None)


def test_what_is_written_the_same_is_no_change():
    row = CLASSES.get(digit=4)
    row.save()
    write("sql", summary_en=row.summary_en)
    assert not TextState.objects.exists()
    assert not TextChange.objects.exists()


@WAYS
def test_each_change_is_in_the_history_with_who_signed_it(how):
    before = CLASSES.get(digit=4).summary_zh_hant
    with signed(author="mei", state=State.DRAFT, reason="a try"):
        write(how, summary_zh_hant="別的。")
    [change] = TextChange.objects.all()
    assert (change.model, change.field, change.language) == ("statusclass", "summary", "zh-hant")
    assert (change.before, change.after) == (before, "別的。")
    assert (change.action, change.provenance, change.author, change.reason) == ("edited", "editor", "mei", "a try")
    row = units()["summary", "zh-hant"]
    assert (row.state, row.provenance, row.author) == (State.DRAFT, "editor", "mei")
    assert abs((row.at - change.at).total_seconds()) < 60


def test_a_signature_ends_with_its_block_also_when_it_fails():
    with signed(author="mei", state=State.DRAFT):
        pass
    with pytest.raises(ZeroDivisionError), signed(author="mei", state=State.DRAFT):
        raise ZeroDivisionError
    assert not Signature.objects.exists()


def test_the_innermost_signature_counts():
    with signed(author="outer", state=State.DRAFT), signed(author="inner", state=State.APPROVED):
        write("update", summary_zh_hant="別的。")
    assert units()["summary", "zh-hant"].author == "inner"


def test_english_has_no_state_but_approved():
    with signed(author="mei", state=State.DRAFT):
        write("update", summary_en="Something else.")
    assert units()["summary", "en"].state == State.APPROVED


def test_a_deleted_row_takes_its_states_and_history_along():
    code = StatusCode.objects.create(number=299, origin_id="nginx", registration="vendor", name_en="Try", name_ja="試")
    code.name_en = "Another"
    code.save()
    assert TextState.objects.filter(model="statuscode", language="ja").count() == 1
    code.delete()
    assert not TextState.objects.exists()
    assert not TextChange.objects.exists()


def test_a_created_row_has_its_texts_as_they_came():
    StatusCode.objects.bulk_create(
        [StatusCode(number=299, origin_id="nginx", registration="vendor", name_en="Try", name_ja="試")]
    )
    assert not TextState.objects.exists()


def test_triggers_are_made_once_and_anew_when_they_are_others():
    name = sorted(triggers.installed())[0]
    assert triggers.complaint() == ""
    triggers.drop({name}, "default")
    assert "lack triggers" in triggers.complaint()
    triggers.after_migrations(using="default")
    assert name in triggers.installed()
    assert triggers.complaint() == ""


def test_tables_that_a_migration_changes_have_no_triggers_meanwhile():
    triggers.before_migrations(using="default", plan=[])
    assert triggers.installed()
    triggers.before_migrations(using="default", plan=["a migration"])
    assert not triggers.installed()
    triggers.after_migrations(using="default")
    assert triggers.installed() == triggers.wanted(connection.vendor).keys()


def test_without_tables_there_is_nothing_to_make(monkeypatch):
    monkeypatch.setattr(triggers, "tables_exist", lambda using: False)
    triggers.drop(triggers.installed(), "default")
    triggers.after_migrations(using="default")
    assert triggers.installed() == set()
    assert triggers.complaint() == ""


def test_triggers_that_are_there_are_not_made_again(django_assert_num_queries):
    with django_assert_num_queries(1):
        triggers.install()
