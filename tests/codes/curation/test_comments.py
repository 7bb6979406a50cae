"""Comments on a text."""

import pytest
from django.urls import reverse

from codes.curation.comments import LONGEST
from codes.models import Comment, StatusClass, TextChange
from tests.html import check_resources, parse, words

pytestmark = pytest.mark.django_db


def send(client, path, do, **form):
    unit = {"seen_source": "?", "seen_target": "同"}
    return client.post(path, {**unit, "do": do, **form}, follow=True)


@pytest.fixture
def path(unit, address):
    return address(unit, state="approved")


def test_a_comment_is_shown_with_its_author_settled_and_opened_again(reviewer, path):
    page = parse(send(reviewer, path, "comment", comment=" <b>Why</b>?\r\nTell me. "))
    check_resources(page)
    [shown] = [one for one in page.iter("p") if one.text == "<b>Why</b>?\nTell me."]
    row = Comment.objects.get()
    assert (row.author, row.settled_at) == ("lin", None)
    assert "settled by lin" in words(parse(send(reviewer, path, f"settle:{row.pk}")))
    assert Comment.objects.get().settled_by == "lin"
    send(reviewer, path, f"reopen:{row.pk}")
    row = Comment.objects.get()
    assert (row.settled_by, row.settled_at) == ("", None)
    assert not TextChange.objects.exists()


def test_whoever_settles_it_first_stays_named(reviewer, path):
    send(reviewer, path, "comment", comment="x")
    row = Comment.objects.get()
    Comment.objects.update(settled_by="mei", settled_at="2026-01-01T00:00Z")
    send(reviewer, path, f"settle:{row.pk}")
    assert Comment.objects.get().settled_by == "mei"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" \r\n ", "Write the comment first."),
        ("x" * 10_000, f"10000 characters, at most {LONGEST}"),
        ("harm\u202eless", "U+202E"),
        ("nul\0", "U+0000"),
    ],
    ids=["empty", "long", "turned", "NUL"],
)
def test_what_is_no_comment_is_refused_and_stays_in_the_form(reviewer, path, text, why):
    response = send(reviewer, path, "comment", comment=text)
    assert response.status_code == 400
    assert why in response.content.decode()
    assert response.context["comment"] == text
    assert not Comment.objects.exists()


@pytest.mark.parametrize("pk", ["", "x", "0", "9" * 30, "-1"])
def test_there_is_no_comment_of_that_number(reviewer, path, pk):
    response = send(reviewer, path, f"settle:{pk}")
    assert response.status_code == 400
    assert "no such comment" in words(parse(response))


def test_comments_of_another_text_are_left_alone(reviewer, unit, path):
    row = Comment.objects.create(**{**unit.about, "language": "ja"}, text="x", author="y")
    assert send(reviewer, path, f"settle:{row.pk}").status_code == 400


def test_an_unsaved_text_is_not_lost(reviewer, path):
    response = send(reviewer, path, "comment", comment="x", text="還沒存的。\r\n")
    assert response.context["text"] == "還沒存的。\n"
    assert response.context["comment"] == ""
    assert Comment.objects.count() == 1
    assert send(reviewer, path, "comment", comment="x", text="同\r\n").redirect_chain


def test_only_those_who_write_the_language_comment(viewer, path):
    assert send(viewer, path, "comment", comment="x").status_code == 403
    page = parse(viewer.get(path))
    assert not [one for one in page.iter("textarea") if one.get("name") == "comment"]


def test_a_list_counts_those_that_are_open(reviewer, path):
    send(reviewer, path, "comment", comment="x")
    page = parse(reviewer.get(reverse("curation:list"), {"comments": "open"}))
    assert "1 comment" in words(page)
    Comment.objects.update(settled_at="2026-01-01T00:00Z")
    assert "No text fits" in words(parse(reviewer.get(reverse("curation:list"), {"comments": "open"})))


def test_they_go_with_their_row(unit, path):
    Comment.objects.create(**unit.about, text="x", author="y")
    StatusClass.objects.filter(pk=unit.pk)._raw_delete("default")
    assert not Comment.objects.exists()
