"""The command of a slot, put together from the configuration, and whether it can be run at all."""

from collections.abc import Iterable
from pathlib import Path

from lab.config.model import LabConfig, ScenarioSection
from records.campaign import Slot
from records.errors import ConfigurationError
from workload.command import TrackerCommand, build_command


def command_of(config: LabConfig, scenario: ScenarioSection, tracker: str | None, run_dir: Path) -> list[str]:
    """Return program and arguments as the runner is to start them.

    Args:
        config: the whole configuration.
        scenario: one of its scenarios.
        tracker: name of the tracker to run around it, or ``None``.
        run_dir: folder of the run.

    Raises:
        ConfigurationError: a placeholder is unknown or has no value, or the tracker is unknown.
    """
    if scenario.kind == "baseline":  # the operating system alone: no Python, no framework
        return ["sleep", str(scenario.duration_s)]
    python = interpreter_of(config, scenario)
    return build_command(
        scenario.command or [],
        where=f"scenario {scenario.name!r}",
        python=str(python) if python else None,
        run_dir=run_dir,
        duration_s=scenario.duration_s,
        launcher=scenario.launcher,
        tracker=_tracker_command(config, tracker),
    )


def interpreter_of(config: LabConfig, scenario: ScenarioSection) -> Path | None:
    """Return the interpreter of a scenario's environment, or ``None`` where it names none."""
    if scenario.environment is None:
        return None
    return config.resolve(config.environments[scenario.environment].python)


def check_commands(config: LabConfig, slots: Iterable[Slot]) -> None:
    """Refuse a campaign whose commands cannot be put together or whose interpreters are not there.

    Raises:
        ConfigurationError: with a line for each mistake.
    """
    mistakes = []
    for name, tracker in sorted({(slot.scenario, slot.tracker or "") for slot in slots}):
        scenario = config.find_scenario(name)
        try:
            command_of(config, scenario, tracker or None, Path("RUN_DIR"))
        except ConfigurationError as error:
            mistakes.append(str(error))
        places = {f"environments.{scenario.environment}": interpreter_of(config, scenario)}
        if tracker:
            places[f"trackers.{tracker}"] = config.resolve(config.trackers[tracker].python)
        mistakes += [
            f"scenario {name!r}: [{key}] python: there is no {path}. `make envs` builds the environments "
            f"of the checkout; else name your own"
            for key, path in places.items()
            if path is not None and not path.is_file()
        ]
    if mistakes:
        raise ConfigurationError("\n".join(dict.fromkeys(mistakes)))


def _tracker_command(config: LabConfig, tracker: str | None) -> TrackerCommand | None:
    if tracker is None:
        return None
    section = config.trackers[tracker]
    return TrackerCommand(
        name=tracker,
        python=str(config.resolve(section.python)),
        interval_s=section.interval_s,
        country=section.country,
    )
