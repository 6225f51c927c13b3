"""How it went with a tracker decides what is compared, and its own cost is tested against nothing."""

from pathlib import Path

import pytest
from scipy import stats
from synthetic import small_campaign
from typed_rows import row_of

from analysis.campaign import analyse
from analysis.statistics.cost import with_equivalence
from records.results import Results
from records.rows.statistics import ComparisonRow


def results_of(folder: Path, **claim: object) -> Results:
    campaign = small_campaign()
    tracked = next(run for run in campaign.runs if run.trackers)
    tracked.trackers[:] = [{**tracked.trackers[0], **claim}]
    return analyse(campaign.write(folder))


def test_another_window_keeps_its_energy_and_is_not_compared(tmp_path: Path) -> None:
    results = results_of(tmp_path / "c", outcome="window", window_s=30.0, outcome_text="30 s, not 20 s")
    off, fine = results.trackers
    assert (off.outcome, off.window_s, off.outcome_text) == ("window", 30.0, "30 s, not 20 s")
    assert off.energy_wh is not None and off.meter_wh is None and off.ratio is None
    assert fine.outcome is None and fine.ratio is not None
    assert [row.n for row in results.agreement] == [1] * len(results.agreement)


def test_an_orphan_does_not_keep_an_energy_from_being_compared(tmp_path: Path) -> None:
    off, _ = results_of(tmp_path / "c", outcome="orphan", outcome_text="1 process").trackers
    assert off.outcome == "orphan" and off.ratio is not None


def test_runs_beside_which_it_failed_are_not_what_it_costs(tmp_path: Path) -> None:
    campaign = small_campaign()
    tracked = [run for run in campaign.runs if run.trackers]
    before = analyse(campaign.write(tmp_path / "before")).comparisons
    for run in tracked[:1]:
        run.trackers[:] = [{"energy_wh": None, "outcome": "crashed"}]
    some = analyse(campaign.write(tmp_path / "some")).comparisons
    for run in tracked:
        run.trackers[:] = [{"energy_wh": None, "outcome": "no-sensor"}]
    none = analyse(campaign.write(tmp_path / "none")).comparisons
    counts = [[row.n_b for row in rows if row.b.endswith("+codecarbon")] for rows in (before, some, none)]
    assert counts == [[2, 2], [1, 1], []]


def test_without_outcomes_the_files_have_the_columns_they_had(tmp_path: Path) -> None:
    results_of(tmp_path / "c")
    header = (tmp_path / "c/results/trackers.csv").read_text().splitlines()[0]
    assert "outcome" not in header and "window_s" not in header


def cost(difference: float, se: float, **columns: object) -> ComparisonRow:
    given = {"a": "cnn", "b": "cnn+t", "n_a": 5, "n_b": 5, "mean_a": 2.0, "ratio": 1.0, "df": 4.0, "pairs": 5}
    row = row_of(ComparisonRow, **{**given, "difference": difference, "se": se, **columns})
    return with_equivalence(row, 0.95)


@pytest.mark.parametrize(
    ("difference", "se", "verdict"), [(0.001, 0.002, "yes"), (0.1, 0.002, "no"), (0.01, 0.01, "not shown")]
)
def test_a_cost_is_within_one_percent_beyond_it_or_neither(difference, se, verdict) -> None:
    row = cost(difference, se)
    assert (row.equivalent, row.equivalence_pct) == (verdict, 1.0)
    t = max(stats.t.sf((difference + 0.02) / se, 4), stats.t.sf((0.02 - difference) / se, 4))
    assert row.equivalence_p == pytest.approx(t)
    reach_pct = 100 * se * stats.t.ppf(0.95, 4) / 2.0
    assert row.equivalence_low_pct == pytest.approx(50 * difference - reach_pct)
    assert row.equivalence_high_pct == pytest.approx(50 * difference + reach_pct)


def test_meter_and_baseline_widen_the_test(tmp_path: Path) -> None:
    assert cost(0.001, 0.002, total_u=0.02).equivalent == "not shown"


@pytest.mark.parametrize("columns", [{"pairs": 2}, {"df": None}, {"ratio": None}, {"se": 0.0}])
def test_where_nothing_can_be_tested_there_is_no_verdict(columns) -> None:
    assert cost(0.001, columns.pop("se", 0.002), **columns).equivalent is None
