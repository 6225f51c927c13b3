"""A system under test that is reached over ssh (see `sut.sut.Sut`)."""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from records.errors import SutError
from sut.collectors.temperature import Temperatures
from sut.preflight import Check, Subject
from sut.remote.asking import Answers
from sut.remote.deployed import NAME, digest_here
from sut.remote.hold import Hold
from sut.remote.host import SshHost
from sut.sut import ClockComparison

_OURS = Path(__file__).resolve().parents[2]
_SHORT_S, _LONG_S = 60.0, 300.0
_FRESH_S = 1.0
_NO_CAMPAIGN = "none"


class SshSut:
    """A SUT behind ssh, with what `lab sut deploy` put there.

    Args:
        host: the machine.
        home: folder of ours there, below the home of the user unless absolute.
        environments: folder of the controller whose environments have counterparts in ``envs`` there.
    """

    def __init__(self, host: SshHost, home: str, environments: Path) -> None:
        self.host = host
        self._named_home, self._environments = home, environments
        self._campaign = _NO_CAMPAIGN
        self._answers = Answers(host.link, lambda: self.python, lambda: self.root)
        self._hold = Hold(host)
        self._hot, self._asked_s = Temperatures(None, None), -math.inf

    def of_campaign(self, name: str) -> "SshSut":
        """Return the same SUT with the folder of a campaign."""
        other = copy(self)
        other._campaign = name
        return other

    @cached_property
    def root(self) -> PurePosixPath:
        """Folder of ours there: ``env`` and ``envs``, ``programs``, ``campaigns``."""
        home = self._named_home.removeprefix("~/")
        return self.host.user_home / home

    @property
    def home(self) -> PurePosixPath:
        """Folder of the campaign there."""
        return self.root / "campaigns" / self._campaign

    @property
    def python(self) -> PurePosixPath:
        """Interpreter of the environment that `lab sut deploy` made."""
        return self.root / "env/bin/python"

    def installed(self, path: Path) -> PurePosixPath:
        """Return where a file of this installation lies in the environment there."""
        return self._packages / path.resolve().relative_to(_OURS).as_posix()

    def resolve(self, path: str) -> PurePosixPath:
        """Return a path of ``lab.toml`` seen from the folder ``programs`` there, which stands for its own.

        The path of an environment that `lab envs` builds on the controller means the one that `lab sut
        deploy --envs` built there.
        """
        if Path(path).is_relative_to(self._environments):
            return self.root / "envs" / Path(path).relative_to(self._environments).as_posix()
        if path == "~" or path.startswith("~/"):
            return self.host.user_home / path[2:]
        return self.root / "programs" / path

    def inventory(self, environments: Mapping[str, PurePosixPath]) -> dict[str, Any]:
        """Return hardware and software of the SUT."""
        asked = {name: str(path) for name, path in environments.items()}
        return self._answers.ask("inventory", _LONG_S, environments=asked)

    def clock_offset(self) -> ClockComparison:
        """Compare the SUT's clock with the controller's."""
        return self._answers.clock_offset()

    def temperatures(self) -> Temperatures:
        """Return how hot the SUT is."""
        now = time.monotonic()
        if now > self._asked_s + _FRESH_S:
            self._hot = Temperatures(**self._answers.ask("temperatures", _SHORT_S))
            self._asked_s = now
        return self._hot

    def load_average(self) -> float:
        """Return how many processes wanted a CPU in the last minute, per CPU."""
        return float(self._answers.ask("load", _SHORT_S)["per_cpu"])

    @contextmanager
    def hold(self, campaign: Path) -> Iterator[None]:
        """Hold the SUT for a campaign; what an earlier controller left running there is ended."""
        self.check_installed()
        self.host.end_forsaken()
        self._hold.take(self.python, campaign)
        try:
            yield
        finally:
            self._hold.release()
            self._answers.close()

    def keep_held(self) -> None:
        """Hold the SUT again where a restart of it, or a kill, has ended that."""
        self._hold.keep()

    def preflight(self) -> list[Check]:
        """Look at the link, at what is installed there, at the clock and at the SUT itself."""
        try:
            self.host.boot_id()
        except SutError as error:
            return [Check("link", False, str(error), "repair the link, then run this again", Subject.LINK)]
        link = Check("link", True, f"{self.host.name} answers over ssh", subject=Subject.LINK)
        try:
            installed = self._installed_check()
            clock = self._clock_check()
            found = self._answers.ask("preflight", _SHORT_S)["checks"]
        except SutError as error:
            return [
                link,
                Check("installation", False, str(error), "run `lab sut deploy`", subject=Subject.LINK),
            ]
        checks = [Check(**{**check, "subject": Subject(check["subject"])}) for check in found]
        return [link, installed, clock, *checks]

    def check_installed(self) -> None:
        """Refuse a SUT that has another version of ours, or none.

        Raises:
            SutError: it has, or it cannot be reached.
        """
        check = self._installed_check()
        if not check.ok:
            raise SutError(f"{self.host.name}: {check.message}: {check.fix}")

    def _installed_check(self) -> Check:
        there = self._answers.ask("version", _SHORT_S)["version"]
        if there is not None and there.endswith(digest_here()):
            return Check("installation", True, f"{NAME} {there}, the same as here")
        message = f"{NAME} {there} is there, and not what this controller would install"
        return Check("installation", False, message, "run `lab sut deploy`")

    def _clock_check(self) -> Check:
        clock = self.clock_offset()
        return Check(
            "clock of the SUT",
            True,
            f"{clock.offset_s:+.4f} s to the controller's, known to {clock.offset_u_s * 1e3:.1f} ms (round "
            f"trip {clock.rtt_s * 1e3:.1f} ms); the analysis moves its stamps",
        )

    @cached_property
    def _packages(self) -> PurePosixPath:
        return PurePosixPath(self._answers.ask("version", _SHORT_S)["packages"])
