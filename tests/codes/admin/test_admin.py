"""The admin, used as people use it: a page is fetched, its form filled in and sent back."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from codes.admin.localized import CoverageFilter
from codes.exchange.form import bundled_models
from codes.groups import EDITORS, VIEWERS, translators
from codes.localized import LocalizedModel, columns
from codes.models import Alias, Comparison, Origin, StatusCode, Symbol
from tests.html import account, check_resources, parse, words

pytestmark = pytest.mark.django_db

MODELS = bundled_models()
LOCALIZED = [model for model in MODELS if issubclass(model, LocalizedModel)]


# People


@pytest.fixture
def superuser(client):
    return account(client, "root", is_superuser=True)


@pytest.fixture
def editor(client):
    return account(client, "editor", EDITORS)


@pytest.fixture
def translator(client):
    return account(client, "translator", translators("zh-hant"))


@pytest.fixture
def viewer(client):
    return account(client, "viewer", VIEWERS)


@pytest.fixture
def row():
    """The meaning of 404, with texts of several lines, and without most of what its form lists below them."""
    Symbol.objects.filter(status_code=not_found()).delete()
    Alias.objects.filter(status_code=not_found()).delete()
    long = {name: f"One\n\n{name}" for name in columns(["description", "visitor"], ["en", "zh-hant", "zh-hans"])}
    StatusCode.objects.filter(pk=not_found().pk).update(**long, example="GET / HTTP/1.1\nHost: example.com")
    return not_found()


# Pages and forms


def address(row_or_model, action=None):
    name = f"admin:codes_{row_or_model._meta.model_name}_{action or 'change'}"
    return reverse(name, args=[row_or_model.pk] if action is None else [])


def form_of(response):
    """What a browser would send if nothing were filled in."""
    assert response.status_code == 200
    (form,) = [form for form in parse(response).iter("form") if (form.get("id") or "").endswith("_form")]
    data = {}
    for element in form.iter():
        name, kind = element.get("name"), element.get("type")
        if name is None or element.get("disabled") is not None:
            continue
        if element.tag == "textarea":
            values = ["".join(element.itertext()).removeprefix("\n")]
        elif element.tag == "select":
            values = [o.get("value") for o in element.iter("option") if o.get("selected") is not None]
        elif element.tag == "input" and kind in ("checkbox", "radio"):
            values = [element.get("value", "on")] if element.get("checked") is not None else []
        elif element.tag == "input" and kind not in ("submit", "button", "file"):
            values = [element.get("value", "")]
        else:
            continue
        data.setdefault(name, []).extend(value.replace("\n", "\r\n") for value in values)
    return data


def send(client, row, data, **changes):
    """Send a form back with some fields filled in; the messages of the page where it was not taken."""
    response = client.post(address(row), {**data, **changes})
    if response.status_code == 302:
        return ""
    assert response.status_code == 200
    lists = [words(element) for element in parse(response).iter("ul") if "errorlist" in element.get("class", "")]
    assert lists
    return " ".join(lists)


def edit(client, row, **changes):
    return send(client, row, form_of(client.get(address(row))), **changes)


def not_found():
    return StatusCode.objects.registered().get(number=404)


def stored(row):
    """All columns of a row, base columns included, as the database has them."""
    names = [field.attname for field in row._meta.concrete_fields]
    return dict(zip(names, type(row)._default_manager.rewrite(False).values_list(*names).get(pk=row.pk), strict=True))


def changed(row, before):
    after = stored(row)
    return {name: after[name] for name in after if after[name] != before[name]}


# Every page


def test_every_model_is_in_the_admin():
    assert set(MODELS) <= set(admin.site._registry)


def check(response):
    assert response.status_code == 200
    check_resources(parse(response))
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("model", MODELS)
def test_the_list_the_form_and_the_empty_form_open(superuser, model):
    check(superuser.get(address(model, "changelist")))
    check(superuser.get(address(model, "add")))
    check(superuser.get(address(model.objects.first())))


@pytest.mark.parametrize("path", ["/admin/", "/admin/codes/", "/admin/password_change/", "/admin/jsi18n/"])
def test_the_pages_around_open(superuser, path):
    response = superuser.get(path)
    assert response.status_code == 200
    if response["Content-Type"].startswith("text/html"):
        check_resources(parse(response))


def test_the_way_in_opens(client):
    check_resources(parse(client.get("/admin/login/")))


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
@pytest.mark.parametrize("model", LOCALIZED)
def test_the_forms_open_in_other_languages(superuser, language, model):
    response = superuser.get(address(model.objects.first()), headers={"accept-language": language})
    assert parse(response).get("lang") == language


@pytest.mark.parametrize("model", [StatusCode, Symbol, Alias])
def test_a_list_takes_the_same_few_queries_however_long_it_is(superuser, django_assert_max_num_queries, model):
    with django_assert_max_num_queries(8):
        superuser.get(address(model, "changelist"))


# Lists


def listed(client, model, **query):
    response = client.get(address(model, "changelist"), query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


@pytest.mark.parametrize("query", ["404", "Not Found", "找不到", "找不到資源", "page not found", "iana 404"])
def test_a_meaning_is_found_by_number_origin_alias_and_text_in_any_language(superuser, query):
    assert not_found() in listed(superuser, StatusCode, q=query)


@pytest.mark.parametrize("query", ["%00", "%25", "'", "%22", "%5C", "9" * 5000, "%F0%9F%98%80", "%ff", "+" * 500])
def test_a_search_for_nonsense_harms_nobody(superuser, query):
    assert superuser.get(address(StatusCode, "changelist") + f"?q={query}").status_code == 200


def test_a_search_finds_the_texts_of_every_language(superuser):
    row = not_found()
    for field in ("name", "summary"):
        for name in columns([field]):
            StatusCode.objects.filter(pk=row.pk).update(**{name: f"needle of {name}"})
    for name in columns(["name", "summary"]):
        assert listed(superuser, StatusCode, q=f"needle of {name}") == [row], name


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_a_search_does_not_depend_on_the_language_of_the_admin(superuser, language):
    row = not_found()
    for text in (row.name_en, row.name_zh_hant, row.name_zh_hans):
        response = superuser.get(address(StatusCode, "changelist"), {"q": text}, headers={"accept-language": language})
        assert row in response.context["cl"].result_list, text


@pytest.mark.parametrize("model", LOCALIZED)
def test_a_chinese_text_finds_its_row(superuser, model):
    (name,) = columns(model.localized_fields[:1], ["zh-hant"])
    row = next(row for row in model.objects.all() if not getattr(row, name).isascii())
    assert row in listed(superuser, model, q=getattr(row, name))


def test_rows_whose_summary_is_missing_in_a_language_are_listed(superuser):
    row = not_found()
    assert row not in listed(superuser, StatusCode, missing="zh-hant")
    StatusCode.objects.filter(pk=row.pk).update(summary_zh_hant=" ")
    assert listed(superuser, StatusCode, missing="zh-hant") == [row]
    assert row not in listed(superuser, StatusCode, missing="zh-hans")


def test_an_unknown_language_filters_nothing(superuser):
    assert len(listed(superuser, StatusCode, missing="tlh", all="")) == StatusCode.objects.count()


def test_the_filter_offers_the_shown_languages(superuser):
    response = superuser.get(address(StatusCode, "changelist"))
    (found,) = [spec for spec in response.context["cl"].filter_specs if isinstance(spec, CoverageFilter)]
    assert [value for value, _ in found.lookup_choices] == ["en", "zh-hant", "zh-hans"]


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_list_shows_the_name_in_the_editors_language_and_leads_to_the_public_page(superuser, language):
    row = not_found()
    response = superuser.get(address(StatusCode, "changelist"), {"number": 404}, headers={"accept-language": language})
    page = parse(response)
    assert (row.name_zh_hant in words(page)) is (language == "zh-hant")
    paths = [element.get("href") for element in page.iter("a")]
    public = [path for path in paths if path and path.endswith("/404/")]
    assert public and all(superuser.get(path).status_code in (200, 302) for path in public)


# Editors


def test_an_editor_changes_a_row(editor, row):
    before = stored(row)
    assert not edit(editor, row, summary_en=" New.\r\nLines ", summary_zh_hant="新", reason_phrase="Lost")
    assert changed(row, before) == {
        "summary": "New.\nLines",
        "summary_en": "New.\nLines",
        "summary_zh_hant": "新",
        "reason_phrase": "Lost",
    }


@pytest.mark.usefixtures("row")
@pytest.mark.parametrize("language", ["en", "zh-hant"])
@pytest.mark.parametrize("model", LOCALIZED)
def test_a_form_that_is_sent_back_as_it_is_changes_nothing(editor, model, language):
    row = not_found() if model is StatusCode else model.objects.first()
    before = stored(row)
    data = form_of(editor.get(address(row), headers={"accept-language": language}))
    assert editor.post(address(row), data, headers={"accept-language": language}).status_code == 302
    assert changed(row, before) == {}


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_language_of_the_admin_does_not_decide_what_is_written(editor, language, row):
    before = stored(row)
    data = {**form_of(editor.get(address(row))), "name_en": "Lost", "name_zh_hant": "迷路"}
    assert editor.post(address(row), data, headers={"accept-language": language}).status_code == 302
    assert changed(row, before) == {"name": "Lost", "name_en": "Lost", "name_zh_hant": "迷路"}


@pytest.mark.parametrize(("language", "column"), [("en", "summary_en"), ("zh-hant", "summary_zh_hant")])
def test_a_text_that_is_emptied_is_missing(editor, row, language, column):
    data = {**form_of(editor.get(address(row))), column: "  "}
    assert editor.post(address(row), data, headers={"accept-language": language}).status_code == 302
    assert stored(row)[column] is None
    assert not StatusCode.objects.drifted().exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"number": "1000"}, "three digits"),
        ({"number": "-1"}, "greater than or equal to 0"),
        ({"number": "403"}, "already exists"),
        ({"name_en": ""}, "English name is required"),
        ({"registration": "vendor"}, "does not fit the origin"),
        ({"expires": "2026-01-01"}, "date of expiry"),
        ({"redirect_keeps_method": "true"}, "3xx"),
        ({"summary_zh_hant": "字" * 201}, "at most 200"),
        ({"sources": "[1]"}, "title and a url"),
        ({"sources": "{"}, "valid JSON"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_with_a_message(editor, changes, message, row):
    before = stored(row)
    assert message in edit(editor, row, **changes)
    assert changed(row, before) == {}


def test_an_editor_adds_a_row_in_every_language(editor):
    data = form_of(editor.get(address(StatusCode, "add")))
    origin = Origin.objects.get(slug="nginx")
    values = {"number": "299", "origin": "nginx", "registration": "vendor", "name_en": "A", "name_zh_hant": " 甲 "}
    response = editor.post(address(StatusCode, "add"), {**data, **values})
    assert response.status_code == 302
    row = StatusCode.with_drafts.get(number=299)
    assert row.origin == origin
    assert row.is_draft
    assert stored(row)["name"] == "A"
    assert stored(row)["name_zh_hant"] == "甲"
    assert stored(row)["summary_zh_hant"] is None


def test_an_editor_adds_a_reference_with_the_row(editor, row):
    before = stored(row)
    document = row.references.first().specification
    reference = {"specification": document.pk, "role": "status-line", "section": "6.1.1", "reason_phrase": "Lost"}
    total = row.references.count()
    changes = {f"references-{total}-{name}": value for name, value in reference.items()}
    changes |= {"references-TOTAL_FORMS": total + 1, f"references-{total}-status_code": row.pk}
    assert not edit(editor, row, **changes)
    assert row.references.filter(specification=document, role="status-line", reason_phrase="Lost").exists()
    assert changed(row, before) == {}


def test_an_editor_changes_which_codes_are_compared(editor):
    comparison = Comparison.objects.get(slug="401-403")
    question = comparison.question_en
    codes = StatusCode.objects.registered().filter(number__in=(401, 403, 407))
    assert not edit(editor, comparison, codes=[code.pk for code in codes], question_zh_hans="该用哪一个？")
    assert set(comparison.codes.all()) == set(codes)
    assert stored(comparison)["question_zh_hans"] == "该用哪一个？"
    assert stored(comparison)["question"] == question


def test_an_editor_may_use_every_model(editor):
    for model in MODELS:
        assert editor.get(address(model, "changelist")).status_code == 200
        assert editor.get(address(model, "add")).status_code == 200


# Two people, one row


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("summary_zh_hant", "summary_zh_hans"),
        ("description_zh_hant", "description_zh_hans"),
        ("visitor_zh_hant", "summary_en"),
        ("reason_phrase", "example"),
    ],
)
def test_two_stale_forms_of_editors_on_two_fields_both_win(editor, row, one, other):
    before = stored(row)
    form, stale = form_of(editor.get(address(row))), form_of(editor.get(address(row)))
    assert not send(editor, row, form, **{one: "New"})
    assert not send(editor, row, stale, **{other: "Newer"})
    base = {"summary": "Newer"} if other == "summary_en" else {}
    assert changed(row, before) == {one: "New", other: "Newer", **base}


def test_two_stale_forms_of_translators_of_two_languages_both_win(client, row):
    before = stored(row)
    account(client, "hant", translators("zh-hant"))
    one = form_of(client.get(address(row)))
    account(client, "hans", translators("zh-hans"))
    other = form_of(client.get(address(row)))
    assert not send(client, row, other, summary_zh_hans="新的")
    client.force_login(User.objects.get(username="hant"))
    assert not send(client, row, one, summary_zh_hant="新")
    assert changed(row, before) == {"summary_zh_hant": "新", "summary_zh_hans": "新的"}


# Translators


@pytest.mark.parametrize("model", LOCALIZED)
def test_a_translator_is_offered_the_texts_of_their_language_only(translator, model):
    names = form_of(translator.get(address(model.objects.first())))
    fields = {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    assert {name for name in names if name in fields} == set(columns(model.localized_fields, ["zh-hant"]))
    assert not [name for name in names if re.search(r"-\d+-(?!id$|status_code$)", name)]


def test_a_translator_writes_their_language(translator, row):
    before = stored(row)
    assert not edit(translator, row, summary_zh_hant=" 新 ", description_zh_hant="長\r\n文")
    assert changed(row, before) == {"summary_zh_hant": "新", "description_zh_hant": "長\n文"}


def test_a_forged_form_of_a_translator_changes_nothing_else(translator, editor):
    row, before = not_found(), stored(not_found())
    full = form_of(editor.get(address(row)))
    related = {name: list(getattr(row, name).values()) for name in ("references", "symbols", "aliases")}
    translator.force_login(User.objects.get(username="translator"))
    forged = {
        "number": "299",
        "origin": "nginx",
        "registration": "vendor",
        "reason_phrase": "Forged",
        "retry": "never",
        "heuristically_cacheable": "",
        "sources": "[]",
        "example": "forged",
        "name": "Forged",
        "summary": "Forged",
        "references-0-reason_phrase": "Forged",
        "references-0-DELETE": "on",
        "symbols-0-symbol": "Forged",
        "aliases-0-text": "Forged",
        **{name: "偽造" for name in columns(StatusCode.localized_fields) if not name.endswith("_zh_hant")},
        "summary_zh_hant": "真的",
    }
    translator.post(address(row), {**full, **forged})
    assert changed(row, before) == {"summary_zh_hant": "真的"}
    assert {name: list(getattr(row, name).values()) for name in related} == related


def test_a_translator_neither_adds_nor_deletes(translator):
    row = not_found()
    assert translator.get(address(StatusCode, "add")).status_code == 403
    delete = reverse("admin:codes_statuscode_delete", args=[row.pk])
    assert translator.post(delete, {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    translator.post(address(StatusCode, "changelist"), action)
    assert StatusCode.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", sorted(set(MODELS) - set(LOCALIZED), key=str))
def test_a_translator_reads_but_does_not_write_what_has_no_texts(translator, model):
    row = model.objects.first()
    assert translator.get(address(row)).status_code == 200
    assert translator.post(address(row), {}).status_code == 403
    assert translator.get(address(model, "add")).status_code == 403


def test_a_translator_who_breaks_a_limit_is_told(translator, row):
    before = stored(row)
    assert "at most 200" in edit(translator, row, summary_zh_hant="字" * 201)
    assert changed(row, before) == {}


def test_a_translator_into_a_language_that_is_not_shown_sees_no_text_to_write(client):
    account(client, "ja", translators("ja"))
    names = form_of(client.get(address(not_found())))
    assert not [name for name in names if name in columns(StatusCode.localized_fields)]


# Viewers and everybody else


@pytest.mark.parametrize("model", MODELS)
def test_a_viewer_reads_and_does_not_write(viewer, model):
    assert viewer.get(address(model, "changelist")).status_code == 200
    assert viewer.get(address(model, "add")).status_code == 403
    assert viewer.post(address(model, "add"), {}).status_code == 403
    row = model.objects.first()
    assert viewer.get(address(row)).status_code == 200
    assert viewer.post(address(row), {}).status_code == 403


def test_a_viewer_changes_nothing(viewer, row):
    before = stored(row)
    data = dict.fromkeys(columns(StatusCode.localized_fields), "forged")
    assert viewer.post(address(row), {**data, "retry": "never"}).status_code == 403
    assert changed(row, before) == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_not_signed_in_is_asked_to_sign_in(client, method):
    response = getattr(client, method)(address(not_found()))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))


def test_an_account_without_rights_sees_nothing(client):
    account(client, "nobody")
    assert client.get(address(StatusCode, "changelist")).status_code == 403
    assert client.get(address(not_found())).status_code == 403
