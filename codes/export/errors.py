"""What keeps an export from being made."""


class ExportError(Exception):
    """The message says what is wrong and what to do about it."""
