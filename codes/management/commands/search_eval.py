from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from codes.search.evaluation import EvaluationError, evaluate, read_cases


class Command(BaseCommand):
    """Scores the search with a file of queries. Exit code 1 if the file cannot be used, or a floor is not reached."""

    help = "Say how often the search puts a wanted code first, for the queries of a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="lines of language, query and wanted codes, separated by tabs")
        parser.add_argument("--floor", type=float, default=0.0, help="the share of first places that is required")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            scores = evaluate(read_cases(options["file"]))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except EvaluationError as error:
            raise CommandError(f"{options['file']}: {error}.") from error
        for case, numbers in scores["all"].misses:
            wanted = ",".join(map(str, sorted(case.wanted)))
            found = ",".join(map(str, numbers[:5])) or "nothing"
            self.stdout.write(f"  {case.language}  {case.query}  wanted {wanted}  found {found}")
        for group, score in scores.items():
            self.stdout.write(f"{group:18} {score.queries:5} queries  top-1 {score.top1:.3f}  MRR@10 {score.mrr:.3f}")
        if scores["all"].top1 < options["floor"]:
            raise CommandError(f"Fewer than {options['floor']:.3f} of the queries have a wanted code first.")
