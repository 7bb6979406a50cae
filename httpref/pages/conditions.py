"""Conditional requests (RFC 9110, section 13.1.2)."""

import re

ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def is_unchanged(field: str, etag: str) -> bool:
    """Whether an If-None-Match field names the entity tag of what would be sent, by weak comparison."""
    return field == etag or field.strip() == "*" or etag in ENTITY_TAG.findall(field)
