"""How a name that is not known is told, with the nearest one that is."""

import difflib


def unknown_name(kind: str, name: str, known: tuple[str, ...]) -> str:
    """Return the message about a name that is none of the known ones."""
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return f"{kind} {name!r} is not known; known are {', '.join(known) or 'none'}.{hint}"
