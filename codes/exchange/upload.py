"""Bundles that an editor uploads: kept with their plan until they are applied or discarded."""

import io
import json
import zlib
from collections.abc import Mapping
from typing import Any

from codes.exchange.apply import PlanChanged, apply_import, plan_import
from codes.exchange.bundle import Bundle, read_bundle
from codes.exchange.container import Zip
from codes.exchange.merge import Policy
from codes.exchange.plan import Plan
from codes.models import Import
from codes.models.exchange import ImportState


def plan_upload(*, content: bytes, file_name: str, user: Any) -> Import:
    """Keep the content of a zip file, and what applying it would do. Raises BundleError; nothing is kept then."""
    plan = plan_import(read_bundle(Zip(io.BytesIO(content))), keep={})
    return Import.objects.create(
        **plan.for_log(),
        state=ImportState.PLANNED,
        user=user,
        author=user.get_username(),
        file_name=file_name,
        content=content,
        shown=packed(plan),
    )


def shown_plan(entry: Import) -> Plan:
    """The plan of an uploaded bundle as it was shown."""
    return Plan.from_json(json.loads(zlib.decompress(entry.shown or b"")))


def plan_again(entry: Import, *, keep: Mapping[str, Policy]) -> None:
    """Find out anew what applying would do, with other answers to who is right. Raises BundleError."""
    note(entry, plan_import(bundle_of(entry), keep=keep))


def apply_upload(entry: Import, digest: str, *, user: Any) -> Import:
    """Apply an uploaded bundle if that does what the plan with this digest says; its entry in the log.

    Raises PlanChanged, and today's plan is the one to show then; raises BundleError. Nothing is written either way.
    """
    keep = shown_plan(entry).keep
    try:
        _plan, applied = apply_import(
            bundle_of(entry), digest, keep=keep, author=user.get_username(), user=user, entry=entry
        )
    except PlanChanged as error:
        note(entry, error.plan)
        raise
    return applied


def note(entry: Import, plan: Plan) -> None:
    """Make a plan the one to show, unless the upload was applied or discarded meanwhile."""
    uploaded = Import.objects.filter(pk=entry.pk, state=ImportState.PLANNED)
    uploaded.update(**plan.for_log(), shown=packed(plan))


def bundle_of(entry: Import) -> Bundle:
    return read_bundle(Zip(io.BytesIO(entry.content or b"")))


def packed(plan: Plan) -> bytes:
    return zlib.compress(json.dumps(plan.as_json(), ensure_ascii=False).encode(), 6)
