"""A page and its parts."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from httpref.pages.coding import PREFERENCE
from httpref.pages.page import Damaged, pack, rendered, unpack
from tests.pages.pages import FIELDS, content_of, page_of


def stored(description, parts):
    """A page as it is read from what was written."""
    return unpack(description, lambda start, length: parts[start : start + length])


def test_every_coding_has_an_entity_tag_of_its_own():
    page = page_of("a")
    tags = [page.part([coding]).etag for coding in PREFERENCE]
    assert len(set(tags)) == len(PREFERENCE)
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)


def test_the_entity_tag_follows_the_content():
    assert page_of("a").part(["br"]).etag == page_of("a").part(["br"]).etag
    assert page_of("a").part(["br"]).etag != page_of("b").part(["br"]).etag


@pytest.mark.parametrize("coding", PREFERENCE)
def test_a_part_says_what_a_cache_and_a_client_need(coding):
    part = page_of("a").part([coding])
    fields = dict(part.fields)
    assert len(fields) == len(part.fields)
    assert fields.get("Content-Encoding", "identity") == coding
    assert fields["Content-Length"] == str(len(part.content))
    assert fields["Vary"] == "Accept-Encoding"
    assert fields["ETag"] == part.etag
    assert "public" in fields["Cache-Control"]
    assert "stale-while-revalidate=" in fields["Cache-Control"]
    assert fields["Server-Timing"] == "store;desc=hit"
    assert dict(FIELDS).items() <= fields.items()


def test_not_modified_has_the_fields_that_a_cache_updates_and_no_others():
    part = page_of("a").part(["br"])
    assert {name for name, _ in part.unchanged} == {"Cache-Control", "Vary", "ETag", "Server-Timing"}
    assert set(part.unchanged) <= set(part.fields)


def test_what_django_says_of_one_rendering_is_left_out():
    of_django = [("ETag", '"django"'), ("Content-Length", "3"), ("vary", "Cookie"), ("Cache-Control", "no-cache")]
    fields = rendered("200 OK", [*FIELDS, *of_django], content_of("a")).part(["identity"]).fields
    assert not set(of_django) & set(fields)
    assert [name.lower() for name, _ in fields].count("etag") == 1


def test_content_that_is_not_worth_coding_goes_as_it_is():
    page = rendered("200 OK", FIELDS, b"short")
    assert page.part(["br", "gzip"]).content == b"short"
    assert "Content-Encoding" not in dict(page.part(["br"]).fields)


def test_what_is_written_is_read_again():
    page = page_of("a", "404 Not Found")
    again = stored(*pack(page))
    assert again.status == "404 Not Found"
    for coding in PREFERENCE:
        assert again.part([coding]).content == page.part([coding]).content
        assert again.part([coding]).fields == page.part([coding]).fields


def test_a_coding_that_was_not_worth_it_is_not_there_after_reading_either():
    again = stored(*pack(rendered("200 OK", FIELDS, b"short")))
    assert again.part(["br"]).content == b"short"


def test_changed_content_is_noticed():
    description, parts = pack(page_of("a"))
    with pytest.raises(Damaged, match="br"):
        stored(description, b"\x00" + parts[1:]).part(["br"])
    with pytest.raises(Damaged, match="identity"):
        stored(description, parts[:-1]).part(["identity"])


def test_a_page_without_any_content_is_damaged():
    description = json.loads(pack(page_of("a"))[0])
    description["parts"] = {}
    with pytest.raises(Damaged, match="no content"):
        stored(json.dumps(description).encode(), b"").part(["br"])


def test_two_that_ask_at_once_have_a_part_coded_once():
    page, coded = page_of("a"), []
    real = page.fetch

    def fetch(coding):
        coded.append(coding)
        return real(coding)

    page.fetch = fetch
    with ThreadPoolExecutor(4) as pool:
        with page.lock:
            asked = [pool.submit(page.part, ["br"]) for _ in range(4)]
            while pool._work_queue.qsize():
                pass
        assert len({id(found.result()) for found in asked}) == 1
    assert coded == ["br"]
