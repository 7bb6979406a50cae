from xml.etree import ElementTree

import pytest
from django.conf import settings

from codes.models import Comparison, Origin, Specification, StatusClass, StatusCode

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "zh-hant", "zh-hans"]
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def entries(client):
    """The entries, by their address."""
    response = client.get("/sitemap.xml", headers={"host": "localhost"})
    assert response["Content-Type"] == "application/xml"
    entries = ElementTree.fromstring(response.content).findall("s:url", NAMES)
    return {entry.findtext("s:loc", namespaces=NAMES): entry for entry in entries}


def test_every_kind_of_page_is_there_in_every_language(entries):
    paths = ["", "table/", "guide/", "compare/", "specifications/", "origins/", "glossary/"]
    paths += [f"{row.digit}xx/" for row in StatusClass.objects.all()]
    paths += [f"{number:03}/" for number in set(StatusCode.objects.values_list("number", flat=True))]
    paths += [f"origins/{row.slug}/" for row in Origin.objects.all()]
    paths += [f"compare/{row.slug}/" for row in Comparison.objects.all()]
    paths += [row.get_absolute_url().removeprefix("/en/") for row in Specification.objects.all()]
    expected = {f"{settings.BASE_URL}/{language}/{path}" for language in LANGUAGES for path in paths}
    assert set(entries) == expected


def test_every_entry_names_the_page_in_every_language(entries):
    for address, entry in entries.items():
        language = address.removeprefix(settings.BASE_URL).split("/")[1]
        links = {link.get("hreflang"): link.get("href") for link in entry.findall("x:link", NAMES)}
        assert links == {other: address.replace(f"/{language}/", f"/{other}/", 1) for other in LANGUAGES}


def test_a_number_with_several_meanings_has_one_entry(client):
    content = client.get("/sitemap.xml").content.decode()
    assert content.count(f"<loc>{settings.BASE_URL}/en/499/</loc>") == 1


def test_a_number_without_a_meaning_has_no_entry(entries):
    assert f"{settings.BASE_URL}/en/299/" not in entries


def test_addresses_come_from_the_settings_and_not_from_the_request(client, settings):
    settings.BASE_URL = "https://codes.example"
    entries = ElementTree.fromstring(client.get("/sitemap.xml", headers={"host": "localhost"}).content)
    addresses = [element.text for element in entries.iter(f"{{{NAMES['s']}}}loc")]
    assert addresses and all(address.startswith("https://codes.example/") for address in addresses)


def test_the_sitemap_takes_a_query_for_each_kind_of_row(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get("/sitemap.xml")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_sitemap_can_only_be_read(client, method):
    assert getattr(client, method)("/sitemap.xml").status_code == 405
