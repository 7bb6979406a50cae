from typing import Any

from django.core.management.base import BaseCommand

from httpref.accounts.session_store import SessionStore
from httpref.accounts.trail import prune


class Command(BaseCommand):
    help = "Delete events of the audit trail that are older than HTTPREF_TRAIL_DAYS, and sessions that are over."

    def handle(self, *args: Any, **options: Any) -> None:
        SessionStore.clear_expired()
        self.stdout.write(f"events deleted: {prune()}")
