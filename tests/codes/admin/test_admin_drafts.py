"""Drafts in the admin: made, shown to colleagues, published, taken back."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from codes.models import StatusCode
from tests.codes.admin.test_admin import address, form_of
from tests.html import account

pytestmark = pytest.mark.django_db

LIST = "admin:codes_statuscode_changelist"
VALUES = {"number": "299", "origin": "nginx", "registration": "vendor", "name_en": "Almost There"}
SUMMARY = {"summary_en": "Nearly done."}


@pytest.fixture
def draft():
    return StatusCode.with_drafts.create(
        number=298, origin_id="nginx", registration="vendor", name_en="A", is_draft=True
    )


@pytest.fixture
def helper(sign_in):
    """Somebody who may add and change status codes, but answers for nothing."""
    return sign_in("helper", "view_statuscode", "add_statuscode", "change_statuscode")


def add(client, **changes):
    return client.post(address(StatusCode, "add"), {**form_of(client.get(address(StatusCode, "add"))), **changes})


def press(client, row, button, **changes):
    """Save the form of a row with one of its buttons; the page that follows."""
    page = client.get(address(row))
    data = form_of(page)
    assert f'name="{button}"' in page.content.decode()
    return client.post(address(row), {**data, **changes, button: "1"}, follow=True)


def act(client, action, *rows):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(LIST), data, follow=True)


def messages(response):
    return [str(message) for message in response.context["messages"]]


def is_public(row):
    return StatusCode.objects.filter(pk=row.pk).exists()


def log_of(row):
    return list(LogEntry.objects.filter(object_id=row.pk).order_by("pk").values_list("change_message", flat=True))


def test_what_is_new_is_a_draft(editor):
    assert add(editor, **VALUES).status_code == 302
    assert StatusCode.with_drafts.get(number=299).is_draft


def test_what_an_editor_wants_public_at_once_has_its_texts(editor):
    page = form_of(editor.get(address(StatusCode, "add")))
    del page["is_draft"]
    refused = editor.post(address(StatusCode, "add"), {**page, **VALUES, "name_en": ""})
    assert refused.status_code == 200
    assert refused.content.decode().count("Only a draft can do without it.") == 2
    assert editor.post(address(StatusCode, "add"), {**page, **VALUES, **SUMMARY}).status_code == 302
    assert StatusCode.objects.get(number=299).summary_en == SUMMARY["summary_en"]


def test_who_may_not_publish_makes_drafts_only(helper, draft):
    assert "is_draft" not in form_of(helper.get(address(StatusCode, "add")))
    assert add(helper, **VALUES, **SUMMARY).status_code == 302
    assert StatusCode.with_drafts.get(number=299).is_draft
    assert 'name="_publish"' not in helper.get(address(draft)).content.decode()
    data = form_of(helper.get(address(draft)))
    assert helper.post(address(draft), {**data, **SUMMARY, "_publish": "1"}).status_code == 302
    draft.refresh_from_db()
    assert draft.summary_en == SUMMARY["summary_en"]
    act(helper, "publish", draft)
    assert not is_public(draft)


def test_one_button_saves_and_publishes(editor, draft):
    response = press(editor, draft, "_publish", **SUMMARY)
    assert messages(response) == ["1 status code is public now."]
    assert is_public(draft)
    assert log_of(draft)[-1] == "Published."
    assert 'name="_withdraw"' in response.content.decode()


def test_what_lacks_a_text_is_saved_and_stays_a_draft(editor, draft):
    response = press(editor, draft, "_publish", reason_phrase="Almost")
    assert messages(response) == ["298 nginx: It lacks English texts: summary."]
    assert not is_public(draft)
    assert StatusCode.with_drafts.get(pk=draft.pk).reason_phrase == "Almost"
    assert "Published." not in log_of(draft)


def test_one_button_makes_it_a_draft_again(editor):
    row = StatusCode.objects.get(number=444)
    response = press(editor, row, "_withdraw")
    assert messages(response) == ["1 status code is a draft now."]
    assert not is_public(row)
    assert log_of(row)[-1] == "Made a draft again."


def test_many_are_published_from_the_list(editor, draft):
    other = StatusCode.with_drafts.create(
        number=297, origin_id="nginx", registration="vendor", name_en="B", summary_en="C.", is_draft=True
    )
    public = StatusCode.objects.get(number=444)
    assert messages(act(editor, "publish", draft, other, public)) == [
        "298 nginx: It lacks English texts: summary.",
        "1 status code is public now.",
    ]
    assert is_public(other)
    assert messages(act(editor, "withdraw", draft, other, public)) == ["2 status codes are drafts now."]
    assert not is_public(public)


def test_the_form_and_the_list_give_a_link_that_anybody_can_open(editor, client, draft):
    form = editor.get(address(draft)).content.decode()
    drafts = editor.get(reverse(LIST), {"is_draft__exact": 1}).content.decode()
    (link,) = re.findall(r'href="http://[^"/]+(/en/preview/[^"]+)"', form)
    assert re.search(r'href="/en/preview/[^"]+" class="viewsitelink"', form)
    (in_list,) = re.findall(r'href="(/en/preview/[^"]+)"', drafts)
    client.logout()
    for path in (link, in_list):
        assert f"To the draft: {draft}" in client.get(path).content.decode()


def test_a_translator_writes_at_a_draft_and_sees_its_link(client, draft):
    account(client, "translator", "translators zh-hant")
    page = client.get(address(draft))
    assert "/en/preview/" in page.content.decode()
    assert 'name="_publish"' not in page.content.decode()
    assert client.post(address(draft), {**form_of(page), "name_zh_hant": "甲"}).status_code == 302
    assert StatusCode.with_drafts.get(pk=draft.pk).name_zh_hant == "甲"


def test_a_number_and_origin_of_a_draft_are_taken(editor, draft):
    response = add(editor, **{**VALUES, "number": "298"})
    assert response.status_code == 200
    assert "already exists" in response.content.decode()


def test_editors_are_those_who_publish(editor):
    page = editor.get(reverse(LIST)).content.decode()
    assert '<option value="publish">' in page
