"""The command of a scenario as it is really run: placeholders filled in, launcher added."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath

from records.errors import ConfigurationError
from records.near_match import nearest
from workload.instrument import Instrumentation, instrumented
from workload.registry import wrapper_of
from workload.tracking import STEP_LIMIT_S

SCENARIOS_DIR = Path(__file__).resolve().parent / "scenarios"
"""Programs of the built-in scenarios."""

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}|\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class TrackerCommand:
    """A tracker that is to run with the workload.

    Attributes:
        name: see `workload.registry`.
        python: interpreter of the tracker's own environment.
        interval_s: time between its readings.
        limit_s: longest time that each of its steps may take.
        options: of its wrapper, such as ``{"country": "DEU"}``.
    """

    name: str
    python: str
    interval_s: float = 1.0
    limit_s: float = STEP_LIMIT_S
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)


def build_command(
    command: Sequence[str],
    *,
    where: str,
    run_dir: PurePath,
    python: str | None = None,
    duration_s: float | None = None,
    launcher: bool = False,
    calls: Instrumentation | None = None,
    installed: Callable[[Path], PurePath] = PurePosixPath,
) -> list[str]:
    """Return the command that the runner is to start.

    Placeholders: ``{python}``, ``{scenarios}``, ``{run_dir}``, ``{duration_s}``; ``{{word}}`` stands
    for a literal ``{word}``.

    Args:
        command: program and arguments as configured.
        where: what the command belongs to, for messages.
        run_dir: folder of the run.
        python: interpreter of the scenario's environment.
        duration_s: its ``duration_s``.
        launcher: whether the probe's launcher is to time the epochs of an unmodified script.
        calls: what is recorded of its API calls, or ``None``.
        installed: tells where a file of this installation lies on the machine that runs the command.

    Raises:
        ConfigurationError: an unknown placeholder, or one without a value; `calls` of no Python program.
    """
    values = {
        "python": python,
        "scenarios": str(installed(SCENARIOS_DIR)),
        "run_dir": str(run_dir),
        "duration_s": None if duration_s is None else f"{duration_s:g}",
    }
    expanded = [_expand(argument, values, where) for argument in command]
    if calls is not None:
        return instrumented(expanded, calls, run_dir=run_dir, where=where)
    return _with_launcher(expanded, where) if launcher else expanded


def tracker_option(
    tracker: TrackerCommand, *, where: str, installed: Callable[[Path], PurePath] = PurePosixPath
) -> str:
    """Return what the runner needs to know of a tracker, as JSON (`workload.tracking.TrackerTask`).

    Args:
        tracker: the tracker.
        where: what it belongs to, for messages.
        installed: as in `build_command`.

    Raises:
        ConfigurationError: no tracker has this name.
    """
    try:
        wrapper = installed(wrapper_of(tracker.name))
    except ConfigurationError as error:
        raise ConfigurationError(f"{where}: {error}") from None
    command = [tracker.python, str(wrapper), "--interval", f"{tracker.interval_s:g}"]
    for name, value in tracker.options.items():
        option = f"--{name.replace('_', '-')}"
        command += [option] if value is True else [] if value is False else [f"{option}={value}"]
    told = {"name": tracker.name, "command": command}
    return json.dumps(told | {"interval_s": tracker.interval_s, "limit_s": tracker.limit_s})


def _expand(argument: str, values: dict[str, str | None], where: str) -> str:
    def fill(match: re.Match[str]) -> str:
        literal, name = match.groups()
        if literal is not None:
            return f"{{{literal}}}"
        if name not in values:
            near = nearest(name, values)
            hint = f"; did you mean {{{near}}}?" if near else f"; known: {', '.join(values)}"
            raise ConfigurationError(f"{where}: command: unknown placeholder {{{name}}}{hint}")
        value = values[name]
        if value is None:
            key = "environment" if name == "python" else name
            raise ConfigurationError(
                f"{where}: command: {{{name}}} has no value. Set `{key}` in this [[scenario]] of lab.toml"
            )
        return value

    return _PLACEHOLDER.sub(fill, argument)


def _with_launcher(command: list[str], where: str) -> list[str]:
    script = next((n for n, argument in enumerate(command) if n and argument.endswith(".py")), None)
    if script is None:
        raise ConfigurationError(
            f'{where}: launcher = true expects command = ["{{python}}", "SCRIPT.py", ...], found {command}'
        )
    return [*command[:script], "-m", "wattlab_probe", *command[script:]]


def literal(word: str) -> str:
    """Return a word of a command as `build_command` gives it back: what looks like a placeholder is none."""
    return re.sub(r"\{(\w+)\}", r"{{\1}}", word)
