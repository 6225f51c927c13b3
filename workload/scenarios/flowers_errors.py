"""The error of the flower scenarios that a user can fix."""


class DataError(Exception):
    """Pictures or weights cannot be used; the message says what was expected."""
