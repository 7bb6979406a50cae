"""Accounts and texts for the tests of curation."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from codes.curation.units import Unit
from codes.groups import EDITORS, VIEWERS, reviewers, translators
from codes.models import StatusClass, StatusCode
from tests.html import account


@pytest.fixture
def editor(client):
    return account(client, "editor", EDITORS)


@pytest.fixture
def translator(client):
    return account(client, "mei", translators("zh-hant"))


@pytest.fixture
def reviewer(client):
    return account(client, "lin", reviewers("zh-hant"))


@pytest.fixture
def viewer(client):
    return account(client, "viewer", VIEWERS)


@pytest.fixture
def user_of():
    """A function that gives a signed-in client's user."""
    return lambda client: User.objects.get(pk=client.session["_auth_user_id"])


@pytest.fixture
def unit():
    """The Chinese summary of the class 4xx."""
    return Unit("statusclass", StatusClass.objects.get(digit=4).pk, "summary", "zh-hant")


@pytest.fixture
def long_unit():
    """The Chinese description of 404."""
    return Unit("statuscode", StatusCode.objects.get(number=404).pk, "description", "zh-hant")


@pytest.fixture
def address():
    """A function that gives the page of a unit."""
    return lambda unit, **query: reverse("curation:unit", args=unit, query=query or None)
