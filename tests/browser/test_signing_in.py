"""The second factor in a real browser: set up with the keyboard, then signed in with."""

import os
import subprocess
import sys
from base64 import b32decode

import pytest

from tests.accounts.conftest import PASSWORD, code_of
from tests.browser.server import ROOT


@pytest.fixture
def name(server, database, tmp_path):
    """Somebody of their own, so that nobody else is asked for a code."""
    environment = {"DATABASE_URL": database, "HTTPREF_DATA_DIR": str(tmp_path), "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    command = [sys.executable, str(ROOT / "manage.py"), "createsuperuser", "--noinput", "--username", "phone"]
    subprocess.run([*command, "--email", "p@example.com"], env={**os.environ, **environment}, check=True)
    return "phone"


def give_password(page, name):
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")


def give_code(page, code):
    # The browser gives the field the focus when it first draws the page, which may be after the page has loaded.
    page.wait_for_selector("#id_code:focus")
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def test_an_app_is_set_up_and_signed_in_with(visit, name):
    page = visit("/admin/account/")
    give_password(page, name)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/set-up/")
    assert page.eval_on_selector(".picture", "(picture) => picture.complete && picture.naturalWidth > 100")
    secret = b32decode(page.inner_text(".secret").replace(" ", ""))
    give_code(page, code_of(secret))
    page.wait_for_selector(".codes")
    assert page.locator(".codes li").count() == 10
    page.click(".cancel a")
    page.wait_for_url("**/account/")
    assert "10 recovery codes are left" in page.inner_text("#content")
    page.click("#logout-form button")
    page.wait_for_url("**/logout/")
    page.goto(page.url.split("/admin/")[0] + "/admin/codes/origin/")
    give_password(page, name)
    page.wait_for_url("**/code/")
    give_code(page, code_of(secret, later=1))
    page.wait_for_url("**/admin/codes/origin/")
