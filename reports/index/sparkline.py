"""A line as small as a word: the runs of a campaign in the order of time."""

from collections.abc import Sequence
from statistics import fmean

from markupsafe import Markup

from reports.index.entries import RunEnergy
from reports.words.numbers import MINUS

_WIDTH, _HEIGHT, _EDGE = 96, 22, 3
_LEAST_PCT = 5.0


def sparkline(runs: Sequence[RunEnergy]) -> Markup:
    """Draw the energy of each run relative to the mean of its scenario; nothing of fewer than three runs.

    The axis spans at least 5 % to either side of the mean, so that scatter does not look like a trend.
    """
    changes_pct = _changes_pct(runs)
    if len(changes_pct) < 3:
        return Markup("")
    most_pct = max(_LEAST_PCT, *map(abs, changes_pct))
    step = (_WIDTH - 2 * _EDGE) / (len(changes_pct) - 1)
    half = _HEIGHT / 2
    points = " ".join(
        f"{_EDGE + n * step:.1f},{half - pct / most_pct * (half - _EDGE):.1f}"
        for n, pct in enumerate(changes_pct)
    )
    low, high = (f"{pct:+.1f} %".replace("-", MINUS) for pct in (min(changes_pct), max(changes_pct)))
    words = (
        f"{len(changes_pct)} runs, {low} to {high} from the mean of their scenario; axis ±{most_pct:.0f} %"
    )
    return Markup(
        '<svg class="spark" role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-label="{words}">'
        "<title>{words}</title>"
        '<line x1="0" x2="{w}" y1="{half}" y2="{half}"/><polyline points="{points}"/></svg>'
    ).format(w=_WIDTH, h=_HEIGHT, half=half, words=words, points=points)


def _changes_pct(runs: Sequence[RunEnergy]) -> list[float]:
    means = {
        name: fmean(r.energy_wh for r in runs if r.scenario == name) for name in {r.scenario for r in runs}
    }
    return [100 * (run.energy_wh / means[run.scenario] - 1) for run in runs if means[run.scenario] > 0]
