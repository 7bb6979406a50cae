import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from codes import generation
from codes.exchange.apply import is_empty
from codes.search.index import bring_up_to_date, complaint
from httpref.pages.shared import Shared


class Command(BaseCommand):
    help = "Bring the database and the static files up to date, fill an empty database, and serve."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (default: HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on (default: PORT)")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        refuse_an_occupied_port(host, port)
        try:
            connect_without_pool()
            self.prepare_database()
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {str(error).strip()}") from error
        collect_static_files()
        self.stdout.write(self.style.SUCCESS(f"\nhttpref listens on http://{host}:{port}/  (stop: Ctrl+C)"))
        self.stdout.write("An editor's account:  .venv/bin/python manage.py createsuperuser, then /admin/\n")
        self.stdout.flush()
        # The workers' first pages need not wait until one of them asked the database.
        Shared(settings.PAGES_DIR, connection.settings_dict)
        shutil.rmtree(settings.PAGES_DIR / "metrics", ignore_errors=True)  # counts of an earlier run's processes
        generation.publish(connection)
        connection.close()
        os.execv(sys.executable, [sys.executable, "-m", "granian", *server_options(host, port)])

    def prepare_database(self) -> None:
        """Migrate if there is something to migrate, and fill the database if it is empty."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        if not Group.objects.exists():
            call_command("seed_groups", stdout=self.stdout)
        if is_empty():
            self.stdout.write("Filling it with the reference ...")
            call_command("seed", stdout=self.stdout)
        generation.ensure()
        if found := complaint():
            self.stdout.write(f"Building the search index: it {found} ...")
        bring_up_to_date(progress=self.report)

    def report(self, done: int, left: int) -> None:
        self.stdout.write(f"  {done} of {done + left}")
        self.stdout.flush()


def server_options(host: str, port: int) -> list[str]:
    """The command line of granian. Workers that fail are replaced; those told to stop finish what they are at."""
    threads = settings.THREADS
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(settings.WORKERS),
        "--blocking-threads": str(threads),
        "--backpressure": str(16 * threads),
        "--log-level": "warning",
        "--respawn-interval": "1",
        "--workers-kill-timeout": "30",
        "--pid-file": str(settings.DATA_DIR / "serve.pid"),
    }
    pairs = [part for pair in options.items() for part in pair]
    return [*pairs, "--no-ws", "--respawn-failed-workers", settings.WSGI_APPLICATION.replace(".app", ":app")]


def connect_without_pool() -> None:
    """Raise DatabaseError with the server's reason, which the pool would keep to itself while it tries again."""
    if connection.vendor == "postgresql":
        with connection.wrap_database_errors:
            connection.Database.connect(**connection.get_connection_params()).close()  # type: ignore[attr-defined]


def refuse_an_occupied_port(host: str, port: int) -> None:
    """Raise CommandError, in one line, if nothing can listen there."""
    if not 0 < port < 65536:
        raise CommandError(f"A port is a number from 1 to 65535, not {port}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no such address"
        raise CommandError(f"Cannot listen on {host} port {port}: {reason}. Another one: make run PORT=8001") from error


def collect_static_files() -> None:
    """Collect the static files if one of them is newer than the last collection."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    collected = manifest.stat().st_mtime if manifest.exists() else 0.0
    paths = (storage.path(name) for finder in finders.get_finders() for name, storage in finder.list([]))
    if any(Path(path).stat().st_mtime > collected for path in paths):
        call_command("collectstatic", interactive=False, verbosity=0)
