"""Looking at all translations from the shell."""

import io

import pytest
from django.core.management import CommandError, call_command

from codes.curation.units import digest_of
from codes.models import Dismissal, StatusClass, StatusCode

pytestmark = pytest.mark.django_db


def run(*args):
    out = io.StringIO()
    call_command("check_translations", *args, stdout=out)
    return out.getvalue()


def test_the_reference_has_no_errors():
    assert run("--no-warnings") == "0 errors, 0 warnings\n"


def test_an_error_is_named_with_its_place_and_ends_in_failure():
    StatusCode.objects.filter(number=404, origin_id="iana").update(description_zh_hant="沒有連結。")
    with pytest.raises(CommandError, match=r"^\d errors, 1 warnings$"):
        run()
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_translations", stdout=out)
    assert "statuscode 404/iana description zh-hant: error (link): Missing" in out.getvalue()
    assert run("--languages", "zh-hans", "ja") == "0 errors, 0 warnings\n"


def test_warnings_fail_only_on_demand_and_not_when_they_are_dismissed():
    StatusClass.objects.filter(digit=4).update(summary_zh_hant="沒有句號")
    row = StatusClass.objects.get(digit=4)
    assert run().endswith("0 errors, 1 warnings\n")
    assert run("--no-warnings") == "0 errors, 1 warnings\n"
    with pytest.raises(CommandError):
        run("--strict")
    Dismissal.objects.create(
        model="statusclass",
        object_id=row.pk,
        field="summary",
        language="zh-hant",
        check_name="punctuation",
        digest=digest_of(row.summary_en, row.summary_zh_hant),
        author="mei",
    )
    assert run("--strict") == "0 errors, 0 warnings\n"
