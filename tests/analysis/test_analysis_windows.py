"""Many windows at once give what each gives by itself."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.power.energy import energies_j, window_energies, window_energy
from analysis.power.pieces import Pieces
from analysis.power.trace import CadenceFigures, PowerTrace

FIGURES = CadenceFigures(1.0, 1.0, 0.0, 0.0, 0, 0, 0, 0, 0, 1.0, {}, [])


def trace_of(powers: list[float | None], sampling: str = "interval_mean") -> PowerTrace:
    """A reading a second; ``None`` where one is missing."""
    start_s = np.array([float(i) for i, p in enumerate(powers) if p is not None])
    power_w = np.array([p for p in powers if p is not None], dtype=float)
    return PowerTrace(Pieces.level(start_s, start_s + 1.0, power_w), 0.0, sampling, FIGURES)  # type: ignore[arg-type]


POWERS = st.lists(st.one_of(st.none(), st.floats(0, 500)), max_size=40)
WINDOWS = st.lists(st.tuples(st.floats(-5, 45), st.floats(0, 30)), max_size=8)


@settings(max_examples=300, deadline=None)
@given(powers=POWERS, windows=WINDOWS)
@example(powers=[None, None, 2.2e-309, 1.0, 0.0], windows=[(0.0, 3.0)])
def test_windows_together_are_windows_one_by_one(
    powers: list[float | None], windows: list[tuple[float, float]]
) -> None:
    trace = trace_of(powers)
    from_s = np.array([a for a, _ in windows], dtype=float)
    to_s = from_s + np.array([length for _, length in windows], dtype=float)
    together = window_energies(trace, from_s, to_s)
    borders_s = np.concatenate((from_s, to_s))
    alone = [
        window_energies(trace, from_s[i : i + 1], to_s[i : i + 1], borders_s)[0] for i in range(len(to_s))
    ]
    for one, other in zip(together, alone, strict=True):
        assert one.gaps == other.gaps
        assert (one.energy_j is None) == (other.energy_j is None)
        assert (one.energy_j or 0.0) == pytest.approx(other.energy_j or 0.0, rel=1e-9, abs=1e-6)
        assert one.filled_j == pytest.approx(sum(h.length_s * (h.power_w or 0) for h in one.gaps), abs=2e-3)
    short = [e.energy_j for e in together]
    assert [None if np.isnan(e) else e for e in energies_j(trace, from_s, to_s).tolist()] == short


@given(powers=POWERS.filter(lambda found: any(p is not None for p in found)), at=st.floats(0, 40))
def test_gaps_take_the_mean_of_both_sides_with_equal_weight(powers: list[float | None], at: float) -> None:
    for gap in window_energy(trace_of(powers), at, at + 10.0).gaps:
        before = [p for i, p in enumerate(powers) if p is not None and i + 1 <= gap.to_s - 1e-9][-5:]
        after = [p for i, p in enumerate(powers) if p is not None and i >= gap.from_s + 1e-9][:5]
        sides = [np.mean(side) for side in (before, after) if side]
        if gap.from_s > at and gap.to_s < at + 10.0:  # a gap that the window does not cut
            assert gap.power_w == pytest.approx(np.mean(sides))
            assert gap.bound_j == pytest.approx(
                gap.length_s * (max(before + after) - min(before + after)), abs=1e-6
            )


def test_a_hundred_thousand_calls_are_not_a_hundred_thousand_passes_over_the_trace() -> None:
    # 300 000 readings: one pass for each of the calls would take minutes, the time limit of a test.
    trace = trace_of([50.0 + i % 7 for i in range(300_000)])
    from_s = np.linspace(0.0, 299_000.0, 100_000)
    found = window_energies(trace, from_s, from_s + 2.5)
    assert len(found) == 100_000
    assert all(150 - 50 < window.energy_j < 2.5 * 57 for window in found if window.energy_j)
