"""The default database, for a while another one or by another connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections
from django.db.utils import ConnectionHandler

Attach = Callable[[], None]


@contextmanager
def replaced(configuration: dict[str, Any]) -> Iterator[None]:
    """Within this block the default database is another one."""
    usual = connections["default"]
    connections["default"] = ConnectionHandler({"default": configuration})["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual


def configuration(**changes: Any) -> dict[str, Any]:
    """The settings of the database for a connection of one's own, without the pool, which cannot be forked."""
    settings = {**connection.settings_dict, **changes}
    return {**settings, "OPTIONS": {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}}
