"""Pages to try the store with."""

from httpref.pages.page import Field, Page, rendered

# What a store takes of the database's settings: a name for what is shared.
DATABASE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/data/httpref.sqlite3"}
FIELDS: list[Field] = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Language", "en"),
    ("X-Frame-Options", "DENY"),
]


def content_of(name: str) -> bytes:
    """A content that differs by name and is worth coding."""
    return f"<p>{name} 狀態碼</p>\n".encode() * 40


def page_of(name: str, status: str = "200 OK") -> Page:
    return rendered(status, FIELDS, content_of(name))
