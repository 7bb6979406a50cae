import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from codes.exchange.apply import Tally, is_empty
from codes.exchange.form import bundled_models
from codes.models import Alias, Origin
from tests.codes.exchange.bundles import files_of, nothing_of_the_reference, reference, signed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def empty_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """All tests of this module begin with an empty database, which is emptied once."""
    with nothing_of_the_reference(django_db_blocker):
        yield


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A directory with the origins and the status codes of fixtures/."""
    for name, content in files_of(reference("origin", "statuscode")).items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def replace(bundle: Path, name: str, text: str, other: str | bytes) -> None:
    """Replace the first occurrence of a text in a file of the bundle, and sign the file."""
    files = {path.name: path.read_bytes() for path in bundle.iterdir()}
    manifest = json.loads(files.pop("manifest.json"))
    assert text.encode() in files[name]
    new = other if isinstance(other, bytes) else other.encode()
    files[name] = files[name].replace(text.encode(), new, 1)
    for path, content in signed(files, counts={n: told["records"] for n, told in manifest["files"].items()}).items():
        (bundle / path).write_bytes(content)


def test_the_fixtures_are_seeded_and_each_kind_is_counted(capsys):
    call_command("seed")
    lines = capsys.readouterr().out.splitlines()
    told = [line.split(maxsplit=1) for line in lines[:-1]]
    every, step = Alias.objects.count(), Tally.STEP
    on_the_way = [[str(done), f"of {every} aliases"] for done in range(step, every, step)]
    assert [line for line in told if line[1].startswith("of ")] == on_the_way
    assert [line for line in told if not line[1].startswith("of ")] == [
        [str(model._default_manager.count()), str(model._meta.verbose_name_plural)] for model in bundled_models()
    ]
    assert lines[-1] == "The reference is in the database."


def test_another_directory_is_seeded_on_demand(bundle):
    replace(bundle, "origin.json", '"title": "Shopify"', '"title": "Elsewhere"')
    call_command("seed", str(bundle), verbosity=0)
    assert Origin.objects.get(slug="shopify").title == "Elsewhere"


def test_a_database_with_data_is_refused_and_left_as_it_is():
    Origin.objects.create(slug="nginx", title="nginx", name_en="edited here")
    with pytest.raises(
        CommandError, match=r"^Nothing was seeded\. the database is not empty; seeding never overwrites\.$"
    ):
        call_command("seed")
    assert Origin.objects.get().name_en == "edited here"


# Each stands in the place of the slug of the origin "shopify".
BROKEN_ORIGIN = {
    "bad JSON": ('"slug": "shopify"', "origin.json: "),
    "duplicate key": ('"slug": "shopify", "slug": "shop",', "origin.json: the key 'slug' stands twice"),
    "NaN": ('"slug": NaN,', "origin.json: NaN is not JSON"),
    "deep nesting": ('"slug": ' + "[" * 100_000, "origin.json: nested too deeply"),
    "not UTF-8": (b'"slug": "\xe9",', "origin.json: "),
    "unknown field": ('"slug": "shopify", "rating": 5,', "origin.json, record {}: unknown fields: rating"),
    "missing field": ("", "origin.json, record {}: missing fields: slug"),
    "null": ('"slug": null,', "origin.json, record {}: slug: "),
    "blank": ('"slug": "",', "origin.json, record {}: slug: "),
    "not a slug": ('"slug": "shop ify",', "origin.json, record {}: slug: "),
    "duplicate natural key": ('"slug": "nginx",', "origin.json, record {}: the natural key ('nginx',) stands here"),
}
# Each takes the place of a text of the first record, the 000 of AWS's load balancers.
BROKEN_CODE = {
    "wrong model": ('"codes.statuscode"', '"auth.user"', "statuscode.json, record 1: the model is 'auth.user'"),
    "dangling reference": ('"aws-elb"', '"nobody"', "statuscode.json, record 1: origin refers to ['nobody']"),
    "broken rule": ('"registration": "vendor"', '"registration": "registered"', "statuscode.json, record 1: "),
    "infinite number": ('"number": 0', '"number": 1e400', "statuscode.json"),
    "surrogate": ('"reason_phrase": ""', '"reason_phrase": "\\ud800"', "statuscode.json"),
    "NUL": ('"reason_phrase": ""', '"reason_phrase": "a\\u0000b"', "statuscode.json"),
    "surrogate in a source": ('"title": "', '"title": "\\ud800', "statuscode.json"),
    "NUL in a source": ('"title": "', '"title": "\\u0000', "statuscode.json"),
    "fraction": ('"number": 0', '"number": 0.5', "statuscode.json, record 1: number: "),
}


@pytest.mark.parametrize(("broken", "message"), BROKEN_ORIGIN.values(), ids=BROKEN_ORIGIN)
def test_a_broken_origin_is_named_and_the_database_stays_empty(broken, message, bundle):
    replace(bundle, "origin.json", '"slug": "shopify",', broken)
    with pytest.raises(CommandError) as caught:
        call_command("seed", str(bundle), verbosity=0)
    origins = json.loads((settings.FIXTURES_DIR / "origin.json").read_bytes())
    place = [record["fields"]["slug"] for record in origins].index("shopify") + 1
    assert str(caught.value).startswith("Nothing was seeded. " + message.format(place))
    assert is_empty()


@pytest.mark.parametrize(("text", "broken", "message"), BROKEN_CODE.values(), ids=BROKEN_CODE)
def test_a_broken_status_code_is_named_and_the_database_stays_empty(text, broken, message, bundle):
    replace(bundle, "statuscode.json", text, broken)
    with pytest.raises(CommandError) as caught:
        call_command("seed", str(bundle), verbosity=0)
    assert str(caught.value).startswith("Nothing was seeded. " + message)
    assert is_empty()


def test_a_wrong_digest_is_named_and_the_database_stays_empty(bundle):
    (bundle / "statuscode.json").write_bytes(b"[]\n")
    with pytest.raises(CommandError, match=r"^Nothing was seeded\. statuscode\.json: .*digest"):
        call_command("seed", str(bundle), verbosity=0)
    assert is_empty()


def test_a_missing_file_is_named_and_the_database_stays_empty(bundle):
    (bundle / "origin.json").unlink()
    with pytest.raises(CommandError, match=r"^Nothing was seeded\. files of the manifest are missing: origin\.json\.$"):
        call_command("seed", str(bundle), verbosity=0)
    assert is_empty()


def test_a_directory_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(CommandError, match="^Nothing was seeded.*nowhere"):
        call_command("seed", str(tmp_path / "nowhere"))
