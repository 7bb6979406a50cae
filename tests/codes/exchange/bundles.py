"""Bundles as tests need them: the reference with changes, or a few records of it, in memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction

from codes.exchange.apply import apply_import, plan_import
from codes.exchange.bundle import Bundle, read_bundle
from codes.exchange.form import MODEL_NAMES, as_bytes, bundled_models, file_name, record_bytes, records_of
from codes.exchange.manifest import MANIFEST
from codes.exchange.plan import Plan
from codes.models import Import, Source

Fields = dict[str, Any]
Records = dict[str, list[Fields]]
LANGUAGES = ("en", "zh-hans", "zh-hant")  # of fixtures/


class Memory:
    """The files of a bundle, held in memory."""

    is_far, digest = False, ""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def names(self) -> set[str]:
        return set(self.files)

    def read(self, name: str, most: int) -> bytes:
        return self.files[name]


@cache
def fixture(name: str) -> bytes:
    """A file of fixtures/."""
    return (settings.FIXTURES_DIR / name).read_bytes()


def reference(*models: str) -> Records:
    """The records of some models (default: all) as fixtures/ has them, to be changed."""
    return {
        name: [record["fields"] for record in json.loads(fixture(f"{name}.json"))] for name in models or MODEL_NAMES
    }


def find(every: list[Fields], **values: Any) -> Fields:
    """The one of these records that has these values."""
    (found,) = [fields for fields in every if all(fields[name] == value for name, value in values.items())]
    return found


def term(**changes: Any) -> Records:
    """The file of the glossary with the gateway changed."""
    records = reference("glossaryterm")
    find(records["glossaryterm"], slug="gateway").update(changes)
    return records


def signed(contents: dict[str, bytes], counts: dict[str, int] | None = None, **changes: Any) -> dict[str, bytes]:
    """Files with the manifest that belongs to them, itself with some changes; ``counts`` if they are no JSON."""
    entries = {
        name: {
            "records": len(json.loads(content)) if counts is None else counts[name],
            "sha256": sha256(content).hexdigest(),
            "size": len(content),
        }
        for name, content in contents.items()
    }
    manifest = {
        "files": entries,
        "languages": list(LANGUAGES),
        "licence": None,
        "parent": None,
        "schema": 2,
        "source": "httpref",
        **changes,
    }
    return {**contents, MANIFEST: as_bytes(manifest)}


def files_of(records: Records, **changes: Any) -> dict[str, bytes]:
    """The files of a bundle with these records."""
    contents = {
        f"{name}.json": as_bytes([{"model": f"codes.{name}", "fields": fields} for fields in every])
        for name, every in records.items()
    }
    return signed(contents, **changes)


def bundle_of(records: Records, **changes: Any) -> Bundle:
    """The bundle with these records; its manifest with some changes."""
    return read_bundle(Memory(files_of(records, **changes)))


def planned(records: Records, keep: Any = None, **changes: Any) -> Plan:
    """What importing these records would do."""
    return plan_import(bundle_of(records, **changes), keep=keep or {})


def pulled(records: Records, keep: Any = None, **changes: Any) -> tuple[Plan, Import]:
    """Import these records as an operator does: look at the plan, then apply it."""
    bundle = bundle_of(records, **changes)
    plan = plan_import(bundle, keep=keep or {})
    return apply_import(bundle, plan.digest, keep=keep or {}, author="operator")


def contents() -> dict[str, bytes]:
    """What the database holds of the reference, as a bundle would have it."""
    return {file_name(model): b"".join(record_bytes(model, records_of(model, LANGUAGES))) for model in bundled_models()}


@contextmanager
def nothing_of_the_reference(blocker: Any) -> Iterator[None]:
    """A block in which the database is as before the first seed; at its end everything is there again."""
    with blocker.unblock(), transaction.atomic():
        for model in reversed(bundled_models()):
            model._default_manager.all().delete()
        Source.objects.all().delete()
        Import.objects.all().delete()
        yield
        transaction.set_rollback(True)
