"""The meters of a campaign: who they are, and that all runs are measured with the same settings."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lab.conduct.campaign import OpenCampaign
from lab.config.meter import OneMeterSection
from meter.recording.session import MeterSession
from meter.registry import create
from records.calibration import CalibrationRecord
from records.campaign import Environment
from records.errors import RecordError


class Meters:
    """The meters of an open campaign.

    What a meter chose by itself at the first start of the campaign, such as a fixed range, is kept in
    ``environment.json`` and given to every later run, also after `lab resume`.

    Args:
        opened: the campaign.
        ports: by name of the meter.
    """

    def __init__(self, opened: OpenCampaign, ports: dict[str, str]) -> None:
        self._opened = opened
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

    def logger_command(self, out: Path) -> list[str]:
        """Return the command of the logger of a run.

        Args:
            out: the run folder.
        """
        config = self._opened.config.meter
        argv = [sys.executable, "-m", "meter.recording.logger", "--driver", config.driver]
        argv += ["--port", self._ports[config.name], "--interval", str(config.interval_s)]
        argv += ["--out", str(out), "--name", config.name, "--until-stdin-closes"]
        for key, value in self._options(config.name).items():
            argv += ["--option", f"{key}={value}"]
        flags = {
            "--calibration": config.calibration and self._opened.config.resolve(config.calibration),
            "--calibration-date": config.calibration_date,
            "--certificate": config.certificate,
            "--latency": config.latency_s,
            "--latency-u": config.latency_u_s,
        }
        for flag, given in flags.items():
            if given is not None:
                argv += [flag, str(given)]
        for meter in config.more:
            argv += ["--more", json.dumps(self._more(meter.name, meter))]
        return argv

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

    def _more(self, name: str, meter: OneMeterSection) -> dict[str, Any]:
        section = {
            "name": name,
            "driver": meter.driver,
            "port": self._ports[name],
            "interval_s": meter.interval_s,
            "options": self._options(name),
            "calibration_date": meter.calibration_date,
            "certificate": meter.certificate,
            "latency_s": meter.latency_s,
            "latency_u_s": meter.latency_u_s,
        }
        return {key: value for key, value in section.items() if value is not None}


def _known(environment_json: Path) -> dict[str, dict[str, Any]]:
    """Return what an earlier start of the campaign wrote down; nothing before the first."""
    if not environment_json.is_file():
        return {}
    try:
        found = Environment.read(environment_json).meter.get("settled")
    except RecordError:  # `lab check` says so; the meters settle anew
        return {}
    return found if isinstance(found, dict) else {}
