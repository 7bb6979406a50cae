"""Whatever stands here and whatever comes: nothing of anybody's work is lost, and a second pull finds nothing to do.

HTTPREF_MERGES sets the number of random pulls (default 40, with some 17 records each).
"""

import os

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from codes.exchange.apply import apply_import, plan_import, seed
from codes.exchange.form import bundled_models
from codes.exchange.merge import Policy
from codes.models import Conflict
from tests.codes.exchange.worlds import LOCAL_ONLY, bundle_of, changed, names_of, units, world_here, worlds, write_world

pytestmark = pytest.mark.django_db
PULLS = int(os.environ.get("HTTPREF_MERGES", "40"))
PULLS_OF_A_BASE = 4  # for to seed it takes longer than to pull
random_pulls = settings(
    max_examples=PULLS // PULLS_OF_A_BASE,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking such worlds takes longer than reading them
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture
def empty_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the reference, by the database's own means, and without a search, which is tested elsewhere."""
    monkeypatch.setattr("codes.exchange.apply.refresh", lambda: None)
    with connection.cursor() as cursor:
        for model in reversed(bundled_models()):
            for field in model._meta.many_to_many:
                cursor.execute(f'DELETE FROM "{field.m2m_db_table()}"')
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')


@pytest.mark.usefixtures("empty_database")
@random_pulls
@given(data=st.data())
def test_a_pull_loses_no_edit_and_a_second_one_is_empty(data):
    base = data.draw(worlds())
    with transaction.atomic():
        seed(bundle=bundle_of(base))
        for _ in range(PULLS_OF_A_BASE):
            with transaction.atomic():
                one_pull(data, base)
                transaction.set_rollback(True)
        transaction.set_rollback(True)


def one_pull(data, base):
    """Change what was seeded here and at the source, and pull."""
    local, upstream = data.draw(changed(base)), data.draw(changed(base))
    keep = data.draw(st.sampled_from([{}, {}, {"en": Policy.LOCAL}, {"facts": Policy.LOCAL, "zh-hant": Policy.LOCAL}]))
    write_world(local)
    assert world_here() == local
    bundle = bundle_of(upstream)
    plan = plan_import(bundle, keep=keep)
    assert world_here() == local, "planning changed something"
    applied, entry = apply_import(bundle, plan.digest, keep=keep, author="test")
    assert applied.digest == plan.digest
    after = world_here()
    check_local_work(base, local, after)
    check_upstream(base, local, upstream, after, keep)
    again = plan_import(bundle_of(upstream), keep=keep)
    assert again.is_empty, again.units
    # What stands here, given back, changes nothing.
    assert not plan_import(bundle_of(after), keep=keep).units


def check_local_work(base, local, after):
    """No record made or deleted here and no value changed here is another one now; no language beside the bundle's."""
    assert names_of(local) <= names_of(after), "a record is gone"
    before, now = as_dict(base), as_dict(after)
    for (name, key, column), value in as_dict(local).items():
        known = before.get((name, key, column), ABSENT)
        is_filled = known is ABSENT and value is None and column.endswith(("_en", "_zh_hant"))  # made on both sides
        if column.endswith(f"_{LOCAL_ONLY}") or (known != value and not is_filled):
            assert now[name, key, column] == value, (name, key, column)
    deleted = names_of(base) - names_of(local)
    assert deleted.isdisjoint(names_of(after)), "a deleted record came back"


def check_upstream(base, local, upstream, after, keep):
    """What changed at the source and not here has come, or an editor is asked why not."""
    queued = {(c.model, tuple(c.key), c.column) for c in Conflict.objects.open()}
    before, here, now = as_dict(base), as_dict(local), as_dict(after)
    for (name, key, column), value in as_dict(upstream).items():
        if column.endswith(f"_{LOCAL_ONLY}"):
            continue
        unit = name, key, column
        asked = {unit, (name, key, "")} & queued
        if unit not in here:
            assert now.get(unit, ABSENT) == value or asked or (name, key) in names_of(base), unit
        elif before.get(unit, ABSENT) == here[unit]:
            assert now[unit] == value or asked, unit
        elif here[unit] != value and before.get(unit, ABSENT) != value:
            language = "en" if column.endswith("_en") else "zh-hant" if column.endswith("_zh_hant") else "facts"
            assert asked or keep.get(language) or before.get(unit, ABSENT) is ABSENT, unit
    gone = (names_of(base) & names_of(local)) - names_of(upstream)
    assert {(name, key, "") for name, key in gone} <= queued


ABSENT = object()


def as_dict(world):
    return {(name, key, column): value for name, key, column, value in units(world)}
