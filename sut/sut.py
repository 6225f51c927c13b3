"""What is measured: a host, where our files lie on it, its clock, its sensors and its inventory."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from sut.collectors.temperature import Temperatures
from sut.host import Host
from sut.preflight import Check


@dataclass(frozen=True, slots=True)
class ClockComparison:
    """One comparison of clocks, as it goes into ``clock.csv``.

    Attributes:
        offset_s: SUT clock minus controller clock in seconds.
        offset_u_s: its standard uncertainty in seconds.
        rtt_s: round-trip time of the exchange in seconds.
        method: how it was found.
    """

    offset_s: float
    offset_u_s: float
    rtt_s: float
    method: str


class Sut(Protocol):
    """The system under test. No path of it is assumed to be one of the controller's."""

    @property
    def host(self) -> Host:
        """The machine."""

    @property
    def home(self) -> PurePosixPath:
        """Folder of the campaign on the SUT; what a run records there is in ``runs/`` below it."""

    @property
    def python(self) -> PurePosixPath:
        """Interpreter that runs our own processes there."""

    def installed(self, path: Path) -> PurePosixPath:
        """Return where a file of this installation, such as a built-in scenario, lies on the SUT."""

    def resolve(self, path: str) -> PurePosixPath:
        """Return what a path in ``lab.toml`` means on the SUT, where it is relative or begins with ``~``."""

    def inventory(self, environments: Mapping[str, PurePosixPath]) -> dict[str, Any]:
        """Return hardware and software of the SUT as JSON types.

        Args:
            environments: interpreters of the measured programs by the environment's name.

        Raises:
            SutError: an interpreter does not answer, or NVML is broken.
        """

    def clock_offset(self) -> ClockComparison:
        """Compare the SUT's clock with the controller's."""

    def temperatures(self) -> Temperatures:
        """Return how hot the SUT is, for the stability gate; the answer may be a second old."""

    def load_average(self) -> float:
        """Return how many processes wanted a CPU in the last minute, per CPU."""

    def hold(self, campaign: Path) -> AbstractContextManager[None]:
        """Hold the SUT for a campaign, so that no other is measured with it.

        Args:
            campaign: its folder, named to whoever asks for the SUT meanwhile.

        Raises:
            SutError: another campaign holds it, or it cannot measure: it has another version of ours.
        """

    def keep_held(self) -> None:
        """Hold the SUT again where a restart of it, or a kill, has ended that."""

    def preflight(self) -> list[Check]:
        """Look the SUT over before a campaign; takes about two seconds."""
