"""``lab trackers truth``: what trackers make of counters whose truth is known."""

import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from lab.cli.common import FiniteRange, json_option
from lab.cli.output import make_stderr, print_json, print_table, stdout
from lab.cli.paths import InputPath
from lab.envs.places import python_of
from lab.trackers.truth_bench import Observation, TrackerUnderTest, observe
from lab.trackers.truth_directions import effect_of_fault, judge
from lab.trackers.truth_scripts import FAULTS, GPUS, OWN, RAPL, document
from records.errors import ConfigurationError, SutError
from records.near_match import unknown_name
from records.truth.script import TruthScript
from sut.virtual.stage import why_no_stage
from workload.registry import environment_of, tracker_names

_FAST = {"jpwr": 0.1, "wattameter": 0.1}
"""Interval in seconds of loggers of power, as they have it by themselves."""

_Run = tuple[str, dict[str, Any], str | None]


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--seconds",
    type=FiniteRange(4, 600),
    default=10.0,
    show_default=True,
    help="Duration of the program in seconds.",
)
@click.option("--faults", is_flag=True, help="Also break the counters, each in its own way.")
@click.option(
    "--script",
    "script_path",
    type=InputPath(file=True),
    help="Truth script instead of the built-in ones.",
)
@json_option
def truth(
    names: tuple[str, ...], seconds: float, faults: bool, script_path: Path | None, as_json: bool
) -> None:
    """Run trackers on SIMULATED counters of known energy and print their errors.

    Without NAME, all installed trackers run. Each script takes about 20 s; --faults adds more scripts.

    \b
    lab trackers truth
    lab trackers truth zeus carbontracker --faults
    """
    trackers = _installed(names)
    runs = list(_runs(seconds, faults, script_path))
    why_not = why_no_stage()
    if why_not:
        raise SutError(why_not)
    seen = list(_observed(trackers, runs, seconds))
    if as_json:
        print_json(
            {"simulated": True, "seconds": seconds, "observations": [_plain(one, seen) for one in seen]}
        )
        return
    stdout.print("SIMULATED: all counters follow a script. No number below is a measurement.")
    print_table(_COLUMNS, [row for one in seen if one.fault is None for row in _rows(one)])
    if faults:
        stdout.print("")
        print_table(_FAULT_COLUMNS, [_fault_row(one, seen) for one in seen if one.fault is not None])


_COLUMNS = ("tracker", "script", "part", "truth J", "reported J", "deviation", "as documented", "remark")
_FAULT_COLUMNS = ("tracker", "fault", "result", "evidence")


def _installed(names: tuple[str, ...]) -> list[TrackerUnderTest]:
    """Return the trackers that are named, or all whose environment is there.

    Raises:
        ConfigurationError: a name is unknown, or its environment is not there; or there is none at all.
    """
    known = tracker_names()
    for name in names:
        if name not in known:
            raise ConfigurationError(unknown_name("tracker", name, known))
        if not _python(name).exists():
            raise ConfigurationError(
                f"{name} is not installed: `lab trackers install {environment_of(name) or name}` builds it"
            )
    chosen = [name for name in names or known if _python(name).exists()]
    if not chosen:
        raise ConfigurationError(
            "expected an installed tracker, but there is none. Install one with `lab trackers install zeus`"
        )
    return [
        TrackerUnderTest(name=name, python=_python(name), interval_s=_FAST.get(name, 1.0)) for name in chosen
    ]


def _python(name: str) -> Path:
    return python_of(environment_of(name) or name)


def _runs(seconds: float, faults: bool, script_path: Path | None) -> Iterator[_Run]:
    """Yield name, content and fault of each script."""
    if script_path is not None:
        if faults:
            raise ConfigurationError("--faults are those of the built-in scripts: write yours into --script")
        TruthScript.read(script_path)
        yield OWN, tomllib.loads(script_path.read_text(encoding="utf-8")), None
        return
    for script in (RAPL, GPUS):
        yield script, document(script, seconds), None
    for fault, script in FAULTS.items() if faults else ():
        yield script, document(script, seconds, fault), fault


def _observed(trackers: list[TrackerUnderTest], runs: list[_Run], seconds: float) -> Iterator[Observation]:
    stderr = make_stderr()
    for number, tracker in enumerate(trackers):
        for script, content, fault in runs:
            what = f"{script} with {fault}" if fault else script
            stderr.print(f"{tracker.name} ({number + 1} of {len(trackers)}): {what}")
            yield observe(tracker, content, seconds=seconds, script=script, fault=fault)


def _rows(seen: Observation) -> Iterator[tuple[str | None, ...]]:
    for line in judge(seen):
        yield (
            seen.tracker,
            seen.script,
            line.part,
            _number(line.truth_j),
            _number(line.reported_j),
            None if line.deviation_pct is None else f"{line.deviation_pct:+.1f} %",
            {True: "yes", False: "NO", None: "-"}[line.as_documented],
            line.words,
        )


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _fault_row(broken: Observation, seen: list[Observation]) -> tuple[str, str, str, str]:
    return broken.tracker, str(broken.fault), *effect_of_fault(_clean(broken, seen), broken)


def _clean(broken: Observation, seen: list[Observation]) -> Observation:
    """Return the observation of the same tracker and script without a fault."""
    return next(
        one for one in seen if (one.tracker, one.script, one.fault) == (broken.tracker, broken.script, None)
    )


def _plain(one: Observation, seen: list[Observation]) -> dict[str, Any]:
    judged: dict[str, Any] = {}
    if one.fault is None:
        judged["parts"] = [asdict(line) for line in judge(one)]
    else:
        judged["result"], judged["evidence"] = effect_of_fault(_clean(one, seen), one)
    return asdict(one) | judged
