"""Curation of the texts: what is missing or stale, who wrote what, and the pages to work at it."""
