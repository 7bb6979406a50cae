import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from codes.groups import wanted_groups

pytestmark = pytest.mark.django_db


def test_missing_groups_are_created_and_named(capsys):
    Group.objects.all().delete()
    call_command("seed_groups")
    assert capsys.readouterr().out == f"created: {', '.join(wanted_groups())}\n"
    assert set(Group.objects.values_list("name", flat=True)) == set(wanted_groups())


def test_a_second_run_says_that_there_is_nothing_to_do(capsys):
    call_command("seed_groups")
    assert capsys.readouterr().out == "nothing to do: all groups exist\n"
