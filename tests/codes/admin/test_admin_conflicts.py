"""Conflicts in the admin: listed, looked at, settled one by one."""

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from codes.admin.exchange.rights import may_settle, wanted_rights
from codes.exchange.queue import local_value
from codes.groups import EDITORS, VIEWERS, translators
from codes.models import Conflict, GlossaryTerm, GuideStep, StatusClass, StatusCode
from codes.models.exchange import ConflictReason
from tests.html import account, check_resources, parse, words

pytestmark = pytest.mark.django_db

LIST = "/admin/codes/conflict/"


def address(conflict, **query):
    return reverse("admin:codes_conflict_change", args=[conflict.pk], query=query)


def form_of(page):
    """What the form of a page sends, without its buttons; and the buttons."""
    (form,) = [form for form in page.iter("form") if form.find(".//input[@name='seen']") is not None]
    values = {e.get("name"): e.get("value") for e in form.iter("input")}
    values |= {e.get("name"): "".join(e.itertext()).removeprefix("\n") for e in form.iter("textarea")}
    buttons = {button.get("value"): words(button) for button in form.iter("button")}
    return values, buttons


def rows_of(page):
    """The cells of a list, row by row."""
    (table,) = [table for table in page.iter("table") if table.get("id") == "result_list"]
    return [[words(cell) for cell in row] for row in table.find("tbody")]


def settle(client, conflict, decision, **changes):
    values, buttons = form_of(parse(client.get(address(conflict))))
    assert decision in buttons
    return client.post(address(conflict), {**values, "decision": decision, **changes})


def stored(conflict):
    return local_value(conflict)


def new_conflict(model="statuscode", key=(404, "iana"), column="reason_phrase", reason="both-changed", **values):
    return Conflict.objects.create(
        source="elsewhere", model=model, key=list(key), column=column, reason=reason, **values
    )


def term(slug="a-term"):
    return {
        "slug": slug,
        "forbidden": {},
        "name_en": "A term",
        "definition_en": "What it means.",
    }


# The list


def test_open_conflicts_come_first(editor, conflicts):
    Conflict.objects.filter(pk=conflicts[0].pk).update(state="edited")
    response = editor.get(LIST)
    assert list(response.context["cl"].result_list) == [*conflicts[1:], conflicts[0]]
    page = parse(response)
    check_resources(page)
    cells = ["Status class 1", "Summary · 繁體中文", "changed here and at the source", "httpref", "open"]
    assert cells in rows_of(page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"language": "zh-hant"}, [1]),
        ({"language": "en"}, [0, 2]),
        ({"language": "tlh"}, [0, 1, 2]),
        ({"about": "statusclass"}, [0, 1, 2]),
        ({"about": "origin"}, []),
        ({"state__exact": "open"}, [0, 1, 2]),
        ({"reason__exact": "taken"}, []),
        ({"source": "httpref"}, [0, 1, 2]),
        ({"q": "2"}, [2]),
        ({"q": "summary_zh"}, [1]),
    ],
)
def test_the_list_is_filtered(editor, conflicts, query, expected):
    found = editor.get(LIST, query).context["cl"].result_list
    assert [conflicts.index(conflict) for conflict in found] == expected


@pytest.mark.parametrize("term", ["找不到", "找不 404", '"找不到"', "404 x\\", "É"])
def test_a_key_is_found_by_its_own_letters(editor, term):
    new_conflict(model="alias", key=(404, "iana", "找不到", "zh-hant"), column="")
    new_conflict(model="alias", key=(404, "iana", "gone", "en"), column="")
    found = editor.get(LIST, {"q": term}).context["cl"].result_list
    assert len(found) == (1 if "找" in term else 0)


def test_the_filters_offer_the_models_that_there_are(editor, conflicts):
    specs = {
        spec.title: spec for spec in editor.get(LIST).context["cl"].filter_specs if hasattr(spec, "lookup_choices")
    }
    assert specs["model"].lookup_choices == [("statusclass", "Status class")]


def test_a_conflict_about_a_record_says_so(editor):
    new_conflict("glossaryterm", ["a-term"], "", "deleted-here", upstream=term())
    (row,) = rows_of(parse(editor.get(LIST)))
    assert row[:2] == ["Term of the glossary a-term", "the whole record"]


def test_the_list_takes_few_queries(editor, django_assert_max_num_queries):
    for number in range(40):
        new_conflict(key=[number, "iana"])
    with django_assert_max_num_queries(12):
        editor.get(LIST)


def test_a_conflict_that_does_not_exist_leads_back(editor):
    assert editor.get(reverse("admin:codes_conflict_change", args=[999_999])).status_code == 302


def test_conflicts_are_neither_added_nor_deleted(client, conflicts):
    account(client, "root", is_superuser=True)
    assert client.get(LIST + "add/").status_code == 403
    assert client.post(reverse("admin:codes_conflict_delete", args=[conflicts[0].pk])).status_code == 403
    assert Conflict.objects.filter(pk=conflicts[0].pk).exists()


# The page of one


def test_both_sides_stand_beside_what_they_had_in_common(editor, conflicts):
    conflict = conflicts[1]
    response = editor.get(address(conflict))
    page = parse(response)
    check_resources(page)
    sections = [element for element in page.iter("section") if element.get("class") == "side"]
    assert [words(section.find("h3")) for section in sections] == ["Last common value", "Here now", "At the source"]
    raw = [words(section.find("div")) for section in sections]
    assert raw == [conflict.base, "這裡改的。", "那邊改的。"]
    assert {section.find("div").get("lang") for section in sections} == {"zh-hant"}
    assert [len(list(section.iter("ins"))) > 0 for section in sections] == [False, True, True]
    text = words(page)
    assert "Conflict: Status class 1" in text and "Summary · 繁體中文" in text
    assert "It was changed here and at the source since both had it in common." in text
    row = StatusClass.objects.get(digit=1)
    hrefs = {element.get("href") for element in page.iter("a")}
    assert reverse("admin:codes_statusclass_change", args=[row.pk]) in hrefs
    assert reverse("admin:codes_import_change", args=[conflict.found_by_id]) in hrefs
    labels = {element.get("for") for element in page.iter("label")}
    assert {element.get("id") for element in page.iter("textarea")} <= labels
    assert "Conflict" in words(page.find(".//title"))


def test_a_page_takes_few_queries(editor, conflicts, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        editor.get(address(conflicts[0]))


@pytest.mark.parametrize(
    ("decision", "state", "summary"),
    [
        ("local", "local", "Changed here."),
        ("upstream", "upstream", "Changed there <b>1</b>."),
        ("edited", "edited", "Written now.\nAnd more."),
    ],
)
def test_a_decision_is_carried_out_and_the_next_conflict_follows(editor, conflicts, decision, state, summary):
    response = settle(editor, conflicts[0], decision, value=" Written now.\r\nAnd more. ")
    assert response["Location"] == address(conflicts[1])
    conflict = Conflict.objects.get(pk=conflicts[0].pk)
    assert (conflict.state, conflict.settled_by) == (state, "editor")
    row = StatusClass.objects.get(digit=1)
    assert (row.summary_en, row.summary_zh_hant) == (summary, "這裡改的。")
    assert not StatusClass.objects.drifted().exists()
    assert "Settled. This is the next one." in words(parse(editor.get(response["Location"])))


def test_the_last_one_leads_back_to_the_list(editor, conflicts):
    for conflict in (conflicts[1], conflicts[2]):
        response = settle(editor, conflict, "local")
    assert response["Location"] == address(conflicts[0])
    response = settle(editor, conflicts[0], "local")
    assert response["Location"] == LIST
    assert "No other conflict" in words(parse(editor.get(LIST)))
    page = parse(editor.get(address(conflicts[0])))
    assert "Settled: as it is here · editor" in words(page)
    assert not list(page.iter("textarea"))


def test_the_next_one_is_of_the_list_that_the_editor_came_from(editor, conflicts):
    here = address(conflicts[0], _changelist_filters="language=en")
    page = parse(editor.get(here))
    next_one = address(conflicts[2], _changelist_filters="language=en")
    assert next_one in {element.get("href") for element in page.iter("a")}
    values, _ = form_of(page)
    response = editor.post(here, {**values, "decision": "local"})
    assert response["Location"] == next_one
    values, _ = form_of(parse(editor.get(next_one)))
    assert editor.post(next_one, {**values, "decision": "local"})["Location"] == f"{LIST}?language=en"


def test_a_list_that_makes_no_sense_is_no_list(editor, conflicts):
    page = parse(editor.get(address(conflicts[0], _changelist_filters="state__nonsense=1")))
    assert address(conflicts[1], _changelist_filters="state__nonsense=1") in {e.get("href") for e in page.iter("a")}


def test_a_text_that_is_emptied_is_missing(editor, conflicts):
    settle(editor, conflicts[1], "edited", value=" \r\n")
    assert StatusClass.objects.get(digit=1).summary_zh_hant is None


def test_a_text_that_may_not_be_missing_is_empty(editor):
    conflict = new_conflict(base="Not Found", local="Lost", upstream="Not There")
    settle(editor, conflict, "edited", value="")
    assert StatusCode.objects.registered().get(number=404).reason_phrase == ""


# What is refused


def check_refused(response, conflict, message):
    assert response.status_code == 409
    page = parse(response)
    (note,) = [element for element in page.iter("p") if element.get("role") == "alert"]
    assert message in words(note)
    assert Conflict.objects.get(pk=conflict.pk).state == "open"
    return page


@pytest.mark.parametrize("decision", ["local", "upstream", "edited"])
def test_a_value_that_changed_meanwhile_is_refused_and_both_are_shown(editor, conflicts, decision):
    values, _ = form_of(parse(editor.get(address(conflicts[0]))))
    StatusClass.objects.filter(digit=1).update(summary_en="Changed here again.")
    response = editor.post(address(conflicts[0]), {**values, "decision": decision, "value": "Mine."})
    page = check_refused(response, conflicts[0], "has changed since this page was opened")
    (stale,) = [e for e in page.iter("section") if "stale" in e.get("class", "")]
    assert words(stale.find(".//ins")) == "again"
    assert StatusClass.objects.get(digit=1).summary_en == "Changed here again."
    values, _ = form_of(page)
    assert json.loads(values["seen"]) == "Changed here again."
    assert values["value"] == "Mine."
    assert editor.post(address(conflicts[0]), {**values, "decision": "edited"}).status_code == 302
    assert StatusClass.objects.get(digit=1).summary_en == "Mine."


def test_a_conflict_that_somebody_else_settled_is_not_settled_again(editor, conflicts):
    values, _ = form_of(parse(editor.get(address(conflicts[0]))))
    settle(editor, conflicts[0], "local")
    response = editor.post(address(conflicts[0]), {**values, "decision": "upstream"})
    assert response.status_code == 409
    assert "Somebody else" in words(parse(response))
    assert StatusClass.objects.get(digit=1).summary_en == "Changed here."


def test_a_text_that_breaks_a_rule_is_refused_and_stays_in_the_form(editor, conflicts):
    text = "字" * 1000
    response = settle(editor, conflicts[1], "edited", value=text)
    page = check_refused(response, conflicts[1], "at most")
    assert form_of(page)[0]["value"] == text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"decision": "agreed"},
        {"decision": "nonsense"},
        {"decision": "upstream"},
        {"decision": "upstream", "seen": "{"},
        {"decision": "upstream", "seen": '"\\ud800"'},
        {"decision": "upstream", "seen": "[" * 100_000},
        {"decision": "edited", "seen": '"Changed here."', "value": "\0"},
    ],
)
def test_a_form_that_makes_no_sense_is_refused(editor, conflicts, sent):
    response = editor.post(address(conflicts[0]), sent)
    check_refused(response, conflicts[0], "")
    assert StatusClass.objects.get(digit=1).summary_en == "Changed here."


# Values that are no texts


def test_json_is_written_as_json(editor):
    old, new = ([{"title": title, "url": "https://example.com/"}] for title in ("A", "B"))
    StatusCode.objects.registered().filter(number=404).update(sources=old)
    conflict = new_conflict(column="sources", base=[], local=old, upstream=new)
    page = parse(editor.get(address(conflict)))
    assert "Or write it (JSON)" in words(page)
    assert json.loads(form_of(page)[0]["value"]) == old
    check_refused(settle(editor, conflict, "edited", value="[1"), conflict, "sources:")
    check_refused(settle(editor, conflict, "edited", value='[{"title": "\\ud800", "url": ""}]'), conflict, "stored")
    check_refused(settle(editor, conflict, "edited", value="[1]"), conflict, "title and a url")
    assert settle(editor, conflict, "edited", value=json.dumps(new)).status_code == 302
    assert StatusCode.objects.registered().get(number=404).sources == new


@pytest.mark.parametrize(("column", "value"), [("retry", "later"), ("expires", None), ("origin", ["iana"])])
def test_other_values_are_not_written_here(editor, column, value):
    conflict = new_conflict(column=column, base=None, upstream=value)
    values, buttons = form_of(parse(editor.get(address(conflict))))
    assert set(buttons) == {"local", "upstream"} and "value" not in values
    response = editor.post(address(conflict), {**values, "decision": "edited", "value": "x"})
    check_refused(response, conflict, "Choose one of the answers.")


# Whole records


def test_a_record_that_was_deleted_here_is_restored_or_left_deleted(editor):
    full = dict(term(), **{"name_zh_hant": "詞"})
    conflict = new_conflict("glossaryterm", ["a-term"], "", "deleted-here", base=term(), upstream=full)
    page = parse(editor.get(address(conflict)))
    assert form_of(page)[1] == {"local": "Leave it deleted", "upstream": "Restore it as the source has it"}
    text = words(page)
    assert "Definition · English What it means." in text and "Name · 繁體中文 詞" in text
    assert [words(element) for element in page.iter("ins")] == ["詞"]
    assert settle(editor, conflict, "upstream").status_code == 302
    assert GlossaryTerm.objects.get(slug="a-term").name_zh_hant == "詞"


def test_a_record_left_deleted_stays_so(editor):
    conflict = new_conflict("glossaryterm", ["a-term"], "", "deleted-here", base=term(), upstream=term())
    settle(editor, conflict, "local")
    assert not GlossaryTerm.objects.filter(slug="a-term").exists()
    assert Conflict.objects.get(pk=conflict.pk).state == "local"


@pytest.mark.parametrize("reason", ["missing", "taken"])
def test_a_record_that_found_no_place_is_created_when_it_can_be(editor, reason):
    conflict = new_conflict("glossaryterm", ["a-term"], "", reason, upstream=term())
    assert form_of(parse(editor.get(address(conflict))))[1]["upstream"] == "Create it as the source has it"
    assert settle(editor, conflict, "upstream").status_code == 302
    assert GlossaryTerm.objects.filter(slug="a-term").exists()


def test_a_record_that_came_back_takes_all_values_or_none(editor):
    GlossaryTerm.objects.create(slug="a-term", name_en="Another")
    conflict = new_conflict("glossaryterm", ["a-term"], "", "deleted-here", base=term(), upstream=term())
    buttons = form_of(parse(editor.get(address(conflict))))[1]
    assert buttons == {"local": "Keep the record as it is here", "upstream": "Take all values of the source"}
    settle(editor, conflict, "upstream")
    assert GlossaryTerm.objects.get(slug="a-term").name_en == "A term"


def test_a_record_that_is_gone_at_the_source_is_kept_or_deleted(editor):
    step = GuideStep.objects.filter(answers__isnull=False).first()
    count = step.answers.count()
    conflict = new_conflict("guidestep", [step.slug], "", "retired", base=None)
    page = parse(editor.get(address(conflict)))
    assert form_of(page)[1] == {"local": "Keep the record", "upstream": "Delete the record here, too"}
    assert f"Deleting it deletes as well: answers of the guide: {count}" in words(page)
    assert step.question_en in words(page)


def test_a_record_is_deleted_when_an_editor_says_so(editor):
    row = GlossaryTerm.objects.create(slug="a-term", name_en="A term")
    conflict = new_conflict("glossaryterm", ["a-term"], "", "retired")
    assert "as well" not in words(parse(editor.get(address(conflict))))
    settle(editor, conflict, "upstream")
    assert not GlossaryTerm.objects.filter(pk=row.pk).exists()


def test_a_record_that_is_gone_on_both_sides_can_still_be_settled(editor):
    conflict = new_conflict("glossaryterm", ["a-term"], "", "retired")
    assert settle(editor, conflict, "upstream").status_code == 302


def test_a_record_that_others_need_is_not_deleted(editor):
    conflict = new_conflict("origin", ["iana"], "", "retired")
    check_refused(settle(editor, conflict, "upstream"), conflict, "other records still refer to it")


def test_a_value_of_a_record_that_is_gone_cannot_be_taken(editor):
    conflict = new_conflict(key=[299, "nobody"], base="A", local="B", upstream="C")
    assert "does not exist here any more" in words(parse(editor.get(address(conflict))))
    check_refused(settle(editor, conflict, "upstream"), conflict, "does not exist any more")
    assert settle(editor, conflict, "local").status_code == 302


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
@pytest.mark.parametrize("reason", list(ConflictReason))
def test_every_reason_is_explained_in_the_readers_language(editor, reason, language):
    conflict = new_conflict("glossaryterm", ["a-term"], "", reason, upstream=term())
    page = parse(editor.get(address(conflict), headers={"accept-language": language}))
    (lead,) = [element for element in page.iter("p") if element.get("class") == "lead"]
    assert ("source" in words(lead)) is (language == "en")
    assert all(text.isascii() is (language == "en") for text in form_of(page)[1].values())


# Rights


@pytest.mark.parametrize(
    ("about", "rights"),
    [
        ({"column": "summary_zh_hant"}, {"translate_zh_hant"}),
        ({"column": "summary_en"}, {"translate_en"}),
        ({"column": "retry"}, {"change_statuscode"}),
        ({"column": "", "reason": "retired"}, {"delete_statuscode"}),
        ({"column": "", "reason": "deleted-here"}, {"add_statuscode", "change_statuscode"}),
    ],
)
def test_a_conflict_takes_the_right_to_what_it_is_about(sign_in, about, rights):
    conflict = new_conflict(**about)
    assert wanted_rights(conflict) == ["codes.change_conflict", *sorted(f"codes.{name}" for name in rights)]
    row, before = StatusCode.objects.registered().get(number=404), list(StatusCode.objects.values())
    every = ["view_conflict", "change_conflict", *rights]
    for number, missing in enumerate(every[1:]):
        name = f"user{number}"
        client = sign_in(name, *(right for right in every if right != missing))
        assert not may_settle(User.objects.get(username=name), conflict)
        page = parse(client.get(address(conflict)))
        (main,) = page.iter("main")
        assert not [*main.iter("textarea"), *main.iter("button"), *main.iter("input")]
        assert "You may look at this conflict" in words(page)
        response = client.post(address(conflict), {"decision": "local", "seen": json.dumps(stored(conflict))})
        assert response.status_code == 403
    assert Conflict.objects.get(pk=conflict.pk).state == "open"
    assert list(StatusCode.objects.values()) == before and row.pk
    client = sign_in("enough", *every)
    assert settle(client, conflict, "local").status_code == 302


@pytest.mark.parametrize("group", [VIEWERS, translators("zh-hant")])
def test_others_look_and_do_not_settle(client, conflicts, group):
    account(client, "other", group)
    assert client.get(LIST).status_code == 200
    assert client.get(address(conflicts[1])).status_code == 200
    data = {"decision": "upstream", "seen": json.dumps(stored(conflicts[1]))}
    assert client.post(address(conflicts[1]), data).status_code == 403
    assert StatusClass.objects.get(digit=1).summary_zh_hant == "這裡改的。"


def test_who_has_no_right_to_look_sees_nothing(sign_in, conflicts):
    client = sign_in("nobody")
    assert client.get(LIST).status_code == 403
    assert client.get(address(conflicts[0])).status_code == 403
    assert client.post(address(conflicts[0]), {"decision": "local"}).status_code == 403


def test_a_translator_who_may_settle_is_led_past_what_is_not_theirs(sign_in, conflicts):
    client = sign_in("hant", "change_conflict", groups=[translators("zh-hant")])
    Conflict.objects.filter(pk=conflicts[0].pk).update(reason="taken")
    response = settle(client, conflicts[1], "upstream")
    assert response["Location"] == LIST
    assert StatusClass.objects.get(digit=1).summary_zh_hant == "那邊改的。"


def test_a_forged_form_is_refused(editor, conflicts):
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(User.objects.get(username="editor"))
    data = {"decision": "upstream", "seen": '"Changed here."'}
    assert forger.post(address(conflicts[0]), data).status_code == 403
    assert StatusClass.objects.get(digit=1).summary_en == "Changed here."


def test_editors_may_settle_everything(client, conflicts):
    account(client, "another", EDITORS)
    user = User.objects.get(username="another")
    for column in ("summary_en", "summary_zh_hant", "summary_fr", "retry", ""):
        for reason in ConflictReason:
            assert may_settle(user, Conflict(model="statuscode", key=[404, "iana"], column=column, reason=reason))
