from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codes.exchange.bundle import write_bundle
from codes.localized import DEFAULT_LANGUAGE, LANGUAGES, shown_languages


class Command(BaseCommand):
    help = "Write the reference to a directory in its canonical form, one file per model and a manifest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument(
            "--languages",
            nargs="+",
            choices=LANGUAGES,
            default=shown_languages(),
            help="languages of the texts (default: those that the site shows)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        languages = tuple(dict.fromkeys([DEFAULT_LANGUAGE, *options["languages"]]))
        try:
            counts = write_bundle(options["directory"], languages)
        except OSError as error:
            raise CommandError(f"{options['directory']} cannot be written: {error.strerror}.") from error
        for name, count in counts.items():
            self.stdout.write(f"  {count:5} {name}")
