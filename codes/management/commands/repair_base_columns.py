from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from codes.localized import LocalizedModel


class Command(BaseCommand):
    help = "Make the base column of every localized text repeat the default language again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be repaired")

    def handle(self, *args: Any, **options: Any) -> None:
        verb = "would be repaired" if options["dry_run"] else "repaired"
        for model in apps.get_app_config("codes").get_models():
            if issubclass(model, LocalizedModel):
                with transaction.atomic():
                    rows = list(model._default_manager.drifted())  # type: ignore[attr-defined]
                    if not options["dry_run"]:
                        for row in rows:
                            row.save()
                self.stdout.write(f"{model._meta.label}: {len(rows)} {verb}")
