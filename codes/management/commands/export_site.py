import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from codes.export.address import parse_address
from codes.export.errors import ExportError
from codes.export.site import export_site
from codes.localized import DEFAULT_LANGUAGE, shown_languages


class Command(BaseCommand):
    help = "Write the public site and its JSON as files for any static host; a later run writes only what changed."
    part = -1

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--base-url", help="address of the export, a path included (default: that of the site)")
        parser.add_argument(
            "--languages",
            nargs="+",
            choices=shown_languages(),
            default=shown_languages(),
            help="languages of the pages (default: those that the site shows; English is always one of them)",
        )
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)")

    def handle(self, *args: Any, **options: Any) -> None:
        languages = tuple(code for code in shown_languages() if code in (DEFAULT_LANGUAGE, *options["languages"]))
        if options["jobs"] < 1:
            raise CommandError("--jobs is the number of processes, 1 or more.")
        try:
            address = parse_address(settings.BASE_URL if options["base_url"] is None else options["base_url"])
            outcome = export_site(
                options["directory"].absolute(), address, languages, jobs=options["jobs"], progress=self.report
            )
        except ExportError as error:
            raise CommandError(f"The export is not complete: {error}") from error
        except KeyboardInterrupt as interruption:
            raise CommandError("Interrupted. Start again: the export goes on where it stopped.") from interruption
        self.stdout.write(
            self.style.SUCCESS(
                f"The export has {outcome.files} files: {outcome.written} written, {outcome.removed} removed."
            )
        )

    def report(self, done: int, total: int) -> None:
        """A line for every twentieth part."""
        if (part := done * 20 // total) != self.part:
            self.part = part
            self.stdout.write(f"  {done:6} of {total} files")
            self.stdout.flush()
