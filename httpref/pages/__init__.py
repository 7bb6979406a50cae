"""Answers to unchanged pages, before Django is asked: nothing here imports it.

See docs/decisions/0010-page-store.md.
"""
