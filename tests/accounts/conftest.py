"""Accounts with a password, and the steps of signing in as people take them."""

from base64 import b32decode
from time import time

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django_otp.oath import TOTP

from httpref.accounts import second_factor
from tests.html import parse, words

PASSWORD = "a-long-enough-password"


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def enforced(settings):
    settings.SECOND_FACTOR = True


@pytest.fixture
def ann(db):
    return User.objects.create_user("ann", password=PASSWORD, is_staff=True)


@pytest.fixture
def root(db):
    return User.objects.create_user("root", password=PASSWORD, is_staff=True, is_superuser=True)


@pytest.fixture
def app(ann):
    """The app of ann, set up a while ago: a function that gives the code of now, or of so many steps later."""
    key = second_factor.new_key()
    device = second_factor.unsaved_device(ann, key)
    device.save()
    return lambda later=0: code_of(bytes.fromhex(key), later)


@pytest.fixture
def recovery_codes(ann, app):
    return second_factor.new_recovery_codes(ann)


def code_of(key, later=0):
    """The code that an app with a secret shows, so many half minutes from now."""
    totp = TOTP(key)
    totp.time = time() + 30 * later
    return f"{totp.token():06}"


def give_password(client, name="ann", password=PASSWORD, *, goal="", **options):
    """The first step; the answer."""
    address = reverse("admin:login", query={"next": goal} if goal else None)
    return client.post(address, {"username": name, "password": password, "next": goal or "/admin/"}, **options)


def give_code(client, code, **options):
    """The second step; the answer."""
    return client.post(reverse("accounts:code"), {"code": code}, **options)


def is_in(client):
    """Whether the admin is open."""
    return client.get(reverse("admin:index")).status_code == 200


def text_of(response):
    return words(parse(response).find("body"))


def secret_on(response):
    """The secret that a page shows, as bytes."""
    (element,) = (one for one in parse(response).iter("span") if one.get("class") == "secret")
    return b32decode(words(element).replace(" ", ""))
