"""Comments that silence a line: ``# noqa`` every code, ``# noqa: WL101, WL2`` some codes."""

import re

_NOQA = re.compile(r"#\s*noqa(?::\s*(?P<codes>[A-Z]+\d*(?:[,\s]+[A-Z]+\d+)*))?", re.IGNORECASE)


def silenced(line: str, code: str) -> bool:
    """Return whether a line silences a code."""
    found = _NOQA.search(line)
    if found is None:
        return False
    codes = found["codes"]
    return codes is None or any(code.startswith(one.upper()) for one in re.split(r"[,\s]+", codes) if one)
