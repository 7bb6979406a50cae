"""What can be wrong with what comes from elsewhere."""


class BundleError(Exception):
    """A bundle that cannot be read or applied; the message names the file and the record, in the active language."""
