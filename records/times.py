"""Times as the records hold them: UTC Unix seconds for stamps, the monotonic clock for durations."""

import time
from datetime import UTC, datetime


def now_utc_s() -> float:
    """Return the UTC time of this host in Unix seconds."""
    return time.time()


def now_mono_s() -> float:
    """Return this host's monotonic clock in seconds; only differences mean anything."""
    return time.monotonic()


def format_utc_s(t_utc_s: float) -> str:
    """Format a stamp with the six decimals of the on-disk contract."""
    return f"{t_utc_s:.6f}"


def iso_utc(t_utc_s: float) -> str:
    """Format a stamp for people, in UTC and to the second: ``2026-01-31 12:00:00 UTC``."""
    return datetime.fromtimestamp(t_utc_s, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
