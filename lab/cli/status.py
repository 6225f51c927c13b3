"""``lab status``: how far a campaign is."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from lab.cli.common import campaign_argument, json_option
from records.campaign import Campaign
from records.times import now_utc_s

if TYPE_CHECKING:
    from lab.conduct.standing import Standing


@click.command()
@campaign_argument
@json_option
def status(folder: Path, as_json: bool) -> None:
    """Show the progress of a campaign, run by run.

    \b
    lab status latest
    lab status campaigns/20260131-120000-demo
    """
    from lab.cli.output import print_json, print_table, stdout
    from lab.conduct.campaign import command_to_continue, reopen
    from lab.conduct.plan import slot_name
    from lab.conduct.reached import precision_words
    from lab.conduct.standing import standing_of

    opened = reopen(folder)
    standing = standing_of(opened)
    states, completed = standing.states, standing.completed
    if as_json:
        print_json(standing.to_json(opened))
        return
    rows = [(s.slot.slot, slot_name(s.slot), s.state, s.attempts or "", s.reason or "") for s in states]
    print_table(("slot", "scenario", "state", "attempts", "reason"), rows)
    if standing.stopped:
        stdout.print(how_to_go_on(standing.stopped, folder))
    if standing.precision is not None:
        stdout.print(f"Precision: {precision_words(standing.precision)}")
    stdout.print(f"{completed} of {len(states)} runs completed{simulated_mark(opened.campaign)}.")
    if standing.running and standing.model is not None:
        stdout.print("Running over a fleet: `lab fleet status --scheduler URL` shows what each bench does.")
    elif standing.running:
        stdout.print(f"Running; time left: {standing.left.words}.")
        stdout.print(_now(standing))
    elif completed < len(states):
        again = command_to_continue(folder, standing.model)
        stdout.print(f"Continue with: {again}   ({standing.left.words})")
    else:
        name = quote(str(folder))
        stdout.print(f"Next: lab check {name}, lab analyse {name}, lab report {name}")


def _now(standing: "Standing") -> str:
    """Say what the running attempt is doing."""
    now = standing.activity.to_json(standing.states, now_utc_s())
    where = f"[{now['slot']}/{len(standing.states)}] {now['name']}: " if now["name"] else ""
    gate = standing.activity.gate
    waits = "" if gate is None else f", waiting for {', '.join(gate.waiting_for)} ({now['gate']['try']})"
    return f"Now: {where}{now['phase_words']}{waits}, for {now['since']}"


def how_to_go_on(stopped: str, folder: Path) -> str:
    """Say why a campaign stopped, and what to do."""
    return (
        f"STOPPED: {stopped}. Find out what changed in the lab (temperature, load, meter, cables). Then run "
        f"`lab resume {quote(str(folder))}`; this records the acknowledgement and starts a new chart phase"
    )


def simulated_mark(campaign: Campaign) -> str:
    """Return the mark behind a count of runs that were measured by a virtual meter."""
    return " (SIMULATED meter)" if campaign.simulated else ""
