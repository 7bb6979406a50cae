from typing import Any

from django.core.management.base import BaseCommand

from codes.search.index import rebuild


class Command(BaseCommand):
    """Builds the index anew, in batches: searches and writes go on, and a rebuild that was interrupted is continued
    by the next write, the next start or the next run."""

    help = "Build the search index anew from the reference."

    def handle(self, *args: Any, **options: Any) -> None:
        done = rebuild(progress=self.report)
        self.stdout.write(self.style.SUCCESS(f"The search index has {done} meanings."))

    def report(self, done: int, left: int) -> None:
        self.stdout.write(f"  {done} of {done + left}")
        self.stdout.flush()
