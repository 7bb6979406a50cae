"""The bundle's way out, the log of imports, and the exchange on the admin's first page."""

import io
import re

import pytest
from django.urls import reverse

from codes.exchange.bundle import read_bundle
from codes.exchange.container import Zip
from codes.exchange.form import MODEL_NAMES
from codes.groups import VIEWERS, translators
from codes.localized import columns
from codes.models import Conflict, Import, Source, StatusClass
from tests.html import account, check_resources, parse, words

pytestmark = pytest.mark.django_db

EXPORT = "/admin/codes/import/export/"
LOG = "/admin/codes/import/"


def links(page):
    return [element.get("href") for element in page.iter("a")]


# Export


def test_an_editor_exports_the_languages_that_are_shown_unless_they_choose_others(editor):
    page = parse(editor.get(EXPORT))
    check_resources(page)
    boxes = {e.get("value"): e.get("checked") is not None for e in page.iter("input") if e.get("type") == "checkbox"}
    assert {code for code, checked in boxes.items() if checked} == {"zh-hant", "zh-hans"}
    assert {"ja", "fr", "pt-br"} <= boxes.keys() and "en" not in boxes


def exported(client, *languages):
    response = client.post(EXPORT, {"languages": languages})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    content = b"".join(response.streaming_content)
    return response, read_bundle(Zip(io.BytesIO(content)))


@pytest.mark.parametrize("languages", [("fr",), ("zh-hant", "zh-hans")])
def test_a_download_is_the_bundle_of_these_languages_and_is_named_after_it(editor, languages):
    response, bundle = exported(editor, *languages)
    assert set(bundle.manifest.languages) == {"en", *languages}
    assert set(bundle.manifest.files) == {f"{name}.json" for name in MODEL_NAMES}
    name = f"{bundle.manifest.source}-{bundle.manifest.digest[:12]}.zip"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    (record, *_) = bundle.records(StatusClass)
    assert set(columns(["summary"], ["en", *languages])) <= set(record.fields)
    # What was imported and never changed goes out under its own name.
    assert (bundle.manifest.digest == Source.objects.get().digest) is ("fr" not in languages)


def test_a_bundle_with_local_edits_is_this_installs_own(editor, settings):
    settings.SOURCE = "elsewhere"
    StatusClass.objects.filter(digit=1).update(summary_en="Changed here.")
    response, bundle = exported(editor, "zh-hant", "zh-hans")
    assert bundle.manifest.source == "elsewhere"
    assert bundle.manifest.raw["parent"] == Source.objects.get().digest


def test_a_language_that_nobody_knows_is_refused(editor):
    response = editor.post(EXPORT, {"languages": ["tlh"]})
    assert response.status_code == 200
    assert "tlh" in words(parse(response))


@pytest.mark.parametrize("group", [VIEWERS, translators("zh-hant")])
def test_others_than_editors_export_nothing(client, group):
    account(client, "other", group)
    assert client.get(EXPORT).status_code == 403
    assert client.post(EXPORT).status_code == 403


def test_an_export_takes_a_right_of_its_own(sign_in):
    assert sign_in("importer", "import_bundle").post(EXPORT).status_code == 403
    assert sign_in("exporter", "export_bundle").get(EXPORT).status_code == 200


# The log


def test_the_log_tells_who_when_and_what(editor, waiting):
    entry = waiting(editor)
    editor.post(reverse("admin:exchange_apply", args=[entry.pk]), {"plan": entry.plan})
    page = parse(editor.get(LOG))
    check_resources(page)
    (row,) = [row for row in page.iter("tr") if entry.digest[:12] in words(row)]
    assert "editor" in words(row) and "applied" in words(row) and "httpref" in words(row)
    address = reverse("admin:codes_conflict_changelist", query={"found_by__id__exact": entry.pk})
    assert address in links(row)
    assert list(editor.get(address).context["cl"].result_list) == list(entry.conflicts.order_by("pk"))
    page = parse(editor.get(reverse("admin:codes_import_change", args=[entry.pk])))
    text = words(page)
    for wanted in (entry.digest, entry.plan, "bundle.zip", "editor", "en, zh-hant", "Status class: changed, 1"):
        assert wanted in text
    assert "Status class: conflict, kept as here, 3" in text
    assert address in links(page)


def test_an_import_that_changed_nothing_says_none(editor):
    entry = Import.objects.create(source="httpref", digest="0" * 64, author="command")
    text = words(parse(editor.get(reverse("admin:codes_import_change", args=[entry.pk]))))
    assert "Differences by model: none" in text and "Conflicts: none" in text


def test_an_upload_that_waits_leads_to_its_plan(editor, waiting):
    entry = waiting(editor)
    assert entry in editor.get(LOG).context["cl"].result_list
    response = editor.get(reverse("admin:codes_import_change", args=[entry.pk]))
    assert response["Location"] == reverse("admin:exchange_plan", args=[entry.pk])


def test_an_entry_that_does_not_exist_leads_back(editor):
    assert editor.get(reverse("admin:codes_import_change", args=[999_999])).status_code == 302


@pytest.mark.parametrize("path", [LOG, "/admin/codes/source/"])
def test_the_log_takes_few_queries_and_no_files(editor, django_assert_max_num_queries, path):
    digests = (f"{number:064}" for number in range(30))
    Import.objects.bulk_create(Import(source="x", digest=digest, content=b"x", author="y") for digest in digests)
    with django_assert_max_num_queries(14) as queries:
        assert editor.get(path).status_code == 200
    assert not [query for query in queries.captured_queries if re.search(r'"(content|shown|manifest)"', query["sql"])]


@pytest.mark.parametrize("model", [Import, Source])
def test_nobody_changes_the_log(client, model):
    account(client, "root", is_superuser=True)
    row = model.objects.create(source="x", digest="0" * 64) if model is Import else Source.objects.get()
    name = model._meta.model_name
    before = list(model.objects.values())
    assert client.get(reverse(f"admin:codes_{name}_change", args=[row.pk])).status_code == 200
    assert client.post(reverse(f"admin:codes_{name}_change", args=[row.pk]), {"source": "y"}).status_code == 403
    assert client.post(reverse(f"admin:codes_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse(f"admin:codes_{name}_add")).status_code == 403
    assert list(model.objects.values()) == before


def test_the_list_of_sources_names_the_last_bundle(editor):
    page = parse(editor.get("/admin/codes/source/"))
    assert Source.objects.get().digest[:12] in words(page)


def test_the_log_leads_to_bundles_out_and_in_for_those_who_may(editor, client):
    assert {EXPORT, "/admin/codes/import/upload/"} <= set(links(parse(editor.get(LOG))))
    account(client, "viewer", VIEWERS)
    assert {EXPORT, "/admin/codes/import/upload/"}.isdisjoint(links(parse(client.get(LOG))))


def test_who_may_import_sees_the_log(sign_in):
    assert sign_in("importer", "import_bundle").get(LOG).status_code == 200
    assert sign_in("nobody").get(LOG).status_code == 403


# The first page


def overview(client):
    """The exchange's part of the first page."""
    page = parse(client.get("/admin/"))
    check_resources(page)
    return next((nav for nav in page.iter("nav") if nav.get("aria-label") == "Exchange"), None)


def test_the_first_page_counts_open_conflicts_and_leads_to_bundles(editor, conflicts):
    Conflict.objects.filter(pk=conflicts[0].pk).update(state="local")
    found = overview(editor)
    assert "Open conflicts: 2" in words(found)
    assert links(found) == [
        "/admin/codes/conflict/?state__exact=open",
        "/admin/codes/import/upload/",
        EXPORT,
        LOG,
    ]


def test_the_first_page_offers_only_what_somebody_may(client, sign_in, django_assert_max_num_queries):
    account(client, "viewer", VIEWERS)
    assert links(overview(client)) == ["/admin/codes/conflict/?state__exact=open", LOG]
    sign_in("exporter", "export_bundle")
    assert links(overview(client)) == [EXPORT]
    sign_in("nobody")
    assert overview(client) is None
