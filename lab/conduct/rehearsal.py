"""Trying the demonstration's training for a few seconds, to choose sizes that suit this machine."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.config.template import EPOCHS, DemoSizes
from records.errors import SutError
from records.events import read_events
from workload.command import SCENARIOS_DIR

_PROBE = SCENARIOS_DIR.parent / "probe"
_IMAGES, _EPOCHS = 40, 2
_LIMIT_S = 300.0

IMAGES = (200, 160, 120)
"""Pictures of a training that come into question, best first."""

_TRANSFER_EPOCHS = 3
"""After so many, transfer learning has usually reached its target."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How long a short training took.

    Attributes:
        fixed_s: what does not depend on the sizes: imports, tracing of the first epoch, the end.
        drawing_s: drawing a picture.
        epoch_s: a picture's share of an epoch.
    """

    fixed_s: float
    drawing_s: float
    epoch_s: float

    def training_s(self, images: int, epochs: int) -> float:
        """Return how long a training should take."""
        return self.fixed_s + images * (self.drawing_s + epochs * self.epoch_s)


def rehearse(python: Path) -> Rehearsal:
    """Run a short training as the demonstration will.

    Args:
        python: interpreter of its environment.

    Raises:
        SutError: it fails, or takes minutes.
    """
    with tempfile.TemporaryDirectory(prefix="wattlab-rehearsal-") as folder:
        events = Path(folder) / "events.jsonl"
        command = [str(python), str(SCENARIOS_DIR / "cnn.py"), "--data", "generated", "--image-size", "64"]
        command += ["--images", str(_IMAGES), "--max-epochs", str(_EPOCHS), "--target-accuracy", "2"]
        places = {"PYTHONPATH": str(_PROBE), "WATTLAB_EVENTS": str(events), "WATTLAB_RUN_DIR": folder}
        began_s = time.monotonic()
        try:
            done = subprocess.run(
                command,
                env=os.environ | places,
                capture_output=True,
                text=True,
                timeout=_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SutError(
                f"a training of {_IMAGES} pictures did not end within {_LIMIT_S:g} s. End what else runs on "
                f"this machine (see `top`), then run the demonstration again"
            ) from None
        wall_s = time.monotonic() - began_s
        if done.returncode != 0:
            raise SutError(f"the demonstration's training does not run here: {done.stderr.strip()[-500:]}")
        spans = read_events(events).spans()
    seconds = {(s.name, s.data.get("epoch")): (s.t_stop_mono_s or 0.0) - s.t_start_mono_s for s in spans}
    drawing_s, epoch_s = seconds["prepare images", None], seconds["epoch", _EPOCHS]
    return Rehearsal(wall_s - drawing_s - epoch_s, drawing_s / _IMAGES, epoch_s / _IMAGES)


def choose_sizes(rehearsal: Rehearsal, fits: Callable[[DemoSizes], bool], *, gated: bool) -> DemoSizes:
    """Return the largest sizes with which the demonstration is done in time, or the smallest there are.

    Args:
        rehearsal: on this machine.
        fits: whether a campaign of these sizes is short enough.
        gated: whether the runs are to wait until the machine is at rest.
    """
    candidates = [
        DemoSizes(
            images,
            round(rehearsal.training_s(images, EPOCHS), 1),
            round(rehearsal.training_s(images, _TRANSFER_EPOCHS), 1),
            gated,
        )
        for images in IMAGES
    ]
    return next((sizes for sizes in candidates if fits(sizes)), candidates[-1])
