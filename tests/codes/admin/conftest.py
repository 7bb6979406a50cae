"""Bundles in the admin: accounts for it, and a bundle that leaves conflicts."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from codes.groups import EDITORS
from codes.models import Import, StatusClass
from tests.bundles import bundle_of
from tests.pages import account


@pytest.fixture
def editor(client):
    return account(client, "editor", EDITORS)


@pytest.fixture
def sign_in(client):
    """A function that signs in somebody of the staff with some permissions or groups."""

    def sign_in(name, *codenames, groups=(), **rights):
        account(client, name, *groups, **rights)
        user = User.objects.get(username=name)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        assert user.user_permissions.count() == len(codenames)
        return client

    return sign_in


@pytest.fixture
def bundle():
    """A zip file that changes the texts of two classes, both of which were changed here, and of a third."""

    def change(files):
        for record in files["statusclass"][:3]:
            record["summary_en"] = f"Changed there <b>{record['digit']}</b>."
        files["statusclass"][0]["summary_zh_hant"] = "那邊改的。"

    StatusClass.objects.filter(digit__in=(1, 2)).update(summary_en="Changed here.", summary_zh_hant="這裡改的。")
    return bundle_of("statusclass", change=change)


@pytest.fixture
def upload():
    """A function that uploads a file; the answer."""

    def upload(client, content, name="bundle.zip", **headers):
        return client.post(
            reverse("admin:exchange_upload"), {"bundle": SimpleUploadedFile(name, content)}, headers=headers
        )

    return upload


@pytest.fixture
def waiting(upload, bundle):
    """A function that uploads the bundle; its row."""

    def waiting(client):
        assert upload(client, bundle).status_code == 302
        return Import.objects.get(state="planned")

    return waiting


@pytest.fixture
def conflicts(editor, waiting):
    """The conflicts that the bundle leaves, applied by an editor: 1 en, 1 zh-hant, 2 en."""
    entry = waiting(editor)
    editor.post(reverse("admin:exchange_apply", args=[entry.pk]), {"plan": entry.plan})
    found = list(entry.conflicts.order_by("pk"))
    assert [(conflict.key, conflict.column[-4:]) for conflict in found] == [([1], "y_en"), ([1], "hant"), ([2], "y_en")]
    return found
