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

TARGET = 0.85
"""Validation accuracy at which a training of the demonstration ends."""

EPOCHS = 8
"""At most, of a training of the demonstration."""

_SMALL_BASE = ("--base", "small", "--learning-rate", "0.01")


def _training(images: int, epochs: int, *more: str) -> str:
    """Return options of a training of the demonstration, as lines of a TOML list."""
    sizes = ["--data", "generated", "--image-size", 64, "--images", images, "--batch-size", 16]
    goal = ["--max-epochs", epochs, "--target-accuracy", TARGET]
    return ",\n    ".join(", ".join(f'"{word}"' for word in line) for line in (sizes, [*goal, *more]))


_COMMON: dict[str, Any] = {
    "driver": "wattsup_pro",
    "port": "virtual",
    "gain_error_pct": 0.4,
    "meter_s": 1.0,
    "coverage_min_pct": 99.0,
    "collectors_s": 1.0,
    "collectl": "auto",
    "all_tracked": True,
    "lead_in_s": 2.0,
    "lead_out_s": 3.0,
    "gate_tries": 3,
    "cnn_trackers": "",
    "cnn_target": 0.8,
    "transfer_target": 0.85,
    "transfer_what": "MobileNet V2 with a new last layer; 2,264,389 parameters",
}

_BENCH = _COMMON | {
    "demo": False,
    "title": "My campaign",
    "repeats": 30,
    "gate_readings": 20,
    "gate_try_s": 120.0,
    "lead_in_s": 5.0,
    "baseline_s": 600.0,
    "idle_s": 600.0,
    "cnn_args": '"--image-size", "224", "--max-epochs", "100"',
    "cnn_s": 3600.0,
    "transfer_args": '"--image-size", "224", "--max-epochs", "100"',
    "transfer_s": 3600.0,
    "limit_s": 36000,
}

_FULL_DEMO = _COMMON | {
    "demo": True,
    "target": "demo-full",
    "title": "Full demo on a virtual meter",
    "repeats": 3,
    "gated": True,
    "gate_readings": 6,
    "gate_try_s": 60.0,
    "baseline_s": 20.0,
    "idle_s": 15.0,
    "cnn_args": _training(500, EPOCHS),
    "cnn_s": 22.0,
    "cnn_target": TARGET,
    "transfer_what": "a small net that was pretrained on drawn plants, with a new last layer",
    "transfer_args": _training(500, EPOCHS, *_SMALL_BASE),
    "transfer_s": 15.0,
    "transfer_target": TARGET,
    "limit_s": 300,
}

_DEMO = _FULL_DEMO | {
    "target": "demo",
    "title": "Demo on a virtual meter",
    "driver": "microchip_mcp39f511n",
    "gain_error_pct": 0.2,
    "meter_s": 0.2,
    "collectors_s": 0.5,
    "all_tracked": False,
    "collectl": "never",
    "lead_in_s": 0.5,
    "lead_out_s": 1.0,
    "gate_readings": 5,
    "gate_try_s": 10.0,
    "gate_tries": 2,
    "baseline_s": 4.0,
    "idle_s": None,
    "cnn_trackers": '"none", "codecarbon"',
    "limit_s": 240,
}


@dataclass(frozen=True, slots=True)
class DemoSizes:
    """What the short demonstration adapts to the machine.

    Attributes:
        images: pictures of a training, validation included.
        cnn_s: how long a training from nothing should take.
        transfer_s: likewise, of transfer learning.
        gated: whether the runs wait until the machine is at rest. Where it never is, the simulated meter is
            also starved: it is read less often, and runs with gaps in its readings are kept.
    """

    images: int = 200
    cnn_s: float = 9.0
    transfer_s: float = 7.0
    gated: bool = True


DEFAULT_SIZES = DemoSizes()
"""Of two quiet CPU cores."""

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


def demo_text(sizes: DemoSizes = DEFAULT_SIZES) -> str:
    """Return the ``lab.toml`` of the demonstration, which is the one of the checkout."""
    adapted = {
        "cnn_args": _training(sizes.images, EPOCHS),
        "cnn_s": sizes.cnn_s,
        "transfer_args": _training(sizes.images, EPOCHS, *_SMALL_BASE),
        "transfer_s": sizes.transfer_s,
        "gated": sizes.gated,
    }
    starved = {} if sizes.gated else {"meter_s": 1.0, "coverage_min_pct": 50.0}
    return _render(_DEMO | adapted | starved, Machine())


def full_demo_text() -> str:
    """Return the ``lab.toml`` of the long demonstration."""
    return _render(_FULL_DEMO, Machine())


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
