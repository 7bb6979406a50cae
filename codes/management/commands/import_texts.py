from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from codes.exchange.errors import BundleError
from codes.exchange.translations import apply_texts, plan_texts
from codes.exchange.translators import read_texts
from codes.localized import LANGUAGES
from codes.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Take over the texts that a translator returns. Shows what it would do; --apply does it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FILE.po|FILE.csv")
        parser.add_argument(
            "--language", choices=LANGUAGES, default="", metavar="LANGUAGE", help="where the file does not name it"
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            file = read_texts(options["path"], options["limit"], options["language"])
        except BundleError as error:
            raise CommandError(f"Nothing was changed: {error}.") from error
        keep = dict(options["keep"])
        self.finish(
            options,
            lambda: plan_texts(file, keep=keep, progress=self.tell),
            lambda digest, author: apply_texts(file, digest, keep=keep, author=author, progress=self.tell)[0],
        )
