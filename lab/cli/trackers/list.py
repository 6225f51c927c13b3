"""``lab trackers list``: what each tracker can do on this machine, tried."""

from collections.abc import Sequence
from dataclasses import asdict

import click

from lab.cli.common import FiniteRange, json_option
from lab.cli.output import make_stderr, print_json, print_table, stdout
from lab.trackers.trial import TRIAL_S, Trial, try_tracker
from records.errors import ConfigurationError
from records.near_match import alternatives
from workload.registry import tracker_names


@click.command("list")
@click.argument("names", metavar="[NAME...]", nargs=-1)
@click.option("--seconds", type=FiniteRange(1, 600), default=TRIAL_S, help="Length of each trial.")
@json_option
def list_(names: tuple[str, ...], seconds: float, as_json: bool) -> None:
    """Try the trackers on this machine and list which ones work, with method and scope.

    Each one runs for a few seconds, as in a campaign, in a temporary folder; nothing is stored. By default
    all of them are tried.

    \b
    lab trackers list
    lab trackers list zeus eco2ai --json
    """
    known = tracker_names()
    for name in names:
        if name not in known:
            raise ConfigurationError(f"there is no tracker {name!r}; {alternatives(name, known)}")
    trials = _try_all(names or known, seconds)
    if as_json:
        print_json([asdict(trial) for trial in trials])
        return
    print_table(("tracker", "installed", "works", "method", "scope", "reason"), [_row(one) for one in trials])
    working = sum(trial.works for trial in trials)
    stdout.print(f"{working} of {len(trials)} work on this machine")


def _try_all(names: Sequence[str], seconds: float) -> list[Trial]:
    """Try trackers one after the other, since two at a time would see each other; tell how far that is."""
    console = make_stderr()
    trials = []
    for number, name in enumerate(names, 1):
        console.print(f"{number}/{len(names)} {name}")
        trials.append(try_tracker(name, seconds))
    return trials


def _row(trial: Trial) -> tuple[str, str, str, str, str, str]:
    return (
        trial.tracker if trial.version is None else f"{trial.tracker} {trial.version}",
        "yes" if trial.installed else "no",
        "yes" if trial.works else "no",
        ", ".join(f"{part}: {method}" for part, method in (trial.method or {}).items()),
        trial.extent or "",
        trial.reason,
    )
