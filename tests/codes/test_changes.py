"""The feeds of changed texts."""

import json
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from codes import changes
from codes.curation.bulk import Choice, decide_all
from codes.curation.signature import signed
from codes.curation.units import Unit, digest_of
from codes.models import GuideAnswer, StatusClass, StatusCode, TextChange
from codes.models.curation import Action, State
from tests.drafts import marked_draft
from tests.html import parse

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/zh-hant/changes.atom", "/zh-hant/changes.json")


@pytest.fixture
def written():
    with signed(author="secret-name", state=State.REVIEW, reason="secret reason"):
        StatusClass.objects.filter(digit=4).update(summary_zh_hant="用戶端 <錯> \x0b了。")
    StatusCode.objects.filter(number=404, origin="iana").update(name_zh_hant=None)
    StatusCode.objects.filter(number=404, origin="iana").update(name_zh_hans="没有")


def entries(client, path="/zh-hant/changes.atom"):
    feed = ElementTree.fromstring(client.get(path).content)
    return feed, feed.findall(f"{ATOM}entry")


def test_atom_tells_what_changed_where_and_when(client, written):
    feed, [gone, new] = entries(client)
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-hant"
    assert feed.findtext(f"{ATOM}updated") == gone.findtext(f"{ATOM}updated")
    assert gone.findtext(f"{ATOM}title").endswith(" 404/iana · 名稱")
    assert gone.find(f"{ATOM}link").get("href") == f"{settings.BASE_URL}/zh-hant/404/#iana"
    assert "<del>" in gone.findtext(f"{ATOM}content")
    assert "<ins>" in new.findtext(f"{ATOM}content")
    assert "&lt;" in new.findtext(f"{ATOM}content")
    assert len({entry.findtext(f"{ATOM}id") for entry in (gone, new)}) == 2


def test_json_tells_the_same(client, written):
    response = client.get(FEEDS[1])
    assert response["Content-Type"] == "application/feed+json"
    feed = json.loads(response.content)
    _, told = entries(client)
    assert [item["id"] for item in feed["items"]] == [entry.findtext(f"{ATOM}id") for entry in told]
    assert [item["content_html"] for item in feed["items"]] == [entry.findtext(f"{ATOM}content") for entry in told]
    assert feed["feed_url"] == f"{settings.BASE_URL}{FEEDS[1]}"
    assert feed["items"][0]["date_published"].endswith("+00:00")


@pytest.mark.parametrize("path", FEEDS)
def test_nobody_is_named_and_no_reason_told(client, written, path):
    assert "secret" not in client.get(path).content.decode()


def test_each_language_has_its_own(client, written):
    assert len(entries(client, "/zh-hans/changes.atom")[1]) == 1
    assert entries(client, "/en/changes.atom")[1] == []


def test_an_empty_feed_is_the_same_at_any_time(client):
    feed, none = entries(client)
    assert none == []
    assert feed.findtext(f"{ATOM}updated").startswith("1970-01-01")
    assert client.get(FEEDS[0]).content == client.get(FEEDS[0]).content


def test_what_changes_no_text_is_not_told(client):
    code = StatusCode.objects.get(number=404, origin="iana")
    unit = Unit("statuscode", code.pk, "summary", "zh-hant")
    choice = Choice(unit, digest_of(code.summary_en, code.summary_zh_hant))
    decide_all([choice], Action.RETURNED, user=User.objects.create_superuser("root"), reason="x")
    assert TextChange.objects.count() == 1
    assert entries(client)[1] == []


def test_a_row_that_is_gone_has_no_entry(client, written):
    TextChange.objects.filter(model="statusclass").update(object_id=0)
    assert len(entries(client)[1]) == 1


def test_the_latest_come_first_and_not_all(client, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(changes, "MOST", 5)
    for number in (401, 403, 404, 405, 409, 410):
        StatusCode.objects.filter(number=number, origin="iana").update(summary_zh_hant=f"第 {number} 號。")
    GuideAnswer.objects.filter(slug="allowed").update(text_zh_hant="可以試試。")
    with django_assert_num_queries(3):
        found = changes.latest_changes("zh-hant")
    assert [change.title.split()[2].split("/")[0] for change in found[1:]] == ["410", "409", "405", "404"]


@pytest.mark.parametrize("path", FEEDS)
def test_they_are_served_like_pages_and_named_in_them(client, path):
    assert client.post(path).status_code == 405
    page = parse(client.get(reverse("all_codes").replace("/en/", "/zh-hant/")))
    [link] = [one for one in page.iter("link") if one.get("href") == path]
    assert client.get(path)["Content-Type"] == link.get("type")


def test_nothing_is_told_of_drafts(client):
    draft = marked_draft()
    StatusCode.with_drafts.filter(pk=draft.pk).update(summary_zh_hant="草稿的字。")
    GuideAnswer.objects.filter(code=draft.pk).update(text_zh_hant="草稿的字。")
    assert TextChange.objects.count() == 2
    assert entries(client)[1] == []


def test_drafts_take_no_place_of_what_is_public(written, monkeypatch):
    monkeypatch.setattr(changes, "MOST", 1)
    draft = marked_draft()
    StatusCode.with_drafts.filter(pk=draft.pk).update(summary_zh_hant="草稿的字。")
    assert len(changes.latest_changes("zh-hant")) == 1


def test_where_only_approved_texts_are_seen_no_others_are_told(settings):
    settings.ONLY_APPROVED = True
    rows = StatusClass.objects.filter(digit=4)
    for text, state in (("未審的字。", State.REVIEW), ("核准的字。", State.APPROVED)):
        with signed(author="mei", state=state):
            rows.update(summary_zh_hant=text)
    [only] = changes.latest_changes("zh-hant")
    assert [part.text for part in only.parts] == ["核准的字。"]
    with signed(author="mei", state=State.REVIEW):
        rows.update(summary_zh_hant="又未審。", summary_en="English is seen.")
    assert changes.latest_changes("zh-hant") == [only]
    [english] = changes.latest_changes("en")
    assert {part.kind for part in english.parts} > {"removed"}
