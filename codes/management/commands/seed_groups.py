from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from codes.groups import seed_groups


class Command(BaseCommand):
    help = "Create the groups editors, viewers and translators per language; existing groups are left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            created = seed_groups()
        self.stdout.write(f"created: {', '.join(created)}" if created else "nothing to do: all groups exist")
