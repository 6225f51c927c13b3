"""Rule ``fecom``: the energy of a call by the nearest samples, as FECoM and GREENLIGHT publish it.

Gross energy is the sum of the whole samples from the one nearest to the stored start up to, without it,
the one nearest to the stored end. Both stored times are those of the newest sample that was there when the
call began and ended, so the window is whole samples, up to one sample early at either end. Net energy is
gross minus the mean sample of the last 20 s before the call times the number of samples; these 20 s end,
for all three channels, before the start on the clock of ``perf``.

Beside them stand the energies of METHOD section 2: from the true start to the true end of the execution,
borders split exactly, and net of the power over the 20 s right before the true start.

Source: Rajput et al., FECoM, ACM TOSEM 2024 (arXiv 2308.12264), section on measuring; the rule itself was
found by recomputing the published tables (docs/explanation/replication.md).
"""

from typing import Any

import numpy as np

from analysis.imports.fecom.profile import (
    CHANNELS,
    RECORD,
    CallRecord,
    Channel,
    channel_power_w,
    read_record,
)
from analysis.maths.arrays import mean_or_none
from analysis.power.pieces import Pieces
from analysis.rules.contract import RuleCase
from records.errors import ConfigurationError
from records.results import Row
from records.run import Run

BEFORE_S = 20.0
"""Length of the time before a call that stands for idle."""

SHORT_S = 2.0
"""Calls of less than four samples of the published interval: most of each is lost at its borders."""


class FecomRule:
    """The nearest-sample window of FECoM, per call and channel."""

    name = "fecom"
    source = "Rajput et al. 2024, FECoM (ACM TOSEM, arXiv 2308.12264); GREENLIGHT (MSR 2024)"

    def of_run(self, case: RuleCase) -> Any:
        """Return the row of the run's call, nothing for a baseline.

        Raises:
            ConfigurationError: the run was not imported from a FECoM profile.
            RecordError: its record is damaged.
        """
        if case.run.kind == "baseline":
            return None
        path = case.run_dir / RECORD
        if not path.is_file():
            raise ConfigurationError(
                f"--rule fecom: {case.run_dir.name} has no {RECORD}: the rule is about calls that "
                f"`lab import fecom` brought in. Leave the option away for other campaigns"
            )
        return call_row(read_record(path))

    def of_campaign(self, parts: list[tuple[Run, Any]]) -> tuple[list[Row], list[Row]]:
        """Sum up the calls per channel (``rules.csv``), and list them (``rule_spans.csv``)."""
        spans = [
            {"slot": run.slot, "scenario": run.scenario, "repeat": run.repeat, **row}
            for run, row in parts
            if row is not None
        ]
        short = [row for row in spans if row["exec_s"] < SHORT_S]
        rows = [{"of": "every call", **channel_row(name, spans)} for name in (*CHANNELS, "all")]
        rows.append({"of": f"calls under {SHORT_S:g} s", **channel_row("all", short)})
        return rows, spans


def call_row(call: CallRecord) -> Row:
    """Return the energies of one call, in J, by the published rule and by exact borders.

    ``has_energy`` is as in the published table: CPU and GPU both have a sample in the window.
    """
    by_rule = {name: nearest_samples(call, call.channels[name]) for name in CHANNELS}
    exact = {name: exact_borders(call, call.channels[name]) for name in CHANNELS}
    row: Row = {
        "seq": call.seq,
        "api": call.api,
        "exec_s": call.stop_utc_s - call.start_utc_s,
        "has_energy": all(by_rule[name]["samples"] for name in ("cpu", "gpu")),
    }
    for values in (by_rule, exact):
        for key in next(iter(values.values())):
            row |= {f"{name}_{key}": values[name][key] for name in CHANNELS}
    return row


def nearest_samples(call: CallRecord, channel: Channel) -> Row:
    """Return samples, energies and idle power of a channel by the published rule, and its window's borders.

    A window without a sample has no energy; one idle power stands for it all the same.
    """
    first, last = (int(np.argmin(np.abs(channel.elapsed_s - t))) for t in (channel.start_s, channel.end_s))
    energy_j = channel.value * call.interval_s if channel.is_power else channel.value
    # The published idle of the card ends where `perf`, not `nvidia-smi`, saw the call begin.
    before = np.flatnonzero(channel.elapsed_s < call.channels["cpu"].start_s)
    before = before[-round(BEFORE_S / call.interval_s) :]
    idle_j = float(energy_j[before].mean()) if len(before) else None
    samples = max(last - first, 0)
    gross_j = float(energy_j[first:last].sum()) if samples else None
    known = gross_j is not None and idle_j is not None
    return {
        "samples": samples,
        "j": gross_j,
        "net_j": gross_j - idle_j * samples if known and gross_j is not None and idle_j is not None else None,
        "idle_w": None if idle_j is None else idle_j / call.interval_s,
        "begins_early_s": call.start_utc_s - float(channel.t_utc_s[first]),
        "ends_early_s": call.stop_utc_s - float(channel.t_utc_s[last]),
    }


def exact_borders(call: CallRecord, channel: Channel) -> Row:
    """Return gross and net energy and the idle power of a channel over the execution itself.

    ``None`` where the samples do not cover the window (METHOD section 2: no reading, no number).
    """
    pieces = channel_power_w(channel)
    start_s, stop_s = call.start_utc_s, call.stop_utc_s
    gross_j = _whole_integral(pieces, start_s, stop_s)
    idle_j = _whole_integral(pieces, start_s - BEFORE_S, start_s)
    idle_w = None if idle_j is None else idle_j / BEFORE_S
    net_j = None if gross_j is None or idle_w is None else gross_j - idle_w * (stop_s - start_s)
    return {"exact_j": gross_j, "exact_net_j": net_j, "exact_idle_w": idle_w}


def _whole_integral(pieces: Pieces, from_s: float, to_s: float) -> float | None:
    if from_s < pieces.start_s[0] or to_s > pieces.stop_s[-1]:
        return None
    return float(pieces.integral(np.array([from_s]), np.array([to_s]))[0])


def channel_row(name: str, calls: list[Row]) -> Row:
    """Sum up a channel over the calls that the published rule gives an energy, and over the others.

    Args:
        name: the channel, or ``all`` for their sum over the calls in which every channel has one.
        calls: rows of `call_row`.
    """
    parts = CHANNELS if name == "all" else (name,)

    def total(key: str, chosen: list[Row]) -> float:
        return float(sum(row[f"{part}_{key}"] for row in chosen for part in parts))

    known = [row for row in calls if None not in [row[f"{part}_exact_net_j"] for part in parts]]
    given = [row for row in known if None not in [row[f"{part}_net_j"] for part in parts]]
    left_out = [row for row in known if row not in given]
    gross_j, exact_j = total("j", given), total("exact_j", given)
    net_j, exact_net_j = total("net_j", given), total("exact_net_j", given)
    return {
        "channel": name,
        "calls": len(calls),
        "calls_with_energy": len(given),
        "gross_j": gross_j,
        "exact_j": exact_j,
        "difference_j": gross_j - exact_j,
        "difference_pct": 100 * (gross_j / exact_j - 1) if exact_j > 0 else None,
        "net_j": net_j,
        "exact_net_j": exact_net_j,
        "net_difference_j": net_j - exact_net_j,
        "largest_difference_j": max(
            (abs(total("j", [r]) - total("exact_j", [r])) for r in given), default=None
        ),
        "left_out_exact_j": total("exact_j", left_out),
        "begins_early_s": mean_or_none([row[f"{part}_begins_early_s"] for row in calls for part in parts]),
        "ends_early_s": mean_or_none([row[f"{part}_ends_early_s"] for row in calls for part in parts]),
    }
