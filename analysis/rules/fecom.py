"""Rule ``fecom``: the energy of a call by the nearest samples, as FECoM and GREENLIGHT publish it.

Gross energy is the sum of the whole samples from the one nearest to the stored start up to, without it,
the one nearest to the stored end. Both stored times are those of the newest sample that was there when the
call began and ended, so the window is whole samples, up to one sample early at either end. Net energy is
gross minus the mean sample of the last 20 s before the call times the number of samples; these 20 s end,
for all three channels, before the start on the clock of ``perf``.

Next to them are the energies of docs/explanation/method.md#energy-of-a-window: from the true start to the
true end of the execution,
borders split exactly, and net of the power over the 20 s right before the true start.

Source: Rajput et al., FECoM, ACM TOSEM 2024 (arXiv 2308.12264), section on measuring; the rule itself was
found by recomputing the published tables (docs/explanation/replication.md).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

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
from analysis.rules.contract import Columns, RuleCase
from records.errors import ConfigurationError
from records.run import Run

BEFORE_S = 20.0
"""Length of the time before a call that stands for idle."""

SHORT_S = 2.0
"""Calls of less than four samples of the published interval: most of each is lost at its borders."""


class FecomRule:
    """The nearest-sample window of FECoM, per call and channel."""

    name = "fecom"
    source = "Rajput et al. 2024, FECoM (ACM TOSEM, arXiv 2308.12264); GREENLIGHT (MSR 2024)"

    def of_run(self, case: RuleCase) -> "CallEnergies | None":
        """Return the energies of the run's call, nothing for a baseline.

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
        record = read_record(path)
        if not set(CHANNELS) <= set(record.channels):
            raise ConfigurationError(
                f"--rule fecom: {case.run_dir.name} was measured by a wall meter: the rule is about the "
                f"counters {', '.join(CHANNELS)}. Leave the option away for this campaign"
            )
        return call_energies(record)

    def of_campaign(
        self, parts: "list[tuple[Run, CallEnergies | None]]"
    ) -> tuple[list[Columns], list[Columns]]:
        """Sum up the calls per channel (``rules.csv``), and list them (``rule_spans.csv``)."""
        calls = [call for _, call in parts if call is not None]
        spans: list[Columns] = [
            {"slot": run.slot, "scenario": run.scenario, "repeat": run.repeat, **call.columns()}
            for run, call in parts
            if call is not None
        ]
        short = [call for call in calls if call.exec_s < SHORT_S]
        rows: list[Columns] = [
            {"of": "every call", **channel_row(name, calls)} for name in (*CHANNELS, "all")
        ]
        rows.append({"of": f"calls under {SHORT_S:g} s", **channel_row("all", short)})
        return rows, spans


@dataclass(frozen=True)
class NearestSamples:
    """A channel of a call by the published rule, and the borders of its window.

    Attributes:
        samples: in the window; a window without one has no energy.
        j: gross energy; ``net_j`` above the idle power ``idle_w``, which stands for it all the same.
        begins_early_s, ends_early_s: how much earlier than the execution the window begins and ends.
    """

    samples: int
    j: float | None
    net_j: float | None
    idle_w: float | None
    begins_early_s: float
    ends_early_s: float


@dataclass(frozen=True)
class ExactBorders:
    """A channel of a call over the execution itself; ``None`` where the samples do not cover it."""

    exact_j: float | None
    exact_net_j: float | None
    exact_idle_w: float | None


@dataclass(frozen=True)
class CallEnergies:
    """The energies of one call, in J, by channel.

    Attributes:
        seq, api: of the record.
        exec_s: length of the execution.
        by_rule: after the published rule; ``exact`` with exact borders.
    """

    seq: int
    api: str
    exec_s: float
    by_rule: dict[str, NearestSamples]
    exact: dict[str, ExactBorders]

    @property
    def has_energy(self) -> bool:
        """As in the published table: CPU and GPU both have a sample in the window."""
        return all(self.by_rule[name].samples for name in ("cpu", "gpu"))

    def columns(self) -> Columns:
        """Return everything as columns, ``<channel>_<figure>``."""
        columns: Columns = {
            "seq": self.seq,
            "api": self.api,
            "exec_s": self.exec_s,
            "has_energy": self.has_energy,
        }
        for channels, figures in ((self.by_rule, NearestSamples), (self.exact, ExactBorders)):
            for figure in fields(figures):
                columns |= {
                    f"{name}_{figure.name}": getattr(channels[name], figure.name) for name in CHANNELS
                }
        return columns


def call_energies(call: CallRecord) -> CallEnergies:
    """Return the energies of one call by the published rule and by exact borders."""
    return CallEnergies(
        seq=call.seq,
        api=call.api,
        exec_s=call.stop_utc_s - call.start_utc_s,
        by_rule={name: nearest_samples(call, call.channels[name]) for name in CHANNELS},
        exact={name: exact_borders(call, call.channels[name]) for name in CHANNELS},
    )


def nearest_samples(call: CallRecord, channel: Channel) -> NearestSamples:
    """Return samples, energies and idle power of a channel by the published rule."""
    first, last = (int(np.argmin(np.abs(channel.elapsed_s - t))) for t in (channel.start_s, channel.end_s))
    energy_j = channel.value * call.interval_s if channel.is_power else channel.value
    # The published idle of the card ends where `perf`, not `nvidia-smi`, saw the call begin.
    before = np.flatnonzero(channel.elapsed_s < call.channels["cpu"].start_s)
    before = before[-round(BEFORE_S / call.interval_s) :]
    idle_j = float(energy_j[before].mean()) if len(before) else None
    samples = max(last - first, 0)
    gross_j = float(energy_j[first:last].sum()) if samples else None
    return NearestSamples(
        samples=samples,
        j=gross_j,
        net_j=None if gross_j is None or idle_j is None else gross_j - idle_j * samples,
        idle_w=None if idle_j is None else idle_j / call.interval_s,
        begins_early_s=call.start_utc_s - float(channel.t_utc_s[first]),
        ends_early_s=call.stop_utc_s - float(channel.t_utc_s[last]),
    )


def exact_borders(call: CallRecord, channel: Channel) -> ExactBorders:
    """Return gross and net energy and the idle power of a channel over the execution itself.

    ``None`` where the samples do not cover the window (docs/explanation/method.md#energy-of-a-window: no
    reading, no number).
    """
    pieces = channel_power_w(channel)
    start_s, stop_s = call.start_utc_s, call.stop_utc_s
    gross_j = _whole_integral(pieces, start_s, stop_s)
    idle_j = _whole_integral(pieces, start_s - BEFORE_S, start_s)
    idle_w = None if idle_j is None else idle_j / BEFORE_S
    net_j = None if gross_j is None or idle_w is None else gross_j - idle_w * (stop_s - start_s)
    return ExactBorders(gross_j, net_j, idle_w)


def _whole_integral(pieces: Pieces, from_s: float, to_s: float) -> float | None:
    if from_s < pieces.start_s[0] or to_s > pieces.stop_s[-1]:
        return None
    return float(pieces.integral(np.array([from_s]), np.array([to_s]))[0])


_Figure = Callable[[NearestSamples, ExactBorders], float | None]


def channel_row(name: str, calls: list[CallEnergies]) -> Columns:
    """Sum up a channel over the calls that the published rule gives an energy, and over the others.

    Args:
        name: the channel, or ``all`` for their sum over the calls in which every channel has one.
        calls: of a campaign.
    """
    channels = CHANNELS if name == "all" else (name,)

    def total(figure: _Figure, chosen: list[CallEnergies]) -> float:
        values = (figure(call.by_rule[part], call.exact[part]) for call in chosen for part in channels)
        return float(sum(value or 0.0 for value in values))

    known = [c for c in calls if None not in [c.exact[part].exact_net_j for part in channels]]
    given = [c for c in known if None not in [c.by_rule[part].net_j for part in channels]]
    left_out = [c for c in known if None in [c.by_rule[part].net_j for part in channels]]
    gross_j, exact_j = total(_gross_j, given), total(_exact_j, given)
    net_j = total(lambda by_rule, _: by_rule.net_j, given)
    exact_net_j = total(lambda _, exact: exact.exact_net_j, given)
    windows = [call.by_rule[part] for call in calls for part in channels]
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
            (abs(total(_gross_j, [call]) - total(_exact_j, [call])) for call in given), default=None
        ),
        "left_out_exact_j": total(_exact_j, left_out),
        "begins_early_s": mean_or_none([window.begins_early_s for window in windows]),
        "ends_early_s": mean_or_none([window.ends_early_s for window in windows]),
    }


def _gross_j(by_rule: NearestSamples, _: ExactBorders) -> float | None:
    return by_rule.j


def _exact_j(_: NearestSamples, exact: ExactBorders) -> float | None:
    return exact.exact_j
