"""The gate of a CI: within, above or cannot say, by the whole interval of a ratio."""

from pathlib import Path

import numpy as np
import pytest
from compared_campaign import write_compared

from analysis.comparing.gate import judge
from analysis.comparing.scenarios import compare_scenarios
from records.rows.statistics import ComparisonRow


def compared(folder: Path, more: float, scatter: float = 0.01, runs: int = 6) -> ComparisonRow:
    random = np.random.default_rng(7)
    samples = {
        "a": tuple(random.normal(1.0, scatter, runs).tolist()),
        "b": tuple(random.normal(1.0 + more, scatter, runs).tolist()),
    }
    return compare_scenarios(write_compared(folder, samples), "a", "b").row


@pytest.mark.parametrize(
    ("more", "scatter", "verdict"),
    [(0.0, 0.01, "within"), (0.1, 0.01, "above"), (0.05, 0.01, "cannot say"), (0.0, 0.2, "cannot say")],
)
def test_a_limit_of_five_percent(tmp_path: Path, more: float, scatter: float, verdict: str) -> None:
    gate = judge(compared(tmp_path / "c", more, scatter), 5.0)
    assert gate.verdict == verdict
    assert gate.low_pct is not None
    assert gate.high_pct is not None
    assert gate.more_pct is not None
    assert gate.low_pct < gate.more_pct < gate.high_pct


def test_less_energy_is_within_any_limit(tmp_path: Path) -> None:
    assert judge(compared(tmp_path / "c", -0.2), 0.1).verdict == "within"


def test_two_runs_of_each_show_nothing(tmp_path: Path) -> None:
    gate = judge(compared(tmp_path / "c", 0.0, runs=2), 5.0)
    assert (gate.verdict, gate.high_pct) == ("cannot say", None)
