import json

import pytest

from codes.export import index as module
from codes.export.address import published_at
from codes.export.assets import Assets
from codes.export.index import META, WEIGHTS, blocks_of, index_files, shards, whole
from codes.models import StatusCode
from codes.search.rank import KIND_WEIGHTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(small_site, address, tmp_path, monkeypatch):
    """The index of the small site, in shards that are small, too."""
    monkeypatch.setattr(module, "SHARD", 2_000)
    with published_at(address, ["en", "zh-hant"], Assets(tmp_path, address)):
        return {name: json.loads(content) for name, content in index_files(["en", "zh-hant"]).items()}


@pytest.fixture
def meta(files):
    return files[META]


def test_the_first_file_names_all_others(files, meta):
    named = [*meta["blocks"], *meta["keys"], *meta["terms"], meta["words"], meta["analysis"]]
    named += [name for names in meta["rows"].values() for name in names]
    assert {f"search/{name}" for name in named} == set(files) - {META}
    assert meta["documents"] == StatusCode.objects.count() > 4
    assert meta["numbers"] == [404, 410, 499]


def test_a_document_is_found_by_its_place(files, meta):
    blocks = [files[f"search/{name}"] for name in meta["blocks"]]
    assert meta["starts"] == [sum(map(len, blocks[:place])) for place in range(len(blocks))]
    assert len(blocks) > 1
    numbers = [number for block in blocks for number, *_ in block]
    assert numbers == list(StatusCode.objects.order_by("pk").values_list("number", flat=True))


def test_terms_and_keys_stand_in_the_part_that_they_name(files, meta):
    assert len(meta["terms"]) > 1
    for place, name in enumerate(meta["terms"]):
        assert {whole(term) % len(meta["terms"]) for term in files[f"search/{name}"]} <= {place}
    parts = [files[f"search/{name}"] for name in meta["keys"]]
    assert [kind for kind, _, _ in parts[ord("n") % len(parts)]["notfound"]].count(1) >= 1
    (head, body) = files[f"search/{meta['terms'][whole('404') % len(meta['terms'])]}"]["404"]
    assert head
    assert not set(head) & set(body)


def test_rows_are_those_of_the_language_and_lead_below_the_prefix(files, meta):
    rows = [row for name in meta["rows"]["zh-hant"] for row in files[f"search/{name}"]]
    row = StatusCode.objects.get(number=404, origin="iana")
    assert ["iana", "Not Found", row.name_zh_hant, row.summary_zh_hant, "/http/zh-hant/404/"] in rows
    nginx = next(row for row in rows if row[0] == "nginx")
    assert nginx[4] == "/http/zh-hant/499/#nginx"
    english = [row for name in meta["rows"]["en"] for row in files[f"search/{name}"]]
    assert {row[4].split("/")[2] for row in english} == {"en"}


def test_the_weights_are_those_of_the_ranking(meta):
    assert set(meta["weights"]) == set(WEIGHTS)
    assert meta["weights"]["KIND_WEIGHTS"] == {str(int(kind)): value for kind, value in KIND_WEIGHTS.items()}


def test_an_index_of_nothing_has_no_blocks():
    assert list(blocks_of([])) == []
    assert shards({}, whole) == [{}]


def test_a_block_that_is_full_exactly_at_the_end_is_the_last(monkeypatch):
    monkeypatch.setattr(module, "SHARD", 5)
    assert list(blocks_of(["abcdefgh", "abcdefgh"])) == [(0, 1), (1, 2)]
    assert list(blocks_of(["abcdefgh", "a"])) == [(0, 1), (1, 2)]
