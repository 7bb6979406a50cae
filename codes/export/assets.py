"""The static files of the public pages, under names that carry a digest of their content."""

import shutil
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

from codes.export.address import STATIC, Address
from codes.export.errors import ExportError

# The admin's files are left out: nobody logs in to files.
PUBLIC = "codes/"


class Assets(ManifestStaticFilesStorage):
    """The public static files, collected in a directory; modules import each other under their hashed names."""

    support_js_module_import_aggregation = True

    def __init__(self, directory: Path, address: Address) -> None:
        super().__init__(location=directory, base_url=f"{address.prefix}/{STATIC}")
        self.urls: dict[str, str] = {}

    def collect(self) -> None:
        """Collect the files anew; raises ExportError if one of them refers to another one that is not there."""
        shutil.rmtree(self.location, ignore_errors=True)
        self.urls.clear()
        paths: dict[str, Any] = {}
        for finder in get_finders():
            for name, storage in finder.list([]):
                if name.startswith(PUBLIC) and name not in paths:
                    with storage.open(name) as source:
                        self.save(name, source)
                    paths[name] = (self, name)
        for name, _, failed in self.post_process(paths):
            if isinstance(failed, Exception):
                raise ExportError(f"the static file {name}: {failed}") from failed

    def url(self, name: Any, force: bool = False) -> str:
        """The path of a file. Every page names some: Django's way to it takes as long as half of the page's frame."""
        if name not in self.urls:
            self.urls[name] = super().url(name, force)
        return self.urls[name]

    def files(self) -> dict[str, bytes]:
        """The collected files by their paths below the export's directory."""
        return {f"{STATIC}{name}": Path(self.path(name)).read_bytes() for name in self.hashed_files.values()}
