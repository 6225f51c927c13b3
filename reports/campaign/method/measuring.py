"""The method from the meter to an energy: clocks, windows, gaps, baseline."""

from typing import Any

from records.results import Results
from reports.blocks.contract import Block, Code, Heading, Text
from reports.words.numbers import finite, given, spread

_CADENCE = """\
tᵢ = t₀ + nᵢ · Δt          the meter's own cadence, fitted robustly to the arrivals
tᵢ − latency               the end of the interval that reading i is the mean of"""

_MEANS = """\
E(a, b) = Σ Pᵢ · |(tᵢ − Δt, tᵢ] ∩ [a, b]|      Pᵢ: mean power of the interval that ends at tᵢ"""

_INSTANTANEOUS = """\
E(a, b) = ∫ P(t) dt from a to b                P(t): straight lines between instantaneous readings"""

_INDUCED = """\
E_induced = E − P_baseline · T                 T: the run's own duration"""

_BASELINES = {
    "interpolated": "P_baseline of a run is interpolated, at the time of the run, between the baseline runs "
    "before and after it, which follows a drift.",
    "pooled": "P_baseline is the time-weighted mean of all baseline runs.",
}


_AT_WALL = (
    "The power meter sits between the wall plug and the system under test (SUT): what it reads is all that "
    "the machine draws, losses of its power supply included."
)
_COUNTERS = (
    "No meter was at the wall plug: the readings are those of counters inside the system under test (SUT). "
    "Its power supply, board, disks and fans are not in them."
)
_CLOCKS = (
    "The controller logs every reading with the time of its arrival in UTC; the SUT stamps what the program "
    "does. Where they are two machines, their clocks are compared before and after each run, and the stamps "
    "of the SUT are moved to the controller's time in the analysis; no clock is set."
)


def chain(results: Results, *, at_wall: bool) -> list[Block]:
    """Explain the measuring chain and its clocks."""
    meter = results.meter
    interval_s, latency_s, latency_u_s = (
        finite(meter.get(name)) for name in ("interval_s", "latency_s", "latency_u_s")
    )
    return [
        Heading("From the plug to a stamped reading" if at_wall else "From a counter to a stamped reading"),
        Text(f"{_AT_WALL if at_wall else _COUNTERS} {_CLOCKS}"),
        Text(
            "Arrivals are late, never early. Therefore the meter's own cadence is fitted to them. The fit "
            "numbers the readings, which shows missing, late and duplicate ones, and removes the jitter. In "
            f"force: a reading every {_seconds(interval_s)}, delay {_seconds(latency_s)} with a standard "
            f"uncertainty of {spread(latency_u_s)} s."
        ),
        Code("Cadence of the meter", _CADENCE),
    ]


def _seconds(value: float | None) -> str:
    return "an unknown time" if value is None else f"{given(value)} s"


def window(results: Results) -> list[Block]:
    """Explain the energy of a window by the kind of the readings, and what happens at its borders."""
    instantaneous = results.meter.get("sampling") == "instantaneous"
    kind = (
        "Readings of this meter are instantaneous: they are joined by straight lines (trapezoids), "
        "interpolated at both borders."
        if instantaneous
        else "Readings of this meter are means over the interval before their stamp: each counts with the "
        "part of its interval that lies within the window, so that borders are split exactly. A run of N "
        "seconds has N seconds of energy, not N + 1 readings."
    )
    return [
        Heading("Energy of a window"),
        Text(
            "A window is a run (from the start of the program to its end), an action, an epoch or a call. "
            f"{kind}"
        ),
        Code("Energy of a window", _INSTANTANEOUS if instantaneous else _MEANS),
        Text("1 Wh = 3600 J. Mean power is the energy over the duration of the window."),
    ]


def gaps(results: Results) -> list[Block]:
    """Explain coverage and gaps, with the limit in force."""
    limit = finite(results.settings.get("coverage_min_pct"))
    words = "the limit that was set" if limit is None else f"{given(limit)} %"
    return [
        Heading("Gaps and coverage"),
        Text(
            f"Coverage is measured time over window. In force: a run below {words} is rejected and, in a "
            "campaign of this lab, run again. In a run above that, a gap counts with the mean of its "
            "neighbours on both sides; its bound, length times the spread of the neighbours, is a term of "
            "the uncertainty, and a finding names it. Nothing is filled in silently."
        ),
        Code("Coverage", "coverage = measured time / window      u_gap = length · spread / √3"),
    ]


def baseline(results: Results) -> list[Block]:
    """Explain the baseline and the induced energy, with the rule of the reference in force."""
    chosen: Any = results.settings.get("baseline") or results.baseline.reference
    reference = _BASELINES.get(str(chosen), "No baseline was measured, so that nothing is subtracted.")
    return [
        Heading("Baseline and induced energy"),
        Text(
            "The baseline is the SUT with only its operating system; idle, where it was measured, is the "
            "framework loaded and nothing trained. What the software induced is what lies above the "
            f"baseline. In force: {reference} Its drift over time is always tested and reported. A negative "
            "induced energy is reported as measured, with a finding."
        ),
        Code("Induced energy", _INDUCED),
        Text(
            "The meter's offset cancels in the difference, as both energies have it for the same time (on "
            "one range); its gain acts on what is left. Source: baseline subtraction after Guldner, Kreten "
            "and Naumann (2021)."
        ),
    ]
