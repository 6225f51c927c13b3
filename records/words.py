"""A number with its noun, as every message that people read has it."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 gap`` or ``2 gaps``.

    Args:
        number: how many.
        noun: what is counted, in the singular.
        plural: of a noun that takes more than an s.
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
