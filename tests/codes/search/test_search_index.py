"""The index follows the reference, whatever writes to it; on both databases."""

import logging
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from codes.models import Alias, HeaderField, Origin, Reference, Specification, StatusClass, StatusCode, Symbol
from codes.search import engine as engines
from codes.search import index
from codes.search.document import documents
from codes.search.engine import TABLES
from codes.search.find import search
from codes.search.sources import SOURCES

pytestmark = pytest.mark.django_db
WORD = "zyxomorph"


def found(query: str, language: str = "en") -> list[str]:
    return [str(result.code) for result in search(query, language).results]


def waiting() -> list[int]:
    return index.engine().pending(1000)


def teapot() -> StatusCode:
    return StatusCode.objects.get(number=418)


def content() -> dict[str, list[Any]]:
    """All that the index holds, in one order; without what is only ever added to, and without random versions."""
    tables = dict.fromkeys([name for name in TABLES if name not in ("queue", "state", "word")], "*")
    tables["document"] = "entry, number, standing, passages, head, body"
    rows = index.engine().rows
    return {
        name: sorted(map(str, rows(f"SELECT {columns} FROM codes_search_{name}"))) for name, columns in tables.items()
    }


# Every way to write


def save() -> None:
    row = teapot()
    row.summary_en = f"A {WORD} in the kitchen."
    row.save()


def update() -> None:
    StatusCode.objects.filter(number=418).update(description_en=f"A {WORD}.")


def bulk_update() -> None:
    row = teapot()
    row.name_en = WORD
    StatusCode.objects.bulk_update([row], ["name_en"])


def bulk_create() -> None:
    Alias.objects.bulk_create([Alias(status_code=teapot(), language="en", text=WORD)])


def create_a_symbol() -> None:
    symbol = Symbol.objects.filter(status_code__number=418).first()
    assert symbol is not None
    Symbol.objects.create(status_code=symbol.status_code, ecosystem=symbol.ecosystem, symbol=f"http.{WORD}")


def rename_a_document() -> None:
    Specification.objects.filter(slug="rfc2324").update(title=f"The {WORD} protocol")


def rename_a_header_field() -> None:
    use = teapot_with_field()
    HeaderField.objects.filter(pk=use.header_field_id).update(name=WORD)


def teapot_with_field() -> Any:
    row = teapot()
    return row.header_field_uses.create(header_field=HeaderField.objects.create(name="X-Tea"), role="optional")


def rename_a_former_name() -> None:
    row = Reference.objects.filter(status_code__number=418).first()
    assert row is not None
    row.reason_phrase = WORD
    row.save()


def write_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE codes_statuscode SET summary_en = %s WHERE number = 418", [WORD])


def load_data(directory: Any) -> None:
    (directory / "alias.json").write_text(
        f'[{{"model": "codes.alias", "fields": {{"status_code": [418, "iana"], "language": "en", "text": "{WORD}"}}}}]'
    )
    call_command("loaddata", directory / "alias.json", verbosity=0)


WRITES = [
    save,
    update,
    bulk_update,
    bulk_create,
    create_a_symbol,
    rename_a_document,
    rename_a_header_field,
    rename_a_former_name,
    write_sql,
]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_a_change_is_found_before_the_index_is_refreshed_and_after_it(write: Callable[[], None]):
    assert "418 iana" not in found(WORD)
    write()
    assert "418 iana" in found(WORD)
    assert index.refresh() >= 1
    assert waiting() == []
    assert "418 iana" in found(WORD)


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
def test_what_is_rolled_back_is_not_found(write: Callable[[], None]):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write()
        assert "418 iana" in found(WORD)
        raise ZeroDivisionError
    assert waiting() == []
    assert "418 iana" not in found(WORD)


def test_what_loaddata_brings_is_found(tmp_path):
    load_data(tmp_path)
    assert found(WORD) == ["418 iana"]
    index.refresh()
    assert found(WORD) == ["418 iana"]


def test_the_name_of_an_origin_and_of_a_class_belong_to_their_meanings():
    Origin.objects.filter(slug="laravel").update(title=WORD)
    assert found(WORD) == ["419 laravel"]
    StatusClass.objects.filter(digit=1).update(name_en="Brumbling")
    assert {number // 100 for number in (int(text[:3]) for text in found("brumbling"))} == {1}
    index.refresh()
    assert found(WORD) == ["419 laravel"]


def test_a_deleted_meaning_is_gone_at_once_with_what_belonged_to_it():
    assert "418 iana" in found("teapot")
    StatusCode.objects.filter(number=418).delete()
    assert "418 iana" not in found("teapot")
    index.refresh()
    assert "418 iana" not in found("teapot")
    assert index.engine().rows("SELECT count(*) FROM codes_search_key WHERE key = 'imateapot'") == [(0,)]


def test_an_old_text_is_not_found_any_more():
    Alias.objects.create(status_code=teapot(), language="en", text=WORD)
    index.refresh()
    Alias.objects.filter(text=WORD).update(text="quibbledrone")
    assert found(WORD) == []
    assert found("quibbledrone") == ["418 iana"]
    index.refresh()
    assert found(WORD) == []
    assert found("quibbledrone") == ["418 iana"]


def test_a_new_meaning_is_found_by_its_number():
    row = StatusCode(number=799, origin_id="nginx", registration="vendor", name_en="Whatever")
    row.save()
    assert found("799") == ["799 nginx"]
    index.refresh()
    assert found("799") == ["799 nginx"]


def test_a_meaning_moves_to_another_number():
    StatusCode.objects.filter(number=444, origin="nginx").update(number=448)
    assert found("448") == ["448 nginx"]
    index.refresh()
    assert found("448") == ["448 nginx"]
    assert "444 nginx" not in found("444")


def test_alias_moves_to_another_meaning():
    Alias.objects.create(status_code=teapot(), language="en", text=WORD)
    index.refresh()
    Alias.objects.filter(text=WORD).update(status_code=StatusCode.objects.get(number=402))
    assert found(WORD) == ["402 iana"]
    index.refresh()
    assert found(WORD) == ["402 iana"]


@pytest.mark.parametrize("large", [100, 141], ids=["large", "grows small"])
def test_after_many_changes_the_index_is_what_a_rebuild_makes(monkeypatch, large):
    monkeypatch.setattr(engines, "MOST_POSTINGS", large)
    for number in (404, 418, 503):
        Alias.objects.filter(status_code__number=number)[0].delete()
        StatusCode.objects.filter(number=number).update(summary_en=f"{WORD} {number}", name_zh_hant="水壺")
        index.refresh()
    counted = index.engine().frequencies([WORD, "nosuchterm"])
    assert counted == {WORD: 3, "nosuchterm": 0}
    StatusCode.objects.filter(number=203).delete()
    Symbol.objects.filter(ecosystem__slug="django").delete()
    Specification.objects.filter(slug="rfc9110").update(title="Semantics of HTTP")
    index.refresh()
    before = content()
    assert index.rebuild() == StatusCode.objects.count()
    assert content() == before


# The refresh


def test_a_commit_has_the_index_refreshed(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        save()
        assert len(waiting()) == 1
    assert waiting() == []
    assert "418 iana" in found(WORD)


def test_many_writes_of_a_transaction_are_followed_by_one_refresh(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        save()
        update()
        StatusCode.objects.filter(number=203).delete()
    assert [call.__qualname__ for call in callbacks].count("refresh_index") == 1


def test_what_is_no_text_of_the_reference_is_followed_by_nothing(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        call_command("seed_groups", verbosity=0)
        list(StatusCode.objects.all())
    assert callbacks == []


def test_a_failed_refresh_is_logged_and_harms_nothing(caplog, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(index, "BATCH", "no number")
    with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
        save()
    assert "refresh" in caplog.text
    assert "418 iana" in found(WORD)
    monkeypatch.undo()
    index.refresh()
    assert "418 iana" in found(WORD)


def test_a_statement_outside_a_transaction_waits_for_the_next_commit():
    class Idle:
        alias = "default"
        in_atomic_block = False
        run_on_commit: list[Any] = []

    index.schedule(Idle())  # type: ignore[arg-type]
    assert Idle.run_on_commit == []


def test_a_meaning_of_many_notes_is_indexed_once(monkeypatch):
    monkeypatch.setattr(index, "NOTES", 5)
    indexed = []
    monkeypatch.setattr(index, "documents", lambda entries: indexed.extend(entries) or documents(entries))
    StatusCode.objects.filter(number=499).update(confidence="low")
    for number in range(12):
        Alias.objects.create(status_code=teapot(), language="en", text=f"{WORD} {number}")
    StatusCode.objects.filter(number=404).update(confidence="high")
    changed = set(waiting())
    assert len(changed) > 2
    assert index.refresh() == len(indexed) == len(changed) and set(indexed) == changed
    assert waiting() == []


def test_an_interrupted_refresh_leaves_the_rest_in_the_queue(monkeypatch):
    monkeypatch.setattr(index, "BATCH", 100)
    index.engine().note_all()

    def interrupt(done: int, left: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.refresh(progress=interrupt)
    assert len(waiting()) == StatusCode.objects.count() - 100
    assert found("teapot")[0] == "418 iana"
    index.refresh()
    assert waiting() == []


def test_progress_tells_what_is_done_and_what_is_left(monkeypatch):
    monkeypatch.setattr(index, "BATCH", 100)
    index.engine().note_all()
    steps: list[tuple[int, int]] = []
    count = index.refresh(progress=lambda done, left: steps.append((done, left)))
    assert count == StatusCode.objects.count()
    assert steps == [(100, count - 100), (count, 0)]


def test_a_connection_is_followed_once_however_often_it_is_opened():
    index.follow_connection(connection=connection)
    assert connection.execute_wrappers.count(index.follow) == 1


# Installation, and what is wrong with an index


def test_a_sound_index_gives_no_cause_for_complaint():
    assert index.complaint() == ""


def test_a_missing_index_is_named_and_built():
    index.engine().drop_triggers()
    index.engine().drop_tables()
    assert index.complaint() == "does not exist"
    index.bring_up_to_date()
    assert index.complaint() == ""
    assert found("teapot")[0] == "418 iana"


def test_an_index_for_other_languages_is_named_and_built_anew(settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "Français")]
    StatusCode.objects.filter(number=418).update(name_fr="théière")
    assert "other languages" in index.complaint()
    index.bring_up_to_date()
    assert index.complaint() == ""
    assert found("theiere", "fr")[0] == "418 iana"
    assert found("茶壺", "fr") == []


def test_an_installation_of_another_make_is_dropped_and_noted_for_building():
    index.engine().run("UPDATE codes_search_state SET fingerprint = 'older'")
    for column in ("vocabulary", "documents", "contents"):  # whatever its tables were
        index.engine().run(f"ALTER TABLE codes_search_state DROP COLUMN {column}")
    assert "another version" in index.complaint()
    index.install()
    assert index.engine().fingerprint() == index.fingerprint()
    assert len(waiting()) == StatusCode.objects.count()
    index.refresh()
    assert index.complaint() == ""


def test_missing_triggers_are_named_and_made():
    index.uninstall_triggers()
    assert "triggers" in index.complaint()
    index.bring_up_to_date()
    assert index.complaint() == ""
    save()
    assert "418 iana" in found(WORD)


def test_an_index_far_behind_is_named():
    index.engine().run_many(
        "INSERT INTO codes_search_queue (entry) VALUES (%s)", [[-n] for n in range(index.MOST_CHANGED + 1)]
    )
    assert "behind" in index.complaint()
    index.refresh()
    assert index.complaint() == ""


def test_an_index_with_too_few_meanings_is_named():
    index.engine().run("UPDATE codes_search_state SET documents = documents - 1")
    assert "not as many" in index.complaint()


def test_a_database_without_the_reference_gives_no_cause_for_complaint(monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", lambda cursor=None, include_views=False: [])
    assert index.complaint() == ""
    index.after_migrations(using="default", plan=[])


def test_every_source_is_a_table_of_the_reference():
    assert set(SOURCES) <= set(connection.introspection.table_names())


# Migrations


def test_a_migration_finds_no_triggers_and_leaves_them_all():
    plan = [("a migration", False)]
    index.before_migrations(using="default", plan=plan)
    assert index.engine().triggers().isdisjoint(index.engine().expected_triggers())
    StatusCode.objects.filter(number=418).update(name_en=WORD)  # as a data migration may
    assert waiting() == []
    index.after_migrations(using="default", plan=plan)
    assert index.complaint() == ""
    assert "418 iana" in found(WORD)


def test_where_nothing_is_migrated_nothing_is_done():
    index.before_migrations(using="default", plan=[])
    assert index.engine().expected_triggers() <= index.engine().triggers()
    index.after_migrations(using="default", plan=[])
    assert waiting() == []


def test_a_table_can_be_made_anew_while_the_triggers_are_gone():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL alters its tables in place")
    index.before_migrations(using="default", plan=[1])
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE remade AS SELECT * FROM codes_headerfielduse")
        cursor.execute("DROP TABLE codes_headerfielduse")
        cursor.execute("ALTER TABLE remade RENAME TO codes_headerfielduse")
    index.after_migrations(using="default", plan=[1])
    assert index.complaint() == ""


def test_the_index_reads_the_languages_that_are_shown():
    assert all(code in index.fingerprint().split() for code, _ in settings.LANGUAGES)


def test_a_truncated_table_takes_its_meanings_out_of_the_index():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE codes_alias")
    assert len(waiting()) == StatusCode.objects.count()


def test_expiry_is_no_text_but_a_change_all_the_same():
    StatusCode.objects.filter(registration="temporary").update(expires=date(2030, 1, 1))
    assert len(waiting()) == 1


def test_a_change_elsewhere_does_not_get_into_the_results():
    before = found("teapot")
    StatusCode.objects.filter(number=507).update(summary_en=f"{WORD}.")
    assert found("teapot") == before


def test_a_typing_error_is_forgiven_in_the_name_of_a_changed_meaning():
    StatusCode.objects.filter(number=404).update(summary_en=f"{WORD}.")
    assert found("not fuond")[0] == "404 iana"
    index.refresh()
    assert found("not fuond")[0] == "404 iana"


# What the databases are asked


def test_long_texts_are_looked_into_where_passages_have_not_enough_documents_with_every_term():
    terms = {"server", "timeout"}
    named = {
        document.entry
        for document in documents(StatusCode.objects.values_list("pk", flat=True))
        if terms <= document.head
    }
    together = partial(index.engine().together, [[term] for term in terms])
    assert len(named) > 1
    assert set(together(len(named))) == named
    assert len(together(1)) == 1
    assert set(together(1000)) > named


def test_the_texts_are_stored_apart_so_that_documents_stand_on_few_pages():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has FTS5's own tables instead")
    table = "'codes_search_document'"
    ((apart,),) = index.engine().rows(f"SELECT pg_relation_size({table}) * 10 < pg_table_size({table})")
    assert apart
