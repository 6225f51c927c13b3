"""``[campaign] repeats``: a number of blocks, or ``"until 2 %, at most 60"``."""

import re
from typing import Any

_UNTIL = re.compile(r"\s*until\s+([0-9]*\.?[0-9]+)\s*%\s*(?:,\s*at\s+most\s+([0-9]+)\s*)?")


def with_precision(section: Any) -> Any:
    """Return a section ``[campaign]`` in which a wanted precision is in the keys made for it.

    Args:
        section: of the file; ``repeats = "until 2 %, at most 60"`` becomes ``precision_pct = 2.0`` and
            ``repeats = 60``, without the second part the default of ``repeats``.

    Raises:
        ValueError: ``repeats`` is another text, or ``precision_pct`` is there as well.
    """
    text = section.get("repeats") if isinstance(section, dict) else None
    if not isinstance(text, str):
        return section
    found = _UNTIL.fullmatch(text)
    if found is None:
        raise ValueError(
            f'repeats: expected a number of blocks, or "until 2 %" or "until 2 %, at most 60"; found {text!r}'
        )
    if section.get("precision_pct") is not None:
        raise ValueError(f"repeats = {text!r} and precision_pct both say how precise: leave one of them out")
    read = {key: value for key, value in section.items() if key != "repeats"}
    read["precision_pct"] = float(found[1])
    return read if found[2] is None else {**read, "repeats": int(found[2])}
