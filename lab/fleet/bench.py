"""``bench.toml``: a bench of a fleet, in place of the same sections of the campaign's ``lab.toml``."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field

from lab.conduct.conductor import will_be_simulated
from lab.config.file import build_config
from lab.config.meter import MeterSection
from lab.config.model import EnvironmentSection, LabConfig, SutSection
from lab.config.secrets import check_secrets
from records.errors import ConfigurationError
from records.settings.mistakes import read_model
from records.settings.section import Name, Section


class BenchSection(Section):
    """``[bench]``: its name, the model of its SUT, and where it keeps its lease and what it measured.

    ``programs`` is the folder on this controller that holds the programs of the campaigns, where it is not
    the one from which ``lab fleet run`` read ``lab.toml``.
    """

    name: Name
    model: str = Field(min_length=1)
    folder: str | None = None
    programs: str | None = None


class BenchFile(Section):
    """A whole ``bench.toml``."""

    bench: BenchSection
    meter: MeterSection
    sut: SutSection = SutSection()
    environments: dict[Name, EnvironmentSection] = {}
    trackers: dict[Name, EnvironmentSection] = {}
    base_dir: Path = Field(default=Path(), exclude=True, strict=False)

    @property
    def folder(self) -> Path:
        """Folder of the bench: the lease, and below ``shards/`` what it measured."""
        return self._resolve(self.bench.folder or self.bench.name)

    @property
    def simulated(self) -> bool:
        """Whether any of its meters is a virtual one."""
        return will_be_simulated(self.meter)

    def configure(self, campaign: dict[str, Any]) -> LabConfig:
        """Return the configuration of a campaign as it is on this bench.

        Args:
            campaign: resolved configuration of the campaign, as in ``campaign.json``.

        Raises:
            ConfigurationError: both together are no configuration.
        """
        own = self.model_dump(mode="json", by_alias=True)
        if self.meter.calibration is not None:
            own["meter"]["calibration"] = str(self._resolve(self.meter.calibration))
        trackers = dict(campaign["trackers"])
        for name, section in self.trackers.items():
            trackers[name] = {**trackers.get(name, {}), "python": self._interpreter(section)}
        programs = self.bench.programs
        base_dir = Path(campaign["base_dir"]) if programs is None else self._resolve(programs)
        environments = {
            name: {"python": self._interpreter(section)} for name, section in self.environments.items()
        }
        document = {
            **campaign,
            "meter": own["meter"],
            "sut": own["sut"],
            "environments": {**campaign["environments"], **environments},
            "trackers": trackers,
        }
        return build_config(document, f"bench {self.bench.name}", base_dir)

    def _interpreter(self, section: EnvironmentSection) -> str:
        """Return an interpreter's path; one on another machine is that machine's matter."""
        return section.python if self.sut.host is not None else str(self._resolve(section.python))

    def _resolve(self, path: str) -> Path:
        return (self.base_dir / Path(path).expanduser()).absolute()


def load_bench(path: Path) -> BenchFile:
    """Read a ``bench.toml``.

    Raises:
        ConfigurationError: it is absent, no TOML, holds a secret, or has a wrong or unknown key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: expected the file of a bench, but: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: this is not TOML: {error}") from None
    check_secrets(document, path)
    bench = read_model(BenchFile, document, path)
    return bench.model_copy(update={"base_dir": path.absolute().parent})
