from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from httpref.accounts import second_factor, sessions
from httpref.accounts.models import Action
from httpref.accounts.trail import record


class Command(BaseCommand):
    help = "Take the second factor from an account whose owner lost it, and end its sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="name of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            user = User.objects.filter(username=options["user"]).first()
            if user is None:
                raise CommandError(f"There is no account '{options['user']}'.")
            if not second_factor.remove(user):
                self.stdout.write(f"nothing to do: {user} has no second factor")
                return
            ended = sessions.end_others(user)
            record(Action.FACTOR_REMOVED, user, sessions=ended)
        self.stdout.write(f"the second factor of {user} was removed; sessions ended: {ended}")
