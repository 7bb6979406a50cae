"""The answers to those who watch over the server: they are no pages, and any host name will do to ask for them."""

import json
from collections.abc import Callable

from httpref.pages.page import Field

Answer = tuple[str, list[Field], bytes]
# The parts of the site with what is wrong with each; empty texts where nothing is.
Complaints = Callable[[], dict[str, str]]


def answer(line: str, **members: object) -> Answer:
    content = json.dumps(members).encode() + b"\n"
    fields = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    return line, [*fields, ("Content-Length", str(len(content)))], content


def live() -> Answer:
    """The process answers; whether everything it needs is there is another question."""
    return answer("200 OK", status="ok")


def ready(loaded: bool, complaints: Complaints) -> Answer:
    """Whether requests should be sent here."""
    if not loaded:
        return answer("503 Service Unavailable", status="starting")
    found = {part: text for part, text in complaints().items() if text}
    if found:
        return answer("503 Service Unavailable", status="not ready", complaints=found)
    return answer("200 OK", status="ok")
