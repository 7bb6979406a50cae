import re

import pytest

from codes.export.assets import Assets
from codes.export.errors import ExportError


@pytest.fixture
def assets(address, tmp_path, settings):
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    for name, content in {
        "codes/one.js": 'import { two } from "./two.js";',
        "codes/two.js": "export const two = 2;",
        "admin/three.js": "3;",
    }.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return Assets(tmp_path / "made", address)


def test_only_the_public_files_are_there_under_names_with_digests(assets):
    assets.collect()
    files = assets.files()
    assert all(re.fullmatch(r"static/codes/(one|two)\.[0-9a-f]{12}\.js", name) for name in files)
    assert len(files) == 2
    assert assets.url("codes/two.js") in {f"/http/{name}" for name in files}


def test_modules_import_each_other_under_those_names(assets):
    assets.collect()
    one = next(content for name, content in assets.files().items() if "/one." in name)
    assert re.search(rb'from "\./two\.[0-9a-f]{12}\.js"', one)


def test_files_of_an_earlier_state_are_gone(assets, tmp_path):
    assets.collect()
    earlier = assets.url("codes/two.js")
    (tmp_path / "source/codes/two.js").write_text("export const two = 3;")
    assets.collect()
    assert len(assets.files()) == 2
    assert assets.url("codes/two.js") != earlier
    assert b"two = 3" in b"".join(assets.files().values())


def test_a_file_that_refers_to_none_is_named(assets, tmp_path):
    (tmp_path / "source/codes/two.js").unlink()
    with pytest.raises(ExportError, match=r"^the static file codes/one.js: .*two.js.* could not be found"):
        assets.collect()
