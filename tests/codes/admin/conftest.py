"""Bundles in the admin: accounts for it, and a bundle that leaves conflicts."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from codes.groups import EDITORS
from codes.models import Conflict, Import, StatusClass
from tests.bundles import bundle_of
from tests.html import account


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
def conflicts(editor):
    """Conflicts as an import leaves them: about class 1 in en and zh-hant, and about class 2 in en."""
    entry = Import.objects.create(source="httpref", digest="ab" * 32, author="editor")
    texts = {
        "summary_en": ("Changed here.", "Changed there <b>1</b>."),
        "summary_zh_hant": ("這裡改的。", "那邊改的。"),
    }
    found = []
    for digit, column in ((1, "summary_en"), (1, "summary_zh_hant"), (2, "summary_en")):
        (here, there), base = texts[column], getattr(StatusClass.objects.get(digit=digit), column)
        StatusClass.objects.filter(digit=digit).update(**{column: here})
        about = {"source": "httpref", "model": "statusclass", "key": [digit], "column": column}
        values = {"base": base, "local": here, "upstream": there, "reason": "both-changed", "found_by": entry}
        found.append(Conflict.objects.create(**about, **values))
    return found
