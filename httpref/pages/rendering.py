"""What the store and the code that renders a page tell each other, by way of the request."""

from collections.abc import Mapping
from typing import Any

KEY = "httpref.rendering"


class Rendering:
    """One rendering of a page for the store."""

    def __init__(self) -> None:
        self.generation = 0  # of the content it was rendered from; zero if nobody can tell
        self.same_for_everybody = False


def rendering(environ: Mapping[str, Any]) -> Rendering | None:
    """The rendering that a request is for; None if its answer is for one reader only."""
    found = environ.get(KEY)
    return found if isinstance(found, Rendering) else None
