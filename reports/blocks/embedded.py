"""Data inside a page: compressed, so that a report of many runs stays small enough to be passed on."""

import base64
import gzip
import json
from typing import Any


def packed(data: bytes) -> str:
    """Return bytes as the text that the page's ``unpack`` makes bytes of again: gzip in base64.

    The same bytes always give the same text.
    """
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


def packed_json(value: Any) -> str:
    """Return a value as packed JSON (see `packed`)."""
    return packed(json.dumps(value, allow_nan=False, separators=(",", ":")).encode())
