"""The bench of a ``lab.toml``, taken over by campaigns that bring their own scenarios."""

from typing import Any

from lab.config.model import LabConfig

_SECTIONS = ("sut", "meter", "gate", "run", "analysis")
"""What of a ``lab.toml`` describes the bench, and not the campaign."""


def bench_of(config: LabConfig) -> dict[str, Any]:
    """Return the bench of a ``lab.toml`` with its ``[notify]``; the paths hold from any folder."""
    document = config.to_json()
    if config.meter.calibration is not None:
        document["meter"]["calibration"] = str(config.resolve(config.meter.calibration))
    bench = {key: document[key] for key in _SECTIONS}
    if config.notify is not None:
        program, *arguments = config.notify.command
        if "/" in program:  # as it is named relative to the folder of this file
            program = str(config.resolve(program))
        bench["notify"] = {**document["notify"], "command": [program, *arguments]}
    return bench
