"""What derives from an induced energy that cannot be told from zero: empty, with a bound."""

from pathlib import Path

import pytest
from synthetic import SyntheticCampaign, SyntheticRun, small_campaign, training_marks, training_spans

from analysis.campaign import analyse
from analysis.comparing.scenarios import compare_scenarios
from analysis.maths.describe import upper_bound
from records.results import Results, read_results
from reports.blocks.contract import Text
from reports.campaign.efficiency.figures import Factor
from reports.campaign.energy import chapter as energy
from reports.campaign.epochs import chapter as epochs
from reports.campaign.first_screen.summary import summary_of
from reports.campaign.view import mean_words, view_of
from reports.words.verdict import pair_words

POWER_W = {"baseline": 40.0, "job": 40.02, "cnn": 100.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Analyse four blocks of a baseline, a job that draws as much, and a training."""
    runs = []
    for block in range(1, 5):
        for place, (name, power_w) in enumerate(POWER_W.items()):
            number = 3 * (block - 1) + place
            run = SyntheticRun(
                number + 1,
                name,
                100.0 + 60 * number,
                kind="baseline" if name == "baseline" else "workload",
                repeat=block,
                block=block,
                power_w=power_w + 0.2 * ((block + place) % 3),
            )
            if name != "baseline":
                run.spans, run.marks = training_spans(), training_marks()
                run.trackers = [{"energy_wh": 0.1}]
            runs.append(run)
    written = SyntheticCampaign(runs).write(tmp_path_factory.mktemp("resolution") / "c")
    analyse(written)
    return written


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return read_results(folder / "results")


def test_the_bound_is_the_upper_end_of_the_interval_and_only_where_zero_is_in_it(results: Results) -> None:
    rows = {row.scenario: row for row in results.scenarios}
    job = rows["job"]
    assert job.induced_low_wh < 0 < job.induced_high_wh == job.induced_bound_wh
    assert rows["cnn"].induced_bound_wh is None
    assert rows["baseline"].induced_bound_wh is None


def test_two_runs_have_a_bound_and_no_interval(tmp_path: Path) -> None:
    """The idle runs of 50 W are told from the baseline of 40 W, but not from one that scatters by 10 W."""
    campaign = small_campaign(blocks=2)
    for run in campaign.runs:
        if run.kind == "baseline":
            run.power_w = 35.0 + 5.0 * run.block
    results = analyse(campaign.write(tmp_path / "c"))
    (idle,) = [row for row in results.scenarios if row.scenario == "idle"]
    assert (idle.n, idle.induced_low_wh, idle.induced_high_wh) == (2, None, None)
    assert idle.induced_bound_wh > idle.induced_wh > 0


def test_there_are_efficiency_factors_of_gross_energy_only(results: Results) -> None:
    rows = {row.scenario: row for row in results.scenarios}
    induced = {name: value for name, value in rows["job"].efficiency.items() if "induced" in name}
    assert set(induced.values()) == {None}
    assert rows["job"].efficiency["runs_per_wh"] is not None
    assert rows["cnn"].efficiency["runs_per_induced_wh"] is not None
    budgets = {row.quantity for row in results.budgets if (row.of, row.scenario) == ("scenario", "job")}
    assert not any("per_induced_wh" in quantity for quantity in budgets)
    (job,) = [item for item in view_of(results).scenarios if item.key == "job"]
    assert Factor("runs", induced=True).bound(job) == pytest.approx(1 / job.row.induced_bound_wh)
    assert Factor("runs", induced=False).bound(job) is None


def test_a_comparison_has_the_difference_and_no_ratio(folder: Path, results: Results) -> None:
    known = {(row.a, row.b, row.quantity): row for row in results.comparisons}
    row = known["job", "cnn", "induced_wh"]
    assert row.total_low > 0
    assert (row.ratio, row.ratio_low, row.ratio_total_low) == (None, None, None)
    assert (row.repeats_1_pct, row.repeats_5_pct) == (None, None)
    assert (row.bound_a, row.bound_b) == (view_of(results).results.scenarios[1].induced_bound_wh, None)
    assert known["job", "cnn", "energy_wh"].ratio is not None
    assert "not resolved" in pair_words(row, "job", "cnn")
    there, back = (compare_scenarios(folder, a, b).row for a, b in (("job", "cnn"), ("cnn", "job")))
    assert (there.ratio, there.bound_a) == (None, row.bound_a)
    assert (back.ratio, back.bound_b) == (None, row.bound_a)


def test_a_tracker_has_no_ratio_to_it_but_a_least_one(results: Results) -> None:
    for row in results.trackers:
        resolved = row.scenario == "cnn"
        assert (row.ratio_net is not None, row.ratio_net_bound is None) == (resolved, resolved)
    nets = {row.scenario: row for row in results.agreement_scopes if row.against == "wall net"}
    job = nets["job"]
    assert (job.ratio_net, job.compared.total_ratio, job.compared.mape_pct) == (None, None, None)
    assert job.ratio_net_bound > 0.1
    assert nets["cnn"].ratio_net is not None and nets["cnn"].ratio_net_bound is None


def test_the_first_screen_has_the_bound(results: Results) -> None:
    view = view_of(results)
    (job,) = [item for item in view.scenarios if item.key == "job"]
    assert mean_words(job.row, "induced").startswith("≤")
    (line,) = [line for line in summary_of(view).lines if line.name == "job"]
    assert line.induced_interval == "not resolved"


def test_an_epoch_is_the_induced_energy_with_its_interval_or_its_bound_everywhere(
    folder: Path, results: Results
) -> None:
    view, rows = view_of(results), {row.scenario: row for row in results.scenarios}
    bound_wh = rows["job"].induced_per_epoch_bound_wh
    assert bound_wh > rows["job"].induced_wh_per_epoch
    assert rows["cnn"].induced_per_epoch_bound_wh is None
    assert compare_scenarios(folder, "job", "cnn", "induced_wh_per_epoch").row.bound_a == bound_wh
    summary = summary_of(view)
    lines = {line.name: (line.per_epoch, line.per_epoch_interval) for line in summary.lines}
    assert summary.per_epoch == "induced"
    assert lines["baseline"] == ("–", "")
    assert lines["job"][0].startswith("≤") and lines["job"][1] == "not resolved"
    low, high = map(float, lines["cnn"][1].strip("[]").split(", "))
    assert low < rows["cnn"].induced_wh_per_epoch * view.unit.per_wh < high
    table = energy.scenarios_table(view)
    place = [column.label for column in table.columns].index("Per epoch, induced")
    cells = {row[0]: tuple(row[place : place + 2]) for row in table.rows}
    assert cells == {**lines, "baseline": ("–", "–")}


def test_no_share_is_made_of_epochs_that_are_not_resolved(results: Results) -> None:
    said = [block.words for block in epochs.chapter(view_of(results)).blocks if isinstance(block, Text)]
    (job,) = [words for words in said if "epoch of job" in words]
    assert "not resolved" in job and "first one" not in job


@pytest.mark.parametrize(
    ("value", "u", "bound"),
    [
        (0.1, 0.1, 0.3),
        (-0.1, 0.1, 0.1),
        (0.3, 0.1, None),
        (-0.3, 0.1, None),
        (None, 0.1, None),
        (0.1, 0, None),
    ],
)
def test_what_is_within_twice_its_uncertainty_of_zero_has_an_upper_bound(value, u, bound) -> None:
    assert upper_bound(value, u) == (None if bound is None else pytest.approx(bound))


def test_scenarios_stand_in_the_order_of_the_configuration(tmp_path: Path) -> None:
    runs = [
        SyntheticRun(
            number,
            name,
            100.0 + 60 * number,
            kind="baseline" if name == "baseline" else "workload",
            power_w=60.0 + number,
        )
        for number, name in enumerate(("drawn", "baseline", "last", "first"), start=1)
    ]
    campaign = SyntheticCampaign(runs)
    campaign.config = {"scenario": [{"name": name} for name in ("first", "last", "baseline")]}
    folder = campaign.write(tmp_path / "c")
    analyse(folder)
    results = read_results(folder / "results")
    assert [row.scenario for row in results.scenarios] == ["baseline", "first", "last", "drawn"]
    assert [item.key for item in view_of(results).scenarios] == ["baseline", "first", "last", "drawn"]
