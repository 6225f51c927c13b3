"""The bench of a ``lab.toml``, taken over by campaigns that bring their own scenarios."""

from typing import Any

from lab.config.model import LabConfig

_SECTIONS = ("sut", "meter", "gate", "run", "analysis")
"""What of a ``lab.toml`` describes the bench, and not the campaign."""


def bench_of(config: LabConfig) -> dict[str, Any]:
    """Return the bench of a ``lab.toml``, whose paths hold from any folder."""
    document = config.to_json()
    if config.meter.calibration is not None:
        document["meter"]["calibration"] = str(config.resolve(config.meter.calibration))
    return {key: document[key] for key in _SECTIONS}
