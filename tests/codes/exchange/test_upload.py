"""Bundles that wait for an editor, without the pages."""

import pytest
from django.contrib.auth.models import User

from codes.exchange.apply import PlanChanged
from codes.exchange.errors import BundleError
from codes.exchange.merge import Action, Policy
from codes.exchange.plan import Plan
from codes.exchange.upload import apply_upload, plan_again, plan_upload, shown_plan
from codes.models import Conflict, Import, StatusClass
from codes.models.exchange import ImportState
from tests.bundles import bundle_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return User.objects.create_user("editor")


@pytest.fixture
def upload(editor):
    """A bundle with a change, and with a text that was changed here, too."""

    def change(files):
        files["statusclass"][0]["summary_en"] = "Changed there."
        files["statusclass"][1]["summary_en"] = "Changed there, too."

    StatusClass.objects.filter(digit=2).update(summary_en="Changed here.")
    content = bundle_of("statusclass", change=change)
    return plan_upload(content=content, file_name="bundle.zip", user=editor)


def summaries():
    return dict(StatusClass.objects.rewrite(False).values_list("digit", "summary_en"))


def test_an_upload_is_kept_with_its_plan_and_changes_nothing(upload, editor):
    assert (upload.state, upload.user, upload.author) == (ImportState.PLANNED, editor, "editor")
    assert upload.counts == {"statusclass": {"change": 1, "conflict": 1}}
    assert summaries()[1] != "Changed there."
    assert not Conflict.objects.exists()
    assert [unit.action for unit in shown_plan(upload).units] == [Action.CHANGE, Action.CONFLICT]


def test_a_plan_is_the_same_after_it_was_kept(upload):
    plan = shown_plan(upload)
    assert plan.digest == upload.plan
    assert Plan.from_json(plan.as_json()) == plan


def test_what_cannot_be_read_is_not_kept(editor):
    before = Import.objects.count()
    with pytest.raises(BundleError):
        plan_upload(content=b"rubbish", file_name="x", user=editor)
    assert Import.objects.count() == before


def test_an_upload_that_is_applied_becomes_its_entry_in_the_log(upload, editor):
    before = Import.objects.count()
    uploaded = upload.at
    entry = apply_upload(upload, upload.plan, user=upload.user)
    assert entry.pk == upload.pk and Import.objects.count() == before
    entry.refresh_from_db()
    assert (entry.state, entry.content, entry.shown) == (ImportState.APPLIED, None, None)
    assert (entry.user, entry.author, entry.file_name) == (editor, "editor", "bundle.zip")
    assert entry.at > uploaded
    assert summaries()[1] == "Changed there."
    assert entry.conflicts.get().key == [2]


def test_other_answers_make_another_plan_which_is_the_one_to_apply(upload):
    first = upload.plan
    plan_again(upload, keep={"en": Policy.UPSTREAM})
    upload.refresh_from_db()
    assert upload.plan != first
    assert shown_plan(upload).keep == {"en": Policy.UPSTREAM}
    with pytest.raises(PlanChanged):
        apply_upload(upload, first, user=upload.user)
    apply_upload(upload, upload.plan, user=upload.user)
    assert summaries()[2] == "Changed there, too."
    assert not Conflict.objects.exists()


def test_a_plan_that_has_changed_is_kept_for_a_second_look_and_not_applied(upload):
    first = upload.plan
    StatusClass.objects.filter(digit=1).update(summary_en="Changed here meanwhile.")
    with pytest.raises(PlanChanged):
        apply_upload(upload, first, user=upload.user)
    upload.refresh_from_db()
    assert upload.state == ImportState.PLANNED
    assert upload.plan != first
    assert upload.counts == {"statusclass": {"conflict": 2}}
    assert summaries()[1] == "Changed here meanwhile."
    apply_upload(upload, upload.plan, user=upload.user)
    assert summaries()[1] == "Changed here meanwhile."
    assert Conflict.objects.count() == 2


def test_the_log_names_who_applied_an_upload_not_who_sent_it(upload):
    entry = apply_upload(upload, upload.plan, user=User.objects.create_superuser("root"))
    assert (entry.author, entry.user.username) == ("root", "root")


def test_an_upload_that_was_applied_meanwhile_is_not_made_one_that_waits(upload):
    stale = Import.objects.get(pk=upload.pk)
    apply_upload(upload, upload.plan, user=upload.user)
    with pytest.raises(PlanChanged):
        apply_upload(stale, stale.plan, user=stale.user)
    entry = Import.objects.get(pk=upload.pk)
    assert (entry.state, entry.shown, entry.plan) == (ImportState.APPLIED, None, stale.plan)
