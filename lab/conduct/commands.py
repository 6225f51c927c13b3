"""The command of a slot, put together from the configuration, and whether it can be run at all."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from shlex import quote

from lab.conduct.scripts import script_of
from lab.config.model import LabConfig, ScenarioSection
from lab.envs.remedy import remedy
from meter.line.ports import check_port
from meter.registry import check_twin
from records.calibration import CalibrationRecord
from records.campaign import Slot
from records.errors import ConfigurationError
from records.meter import is_stand_in
from sut.host import ask
from sut.sut import Sut
from workload.command import TrackerCommand, build_command, tracker_option
from workload.registry import environment_of

_WRAPPER_S = 30.0
RUN_DIR = PurePosixPath("RUN_DIR")
"""Stands for the run folder where a command is only looked at."""


def command_of(config: LabConfig, scenario: ScenarioSection, sut: Sut, run_dir: PurePosixPath) -> list[str]:
    """Return program and arguments as they are to be started.

    Args:
        config: the whole configuration.
        scenario: one of its scenarios.
        sut: where the command will run; all its paths are the SUT's.
        run_dir: folder of the run there.

    Raises:
        ConfigurationError: a placeholder is unknown or has no value.
    """
    if scenario.kind == "baseline":  # the operating system alone: no Python, no framework
        return ["sleep", str(scenario.duration_s)]
    python = interpreter_of(config, scenario, sut)
    calls = None if scenario.calls is None else scenario.calls.instrumentation
    return build_command(
        scenario.command or [],
        where=f"scenario {scenario.name!r}",
        python=str(python) if python else None,
        run_dir=run_dir,
        duration_s=scenario.duration_s,
        launcher=scenario.launcher,
        calls=calls,
        installed=sut.installed,
    )


def interpreter_of(config: LabConfig, scenario: ScenarioSection, sut: Sut) -> PurePosixPath | None:
    """Return the SUT's interpreter of a scenario's environment, or ``None`` where it names none."""
    if scenario.environment is None:
        return None
    return sut.resolve(config.pythons()[scenario.environment])


def tracker_interpreter(config: LabConfig, tracker: str, sut: Sut) -> PurePosixPath:
    """Return the SUT's interpreter of a tracker, by its section or as `lab trackers install` made it.

    Raises:
        ConfigurationError: a tracker of another package has none.
    """
    python = config.tracker(tracker).python
    if python is None:
        raise ConfigurationError(f"[trackers.{tracker}] needs python, the interpreter of the tracker")
    return sut.resolve(python)


def check_bench(config: LabConfig, slots: Iterable[Slot], sut: Sut) -> None:
    """Refuse a campaign before anything of it is created: commands, programs, calibration, the meters' ports.

    Raises:
        ConfigurationError: with a line for each mistake; a meter that has no virtual instrument.
        DeviceError: the port of a meter is not there.
        RecordError: the file of the calibration is damaged.
    """
    check_commands(config, slots, sut)
    _check_calibration(config)
    for _, meter in config.meter.all:
        if meter.is_virtual:
            check_twin(meter.driver)
        elif not is_stand_in(meter.driver):  # that says itself what it expects, and has no port to plug in
            check_port(meter.port)


def _check_calibration(config: LabConfig) -> None:
    if config.meter.calibration is None:
        return
    path = config.resolve(config.meter.calibration)
    if not path.exists():
        raise ConfigurationError(
            f"[meter] calibration: there is no {path}. Write it with `lab meter calibrate`, correct "
            f"the name, or leave it out"
        )
    CalibrationRecord.read(path)


def check_commands(config: LabConfig, slots: Iterable[Slot], sut: Sut) -> None:
    """Refuse a campaign whose commands cannot be put together or whose interpreters are not there.

    Raises:
        ConfigurationError: with a line for each mistake.
    """
    mistakes = []
    for name, tracker in sorted({(slot.scenario, slot.tracker or "") for slot in slots}):
        scenario = config.find_scenario(name)
        try:
            if tracker:
                tracker_of(config, scenario, tracker, sut)
            mistakes += missing_programs(config, scenario, sut)
        except ConfigurationError as error:
            mistakes.append(str(error))
        places = {f"environments.{scenario.environment}": interpreter_of(config, scenario, sut)}
        if tracker:
            places[f"trackers.{tracker}"] = tracker_interpreter(config, tracker, sut)
        mistakes += [
            f"scenario {name!r}: [{key}] python: there is no {path}; {remedy(path, key)}"
            for key, path in places.items()
            if path is not None and not sut.host.exists(path)
        ]
        if tracker and sut.host.exists(tracker_interpreter(config, tracker, sut)):
            mistakes += wrong_options(config, scenario, tracker, sut)
    if mistakes and config.sut.host is not None:
        mistakes.append(
            f"On {config.sut.host} relative paths start in {sut.resolve('.')}. Copy your program there"
        )
    if mistakes:
        raise ConfigurationError("\n".join(dict.fromkeys(mistakes)))


def missing_programs(config: LabConfig, scenario: ScenarioSection, sut: Sut) -> list[str]:
    """Say what of a scenario's own command is not on the SUT: folder, program, script of an interpreter.

    Raises:
        ConfigurationError: the command cannot be put together.
    """
    unset = [name for name in scenario.env_from if name not in os.environ]
    if unset:
        return [
            f"scenario {scenario.name!r}: env_from: expected {', '.join(unset)} in the environment of this "
            f"command, but it is not set. Export it first; its value is not recorded"
        ]
    program, *arguments = command_of(config, scenario, sut, RUN_DIR)
    interpreter = interpreter_of(config, scenario, sut)
    folder = sut.resolve(scenario.cwd or ".")
    for text in (str(folder), program, *arguments):
        try:
            os.fsencode(text)
        except UnicodeEncodeError:
            return [
                f"scenario {scenario.name!r}: {text!r} has letters that this process cannot write, whose "
                f"encoding is {sys.getfilesystemencoding()}. Set a locale of UTF-8, e.g. LC_ALL=C.UTF-8"
            ]
    if scenario.cwd is not None and not sut.host.has_folder(folder):
        return [f"scenario {scenario.name!r}: cwd: there is no folder {folder}. Make it, or correct the name"]
    where = f"scenario {scenario.name!r}: command: there is no"
    known = program == str(interpreter)  # it is looked for by itself
    if not known and not sut.host.finds(program, folder, scenario.env.get("PATH")):
        place = folder if "/" in program else "PATH"
        is_file = sut.host.exists(folder / program) and not sut.host.has_folder(folder / program)
        return [f"{where} program {program!r} in {place}. {_how_to_run(program, arguments, is_file)}"]
    script = script_of(program, arguments)
    if script is None or RUN_DIR.name in script.names[0]:
        return []
    if not any(sut.host.exists(folder / name) for name in script.names):
        if script.on_path and sut.host.finds(script.names[0], folder, scenario.env.get("PATH")):
            return []
        return [f"{where} script {folder / script.names[0]}. Correct the name"]
    return []


def _how_to_run(program: str, arguments: Sequence[str], is_file: bool) -> str:
    """Say what to do where a program is not found: a whole line as one word, a file that is no program."""
    if is_file:
        path = quote(program if "/" in program else f"./{program}")
        return (
            f"There is a file of that name: start it with its interpreter (such as python {path}), or as "
            f"{path} after `chmod +x {path}`"
        )
    if not arguments and len(program.split()) > 1:
        return f"Give its words one by one ({program}), or use a shell (sh -c {quote(program)})"
    return "Install it, or name another"


def wrong_options(config: LabConfig, scenario: ScenarioSection, tracker: str, sut: Sut) -> list[str]:
    """Say what the wrapper of a tracker of ours does not understand of its options."""
    if environment_of(tracker) is None:  # of another package: it finds its module only in a run
        return []
    command = json.loads(tracker_of(config, scenario, tracker, sut))["command"]
    answer = ask(sut.host, [*command, "--run-dir", str(RUN_DIR), "--check"], _WRAPPER_S)
    if answer.code == 0:
        return []
    words = answer.errors.splitlines()[-1:] or ["it does not answer"]
    return [f"[trackers.{tracker}] options: {words[0]}. docs/reference/configuration.md says what it takes"]


def tracker_of(config: LabConfig, scenario: ScenarioSection, tracker: str, sut: Sut) -> str:
    """Return what the runner needs to know of a tracker, as JSON.

    Raises:
        ConfigurationError: the tracker is unknown.
    """
    section = config.tracker(tracker)
    country = {} if section.country is None else {"country": section.country}
    command = TrackerCommand(
        name=tracker,
        python=str(tracker_interpreter(config, tracker, sut)),
        interval_s=section.interval_s,
        limit_s=section.limit_s,
        options={**country, **section.options},
    )
    return tracker_option(command, where=f"scenario {scenario.name!r}", installed=sut.installed)
