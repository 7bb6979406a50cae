"""Deciding on many texts of a list at once."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from codes.curation import list_view
from codes.curation.bulk import Choice, decide_all
from codes.curation.signature import signed
from codes.curation.units import Unit, digest_of
from codes.models import StatusClass, TextChange, TextState
from codes.models.curation import Action, State
from tests.html import check_resources, parse, words

pytestmark = pytest.mark.django_db
LIST = {"language": "zh-hant", "state": "todo"}


def units(**about):
    return [Unit("statusclass", row.pk, "summary", "zh-hant") for row in StatusClass.objects.order_by("digit")]


@pytest.fixture
def waiting():
    """Texts that wait for a reviewer: three of mei's, one of lin's own."""
    for digit, author in ((1, "mei"), (2, "mei"), (3, "mei"), (4, "lin")):
        with signed(author=author, state=State.REVIEW):
            StatusClass.objects.filter(digit=digit).update(summary_zh_hant=f"第 {digit} 類。")


def tokens(client, **query):
    page = parse(client.get(reverse("curation:list"), {**LIST, **query}))
    return [one.get("value") for one in page.iter("input") if one.get("name") == "chosen"]


def send(client, query=None, **form):
    return client.post(reverse("curation:list", query={**LIST, **(query or {})}), form, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def states():
    rows = TextState.objects.filter(model="statusclass", field="summary", language="zh-hant")
    digits = {row.pk: row.digit for row in StatusClass.objects.all()}
    return {digits[row.object_id]: row.state for row in rows}


def test_chosen_texts_are_approved_and_the_history_says_so(reviewer, waiting):
    offered = tokens(reviewer)
    assert len(offered) == 3
    response = send(reviewer, chosen=offered[:2], do="approve", reason=" Good. ")
    assert said(response) == ["2 texts are approved."]
    assert states() == {1: "approved", 2: "approved", 3: "review", 4: "review"}
    rows = TextChange.objects.filter(action=Action.APPROVED)
    assert [(row.author, row.reason, row.before) for row in rows] == [("lin", "Good.", None)] * 2


def test_all_of_the_page_are_sent_back_with_a_reason_but_not_ones_own(reviewer, waiting):
    page = parse(reviewer.get(reverse("curation:list"), LIST))
    check_resources(page)
    offered = [one.get("value") for one in page.iter("input") if one.get("name") == "offered"]
    response = send(reviewer, all="1", offered=offered, do="return", reason="Too short.")
    assert said(response) == ["3 texts are sent back."]
    assert states() == {1: "draft", 2: "draft", 3: "draft", 4: "review"}
    assert set(TextChange.objects.filter(action=Action.RETURNED).values_list("reason", flat=True)) == {"Too short."}


def test_one_text(reviewer, waiting):
    [first, *_] = tokens(reviewer)
    assert said(send(reviewer, chosen=first, do="return", reason="x")) == ["1 text is sent back."]
    [first, *_] = tokens(reviewer)
    assert said(send(reviewer, chosen=first, do="approve")) == ["1 text is approved."]


def test_what_is_not_as_it_was_seen_is_skipped_and_named(reviewer, waiting):
    offered = tokens(reviewer)
    with signed(author="mei", state=State.REVIEW):
        StatusClass.objects.filter(digit=1).update(summary_zh_hant="改過了。")
        StatusClass.objects.filter(digit=2).update(summary_en="Changed.")
    response = send(reviewer, chosen=offered, do="approve")
    assert said(response) == [
        "1 text is approved.",
        "Status class 1 · Summary: nothing was decided, it was changed meanwhile.",
        "Status class 2 · Summary: nothing was decided, it was changed meanwhile.",
    ]
    assert states() == {1: "review", 2: "review", 3: "approved", 4: "review"}
    [only] = said(send(reviewer, chosen=offered[0], do="approve"))
    assert "changed meanwhile" in only


def choice(unit):
    row = unit.rows().get()
    return Choice(unit, digest_of(getattr(row, unit.source_column) or "", getattr(row, unit.column) or ""))


def test_each_obstacle_is_told(reviewer, waiting, django_assert_max_num_queries):
    StatusClass.objects.filter(digit=3).update(summary_en="Changed.")
    StatusClass.objects.filter(digit=1).update(summary_zh_hant=None)
    gone = Unit("statusclass", 0, "summary", "zh-hant")
    with django_assert_max_num_queries(16):
        outcome = decide_all(
            [*map(choice, units()[:5]), Choice(gone, "")], Action.APPROVED, user=User.objects.get(username="lin")
        )
    assert [unit.pk for unit in outcome.done] == [units()[1].pk]
    assert [(key, why) for key, _, why in outcome.skipped] == [
        ("1", "there is no text"),
        ("3", "its source has changed since it was written"),
        ("4", "it is your own"),
        ("5", "it is in this state already"),
        ("0", "it is gone"),
    ]


def test_nothing_is_decided_without_a_choice_an_action_or_a_reason(reviewer, waiting):
    offered = tokens(reviewer)
    for form in ({"do": "approve"}, {"chosen": offered}, {"chosen": offered, "do": "explode"}):
        response = send(reviewer, **form)
        assert response.status_code == 400
        assert "Choose texts" in words(parse(response))
    response = send(reviewer, chosen=offered[:1], do="return", reason="  ")
    assert response.status_code == 400
    assert "Say why" in words(parse(response))
    assert [one for one in parse(response).iter("input") if one.get("name") == "chosen"][0].get("checked") is not None
    assert set(states().values()) == {"review"}


@pytest.mark.parametrize(
    "token",
    ["", "x", "statusclass:1:summary", "user:1:password:zh-hant:x", "statusclass:x:name:ja:", "statusclass:1:name:en:"],
)
def test_what_no_form_has_is_refused(reviewer, token):
    assert send(reviewer, chosen=token, do="approve").status_code == 400


def test_more_than_a_page_is_refused(reviewer, waiting, monkeypatch):
    monkeypatch.setattr(list_view, "PAGE", 2)
    assert send(reviewer, chosen=tokens(reviewer), do="approve").status_code == 400


def test_only_reviewers_of_the_language_decide(translator, waiting):
    assert tokens(translator) == []
    [token] = [choice(units()[0]).token]
    assert send(translator, chosen=token, do="approve").status_code == 403
    assert set(states().values()) == {"review"}


def test_a_reviewer_of_another_language_does_not(reviewer):
    other = Choice(units()[0]._replace(language="ja"), "").token
    assert send(reviewer, chosen=other, do="approve").status_code == 403


def test_an_editor_decides_also_on_their_own(editor, waiting):
    with signed(author="editor", state=State.REVIEW):
        StatusClass.objects.filter(digit=5).update(summary_zh_hant="編輯的。")
    assert len(tokens(editor)) == 5


def test_a_text_that_is_unchanged_in_state_and_was_never_touched_is_sent_back_too(reviewer):
    [first, *_] = tokens(reviewer, state="approved", model="statusclass")
    send(reviewer, chosen=first, do="return", reason="Wrong.")
    row = TextState.objects.get()
    assert (row.state, row.provenance, row.source) == ("draft", "record", None)
