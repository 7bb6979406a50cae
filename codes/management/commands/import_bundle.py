from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from codes.exchange.bundle import read_bundle
from codes.exchange.container import opened
from codes.exchange.errors import BundleError
from codes.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Take over a bundle from a directory or a zip file. Shows what it would do; --apply does it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="DIR|FILE.zip")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with opened(options["path"]) as container:
                self.import_bundle(read_bundle(container, options["limit"]), options)
        except BundleError as error:
            raise CommandError(f"Nothing was changed: {error}.") from error
