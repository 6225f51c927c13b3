"""The error of the flower scenarios that a user can mend."""


class DataError(Exception):
    """Pictures or weights cannot be used; the message says what was expected."""
