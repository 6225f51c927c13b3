"""Epochs by a tracker's own samples, next to the meter's."""

from pathlib import Path

import pytest
from synthetic import EPOCH_UTC_S, rehash, small_campaign

from analysis.agreement.epochs import epoch_agreement
from analysis.campaign import analyse
from analysis.run.clock import ClockFit
from analysis.run.series import TrackerSeries
from records.errors import RecordError
from records.results import Results
from records.trackers import read_series


def series_of(folder: Path, text: str) -> TrackerSeries:
    (folder / "series.csv").write_text(text)
    return TrackerSeries(read_series(folder / "series.csv"), ClockFit())


def test_a_sample_speaks_for_the_time_since_the_one_before(tmp_path: Path) -> None:
    series = series_of(tmp_path, "t_utc_s,power_w\n0,900\n10,36\n20,72\n")
    assert series.energy_wh(5, 15) == pytest.approx((5 * 36 + 5 * 72) / 3600)
    assert series.energy_wh(15, 21) is None
    assert series.energy_wh(-1, 5) is None


def test_energies_are_those_since_the_sample_before(tmp_path: Path) -> None:
    series = series_of(tmp_path, "t_utc_s,energy_wh\n0,5\n10,0.1\n20,0.3\n")
    assert series.energy_wh(0, 20) == pytest.approx(0.4)
    assert series.energy_wh(5, 10) == pytest.approx(0.05)


def test_a_series_of_nothing_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="power_w or energy_wh"):
        series_of(tmp_path, "t_utc_s,volts\n0,5\n")


def analysed(folder: Path, power_w: float | None) -> Results:
    campaign = small_campaign(blocks=3)
    campaign.write(folder)
    for run in campaign.runs:
        if run.tracker and power_w is not None:
            run_dir = folder / "runs" / run.run_dir
            (run_dir / "trackers" / run.tracker).mkdir(parents=True)
            lines = [f"{EPOCH_UTC_S + run.start_s + t},{power_w}" for t in range(-1, 22)]
            text = "t_utc_s,power_w\n" + "\n".join(lines) + "\n"
            (run_dir / "trackers" / run.tracker / "series.csv").write_text(text)
            rehash(run_dir)
    return analyse(folder)


def test_epochs_have_the_energy_of_the_series_and_are_compared(tmp_path: Path) -> None:
    results = analysed(tmp_path / "c", power_w=51.0)
    of_tracker = [row for row in results.epochs if row.tracker]
    assert [row.tracker_wh for row in of_tracker] == pytest.approx([51 * 4 / 3600] * 12)
    assert all(row.tracker_wh is None for row in results.epochs if not row.tracker)
    (found,) = epoch_agreement(results.epochs, 0.95)
    assert (found.tracker, found.scenario, len(found.rows)) == ("codecarbon", "cnn", 12)
    assert found.compared.groups == 3
    assert found.compared.total_ratio == pytest.approx(0.5, rel=0.01)


def test_without_a_series_the_table_of_epochs_is_as_it_was(tmp_path: Path) -> None:
    results = analysed(tmp_path / "c", power_w=None)
    assert epoch_agreement(results.epochs, 0.95) == []
    assert "tracker_wh" not in (tmp_path / "c" / "results" / "epochs.csv").read_text().partition("\n")[0]
