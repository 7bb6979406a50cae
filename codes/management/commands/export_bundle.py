from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codes.exchange.bundle import export, write_directory, write_zip_file
from codes.exchange.form import MODEL_NAMES, model_named
from codes.generation import snapshot
from codes.localized import DEFAULT_LANGUAGE, LANGUAGES, shown_languages


class Command(BaseCommand):
    help = "Write the reference in its canonical form, one file per model and a manifest, to a directory or a zip file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="DIR|FILE.zip")
        parser.add_argument(
            "--languages",
            nargs="+",
            choices=LANGUAGES,
            default=shown_languages(),
            help="languages of the texts (default: those that the site shows); English is always among them",
        )
        parser.add_argument(
            "--model",
            action="append",
            choices=MODEL_NAMES,
            default=[],
            help="only the records of this model; may be given several times (default: all)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["path"]
        languages = list(dict.fromkeys([DEFAULT_LANGUAGE, *options["languages"]]))
        models = [model_named(name) for name in MODEL_NAMES if name in (options["model"] or MODEL_NAMES)]
        write = write_zip_file if path.suffix == ".zip" and not path.is_dir() else write_directory
        try:
            with snapshot():
                write(path, export(models, languages), self.report)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error

    def report(self, name: str, size: int) -> None:
        self.stdout.write(f"  {size:9} bytes  {name}")
        self.stdout.flush()
