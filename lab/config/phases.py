"""The regular expression of ``phases_from_stdout``."""

import re


def phase_pattern(text: str) -> str:
    """Return the expression as it is.

    Raises:
        ValueError: it is no regular expression, or says of no line what begins or ends there.
    """
    from workload.stdout_phases import BOUNDARIES  # with the probe, which most commands do not need

    try:
        groups = re.compile(text).groupindex
    except re.error as error:
        raise ValueError(f"expected a regular expression of Python, but {error}") from None
    if not set(BOUNDARIES) & set(groups):
        raise ValueError(
            f"expected a group named {', '.join(BOUNDARIES[:-1])} or {BOUNDARIES[-1]}, such as "
            rf"'Epoch (?P<epoch>\d+)', found {', '.join(groups) or 'no named group'}"
        )
    return text
