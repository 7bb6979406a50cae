"""The matrix, the lists and the admin's first page."""

import pytest
from django.urls import reverse

from codes.curation import worklist
from codes.models import StatusClass, StatusCode
from tests.html import check_resources, parse, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def stale():
    StatusClass.objects.filter(digit=4).update(summary_en="Another sentence.")


def links(page):
    return {words(link): link.get("href") for link in page.iterfind(".//div[@class='curation']//a")}


def test_each_cell_opens_its_list(translator, stale):
    page = parse(translator.get(reverse("curation:overview")))
    check_resources(page)
    address = [one.get("href") for one in page.iter("a") if one.get("class") == "state stale"]
    assert f"{reverse('curation:list')}?language=zh-hant&model=statusclass&field=summary&state=stale" in address
    for one in address:
        assert len(translator.get(one).context["items"]) == 1


def test_the_matrix_of_a_class_has_its_own_numbers(translator, stale):
    response = translator.get(reverse("curation:overview"), {"digit": "5"})
    groups = dict(response.context["groups"])
    assert set(groups) == {"Status class", "Status code"}
    count = StatusCode.objects.filter(number__range=(500, 599)).count()
    assert dict(groups["Status code"])["Summary"][0]["all"] == count
    assert translator.get(reverse("curation:overview"), {"digit": "x"}).context["groups"][0][0] == "Status class"


def test_everybody_sees_the_languages_that_they_work_in(client, translator, viewer, editor):
    from django.contrib.auth.models import User

    seen = {}
    for name in ("mei", "viewer", "editor"):
        client.force_login(User.objects.get(username=name))
        seen[name] = [code for code, _ in client.get(reverse("curation:overview")).context["languages"]]
    assert seen["mei"] == ["zh-hant"]
    assert seen["viewer"] == ["zh-hant", "zh-hans"]
    assert seen["editor"][:3] == ["zh-hant", "zh-hans", "ja"]


def test_the_number_of_queries_is_that_of_no_row(translator, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        translator.get(reverse("curation:overview"))
    with django_assert_max_num_queries(12):
        assert len(translator.get(reverse("curation:list")).context["items"]) == worklist.PAGE


def test_a_list_leads_to_its_texts_and_remembers_itself(translator, stale):
    page = parse(translator.get(reverse("curation:list"), {"state": "todo"}))
    check_resources(page)
    address = links(page)["Status class 4 · Summary"]
    assert address.endswith("/summary/zh-hant/?state=todo")
    assert words(parse(translator.get(address))).count("stale")


def test_a_list_goes_on_where_its_page_ends(translator, monkeypatch):
    monkeypatch.setattr(worklist, "PAGE", 3)
    first = translator.get(reverse("curation:list"), {"model": "statusclass", "field": "name"})
    assert links(parse(first))["Further texts"] == first.context["next"]
    second = translator.get(first.context["next"])
    assert [row["item"].key for row in second.context["items"]] == ["4", "5"]
    assert second.context["next"] == ""
    assert "From the beginning" in links(parse(second))


def test_an_empty_list_says_so(translator):
    response = translator.get(reverse("curation:list"), {"state": "draft"})
    assert "No text fits" in words(parse(response))


def test_the_first_page_of_the_admin_shows_what_there_is_to_do(translator, stale):
    page = parse(translator.get(reverse("admin:index")))
    assert "1 stale" in words(page)


def test_the_first_page_of_somebody_without_rights_has_no_curation(client):
    from tests.html import account

    account(client, "stranger")
    assert "curation" not in client.get(reverse("admin:index")).content.decode().replace("curation.css", "")
