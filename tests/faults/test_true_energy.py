"""What the fault campaign compares energies with: the truth, while the wall clock is set on and back."""

from pathlib import Path

import pytest
from stepped_clock import SteppedClock
from true_energy import Truth

STEPS = {100: 12.5, 180: -30.0}
"""Row of the truth file after which the wall clock is set, and by how many seconds."""


def test_the_true_energy_between_two_moments_needs_no_wall_clock(tmp_path: Path) -> None:
    clock = SteppedClock(tmp_path)
    start_s = now_s = 5000.0
    lines, energy_j = ["t_utc_s,power_w,energy_j"], 0.0
    for row in range(300):
        power_w = 0.0 if row == 0 else 40.0 + row % 60
        energy_j += power_w * 0.1
        lines.append(f"{clock.utc_s(now_s):.6f},{power_w:.6f},{energy_j:.9f}")
        if row in STEPS:
            clock.step(STEPS[row], now_s)
        now_s += 0.1
    (tmp_path / "truth-001.csv").write_text("\n".join([*lines, "1795913722.09"]))

    truth = Truth(tmp_path / "truth-001.csv", clock)
    expected_wh = sum(40.0 + row % 60 for row in range(51, 251)) * 0.1 / 3600
    assert truth.energy_wh(start_s + 5.0, start_s + 25.0) == pytest.approx(expected_wh, rel=1e-6)
    assert truth.energy_wh(start_s + 25.0, start_s + 31.0) is None, "it ended before that"
