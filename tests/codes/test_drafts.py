"""Drafts: seen by nobody but who has a link, until they are published; on both databases."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from codes import drafts, generation
from codes.drafts import PREVIEW_DAYS, preview_of, publish, withdraw
from codes.models import Alias, GuideAnswer, Origin, Specification, StatusCode
from codes.search.find import search
from codes.search.index import complaint, engine, refresh
from tests.drafts import MARKER, NUMBER, VENDOR, marked_draft
from tests.html import parse

pytestmark = pytest.mark.django_db

QUERIES = (MARKER, MARKER[:5], f"{MARKER}x", VENDOR, f"{NUMBER}", "2xx", f"{MARKER} zh-hant", "rfc9110 " + MARKER)


@pytest.fixture
def draft():
    return marked_draft()


def shows(response):
    return MARKER.casefold() in response.content.decode().casefold().replace("value=", "")


# Unseen


@pytest.mark.parametrize("indexed", [False, True], ids=["noted", "indexed"])
def test_no_search_finds_a_draft(draft, indexed):
    if indexed:
        refresh()
        assert not complaint()
    for query in QUERIES:
        found = search(query, "en", 50)
        assert VENDOR not in [result.code.origin_id for result in found.results]
        assert MARKER.casefold() not in found.suggestion.casefold() or query.startswith(MARKER)
    assert MARKER.casefold() not in {word for word, _ in engine().words()}


@pytest.mark.parametrize(
    "address",
    [
        f"/api/v1/codes/?origin={VENDOR}",
        "/api/v1/codes/?full=1&class=2",
        "/api/v1/bundle/statuscode.json",
        "/api/v1/bundle/origin.json",
        "/api/v1/bundle/comparison.json",
        "/api/v1/bundle/guideanswer.json",
        "/en/table/",
        "/en/origins/",
        "/en/guide/",
        "/sitemap.xml",
    ],
)
def test_no_answer_shows_a_draft(client, draft, address):
    assert not shows(client.get(address))
    publish(draft.pk)
    assert shows(client.get(address)) or "/comparison.json" in address or "sitemap" in address


@pytest.mark.parametrize(
    "address",
    [
        f"/en/{NUMBER}/",
        f"/api/v1/codes/{NUMBER}/",
        f"/en/origins/{VENDOR}/",
        f"/en/guide/start/{VENDOR}/",
        f"/en/table/?after={NUMBER}.{VENDOR}",
    ],
)
def test_there_is_nothing_at_its_addresses(client, draft, address):
    assert client.get(address).status_code == 404
    publish(draft.pk)
    assert client.get(address).status_code == 200


def test_a_search_for_its_number_says_that_nobody_assigned_it(client, draft):
    response = client.get("/en/search/", {"q": str(NUMBER)})
    assert response.status_code == 200
    assert f"{NUMBER} is not assigned" in response.content.decode()
    publish(draft.pk)
    assert client.get("/en/search/", {"q": str(NUMBER)}).status_code == 302


def test_counts_and_neighbours_leave_it_out(draft):
    document = draft.references.get().specification

    def seen():
        counted = Specification.objects.with_counts().get(pk=document.pk).codes
        vendors = StatusCode.objects.per_origin().get(VENDOR)
        assert bool(vendors) == Origin.objects.published().filter(slug=VENDOR).exists()
        return StatusCode.objects.count(), counted, vendors, StatusCode.objects.neighbours(298)[1]

    meanings, counted, vendors, above = seen()
    assert above != NUMBER
    assert vendors is None
    publish(draft.pk)
    assert seen() == (meanings + 1, counted + 1, 1, NUMBER)


def test_an_origin_with_a_draft_beside_other_meanings_is_seen():
    StatusCode.with_drafts.create(number=NUMBER, origin_id="nginx", registration="vendor", name_en="A", is_draft=True)
    assert {"nginx", "iana"} <= set(Origin.objects.published().values_list("slug", flat=True))
    Origin.objects.create(slug="empty", title="Empty", name_en="Empty")
    assert Origin.objects.published().filter(slug="empty").exists()


# Publishing


def test_what_is_published_is_found_in_the_same_transaction(draft):
    refresh()
    with transaction.atomic():
        assert publish(draft.pk)
        assert [result.code for result in search(MARKER, "en").results] == [draft]
        assert withdraw_all(draft)
        assert search(MARKER, "en").results == []


def test_the_vocabulary_forgets_what_is_a_draft_again(draft):
    before = {word for word, _ in engine().words()}
    publish(draft.pk)
    refresh()
    assert MARKER.casefold() in {word for word, _ in engine().words()}
    assert search("Qwozyxux", "en").suggestion == MARKER.casefold()
    withdraw_all(draft)
    refresh()
    assert {word for word, _ in engine().words()} == before
    assert MARKER.casefold() not in search("Qwozyxux", "en").suggestion


def withdraw_all(draft):
    GuideAnswer.objects.filter(code=draft).delete()
    draft.comparisons.clear()
    return withdraw(draft.pk)


def test_publishing_and_taking_back_twice_does_nothing(draft):
    assert publish(draft.pk)
    assert not publish(draft.pk)
    assert withdraw_all(draft)
    assert not withdraw(draft.pk)
    draft.refresh_from_db()
    assert draft.is_draft


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"summary_en": None}, "It lacks English texts: summary."),
        ({"sources": [1]}, "title and a url"),
    ],
    ids=["text", "rule"],
)
def test_what_is_not_whole_is_not_published(draft, changes, message):
    StatusCode.with_drafts.filter(pk=draft.pk).update(**changes)
    with pytest.raises(ValidationError, match=message):
        publish(draft.pk)
    assert not StatusCode.objects.filter(pk=draft.pk).exists()


def test_what_public_pages_lead_to_is_not_taken_back(draft):
    publish(draft.pk)
    with pytest.raises(ValidationError, match=rf"lead to it: start/{VENDOR}, "):
        withdraw(draft.pk)
    assert StatusCode.objects.filter(pk=draft.pk).exists()


# The page store


def test_writing_at_a_draft_leaves_the_pages_as_they_are(draft):
    def current():
        return generation.read(connection)

    before = current()
    StatusCode.with_drafts.filter(pk=draft.pk).update(summary_en="Another.")
    draft.save()
    Alias.objects.create(status_code=draft, language="en", text="another")
    draft.symbols.all().delete()
    draft.header_field_uses.update(role="optional")
    assert current() == before
    publish(draft.pk)
    after = current()
    assert after != before
    Alias.objects.filter(status_code=draft, text="another").update(text="a third")
    assert current() != after


# Links


def test_a_link_shows_the_page_as_it_will_be(client, draft):
    response = client.get(preview_of(draft).path)
    assert response.status_code == 200
    assert shows(response)
    assert "Preview of a draft." in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in response.content.decode()
    assert 'rel="canonical"' not in response.content.decode()
    assert "ETag" not in response
    assert f"{preview_of(draft).until:%Y-%m-%d %H:%M} UTC" in response.content.decode()
    assert client.post(preview_of(draft).path).status_code == 405


def test_a_link_shows_one_draft_and_all_that_is_public(client):
    values = {"number": 499, "registration": "vendor", "name_en": "A", "summary_en": "B.", "is_draft": True}
    one = StatusCode.with_drafts.create(**values, origin_id="qiniu")
    other = StatusCode.with_drafts.create(**values, origin_id="laravel")
    public = list(StatusCode.objects.with_number(499))
    shown = [article.get("id") for article in parse(client.get(preview_of(one).path)).iter("article")]
    assert set(shown) == {row.anchor for row in (*public, one)}
    assert other.anchor not in shown


def test_a_link_works_in_every_language(client, draft):
    path = preview_of(draft).path.replace("/en/", "/zh-hant/")
    assert f'href="{path}"' in client.get(preview_of(draft).path).content.decode()
    assert client.get(path).status_code == 200


def test_a_link_ends(client, draft, monkeypatch):
    path, now = preview_of(draft).path, timezone.now()
    monkeypatch.setattr(drafts.timezone, "now", lambda: now + timedelta(days=PREVIEW_DAYS, minutes=-2))
    assert client.get(path).status_code == 200
    monkeypatch.setattr(drafts.timezone, "now", lambda: now + timedelta(days=PREVIEW_DAYS))
    response = client.get(path)
    assert response.status_code == 410
    assert "This link has expired" in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


def test_nobody_makes_a_link_of_another(client, draft):
    path = preview_of(draft).path
    assert client.get(path[:-2] + ("A/" if path[-2] != "A" else "B/")).status_code == 404
    assert client.get(reverse("preview", args=[quote("1:2:3")])).status_code == 404
    GuideAnswer.objects.filter(code=draft).delete()
    draft.delete()
    assert client.get(path).status_code == 404


def test_the_link_of_what_is_public_leads_to_its_page(client, draft):
    path = preview_of(draft).path
    publish(draft.pk)
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"] == f"/en/{NUMBER}/"
    assert response["Cache-Control"] == "private, no-store"
