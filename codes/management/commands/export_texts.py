from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codes.exchange.errors import BundleError
from codes.exchange.translators import write_texts
from codes.localized import LANGUAGES


class Command(BaseCommand):
    help = "Write the texts for a translator: each in English and in one other language, as PO or as CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("language", choices=LANGUAGES, metavar="LANGUAGE", help=f"one of {', '.join(LANGUAGES)}")
        parser.add_argument("path", type=Path, metavar="FILE.po|FILE.csv")
        parser.add_argument("--missing", action="store_true", help="only the texts that have no translation yet")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["path"]
        try:
            number = write_texts(path, options["language"], missing=options["missing"])
        except BundleError as error:
            raise CommandError(f"{error}.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"  {number:6} texts  {path}")
