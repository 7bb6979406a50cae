import pytest
from django.core.management import call_command

from codes.models import Alias, StatusCode
from codes.search import index
from codes.search.find import search
from codes.search.index import complaint, engine

pytestmark = pytest.mark.django_db


def first(query: str) -> int:
    return search(query, "en").results[0].code.number


def test_progress_and_the_number_of_meanings_are_written(capsys, monkeypatch):
    monkeypatch.setattr(index, "BATCH", 60)
    call_command("rebuild_search")
    total = StatusCode.objects.count()
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"The search index has {total} meanings."
    assert lines[0] == f"  60 of {total}"
    assert lines[-2] == f"  {total} of {total}"
    assert len(lines) == -(-total // 60) + 1


def test_an_index_that_is_gone_is_there_again():
    engine().drop_triggers()
    engine().drop_tables()
    assert complaint() == "does not exist"
    call_command("rebuild_search")
    assert complaint() == ""
    assert engine().pending(9) == []
    assert first("teapot") == 418
    call_command("rebuild_search")
    assert complaint() == ""
    assert first("teapot") == 418


def test_an_index_of_another_version_that_lost_documents_has_them_again():
    engine().run("DELETE FROM codes_search_document")
    engine().run("UPDATE codes_search_state SET fingerprint = 'another'")
    assert complaint() == "was made for other languages or by another version"
    call_command("rebuild_search")
    assert complaint() == ""
    assert first("teapot") == 418


def test_what_changed_is_in_the_index_and_the_triggers_go_on():
    not_found = StatusCode.objects.get(number=404, origin="iana")
    Alias.objects.create(status_code=not_found, language="en", text="zyxomorph")
    call_command("rebuild_search")
    assert engine().pending(9) == []
    assert first("zyxomorph") == 404
    Alias.objects.filter(text="zyxomorph").delete()
    assert engine().pending(9) == [not_found.pk]
