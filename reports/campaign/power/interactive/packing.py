"""Long columns of numbers next to a small JSON header, in few bytes.

A column is kept as differences of whole multiples of a step, for readings of power and their times are
such multiples: a regular clock becomes one number over and over, a meter's digits need one byte. The
differences (zigzag: the sign in the lowest bit) are written byte by byte, all lowest bytes first,
because the higher ones are then long rows of zeros. ``templates/traces.js`` reads this back.

Layout, little-endian: length of the header in bytes (uint32), the header (JSON), then the four planes
of bytes of all differences.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DECIMALS = 3
"""As many as traces have in ``results.json``."""

_LARGEST = 2.0**30  # so that a difference fits into 32 bits


class Packer:
    """Takes columns, and gives for each what its reader needs to find it."""

    def __init__(self) -> None:
        self._differences: list[NDArray[np.int64]] = []
        self._places = 0

    def add(self, values: Array) -> list[float]:
        """Take a column of finite numbers ``(n,)``.

        Numbers beyond a million keep nine digits; others keep `DECIMALS`.

        Returns:
            (place of the first, n, step, divisor) for the header: a number is whole times step / divisor.
        """
        largest = float(np.abs(values).max(initial=0.0))
        power = DECIMALS
        while largest * 10.0**power >= _LARGEST:
            power -= 1
        whole = np.rint(values * 10.0**power).astype(np.int64)
        step = int(np.gcd.reduce(whole)) or 1 if len(whole) else 1
        self._differences.append(np.diff(whole // step, prepend=0))
        place, self._places = self._places, self._places + len(whole)
        return [place, len(whole), step, 10.0**power]

    def packed(self, header: dict[str, Any]) -> bytes:
        """Return the header and all columns taken so far."""
        text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
        whole = np.concatenate([np.array([], dtype=np.int64), *self._differences])
        zigzag = ((whole << 1) ^ (whole >> 63)).astype("<u4")
        planes = zigzag.view(np.uint8).reshape(-1, 4).T.tobytes()
        return len(text).to_bytes(4, "little") + text + planes
