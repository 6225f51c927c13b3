"""The command of a slot, put together from the configuration, and whether it can be run at all."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from lab.config.model import LabConfig, ScenarioSection
from records.campaign import Slot
from records.errors import ConfigurationError
from sut.sut import Sut
from workload.command import TrackerCommand, build_command

RUN_DIR = PurePosixPath("RUN_DIR")
"""Stands for the run folder where a command is only looked at."""


def command_of(
    config: LabConfig, scenario: ScenarioSection, tracker: str | None, sut: Sut, run_dir: PurePosixPath
) -> list[str]:
    """Return program and arguments as the runner is to start them.

    Args:
        config: the whole configuration.
        scenario: one of its scenarios.
        tracker: name of the tracker to run around it, or ``None``.
        sut: where the command will run; all its paths are the SUT's.
        run_dir: folder of the run there.

    Raises:
        ConfigurationError: a placeholder is unknown or has no value, or the tracker is unknown.
    """
    if scenario.kind == "baseline":  # the operating system alone: no Python, no framework
        return ["sleep", str(scenario.duration_s)]
    python = interpreter_of(config, scenario, sut)
    return build_command(
        scenario.command or [],
        where=f"scenario {scenario.name!r}",
        python=str(python) if python else None,
        run_dir=run_dir,
        duration_s=scenario.duration_s,
        launcher=scenario.launcher,
        tracker=_tracker_command(config, tracker, sut),
        installed=sut.installed,
    )


def interpreter_of(config: LabConfig, scenario: ScenarioSection, sut: Sut) -> PurePosixPath | None:
    """Return the SUT's interpreter of a scenario's environment, or ``None`` where it names none."""
    if scenario.environment is None:
        return None
    return sut.resolve(config.environments[scenario.environment].python)


def check_commands(config: LabConfig, slots: Iterable[Slot], sut: Sut) -> None:
    """Refuse a campaign whose commands cannot be put together or whose interpreters are not there.

    Raises:
        ConfigurationError: with a line for each mistake.
    """
    mistakes = []
    for name, tracker in sorted({(slot.scenario, slot.tracker or "") for slot in slots}):
        scenario = config.find_scenario(name)
        try:
            command_of(config, scenario, tracker or None, sut, RUN_DIR)
        except ConfigurationError as error:
            mistakes.append(str(error))
        places = {f"environments.{scenario.environment}": interpreter_of(config, scenario, sut)}
        if tracker:
            places[f"trackers.{tracker}"] = sut.resolve(config.trackers[tracker].python)
        mistakes += [
            f"scenario {name!r}: [{key}] python: there is no {path}. `make envs` builds the environments "
            f"of the checkout; else name your own"
            for key, path in places.items()
            if path is not None and not sut.host.exists(path)
        ]
    if mistakes:
        raise ConfigurationError("\n".join(dict.fromkeys(mistakes)))


def _tracker_command(config: LabConfig, tracker: str | None, sut: Sut) -> TrackerCommand | None:
    if tracker is None:
        return None
    section = config.trackers[tracker]
    return TrackerCommand(
        name=tracker,
        python=str(sut.resolve(section.python)),
        interval_s=section.interval_s,
        country=section.country,
    )
