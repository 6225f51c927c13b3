"""How a name that is not known is worded: with the nearest one, and all that there are."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], likeness: float = 0.5) -> str | None:
    """Return the known name that was probably meant, or ``None``.

    Args:
        name: what was written.
        known: what there is.
        likeness: least ratio of `difflib.SequenceMatcher` to it, 0 to 1. The same letters in another order
            are always near: in a short name, two that changed places make the ratio small.
    """
    known = list(known)
    swapped = [one for one in known if sorted(one) == sorted(name)]
    close = difflib.get_close_matches(name, known, n=1, cutoff=likeness)
    return next(iter(difflib.get_close_matches(name, [*swapped, *close], n=1, cutoff=0.0)), None)


def alternatives(name: str, known: Iterable[str]) -> str:
    """Return which name was probably meant and which there are, as the end of a message."""
    known = list(known)
    near = nearest(name, known)
    hint = f"did you mean {near!r}? " if near else ""
    return f"{hint}known: {', '.join(known) or 'none'}"


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the message about a name of some kind that is none of the known ones."""
    return f"{kind} {name!r} is not known; {alternatives(name, known)}"
