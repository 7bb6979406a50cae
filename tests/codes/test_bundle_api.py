"""The bundle as other installs ask for it."""

import json
from hashlib import sha256

import pytest
from django.conf import settings

from codes.exchange.manifest import digest_of
from codes.models import Origin

pytestmark = pytest.mark.django_db
BUNDLE = "/api/v1/bundle/"


def test_the_list_names_every_file_of_fixtures_with_its_digest(client):
    document = client.get(BUNDLE).json()
    manifest = json.loads((settings.FIXTURES_DIR / "manifest.json").read_bytes())
    assert document["digest"] == digest_of(manifest)
    assert {name: document[name] for name in ("schema", "source", "parent", "licence", "languages")} == {
        name: manifest[name] for name in ("schema", "source", "parent", "licence", "languages")
    }
    files = {file.pop("name"): file for file in document["files"]}
    assert files.keys() == {*manifest["files"], "manifest.json"}
    for name, file in files.items():
        content = (settings.FIXTURES_DIR / name).read_bytes()
        assert file == {
            "url": f"{settings.BASE_URL}{BUNDLE}{name}",
            "records": manifest["files"].get(name, {}).get("records"),
            "sha256": sha256(content).hexdigest(),
            "size": len(content),
        }


@pytest.mark.parametrize("name", ["manifest.json", "origin.json", "statuscode.json"])
def test_a_file_is_given_byte_for_byte_and_its_digest_is_its_tag(client, name):
    response = client.get(BUNDLE + name)
    assert response.content == (settings.FIXTURES_DIR / name).read_bytes()
    assert response["Content-Type"] == "application/json"
    assert response["ETag"] == f'"{sha256(response.content).hexdigest()}"'
    again = client.get(BUNDLE + name, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(BUNDLE + name)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", response["ETag"])


def test_an_edit_is_another_bundle_that_names_the_one_before_as_its_parent(client):
    before = client.get(BUNDLE).json()
    Origin.objects.filter(slug="nginx").update(title="Engine X")
    after = client.get(BUNDLE).json()
    assert after["digest"] != before["digest"]
    assert after["parent"] == before["digest"]
    changed = [old["name"] for old, new in zip(before["files"], after["files"], strict=True) if old != new]
    assert changed == ["manifest.json", "origin.json"]


@pytest.mark.parametrize("name", ["nobody.json", "user.json", "..%2fsettings.py", "manifest.json/", "MANIFEST.JSON"])
def test_no_other_file_is_given(client, name):
    response = client.get(BUNDLE + name)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", [BUNDLE, f"{BUNDLE}origin.json"])
def test_there_are_no_parameters_and_nothing_to_write(client, path):
    response = client.get(path, {"lang": "en", "full": "1"})
    assert response.status_code == 400
    assert response.json()["errors"] == [{"parameter": "query", "detail": "there are no parameters here: full, lang"}]
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", [BUNDLE, f"{BUNDLE}manifest.json"])
def test_pages_of_any_origin_may_read_it(client, path):
    assert client.get(path, headers={"Origin": "https://www.example.com"})["Access-Control-Allow-Origin"] == "*"
