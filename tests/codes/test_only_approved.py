"""A site that shows approved translations only: what is not approved is nowhere, what was approved last stands in."""

import pytest
from django.db import connection, transaction

from codes import generation, localized
from codes.curation.saving import Seen, decide, texts_now, write
from codes.curation.signature import signed
from codes.curation.units import Unit
from codes.exchange.texts import offer
from codes.models import Comparison, GlossaryTerm, Origin, StatusClass, StatusCode, TextState
from codes.models.curation import Action, State
from codes.search.find import search
from codes.search.index import defect, engine, refresh
from tests.html import account

pytestmark = pytest.mark.django_db

NEW = "全新的譯文 Qwozyxu"


@pytest.fixture
def only_approved(settings):
    """The setting, and the triggers that a start makes for it."""
    settings.ONLY_APPROVED = True
    generation.ensure()
    engine().create_triggers()


@pytest.fixture
def unit():
    return Unit("statuscode", StatusCode.objects.registered().get(number=404).pk, "summary", "zh-hant")


@pytest.fixture
def reviewer(client):
    account(client, "reviewer", "reviewers zh-hant")
    return client.get("/admin/").wsgi_request.user


def before(unit):
    return getattr(unit.rows().get(), unit.column)


def put(unit, text, state=State.REVIEW):
    write(unit, text, seen=texts_now(unit), state=state, author="translator")


def seen_by_readers(unit):
    row = StatusCode.objects.in_language(unit.language).get(pk=unit.pk)
    found = localized.text(row, unit.field, unit.language)
    return found.language, found.value


# What is kept


def test_the_last_approved_text_is_kept_while_others_wait(unit, only_approved):
    old = before(unit)
    for text in (NEW, f"{NEW}。"):
        put(unit, text)
        assert unit.state().approved == old
        assert seen_by_readers(unit) == ("zh-hant", old)


def test_an_approved_text_is_seen_and_is_the_next_one_to_be_kept(unit, only_approved, reviewer):
    put(unit, NEW)
    decide(unit, Action.APPROVED, seen=texts_now(unit), user=reviewer)
    assert seen_by_readers(unit) == ("zh-hant", NEW)
    put(unit, "另一個譯文")
    assert seen_by_readers(unit) == ("zh-hant", NEW)
    put(unit, "編輯寫的譯文", State.APPROVED)
    assert seen_by_readers(unit) == ("zh-hant", "編輯寫的譯文")


def test_without_an_approved_text_readers_see_english(unit, only_approved):
    StatusCode.objects.filter(pk=unit.pk).update(summary_zh_hant=None)
    put(unit, NEW)
    assert seen_by_readers(unit)[0] == "en"


def test_a_text_that_is_sent_back_is_not_seen(unit, only_approved, reviewer):
    decide(unit, Action.RETURNED, seen=texts_now(unit), user=reviewer, reason="Wrong.")
    assert seen_by_readers(unit)[0] == "en"


def test_a_stale_text_stays_and_so_does_one_that_was_found_still_correct(unit, only_approved, client):
    old = before(unit)
    StatusCode.objects.filter(pk=unit.pk).update(summary_en="Another English.")
    assert unit.state().source
    assert seen_by_readers(unit) == ("zh-hant", old)
    put(unit, old)  # by a translator: nobody has approved that it is still correct
    assert unit.state().state == State.REVIEW
    assert seen_by_readers(unit) == ("zh-hant", old)


def test_so_does_one_that_a_translator_keeps_with_the_button(unit, only_approved, client):
    account(client, "translator", "translators zh-hant")
    old, user = before(unit), client.get("/admin/").wsgi_request.user
    decide(unit, Action.KEPT, seen=Seen(texts_now(unit).source, old), user=user)
    assert unit.state().state == State.REVIEW
    assert seen_by_readers(unit) == ("zh-hant", old)


# Where it shows


def test_pages_and_answers_show_what_readers_may_see(client, unit, only_approved):
    old = before(unit)
    Origin.objects.filter(slug="iana").update(name_zh_hant=NEW)
    StatusClass.objects.filter(digit=4).update(name_zh_hant=NEW)
    GlossaryTerm.objects.update(name_zh_hant=NEW)
    Comparison.objects.update(question_zh_hant=NEW)
    put(unit, NEW)
    addresses = ("/zh-hant/404/", "/zh-hant/table/", "/zh-hant/glossary/", "/zh-hant/compare/", "/zh-hant/origins/")
    for address in (*addresses, "/api/v1/codes/404/?lang=zh-hant", "/api/v1/bundle/statuscode.json"):
        assert "Qwozyxu" not in client.get(address).content.decode()
    assert old in client.get("/zh-hant/404/").content.decode()
    (meaning,) = client.get("/api/v1/codes/404/", {"lang": "zh-hant"}).json()["meanings"]
    assert (meaning["summary"], meaning["fallback_fields"]) == (old, [])
    TextState.objects.update(approved=None)
    (meaning,) = client.get("/api/v1/codes/404/", {"lang": "zh-hant"}).json()["meanings"]
    assert meaning["fallback_fields"] == ["summary"]
    assert 'class="fallback"' in client.get("/zh-hant/404/").content.decode()


def test_without_the_setting_everything_is_seen(client, unit, django_assert_num_queries):
    put(unit, NEW)
    assert NEW in client.get("/zh-hant/404/").content.decode()
    with django_assert_num_queries(1):
        assert seen_by_readers(unit) == ("zh-hant", NEW)


def test_with_the_setting_a_list_costs_one_more_query(unit, only_approved, django_assert_num_queries, monkeypatch):
    put(unit, NEW)
    rows = StatusCode.objects.in_language("zh-hant", related=("origin",))
    with django_assert_num_queries(2):
        shown = {row.pk: row.summary_zh_hant for row in rows}
    monkeypatch.setattr(localized, "MOST_ROWS", 0)
    assert {row.pk: row.summary_zh_hant for row in rows.all()} == shown
    with django_assert_num_queries(1):
        list(StatusCode.objects.in_language("en"))
    assert NEW not in shown.values()


def test_translators_are_given_what_waits(unit, only_approved):
    put(unit, NEW)
    assert NEW in {one.entry.translation for one in offer("zh-hant")}


@pytest.mark.parametrize("indexed", [False, True], ids=["noted", "indexed"])
def test_the_search_finds_what_readers_see_as_soon_as_it_is_approved(unit, only_approved, reviewer, indexed):
    def found():
        if indexed:
            refresh()
        return [(result.code.pk, str(result.snippet)) for result in search("Qwozyxu", "zh-hant").results]

    refresh()
    old = before(unit)
    put(unit, NEW)
    assert found() == []
    (shown,) = search(old, "zh-hant", 1).results
    assert (shown.code.pk, shown.code.summary_zh_hant) == (unit.pk, old)
    with transaction.atomic():
        decide(unit, Action.APPROVED, seen=texts_now(unit), user=reviewer)
        ((pk, snippet),) = found()
    assert pk == unit.pk
    assert "全新" in snippet


def test_long_texts_are_held_back_in_snippets(only_approved):
    rows = StatusCode.objects.registered().with_number(404)
    with signed(author="editor", state=State.APPROVED):
        rows.update(description_zh_hant="核准的 Zwoxyq 說明。")
    assert "Zwoxyq" in search("Zwoxyq", "zh-hant").results[0].snippet
    rows.update(description_zh_hant="還沒核准的 Zwoxyq 內容。")
    assert "核准的" in search("Zwoxyq", "zh-hant").results[0].snippet
    assert "內容" not in search("Zwoxyq", "zh-hant").results[0].snippet


def test_the_state_of_an_origin_or_class_is_noted_for_its_meanings(only_approved):
    refresh()
    StatusClass.objects.filter(digit=1).update(name_zh_hant=NEW)
    refresh()
    TextState.objects.filter(model="statusclass").update(state=State.APPROVED)
    assert set(engine().pending(300)) == set(StatusCode.objects.in_class(1).values_list("pk", flat=True))
    refresh()
    Origin.objects.filter(slug="nginx").update(name_zh_hant=NEW)
    refresh()
    TextState.objects.filter(model="origin").update(state=State.APPROVED)
    assert set(engine().pending(300)) == set(StatusCode.objects.from_origin("nginx").values_list("pk", flat=True))


# Starts with another setting


def test_approving_makes_pages_new_only_where_it_shows(unit, settings, reviewer):
    def moves():
        put(unit, f"{before(unit)}。")
        known = generation.read(connection)
        decide(unit, Action.APPROVED, seen=texts_now(unit), user=reviewer)
        return generation.read(connection) != known

    assert not moves()
    settings.ONLY_APPROVED = True
    assert "lacks triggers" in generation.complaint(connection)
    generation.ensure()
    assert generation.complaint(connection) == ""
    assert moves()
    settings.ONLY_APPROVED = False
    assert "too many" in generation.complaint(connection)
    generation.ensure()
    assert generation.complaint(connection) == ""
    assert not moves()


def test_the_index_is_made_anew_for_another_setting(settings):
    assert defect() == ""
    settings.ONLY_APPROVED = True
    assert "another version" in defect()
    assert "codes_search_codes_textstate_insert" in engine().expected_triggers() - engine().triggers()
