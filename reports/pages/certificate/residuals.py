"""How far the levels of a calibration lie from its line, and the uncertainties of both."""

from math import hypot, sqrt

from analysis.power.conformity import COVERAGE_FACTOR
from records.calibration import CalibrationRecord, Level
from reports.blocks import palette
from reports.blocks.kit import Sheet, finish, new_panel

_CURVE_POINTS = 60


def level_u_w(record: CalibrationRecord, level: Level) -> float:
    """Return the standard uncertainty of a level's distance from the line, without what all levels share."""
    return hypot(level.indicated_u_w, record.gain * level.true_u_w)


def line_u_w(record: CalibrationRecord, power_w: float) -> float:
    """Return the standard uncertainty of the line at a true power (ISO/TS 28037:2010, clause 11)."""
    variance = record.offset_u_w**2 + (power_w * record.gain_u) ** 2 + 2 * power_w * record.gain_offset_cov
    return sqrt(max(0.0, variance))


def residuals_sheet(record: CalibrationRecord) -> Sheet:
    """Draw the distance of the levels from the line, with the band of its uncertainty."""
    figure, axes = new_panel("half", 2.6)
    powers_w = [level.true_w for level in record.levels]
    low, high = min(powers_w), max(powers_w)
    curve_w = [low + (high - low) * i / (_CURVE_POINTS - 1) for i in range(_CURVE_POINTS)]
    band_w = [COVERAGE_FACTOR * line_u_w(record, power_w) for power_w in curve_w]
    axes.fill_between(curve_w, [-u for u in band_w], band_w, color=palette.BASELINE_PART, linewidth=0)
    axes.axhline(0, color=palette.MUTED, linewidth=0.8)
    axes.errorbar(
        powers_w,
        [level.residual_w for level in record.levels],
        yerr=[COVERAGE_FACTOR * level_u_w(record, level) for level in record.levels],
        linestyle="none",
        marker="o",
        markersize=4,
        color=palette.OKABE_ITO[0],
        linewidth=1.1,
        capsize=2.5,
    )
    axes.set_xlabel("true power, W")
    axes.set_ylabel("indication minus line, W")
    said = "; ".join(f"{level.true_w:.4g} W: {level.residual_w:+.2g} W" for level in record.levels)
    title = "Distance of the levels from the line"
    panel = finish(figure, "residuals", title, f"{title}: {said}.", simulated=record.simulated)
    return Sheet(
        key="residuals",
        title=title,
        size="half",
        panels=[panel],
        caption=(
            "Dots: the levels, with the interval (k = 2) of their own scatter and rounding. Band: the "
            "uncertainty of the line (k = 2), including the share of the reference."
        ),
        how=(
            "The line is the nearest to all levels by their uncertainties in both powers (ISO/TS "
            "28037:2010, clause 7). Where the levels scatter more than these say, the uncertainties of the "
            "line are made larger accordingly. The error of the reference that is common to all levels is "
            "added by the law of propagation (JCGM 100:2008, 5.1.2)."
        ),
    )
