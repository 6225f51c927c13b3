"""The ``lab.toml`` that Wattlab writes: the demonstration's, and one for the machine it runs on.

Both come from one template, so that what a newcomer reads in the checkout is what `lab init` writes
and what `lab demo` runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent

_DEMO: dict[str, Any] = {
    "demo": True,
    "title": "Demo on a virtual meter",
    "repeats": 2,
    "driver": "wattsup_pro",
    "port": "virtual",
    "gate_readings": 6,
    "gate_try_s": "60.0",
    "lead_in_s": "2.0",
    "baseline_s": 20.0,
    "idle_s": 15.0,
    "cnn_args": '"--image-size", "64", "--images", "500", "--batch-size", "16", "--max-epochs", "6"',
    "cnn_s": 22.0,
    "transfer_args": '"--image-size", "96", "--images", "300", "--max-epochs", "3"',
    "transfer_s": 25.0,
    "limit_s": 300,
}

_BENCH: dict[str, Any] = {
    "demo": False,
    "title": "My campaign",
    "repeats": 30,
    "driver": "wattsup_pro",
    "port": "virtual",
    "gate_readings": 20,
    "gate_try_s": "120.0",
    "lead_in_s": "5.0",
    "baseline_s": 600.0,
    "idle_s": 600.0,
    "cnn_args": '"--image-size", "224", "--max-epochs", "100"',
    "cnn_s": 3600.0,
    "transfer_args": '"--image-size", "224", "--max-epochs", "100"',
    "transfer_s": 3600.0,
    "limit_s": 36000,
}


TEMPLATE_ENVIRONMENTS = ("cpu", "codecarbon")
"""Environments that the scenarios and the tracker of both files need."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What `lab init` saw of a machine.

    Attributes:
        ports: serial ports, each as ``/dev/ttyUSB0 (description)``.
        first_port: the port to propose, or ``None`` for the virtual meter.
        gpus: names of the graphics cards.
        trackers: trackers whose environments exist.
    """

    ports: Sequence[str] = ()
    first_port: str | None = None
    gpus: Sequence[str] = ()
    trackers: Sequence[str] = ("codecarbon",)


def demo_text() -> str:
    """Return the ``lab.toml`` of the demonstration, which is the one of the checkout."""
    return _render(_DEMO, Machine())


def bench_text(machine: Machine) -> str:
    """Return a ``lab.toml`` for a machine."""
    settings = dict(_BENCH)
    if machine.first_port is not None:
        settings["port"] = machine.first_port
    return _render(settings, machine)


def _render(settings: dict[str, Any], machine: Machine) -> str:
    loader = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # TOML, not HTML
        keep_trailing_newline=True,
    )
    return loader.get_template("lab.toml.j2").render(
        **settings,
        ports=machine.ports,
        gpus=", ".join(machine.gpus),
        trackers=", ".join(f'"{name}"' for name in ["none", *machine.trackers]),
    )
