"""The energies of the runs as a histogram on the terminal."""

from collections.abc import Mapping, Sequence
from math import ceil, sqrt

import numpy as np

_BLOCKS = "▏▎▍▌▋▊▉█"
_WIDTH = 30
_MOST_BINS = 10
LEAST_RUNS = 3


def histogram_lines(energies: Mapping[str, Sequence[float]], *, unicode: bool) -> list[str]:
    """Draw how often each energy occurred: a line for each bin, under a line for each command.

    Args:
        energies: of the runs, by the name of their command, all in one unit; all commands share the bins.
        unicode: whether the terminal can show block elements; else the bars are of ``#``.

    Returns:
        Nothing where a command has fewer than `LEAST_RUNS` runs or all energies are equal.
    """
    values = [value for runs in energies.values() for value in runs]
    most_runs = max(map(len, energies.values()), default=0)
    if min(map(len, energies.values()), default=0) < LEAST_RUNS or min(values) == max(values):
        return []
    bins = min(_MOST_BINS, ceil(sqrt(most_runs)) + len(energies))
    edges = np.linspace(min(values), max(values), bins + 1)
    ends = _labels([float(edge) for edge in edges])
    lines = []
    for name, runs in energies.items():
        lines += [f"{name} ({len(runs)} runs)"] if len(energies) > 1 else []
        counts = [int(number) for number in np.histogram(runs, edges)[0]]
        for low, high, number in zip(ends, ends[1:], counts, strict=False):
            lines.append(f"  {low} – {high}  {_bar(number / most_runs, unicode)} {number or ''}".rstrip())
    return lines


def _labels(edges: Sequence[float]) -> list[str]:
    """Return the edges with as many digits as tell them apart, right-aligned."""
    step = edges[1] - edges[0]
    decimals = max(0, ceil(-np.log10(step)) + 1)
    texts = [f"{edge:.{decimals}f}" for edge in edges]
    return [text.rjust(max(map(len, texts))) for text in texts]


def _bar(share: float, unicode: bool) -> str:
    if not unicode:
        return "#" * round(share * _WIDTH)
    eighths = round(share * _WIDTH * 8)
    rest = eighths % 8
    return "█" * (eighths // 8) + (_BLOCKS[rest - 1] if rest else "")
