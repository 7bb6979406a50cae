"""The page of one text: what it shows, what it saves, and what it refuses."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from codes.curation.units import Unit
from codes.groups import EDITORS, reviewers, translators
from codes.models import Dismissal, StatusClass, StatusCode, TextChange, TextState
from codes.models.curation import State
from tests.html import account, check_resources, parse, words

pytestmark = pytest.mark.django_db
EVERYTHING = ["save", "save_next", "keep", "approve", "return", "dismiss:blanks", "revert:1"]
SUMMARY = "用戶端的請求有誤。"


def seen(unit):
    source, target = unit.rows().values_list(unit.source_column, unit.column).get()
    return {"seen_source": source or "", "seen_target": target or ""}


def text_of(unit):
    return unit.rows().values_list(unit.column, flat=True).get()


@pytest.fixture
def send(address):
    """A function that sends a unit's form as it was opened now, unless told otherwise."""

    def send(client, unit, do="save", query=None, **fields):
        return client.post(address(unit, **(query or {})), {**seen(unit), "do": do, **fields})

    return send


def test_source_and_translation_stand_side_by_side(translator, long_unit, address):
    response = translator.get(address(long_unit))
    page = parse(response)
    check_resources(page)
    text = words(page)
    assert "The origin server is up and answering" in text
    assert page.find(".//textarea").text.strip() == text_of(long_unit)
    assert "RFC 9110, 15.5.5" in text
    assert (
        "伺服器" in [words(cell) for cell in page.iterfind(".//table[@class='terms']//td")][0:99:2] or "伺服器" in text
    )
    assert response.context["others"][0][0] == "zh-hans"
    assert response.context["public_page"].endswith("/zh-hant/404/#iana")


def test_a_short_text_is_shown_as_it_is_and_a_long_one_rendered(translator, unit, long_unit, address):
    assert translator.get(address(unit)).context["is_markdown"] is False
    assert "<p>" in translator.get(address(long_unit)).context["source_rendered"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "args",
    [
        ("user", 1, "password", "ja"),
        ("source", 1, "slug", "ja"),
        ("statuscode", 0, "summary", "ja"),
        ("statuscode", 1, "number", "ja"),
        ("statuscode", 1, "summary", "en"),
        ("statuscode", 1, "summary", "xx"),
    ],
)
def test_there_is_no_page_for_what_is_no_translation(editor, args, method):
    pk = StatusCode.objects.first().pk if args[1] else 0
    response = getattr(editor, method)(reverse("curation:unit", args=[args[0], pk, *args[2:]]), {"do": "save"})
    assert response.status_code == 404
    assert editor.post(reverse("curation:preview", args=[args[0], pk, *args[2:]])).status_code == 404


def test_a_translators_text_needs_review(translator, unit, send):
    response = send(translator, unit, text=SUMMARY, reason="shorter")
    assert response.status_code == 302
    assert text_of(unit) == SUMMARY
    state = unit.state()
    assert (state.state, state.provenance, state.author) == ("review", "editor", "mei")
    [change] = TextChange.objects.all()
    assert (change.author, change.reason, change.action) == ("mei", "shorter", "edited")


def test_an_editors_text_is_approved_unless_they_say_otherwise(editor, unit, send):
    send(editor, unit, text=SUMMARY)
    assert unit.state().state == "approved"
    send(editor, unit, text="另一句。", state="draft")
    assert unit.state().state == "draft"


def test_an_emptied_text_is_missing(translator, unit, send):
    assert send(translator, unit, text=" \r\n ").status_code == 302
    assert text_of(unit) is None
    assert unit.state() is None
    assert send(translator, unit, text="").status_code == 302
    assert TextChange.objects.count() == 1


# Two people at once


def test_two_people_on_two_languages_of_one_row_both_win(editor, unit, send):
    other = unit._replace(language="zh-hans")
    opened = seen(unit), seen(other)
    editor.post(reverse("curation:unit", args=unit), {**opened[0], "do": "save", "text": SUMMARY})
    editor.post(reverse("curation:unit", args=other), {**opened[1], "do": "save", "text": "客户端有误。"})
    assert (text_of(unit), text_of(other)) == (SUMMARY, "客户端有误。")


def test_the_second_of_two_is_shown_both_texts_and_decides(editor, unit, send):
    opened = seen(unit)
    send(editor, unit, text="第一句。")
    response = editor.post(reverse("curation:unit", args=unit), {**opened, "do": "save", "text": "第二句。"})
    assert response.status_code == 409
    assert text_of(unit) == "第一句。"
    page = parse(response)
    assert page.find(".//textarea").text.strip() == "第二句。"
    assert "第一句。" in words(page)
    # The form now carries what was seen, so that saving again is a decision.
    [hidden] = page.iterfind(".//input[@name='seen_target']")
    assert hidden.get("value") == "第一句。"
    assert send(editor, unit, text="第二句。").status_code == 302
    assert text_of(unit) == "第二句。"


def test_whoever_translated_an_older_source_is_told(editor, unit, send):
    opened = seen(unit)
    StatusClass.objects.filter(pk=unit.pk).update(summary_en="Another sentence.")
    response = editor.post(reverse("curation:unit", args=unit), {**opened, "do": "save", "text": SUMMARY})
    assert response.status_code == 409
    assert "Another" in words(parse(response))
    assert "".join(part.text for part in response.context["race"]["source_parts"] if part.kind != "removed") == (
        "Another sentence."
    )
    assert unit.state().source == opened["seen_source"]


@pytest.mark.parametrize("do", ["approve", "return", "keep", "dismiss:blanks", "revert:1"])
def test_nobody_decides_on_a_text_that_they_have_not_seen(editor, unit, do, send):
    send(editor, unit, text=SUMMARY)
    change = TextChange.objects.get()
    do = f"revert:{change.pk}" if do.startswith("revert") else do
    about = {"seen_source": seen(unit)["seen_source"], "seen_target": "older", "reason": "why"}
    assert editor.post(reverse("curation:unit", args=unit), {**about, "do": do}).status_code == 409
    assert TextChange.objects.count() == 1
    assert not Dismissal.objects.exists()


# What is refused


def test_a_text_with_errors_is_not_saved_and_stays_in_the_form(editor, long_unit, send):
    before = text_of(long_unit)
    response = send(editor, long_unit, text="沒有連結的一句。", state="draft", reason="try")
    assert response.status_code == 422
    assert text_of(long_unit) == before
    page = parse(response)
    assert page.find(".//textarea").text.strip() == "沒有連結的一句。"
    assert page.find(".//input[@id='reason']").get("value") == "try"
    assert page.find(".//input[@value='draft']").get("checked") is not None
    assert [one for one in response.context["remarks"] if one.finding.blocks]


@pytest.mark.parametrize(("text", "status"), [("名" * 81, 422), ("\0名", 422)])
def test_a_text_that_cannot_be_stored_is_refused(editor, unit, send, text, status):
    name = unit._replace(field="name")
    assert send(editor, name, text=text).status_code == status
    assert not TextChange.objects.exists()


def test_what_a_field_itself_refuses_is_refused(editor, unit, send, monkeypatch):
    monkeypatch.setattr("codes.curation.saving.Rulebook.examine", lambda *args: [])
    response = send(editor, unit._replace(field="name"), text="名" * 81)
    assert response.status_code == 422
    assert "80" in response.context["problem"]


@pytest.mark.parametrize("do", ["", "delete", "dismiss:code", "revert:x", "revert:0"])
def test_a_form_that_asks_for_nothing_is_told_so(editor, unit, send, do):
    response = send(editor, unit, do=do, text="x。")
    assert response.status_code == 400
    assert response.context["problem"]
    assert not TextChange.objects.exists()


@pytest.mark.parametrize("do", [*EVERYTHING, "preview"])
def test_nobody_writes_a_language_that_is_not_theirs(translator, unit, send, do):
    other = unit._replace(language="zh-hans")
    assert send(translator, other, do=do, text="x。", reason="y").status_code == 403
    assert not TextState.objects.exists()
    assert not TextChange.objects.exists()


def test_a_forged_state_is_refused(translator, unit, send):
    assert send(translator, unit, text=SUMMARY, state="approved").status_code == 403
    assert send(translator, unit, text=SUMMARY, state="nonsense").status_code == 403
    assert not TextChange.objects.exists()


@pytest.mark.parametrize("do", ["approve", "return"])
def test_a_translator_decides_on_nothing(translator, unit, send, do):
    assert send(translator, unit, do=do, reason="why").status_code == 403


def test_strangers_and_the_signed_out_are_kept_out(client, unit, address):
    assert client.get(address(unit)).status_code == 302
    account(client, "stranger")
    assert client.get(address(unit)).status_code == 403
    assert client.get(reverse("curation:overview")).status_code == 403


def test_a_viewer_looks_and_has_nothing_to_press(viewer, unit, send, address):
    page = parse(viewer.get(address(unit)))
    assert page.find(".//textarea").get("readonly") is not None
    assert not list(page.iterfind(".//form[@id='unit']//button"))
    assert send(viewer, unit, text="x。").status_code == 403


def test_a_form_without_its_token_is_refused(editor, unit, address, client):
    client.handler.enforce_csrf_checks = True
    assert client.post(address(unit), {"do": "save", "text": "x。"}).status_code == 403


# Decisions


def test_a_reviewer_approves_what_others_wrote_but_not_their_own(client, unit, send):
    account(client, "mei", translators("zh-hant"))
    send(client, unit, text=SUMMARY)
    account(client, "lin", reviewers("zh-hant"))
    assert send(client, unit, do="approve").status_code == 302
    assert (unit.state().state, unit.state().author) == ("approved", "mei")
    send(client, unit, text="審閱者自己的。")
    assert unit.state().state == "review"
    assert send(client, unit, do="approve").status_code == 403
    account(client, "chief", EDITORS)
    send(client, unit, text="編輯自己的。", state="review")
    assert send(client, unit, do="approve").status_code == 302
    assert unit.state().state == "approved"
    assert [one.action for one in TextChange.objects.order_by("pk")] == [
        "edited",
        "approved",
        "edited",
        "edited",
        "approved",
    ]


def test_a_text_is_sent_back_with_a_reason(client, unit, send):
    account(client, "mei", translators("zh-hant"))
    send(client, unit, text=SUMMARY)
    account(client, "lin", reviewers("zh-hant"))
    assert send(client, unit, do="return").status_code == 400
    assert send(client, unit, do="return", reason="too short").status_code == 302
    assert unit.state().state == "draft"
    assert TextChange.objects.order_by("pk").last().reason == "too short"


def test_a_stale_text_shows_what_changed_and_can_be_found_still_correct(editor, unit, send, address):
    before = seen(unit)["seen_source"]
    StatusClass.objects.filter(pk=unit.pk).update(summary_en=before + " Indeed.")
    response = editor.get(address(unit))
    assert response.context["state"] == "stale"
    assert [part.text for part in response.context["changed_source"] if part.kind == "added"] == [" Indeed."]
    assert send(editor, unit, do="keep").status_code == 302
    assert (unit.state().state, unit.state().source) == ("approved", None)
    assert TextChange.objects.order_by("pk").last().action == "kept"


def test_a_translator_who_finds_a_text_still_correct_leaves_it_to_review(translator, unit, send):
    StatusClass.objects.filter(pk=unit.pk).update(summary_en="Another sentence.")
    send(translator, unit, do="keep")
    assert (unit.state().state, unit.state().source) == ("review", None)


def test_saving_a_text_unchanged_says_that_it_is_right(editor, unit, send):
    StatusClass.objects.filter(pk=unit.pk).update(summary_en="Another sentence.")
    assert send(editor, unit, text=text_of(unit).replace("\n", "\r\n")).status_code == 302
    assert unit.state().source is None
    assert TextChange.objects.order_by("pk").last().action == "kept"


def test_a_warning_is_dismissed_in_somebodys_name_until_the_text_changes(editor, unit, send, address):
    send(editor, unit, text="沒有句號")
    assert send(editor, unit, do="dismiss:punctuation").status_code == 302
    send(editor, unit, do="dismiss:punctuation")
    assert "dismissed by editor" in words(parse(editor.get(address(unit))))
    send(editor, unit, text="也沒有句號")
    assert "dismissed by" not in words(parse(editor.get(address(unit))))
    assert Dismissal.objects.count() == 1


def test_a_revert_touches_one_unit_alone(editor, unit, send, address):
    before = text_of(unit)
    other = unit._replace(language="zh-hans")
    send(editor, unit, text="第一句。")
    send(editor, other, text="另一种语言。")
    send(editor, unit, text="第二句。")
    first = TextChange.objects.filter(language="zh-hant").order_by("pk").first()
    assert "第一句" in words(parse(editor.get(address(unit))))
    assert send(editor, unit, do=f"revert:{first.pk}").status_code == 302
    assert (text_of(unit), text_of(other)) == (before, "另一种语言。")
    last = TextChange.objects.order_by("pk").last()
    assert (last.action, last.author, last.before) == ("reverted", "editor", "第二句。")
    foreign = TextChange.objects.get(language="zh-hans")
    assert send(editor, unit, do=f"revert:{foreign.pk}").status_code == 400


# The work list


def test_save_and_next_goes_on_in_the_list(translator, unit, send, address):
    StatusClass.objects.filter(digit__in=(4, 5)).update(summary_en="Another sentence.")
    query = {"state": "stale", "model": "statusclass"}
    five = unit._replace(pk=StatusClass.objects.get(digit=5).pk)
    response = send(translator, unit, do="save_next", query=query, text=SUMMARY)
    assert response.url == address(five, model="statusclass", state="stale")
    response = send(translator, five, do="save_next", query=query, text="伺服器有誤。")
    assert response.url == reverse("curation:list", query={"language": "zh-hant", **dict(sorted(query.items()))})


def test_a_plain_save_stays_where_it_is(translator, unit, send, address):
    assert send(translator, unit, query={"state": "stale"}, text=SUMMARY).url == address(unit, state="stale")
    assert send(translator, unit, text="又一句。").url == address(unit)


# The preview


def test_a_preview_shows_the_text_as_the_public_page_does_and_what_is_wrong(translator, long_unit):
    response = translator.post(
        reverse("curation:preview", args=long_unit), {"text": "見 [410](/410)。\r\n\r\n<b>x</b>"}
    )
    html = response.content.decode()
    assert '<a href="/zh-hant/410/">410</a>' in html
    assert "&lt;b&gt;" in html
    assert 'class="error"' in html
    assert not TextChange.objects.exists()


def test_a_preview_works_by_a_button_too(translator, long_unit, send):
    response = send(translator, long_unit, do="preview", text="*強調*")
    assert response.status_code == 200
    assert "<em>強調</em>" in response.content.decode()
    assert parse(response).find(".//textarea").text.strip() == "*強調*"


def test_an_empty_preview_has_nothing_to_say(translator, unit):
    html = translator.post(reverse("curation:preview", args=unit), {"text": ""}).content.decode()
    assert "remarks" not in html


def test_the_glossary_holds_its_own_definitions_to_nothing(editor, address):
    from codes.models import GlossaryTerm

    term = Unit("glossaryterm", GlossaryTerm.objects.get(slug="server").pk, "definition", "zh-hant")
    response = editor.get(address(term))
    assert response.context["terms"] == []
    assert response.context["references"] == []


def test_a_translation_without_its_english_can_still_be_worked_at(editor, unit, send, address):
    code = StatusCode.objects.filter(correction_en=None).first()
    bare = Unit("statuscode", code.pk, "correction", "ja")
    assert editor.get(address(bare)).context["state"] == "missing"
    assert send(editor, bare, text="訂正。").status_code == 302
    assert editor.get(address(bare)).context["state"] == State.APPROVED


@pytest.mark.parametrize("accept", ["zh-TW", "zh-CN"])
def test_the_page_speaks_the_readers_language(editor, unit, address, accept):
    html = editor.get(address(unit), headers={"Accept-Language": accept}).content.decode()
    assert "Save and next" not in html


def test_a_user_who_is_gone_leaves_their_name(editor, unit, send, address):
    send(editor, unit, text=SUMMARY)
    User.objects.get(username="editor").delete()
    assert TextChange.objects.get().author == "editor"
