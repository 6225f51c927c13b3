"""How the numbers were computed, in the words of the method and with the settings in force."""

from typing import Any

from records.results import Results
from reports.words.numbers import finite, given

_BASELINES = {
    "interpolated": "the interpolation, at the time of the run, between its neighbouring baseline runs",
    "pooled": "the time-weighted mean of all baseline runs",
}


def window_note(results: Results) -> str:
    """Say how the energy of a window comes from readings, and its uncertainty."""
    sampling = results.meter.get("sampling")
    if sampling == "instantaneous":
        way = "the area under the straight lines between readings (trapezoids), interpolated at both borders"
    else:
        way = (
            "the sum of each reading times the overlap of its interval with the window, E = Σ Pᵢ · Δtᵢ, "
            "so that borders are split exactly"
        )
    return (
        f"Energy of a window: {way}, after the meter's latency was taken off and its cadence fitted. "
        f"Coverage is measured time over window; a run below {_coverage(results)} is refused, and a gap in "
        "a counted run is filled with the mean of its neighbours, with its own term of uncertainty. "
        "Standard uncertainty (k = 1) of a window: u²(E) = (E·u_g)² + (T·u_o)² and what borders in time, "
        "rounding and gaps add, with u_g and u_o the meter's limits of error over √3, or those of its "
        "calibration; the chapter on uncertainty has every term."
    )


def induced_note(results: Results) -> str:
    """Say how the induced energy comes from energy and baseline."""
    return (
        f"E_induced = E − P_baseline · T, with the run's own duration T; P_baseline is "
        f"{_baseline(results)}. "
        "The offset of the meter cancels in the difference, its gain acts on the induced energy. "
        "A negative induced energy is reported as measured."
    )


def mean_note(results: Results) -> str:
    """Say what a mean over runs and its interval are."""
    confidence = finite(results.settings.get("confidence")) or 0.95
    return (
        f"Mean over the n counted runs; u² = s²/n + the systematic part, which does not shrink with n. "
        f"Intervals at {given(confidence * 100)} % add the distributions of all terms: Student's t for the "
        "scatter, rectangles for limits of error; with one run there is no interval."
    )


TARGET_NOTE = (
    "Energy to reach the target: from the start of the run to the end of the first epoch whose "
    "validation accuracy is at or above the target. A run that never got there has none and is left "
    "out of that mean."
)
"""What the energy to a target is."""


TRACKER_NOTE = (
    "The meter's energy is integrated over the tracker's own window; net is minus the baseline in that "
    "window. Ratio: the tracker's sum over the meter's sum. Bias: mean over the runs of tracker minus "
    "meter (gross), with its 95 % t interval. A tracker sees only what its scope says; the wall sees "
    "everything, power supply losses included, so a ratio below one is no error by itself."
)
"""How a tracker is compared with the meter."""


def epoch_note(results: Results) -> str:
    """Say what an epoch's energy covers."""
    return (
        "An epoch lasts from its beginning to its end as the training framework reports them, validation "
        "included. Its energy is computed like that of a run, over that window. "
        "Epochs of one run are not independent of each other. "
    ) + induced_note(results)


def _baseline(results: Results) -> str:
    chosen: Any = results.settings.get("baseline") or results.baseline.reference
    return _BASELINES.get(str(chosen), str(chosen) if chosen else "not known: no baseline was measured")


def _coverage(results: Results) -> str:
    limit = finite(results.settings.get("coverage_min_pct"))
    return f"{given(limit)} %" if limit is not None else "the limit"
