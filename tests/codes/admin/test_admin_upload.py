"""A bundle's way in: uploaded, its plan looked at, applied or thrown away."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from codes.exchange.errors import BundleError
from codes.groups import EDITORS, VIEWERS, translators
from codes.models import Conflict, Import, StatusClass
from tests.bundles import bundle_of, zipped
from tests.html import account, check_resources, parse, words

pytestmark = pytest.mark.django_db

UPLOAD = "/admin/codes/import/upload/"
LANGUAGES = ["en", "zh-hant", "zh-hans"]


def address(name, entry):
    return reverse(f"admin:exchange_{name}", args=[entry.pk])


def summaries():
    return dict(StatusClass.objects.rewrite(False).values_list("digit", "summary_en"))


def unlabelled(page):
    """The fields of a page that nobody could name: those that have no label."""
    (main,) = page.iter("main")
    labels = {element.get("for") for element in main.iter("label")}
    fields = [e for tag in ("input", "select", "textarea") for e in main.iter(tag)]
    fields = [field for field in fields if field.get("type") not in ("hidden", "submit")]
    return [field.get("id") for field in fields if field.get("id") not in labels]


# The way in


def test_an_editor_uploads_a_bundle_and_is_shown_its_plan(editor, upload, bundle):
    before = summaries()
    response = upload(editor, bundle)
    entry = Import.objects.get(state="planned")
    assert response["Location"] == address("plan", entry)
    assert (entry.file_name, entry.source, entry.author) == ("bundle.zip", "httpref", "editor")
    page = parse(editor.get(response["Location"]))
    text = words(page)
    assert entry.plan in text and entry.digest[:12] in text
    assert "4 differences" in text
    assert "Status class 3 · Summary · English" in text
    assert "Summary · 繁體中文 conflict, kept as here Changed here and at the source" in text
    assert summaries() == before
    check_resources(page)


def test_changes_are_marked_word_by_word_and_markup_is_text(editor, waiting):
    page = parse(editor.get(address("plan", waiting(editor))))
    added, removed = ([words(element) for element in page.iter(tag)] for tag in ("ins", "del"))
    assert "there <b>1</b>" in " ".join(added) and "那邊改" in " ".join(added)
    assert any("server" in text for text in removed)
    assert not list(page.iter("b")) or all("<" not in words(element) for element in page.iter("b"))
    langs = {element.get("lang") for element in page.iter("div") if element.get("class") == "value"}
    assert langs == {"en", "zh-hant"}


def test_what_cannot_be_stored_here_is_reported(editor, upload):
    def change(files):
        for record in files["statusclass"]:
            record |= {f"{name}_tlh": "nuqneH" for name in ("name", "summary", "description")}

    response = upload(editor, bundle_of("statusclass", change=change, languages=["en", "tlh", "zh-hans", "zh-hant"]))
    assert "cannot store them: tlh" in words(parse(editor.get(response["Location"])))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"rubbish", "this is no zip file that can be read: {reason}", id="rubbish"),
        pytest.param(zipped([("statusclass.json", b"[]")]), "{name}: not in the zip file", id="no manifest"),
        pytest.param(zipped([("../x", b"")]), "no file of a bundle: {names}", id="path"),
        pytest.param(
            zipped([("manifest.json", b" " * 900_000)]), "{name}: compressed far more than a text can be", id="bomb"
        ),
        pytest.param(
            bundle_of("statusclass", schema=99),
            "schema {schema} is newer than {known}, the newest that this version knows: update it first",
            id="newer",
        ),
        pytest.param(
            bundle_of("statusclass", change=lambda files: files["statusclass"][0].update(digit=7)),
            "A status class has a digit from 1 to 5.",
            id="broken",
        ),
    ],
)
def test_a_bad_upload_is_refused_on_the_form_in_the_readers_language(editor, upload, language, content, message):
    before = Import.objects.count()
    response = upload(editor, content, **{"accept-language": language})
    assert response.status_code == 200
    page = parse(response)
    (errors,) = [element for element in page.iter("ul") if "errorlist" in element.get("class", "")]
    with translation.override(language):
        wanted = translation.gettext(message)
    assert language == "en" or wanted != message
    pattern = re.sub(r"\\\{\w+\\\}", ".*", re.escape(wanted.rstrip(".。")))
    assert re.search(pattern, words(errors)), words(errors)
    assert page.get("lang") == language
    assert Import.objects.count() == before


def test_a_form_without_a_file_says_so(editor):
    response = editor.post(UPLOAD)
    assert response.status_code == 200
    assert "required" in words(parse(response))


class Untouchable:
    """A body that fails the test when it is read."""

    def read(self, *args):
        pytest.fail("the body was read")

    readline = read


def raw_post(client, size=None):
    """Send a form whose body must not be read."""
    extra = {"wsgi.input": Untouchable(), "CONTENT_LENGTH": size or "100"}
    return client.generic("POST", UPLOAD, b"", "multipart/form-data; boundary=x", **extra)


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_much_is_refused_before_it_is_read(editor, language):
    editor.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    response = raw_post(editor, str(settings.BUNDLE_LIMIT + 1))
    assert response.status_code == 413
    (errors,) = [e for e in parse(response).iter("ul") if "errorlist" in e.get("class", "")]
    assert str(settings.BUNDLE_LIMIT // 1_000_000) in words(errors)
    assert ("larger" in words(errors)) is (language == "en")


def test_who_may_not_import_is_refused_before_anything_is_read(sign_in):
    assert raw_post(sign_in("reader", "view_import", "export_bundle")).status_code == 403


def test_who_is_not_signed_in_is_sent_away_before_anything_is_read(client):
    assert raw_post(client).status_code == 302


def test_a_request_that_tells_no_size_has_no_body(editor):
    response = editor.generic("POST", UPLOAD, b"x=1", "application/x-www-form-urlencoded", CONTENT_LENGTH="")
    assert response.status_code == 200
    assert "required" in words(parse(response))


# Rights


@pytest.mark.parametrize("group", [VIEWERS, translators("zh-hant")])
def test_others_than_editors_have_no_way_in(client, editor, upload, bundle, waiting, group):
    entry = waiting(editor)
    account(client, "other", group)
    before = summaries()
    assert client.get(UPLOAD).status_code == 403
    assert upload(client, bundle).status_code == 403
    for name in ("plan", "apply", "discard"):
        assert client.post(address(name, entry), {"plan": entry.plan}).status_code == 403
    assert client.get(address("plan", entry)).status_code == 403
    assert summaries() == before
    assert Import.objects.get(pk=entry.pk).state == "planned"


def test_an_upload_is_its_editors_own(client, editor, waiting):
    entry, before = waiting(editor), summaries()
    account(client, "other", EDITORS)
    assert client.get(address("plan", entry))["Location"] == reverse("admin:codes_import_changelist")
    client.post(address("apply", entry), {"plan": entry.plan})
    client.post(address("discard", entry))
    client.post(address("plan", entry), {"en": "upstream"})
    assert "bundle.zip" not in words(parse(client.get(UPLOAD)))
    assert str(entry.pk) not in [row.pk for row in client.get("/admin/codes/import/").context["cl"].result_list]
    entry.refresh_from_db()
    assert (entry.state, summaries()) == ("planned", before)


def test_a_superuser_sees_everybodys_uploads(client, editor, waiting):
    entry = waiting(editor)
    account(client, "root", is_superuser=True)
    assert "bundle.zip" in words(parse(client.get(UPLOAD)))
    assert client.get(address("plan", entry)).status_code == 200


@pytest.mark.parametrize("name", ["upload", "plan", "apply", "discard", "export"])
def test_a_forged_form_is_refused(editor, waiting, bundle, name):
    entry, before = waiting(editor), summaries()
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(User.objects.get(username="editor"))
    target = reverse(f"admin:exchange_{name}", args=[] if name in ("upload", "export") else [entry.pk])
    data = {"plan": entry.plan, "bundle": SimpleUploadedFile("x.zip", bundle)}
    assert forger.post(target, data).status_code == 403
    assert Import.objects.filter(state="planned").get() == entry
    assert summaries() == before


@pytest.mark.parametrize("name", ["apply", "discard"])
def test_looking_changes_nothing(editor, waiting, name):
    entry = waiting(editor)
    assert editor.get(address(name, entry)).status_code == 405
    assert Import.objects.get(pk=entry.pk).state == "planned"


# The plan


def test_the_plan_shows_what_the_counts_lead_to(editor, waiting):
    entry = waiting(editor)
    text = words(parse(editor.get(address("plan", entry) + "?model=statusclass&action=change")))
    assert "1 difference" in text and "Status class 3" in text and "Status class 1" not in text
    assert "0 differences" in words(parse(editor.get(address("plan", entry) + "?model=origin")))


def test_a_long_plan_comes_in_pages_with_few_queries(editor, upload, django_assert_max_num_queries):
    def change(files):
        for record in files["glossaryterm"]:
            record["definition_en"] += " More."

    plan = upload(editor, bundle_of("glossaryterm", change=change))["Location"]
    with django_assert_max_num_queries(6):
        first = parse(editor.get(plan))
    second = parse(editor.get(plan + "?action=change&p=2"))
    total = len(list(first.iter("article"))) + len(list(second.iter("article")))
    assert f"{total} differences" in words(first)
    links = [link.get("href") for link in second.iter("a") if "p=1" in link.get("href", "")]
    assert links == ["?action=change&p=1#units"]


def test_a_new_record_and_one_that_is_gone_are_shown_with_their_fields(editor, upload):
    def change(files):
        terms = files["glossaryterm"]
        terms.append({**terms.pop(), "slug": "a-new-term"})

    text = words(parse(editor.get(upload(editor, bundle_of("glossaryterm", change=change))["Location"])))
    assert "Term of the glossary a-new-term new Fields Slug a-new-term" in text
    assert "no longer at the source, kept here" in text


def test_other_answers_make_another_plan(editor, waiting):
    entry = waiting(editor)
    page = parse(editor.get(address("plan", entry)))
    names = {element.get("name") for element in page.iter("select")}
    assert names == {"en", "zh-hant", "zh-hans", "facts"}
    assert unlabelled(page) == []
    assert editor.post(address("plan", entry), {"en": "upstream", "facts": "local"}).status_code == 302
    page = parse(editor.get(address("plan", entry)))
    chosen = {
        element.get("name"): option.get("value")
        for element in page.iter("select")
        for option in element.iter("option")
        if option.get("selected") is not None and option.get("value")
    }
    assert chosen == {"en": "upstream", "facts": "local"}
    first, entry = entry.plan, Import.objects.get(pk=entry.pk)
    assert entry.plan != first and entry.counts == {"statusclass": {"change": 3, "conflict": 1}}


def test_an_answer_that_is_none_is_refused(editor, waiting):
    entry = waiting(editor)
    response = editor.post(address("plan", entry), {"en": "nobody"})
    assert response.status_code == 200
    assert "nobody" in words(parse(response))
    assert Import.objects.get(pk=entry.pk).plan == entry.plan


def test_a_plan_that_does_nothing_is_not_offered(editor, upload):
    page = parse(editor.get(upload(editor, bundle_of("statusclass"))["Location"]))
    assert "No value differs; only the base of the next import moves on." in words(page)
    editor.post(address("apply", (entry := Import.objects.get(state="planned"))), {"plan": entry.plan})
    page = parse(editor.get(upload(editor, bundle_of("statusclass"))["Location"]))
    assert "Nothing to do." in words(page)
    assert not [form for form in page.iter("form") if form.get("action", "").endswith("/apply/")]


# Applied, or thrown away


def test_exactly_the_plan_that_was_shown_is_applied(editor, waiting):
    entry = waiting(editor)
    page = parse(editor.get(address("plan", entry)))
    (sent,) = [element.get("value") for element in page.iter("input") if element.get("name") == "plan"]
    response = editor.post(address("apply", entry), {"plan": sent}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("admin:codes_import_change", args=[entry.pk])
    assert "3 conflicts wait for a decision." in words(parse(response))
    assert summaries()[3] == "Changed there <b>3</b>."
    assert summaries()[1] == "Changed here."
    assert Conflict.objects.open().count() == 3
    entry.refresh_from_db()
    assert (entry.state, entry.content, entry.shown) == ("applied", None, None)


def test_an_import_without_conflicts_does_not_speak_of_them(editor, waiting):
    entry = waiting(editor)
    answers = dict.fromkeys(("en", "zh-hant"), "local")
    editor.post(address("plan", entry), answers)
    plan = Import.objects.get(pk=entry.pk).plan
    response = editor.post(address("apply", entry), {"plan": plan}, follow=True)
    (message,) = response.context["messages"]
    assert str(message) == "The bundle was applied."


def test_a_plan_that_has_changed_is_shown_anew_and_nothing_is_written(editor, waiting):
    entry = waiting(editor)
    StatusClass.objects.filter(digit=3).update(summary_en="Changed here meanwhile.")
    before = summaries()
    response = editor.post(address("apply", entry), {"plan": entry.plan}, follow=True)
    text = words(parse(response))
    assert "Nothing was changed" in text and "This is today's." in text
    assert "Changed here and at the source" in text and "meanwhile" in text
    assert summaries() == before
    today = Import.objects.get(pk=entry.pk).plan
    assert today != entry.plan
    assert today in text and entry.plan not in text


@pytest.mark.parametrize("name", ["apply", "plan"])
def test_what_goes_wrong_later_is_told_on_the_plan(editor, waiting, monkeypatch, name):
    entry, before = waiting(editor), summaries()

    def refuse(*args, **kwargs):
        raise BundleError("statusclass.json, record 1: out of order")

    monkeypatch.setattr("codes.exchange.upload.apply_import", refuse)
    monkeypatch.setattr("codes.exchange.upload.plan_import", refuse)
    response = editor.post(address(name, entry), {"plan": entry.plan}, follow=True)
    assert "Nothing was changed: statusclass.json, record 1: out of order" in words(parse(response))
    assert summaries() == before


def test_an_upload_is_thrown_away(editor, waiting):
    entry, before = waiting(editor), summaries()
    assert "bundle.zip" in words(parse(editor.get(UPLOAD)))
    response = editor.post(address("discard", entry), follow=True)
    assert "thrown away" in words(parse(response))
    assert not Import.objects.filter(pk=entry.pk).exists()
    assert summaries() == before


@pytest.mark.parametrize("name", ["plan", "apply", "discard"])
def test_a_form_that_is_sent_twice_leads_to_the_log(editor, waiting, name):
    entry = waiting(editor)
    editor.post(address("apply", entry), {"plan": entry.plan})
    response = editor.post(address(name, entry), {"plan": entry.plan}, follow=True)
    assert "does not wait any more" in words(parse(response))
    assert response.redirect_chain[-1][0] == reverse("admin:codes_import_changelist")


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_the_pages_speak_the_readers_language(editor, waiting, language):
    editor.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    entry = waiting(editor)
    for path in (UPLOAD, address("plan", entry), "/admin/codes/import/export/", "/admin/codes/import/"):
        page = parse(editor.get(path))
        (main,) = page.iter("main")
        for element in [*main.iter("h1"), *main.iter("h2"), *main.iter("legend"), *main.iter("th")]:
            text = words(element).replace("bundle.zip", "")
            assert not re.search("[A-Za-z]{4}", text), (path, text)
