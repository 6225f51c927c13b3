"""Warnings of the statistical libraries become words in the results; none is lost, none stops a run."""

import warnings
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def noted(compute: Callable[[], Found]) -> tuple[Found, list[str]]:
    """Compute something and return it with the texts of the warnings that came, each once."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = compute()
    texts = (" ".join(str(warning.message).split()) for warning in caught)
    return found, list(dict.fromkeys(texts))
