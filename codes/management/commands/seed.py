from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from codes.exchange.apply import seed
from codes.exchange.bundle import read_bundle
from codes.exchange.container import opened
from codes.exchange.errors import BundleError


class Command(BaseCommand):
    """Fills an empty database. Exit code 1, and nothing written, if it is not empty or the bundle is not sound."""

    help = "Fill an empty database with the reference (default: fixtures/). Never overwrites anything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", nargs="?", type=Path, default=settings.FIXTURES_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with opened(options["directory"]) as container:
                seed(bundle=read_bundle(container), progress=self.report)
        except BundleError as error:
            raise CommandError(f"Nothing was seeded. {error}.") from error
        self.stdout.write(self.style.SUCCESS("The reference is in the database."))

    def report(self, name: str, done: int, total: int) -> None:
        self.stdout.write(f"  {done:5} {name}" if done == total else f"  {done:5} of {total} {name}")
        self.stdout.flush()
