"""The meters of a campaign: who they are, and that all runs are measured with the same settings."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lab.conduct.campaign import OpenCampaign
from lab.conduct.children import Child
from lab.config.meter import OneMeterSection
from lab.config.model import LabConfig
from meter.recording.session import MeterSession
from meter.registry import create
from records.calibration import CalibrationRecord
from records.campaign import Environment
from records.errors import DeviceError, RecordError
from records.meter import Calibration
from records.run import RunFolder
from records.settings.logger import LoggedMeter, LoggerSettings


def check_meters(config: LabConfig) -> None:
    """Ask each meter who it is before a campaign is created; a virtual instrument is not started for that.

    Raises:
        ConfigurationError: the address of one is none.
        DeviceError: a port gives no answer, has another instrument, or is in use by another program.
    """
    for _, meter in config.meter.all:
        if not meter.is_virtual:
            with MeterSession(create(meter.driver, meter.options), meter.port, meter.interval_s):
                pass


class Meters:
    """The meters of an open campaign.

    What a meter chose by itself at the first start of the campaign, such as a fixed range, is kept in
    ``environment.json`` and given to every later run, also after `lab resume`.

    Args:
        opened: the campaign.
        ports: by name of the meter.
        twins: the virtual instruments that the campaign started.
    """

    def __init__(self, opened: OpenCampaign, ports: dict[str, str], twins: Sequence[Child] = ()) -> None:
        self._opened = opened
        self._twins = twins
        self._ports = ports
        self._meters = dict(opened.config.meter.all)
        self._chosen_options: dict[str, dict[str, Any]] = _known(opened.folder.environment_json)

    def identify(self) -> dict[str, Any]:
        """Ask the meters who they are; return the section ``meter`` of ``environment.json``.

        Raises:
            DeviceError: nothing, or something else, answers on a port.
            RecordError: the calibration's file is missing or damaged.
        """
        config = self._opened.config
        known: dict[str, Any] = {}
        if config.meter.calibration is not None:
            calibration = CalibrationRecord.read(config.resolve(config.meter.calibration))
            known = {"calibration_date": calibration.date, "certificate": calibration.certificate}
        first, *others = (self._identify(name, meter) for name, meter in self._meters.items())
        section = {
            **first,
            **known,
            "simulated": self._opened.campaign.simulated,
            "settled": self._chosen_options,
        }
        return {**section, "more": others} if others else section

    def check_twins(self) -> None:
        """Refuse to continue with a virtual instrument that has ended.

        The system gives the number of its pseudo-terminal to the next one that is opened, by whomever: what
        answers there then is another instrument.

        Raises:
            DeviceError: one has ended.
        """
        for twin in self._twins:
            if twin.poll() is not None:
                raise DeviceError(twin.explain())

    def logger_command(self, out: Path) -> list[str]:
        """Write down what the logger of a run is to log; return its command.

        Args:
            out: the run folder.
        """
        run = RunFolder(out)
        LoggerSettings(meters=[self._logged(*named) for named in self._meters.items()]).write(run.logger_json)
        return [sys.executable, "-m", "meter.recording.logger", str(out), "--until-stdin-closes"]

    def learn(self, chosen: dict[str, Any]) -> None:
        """Keep what the meters chose at the first start; later starts change nothing.

        Args:
            chosen: of the logger's ready message: the options, by name where there are several meters.
        """
        if self._chosen_options:
            return
        config = self._opened.config.meter
        by_name = chosen if config.more else {config.name: chosen}
        self._chosen_options = {name: options for name, options in by_name.items() if options}
        if self._chosen_options:
            path = self._opened.folder.environment_json
            environment = Environment.read(path)
            environment.meter["settled"] = self._chosen_options
            environment.write(path)

    def _options(self, name: str) -> dict[str, Any]:
        return {**self._meters[name].options, **self._chosen_options.get(name, {})}

    def _identify(self, name: str, meter: OneMeterSection) -> dict[str, Any]:
        driver = create(meter.driver, self._options(name))
        with MeterSession(driver, self._ports[name], meter.interval_s) as session:
            return {
                **asdict(session.identity),
                "name": name,
                "driver": meter.driver,
                "options": meter.options,
                "calibration_date": meter.calibration_date,
                "certificate": meter.certificate,
            }

    def _logged(self, name: str, meter: OneMeterSection) -> LoggedMeter:
        return LoggedMeter(
            name=name,
            driver=meter.driver,
            port=self._ports[name],
            interval_s=meter.interval_s,
            options=self._options(name),
            calibration=self._calibration(meter),
            latency_s=meter.latency_s,
            latency_u_s=meter.latency_u_s,
        )

    def _calibration(self, meter: OneMeterSection) -> Calibration:
        config = self._opened.config
        if meter is config.meter and config.meter.calibration is not None:
            return CalibrationRecord.read(config.resolve(config.meter.calibration)).for_meter_json()
        return Calibration(date=meter.calibration_date, certificate=meter.certificate)


def _known(environment_json: Path) -> dict[str, dict[str, Any]]:
    """Return what an earlier start of the campaign wrote down; nothing before the first."""
    if not environment_json.is_file():
        return {}
    try:
        found = Environment.read(environment_json).meter.get("settled")
    except RecordError:  # `lab check` says so; the meters settle anew
        return {}
    return found if isinstance(found, dict) else {}
