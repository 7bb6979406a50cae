from argparse import BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codes.curation.everything import examine_all
from codes.localized import LANGUAGES, shown_languages


class Command(BaseCommand):
    help = "Look at every translation beside its source. Exit code 1 if there are errors, or warnings with --strict."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--languages",
            nargs="+",
            choices=LANGUAGES[1:],
            default=None,
            metavar="LANGUAGE",
            help="default: those shown",
        )
        parser.add_argument("--strict", action="store_true", help="warnings that nobody dismissed count like errors")
        parser.add_argument("--warnings", action=BooleanOptionalAction, default=True, help="show them (default)")

    def handle(self, *args: Any, **options: Any) -> None:
        languages = options["languages"] or shown_languages()[1:]
        errors = warnings = 0
        for name, finding in examine_all(languages):
            errors += finding.blocks
            warnings += not finding.blocks
            if finding.blocks or options["warnings"]:
                kind = "error" if finding.blocks else "warning"
                self.stdout.write(f"{name}: {kind} ({finding.check}): {finding.message}")
        told = f"{errors} errors, {warnings} warnings"
        if errors or (warnings and options["strict"]):
            raise CommandError(told)
        self.stdout.write(told)
