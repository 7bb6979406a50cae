from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from codes.exchange.bundle import read_bundle
from codes.exchange.container import Container, opened
from codes.exchange.errors import BundleError
from codes.exchange.remote import Remote, is_address
from codes.management.importing import ImportCommand
from codes.models import Source


class Command(ImportCommand):
    help = "Take over what another install has now. Shows what it would do; --apply does it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source",
            metavar="SOURCE",
            help="an install's address (https://www.example.com), a directory or zip file, or the name of a source "
            "that was pulled from before",
        )
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        address = address_of(options["source"])
        try:
            with found_at(address) as container:
                if address.startswith("http://"):
                    self.stderr.write("It comes without encryption: whoever is on the way can change it.", str)
                self.import_bundle(read_bundle(container, options["limit"]), options, address)
        except BundleError as error:
            raise CommandError(f"Nothing was changed: {error}.") from error


def address_of(source: str) -> str:
    """Where a source is. Raises CommandError if nothing is known of it."""
    known: dict[str, str] = dict(Source.objects.exclude(address="").values_list("slug", "address"))
    if source in known:
        return known[source]
    if is_address(source):
        return source
    if Path(source).exists():
        return str(Path(source).absolute())
    names = ", ".join(sorted(known)) or "none yet"
    raise CommandError(f"'{source}' is no address, no path that exists and no source of earlier pulls ({names}).")


@contextmanager
def found_at(address: str) -> Iterator[Container]:
    """The files at an address or a path. Raises BundleError."""
    if is_address(address):
        yield Remote(address)
    else:
        with opened(Path(address)) as container:
            yield container
