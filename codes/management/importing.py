"""What the commands that import have in common: they show a plan, and apply the one that was shown."""

import getpass
import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from codes.exchange.apply import apply_import, plan_import
from codes.exchange.bundle import Bundle
from codes.exchange.errors import BundleError
from codes.exchange.merge import FACTS, Policy
from codes.exchange.plan import Plan
from codes.exchange.report import describe
from codes.localized import LANGUAGES

EXIT_CODES = "exit codes: 0 nothing to do, or applied without conflicts; 1 refused; 2 conflicts; 3 changes to apply"
CONFLICTS, CHANGES = 2, 3


def megabytes(text: str) -> int:
    """A number of megabytes, in bytes."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"a number of megabytes is expected, not {text!r}")
    return int(text) * 1_000_000


def policy(text: str) -> tuple[str, Policy]:
    """``fr=local`` as a language and who is right."""
    language, _, side = text.partition("=")
    if language not in (*LANGUAGES, FACTS) or side not in list(Policy):
        raise ArgumentTypeError(
            f"LANGUAGE=local or LANGUAGE=upstream is expected, not {text!r}; "
            f"languages: {', '.join(LANGUAGES)}, and {FACTS} for what is in none"
        )
    return language, Policy(side)


class ImportCommand(BaseCommand):
    """Shows what an import would do; with --apply and the digest of that plan, does it whole or not at all."""

    requires_system_checks = []
    is_told = True  # progress

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EXIT_CODES
        doing = parser.add_mutually_exclusive_group()
        doing.add_argument("--dry-run", action="store_true", help="show the plan and change nothing (the default)")
        doing.add_argument("--apply", metavar="PLAN-DIGEST", help="apply the plan that was shown with this digest")
        parser.add_argument("--json", action="store_true", help="print the plan as JSON")
        parser.add_argument("--quiet", action="store_true", help="no progress")
        parser.add_argument(
            "--keep",
            action="append",
            type=policy,
            default=[],
            metavar="LANGUAGE=local|upstream",
            help=f"who is right where both sides changed a text; {FACTS} stands for what is in no language",
        )
        parser.add_argument(
            "--limit", type=megabytes, default=settings.BUNDLE_LIMIT, metavar="MB", help="the most that is taken"
        )

    def finish(self, options: Any, planning: Callable[[], Plan], applying: Callable[[str, str], Plan]) -> None:
        """Plan or apply, and exit with the code that tells how it went.

        ``applying`` takes the digest of the plan and the name of the operator. Raises CommandError.
        """
        digest, self.is_told = options["apply"], not options["quiet"]
        try:
            plan = applying(digest, operator()) if digest else planning()
        except BundleError as error:
            raise CommandError(f"Nothing was changed: {error}.") from error
        if options["json"]:
            self.stdout.write(json.dumps(plan.as_json(), ensure_ascii=False, indent=2))
        else:
            for line in describe(plan, every_unit=options["verbosity"] > 0):
                self.stdout.write(line)
            if digest:
                self.stdout.write(self.style.SUCCESS("Applied."))
            elif not plan.is_empty:
                self.stdout.write(f"To apply exactly this: --apply {plan.digest}")
        sys.exit(CONFLICTS if plan.has_conflicts else 0 if digest or plan.is_empty else CHANGES)

    def import_bundle(self, bundle: Bundle, options: Any, address: str = "") -> None:
        """Plan or apply a bundle that was found at an address."""
        keep = dict(options["keep"])
        self.finish(
            options,
            lambda: plan_import(bundle, keep=keep, progress=self.tell),
            lambda digest, author: apply_import(
                bundle, digest, keep=keep, author=author, address=address, progress=self.tell
            )[0],
        )

    def tell(self, name: str, done: int, total: int) -> None:
        """Progress goes to the other stream, so that the plan can be piped."""
        if self.is_told:
            self.stderr.write(f"  {done:6} of {total} {name}", style_func=str)
            self.stderr.flush()


def operator() -> str:
    """The name of whoever runs the command, as the system knows it."""
    with suppress(KeyError, OSError, ImportError):
        return getpass.getuser()
    return "command"
