"""The control chart: limits, rules with their published false alarms, and what stops a campaign."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import EPOCH_UTC_S, SyntheticCampaign, SyntheticRun

from analysis.campaign import analyse
from analysis.health.chart import PATTERNS, change_points, limits_of, pattern_signals
from analysis.health.judge import SIGNIFICANT, judge
from records.campaign import Campaign
from records.errors import ConfigurationError
from records.health import HEALTH_RULES, Acknowledgement, ControlPoint, HealthRecord
from records.settings.analysis import HealthSettings, settings_of

ALL = HealthSettings(control="control", rules=HEALTH_RULES)


def points(energies_wh: Sequence[float], campaign: str = "now", from_s: float = 0.0) -> list[ControlPoint]:
    return [
        ControlPoint(
            campaign=campaign,
            run_dir=f"{n + 1:04d}-control",
            t_utc_s=from_s + 600.0 * n,
            energy_wh=energy_wh,
            energy_u_wh=0.01,
            energy_random_u_wh=1e-4,
        )
        for n, energy_wh in enumerate(energies_wh)
    ]


def rules_met(energies_wh: Sequence[float], settings: HealthSettings = ALL) -> list[str]:
    chart = judge(points(energies_wh), "now", [], settings)
    return [signal.rule for signal in chart.points[-1].signals]


def test_centre_and_limits_are_those_of_the_moving_range() -> None:
    # By hand: mean 10; ranges 2, 4, 3, 1, 3 with mean 2.6; 3 / 1.128 = 2.66 (Montgomery, section 6.4).
    limits = limits_of(np.array([8.0, 10.0, 14.0, 11.0, 10.0, 7.0]), 0.0)
    assert limits.centre == 10.0
    assert limits.sigma == pytest.approx((2 + 4 + 3 + 1 + 3) / 5 / 1.128)
    assert limits.upper - limits.centre == pytest.approx(2.66 * 2.6, rel=1e-3)
    assert limits.centre - limits.lower == pytest.approx(limits.upper - limits.centre)


def test_equal_values_are_known_no_better_than_they_are_measured() -> None:
    limits = limits_of(np.full(5, 3.0), 0.02)
    assert (limits.lower, limits.upper) == (pytest.approx(2.94), pytest.approx(3.06))


@pytest.mark.parametrize(
    ("rules", "published"),
    [
        # Champ and Woodall (1987), Exact results for Shewhart control charts with supplementary runs
        # rules, Technometrics 29, table 1: average run length without any shift.
        (["beyond-limits"], 370.40),
        (["beyond-limits", "two-of-three"], 225.44),
        (["beyond-limits", "four-of-five"], 166.05),
        (["beyond-limits", "eight-in-a-row"], 152.73),
        (list(PATTERNS), 91.75),
    ],
)
def test_the_rules_have_the_published_average_run_lengths(rules: list[str], published: float) -> None:
    random = np.random.default_rng(20261121)
    lengths = []
    for _ in range(1500):
        z = random.standard_normal(4000)
        first = [found[0] for rule in rules if (found := pattern_signals(z, rule))]
        lengths.append(min(first, default=len(z)) + 1)
    error = np.std(lengths) / np.sqrt(len(lengths))
    assert np.mean(lengths) == pytest.approx(published, abs=4 * error)


@given(z=st.lists(st.floats(-5, 5), min_size=1, max_size=30), rule=st.sampled_from(sorted(PATTERNS)))
def test_a_rule_is_met_where_its_words_say(z: list[float], rule: str) -> None:
    wanted, window, sigmas = PATTERNS[rule]
    expected = []
    for i in range(len(z)):
        for side in (1, -1):
            last = [side * value > sigmas for value in z[max(0, i - window + 1) : i + 1]]
            if last[-1] and sum(last) >= wanted:
                expected.append(i)
                break
    assert pattern_signals(np.array(z, dtype=float), rule) == expected


def test_two_runs_say_nothing() -> None:
    chart = judge(points([1.0, 2.0]), "now", [], ALL)
    assert (chart.verdict, chart.limits, chart.signals) == ("unknown", None, ())


def test_a_spread_above_the_limit_stops() -> None:
    assert rules_met([10.0, 10.3, 9.9]) == ["relative-sd"]
    assert rules_met([10.0, 10.1, 9.95]) == []
    (signal,) = judge(points([10.0, 10.3, 9.9]), "now", [], ALL).signals
    assert signal.stops
    assert signal.size_pct == pytest.approx(
        100 * np.std([10.0, 10.3, 9.9], ddof=1) / np.mean([10, 10.3, 9.9])
    )


def test_a_step_is_beyond_the_limits_and_stops_when_it_is_large() -> None:
    quiet = [10.0, 10.01, 9.99, 10.0, 10.01, 9.99, 10.0, 10.01]
    assert "beyond-limits" in rules_met([*quiet, 10.1])
    small = judge(points([*quiet, 10.1]), "now", [], ALL)
    assert small.verdict == "signal"  # 0.9 % of the centre, and 1 % is permitted
    large = judge(points([*quiet, 10.2]), "now", [], ALL)
    assert large.verdict == "out of control"
    assert large.last_stop is not None
    assert large.last_stop.run_dir == "0009-control"


def test_a_slow_drift_is_found_though_no_point_is_beyond_the_limits() -> None:
    drifting = [10.0 + 0.02 * n + 0.005 * (-1) ** n for n in range(14)]
    chart = judge(
        points(drifting),
        "now",
        [],
        HealthSettings(control="control", relative_sd_max_pct=5.0, rules=("beyond-limits", "drift")),
    )
    met = [signal.rule for signal in chart.signals]
    assert met[0] == "drift"
    assert chart.verdict == "signal"


def test_a_shift_against_earlier_campaigns_is_found() -> None:
    before = points([10.0, 10.02, 9.98, 10.01, 9.99, 10.0], "before")
    now = points([10.15, 10.16, 10.14], "now", 1e6)
    only = HealthSettings(control="control", rules=("shift",))
    chart = judge([*before, *now], "now", [], only)
    (signal,) = chart.points[-1].signals
    assert (signal.rule, signal.stops) == ("shift", True)
    assert signal.size_pct == pytest.approx(1.5)


def test_runs_of_earlier_campaigns_are_not_judged_again() -> None:
    before = points([10.0, 10.0, 12.0, 8.0], "before")
    assert judge(before, "now", [], ALL).signals == ()


def test_an_acknowledged_stop_begins_a_new_phase() -> None:
    runs = points([10.0, 10.01, 9.99, 12.0, 12.01, 11.99, 12.0])
    assert judge(runs, "now", [], ALL).verdict == "out of control"
    after_the_fourth = runs[3].t_utc_s + 1
    chart = judge(runs, "now", [after_the_fourth], ALL)
    assert chart.verdict == "in control"
    assert [point.phase for point in chart.points] == [0, 0, 0, 0, 1, 1, 1]
    assert chart.limits is not None
    assert chart.limits.centre == pytest.approx(12.0)
    assert chart.points[3].signals, "what was signalled stays on the chart"


def test_judging_run_by_run_gives_the_same_signals_as_judging_them_together() -> None:
    random = np.random.default_rng(5)
    runs = points(list(10 + 0.05 * random.standard_normal(25)))
    together = judge(runs, "now", [], ALL)
    for n in range(1, len(runs) + 1):
        assert judge(runs[:n], "now", [], ALL).points[-1].signals == together.points[n - 1].signals


@given(
    st.lists(st.floats(0.01, 1e6), min_size=1, max_size=12), st.sampled_from([2.0**n for n in range(-9, 10)])
)
def test_the_verdict_does_not_depend_on_the_unit(energies: list[float], factor: float) -> None:
    sound = [10.0, 10.0, 10.0, *energies]
    scaled = [
        replace(p, energy_wh=factor * p.energy_wh, energy_random_u_wh=factor * p.energy_random_u_wh)
        for p in points(sound)
    ]
    assert judge(scaled, "now", [], ALL).verdict == judge(points(sound), "now", [], ALL).verdict


def test_false_stops_of_a_lab_in_order_are_as_rare_as_documented() -> None:
    """30 blocks and a spread of 0.3 %: at most 5 % of such campaigns (docs/explanation/lab-health.md)."""
    random = np.random.default_rng(7)
    stopped = 0
    for _ in range(200):
        runs = points(list(10 * (1 + 0.003 * random.standard_normal(31))))
        chart = judge(runs, "now", [], HealthSettings(control="control"))
        stopped += any(signal.stops for signal in chart.signals)
    assert stopped <= 10
    assert pytest.approx(0.0027, abs=1e-5) == SIGNIFICANT


def health_campaign(watts: Sequence[float]) -> SyntheticCampaign:
    runs = [
        SyntheticRun(n + 1, "control", 100.0 + 60 * n, repeat=n + 1, block=n + 1, power_w=power)
        for n, power in enumerate(watts)
    ]
    return SyntheticCampaign(runs, config={"health": {"control": "control"}})


def test_the_results_hold_the_chart_and_a_finding_for_each_signal(tmp_path: Path) -> None:
    folder = health_campaign([100.0, 100.1, 99.9, 100.0, 106.0]).write(tmp_path / "campaign")
    results = analyse(folder)
    health = results.health
    assert (health.control, health.verdict, health.n) == ("control", "out of control", 5)
    assert [point.run_dir for point in health.points][-1] == "0005-control"
    assert health.lower_wh < health.centre_wh < health.upper_wh
    # The truth: 20 s at 106 W; a border may split a reading of 1 s, in which the power steps by 66 W.
    assert health.points[4].energy_wh == pytest.approx(106 * 20 / 3600, abs=66 / 3600)
    found = {(f.run_dir, f.code) for f in results.findings}
    assert ("0005-control", "health-signal") in found
    header = (folder / "results/health.csv").read_text().splitlines()[0]
    assert header.startswith("campaign,run_dir,t_utc_s,energy_wh,energy_u_wh,phase,signals,centre_wh")
    assert results.settings["health"]["control"] == "control"


def test_the_control_workload_is_no_scenario_of_interest(tmp_path: Path) -> None:
    campaign = health_campaign([100.0] * 3)
    for n, name in enumerate(("a", "b", "a", "b"), start=4):
        campaign.runs.append(SyntheticRun(n, name, 100.0 + 60 * n, repeat=n // 2, power_w=90.0 + n))
    results = analyse(campaign.write(tmp_path / "campaign"))
    assert {row.scenario for row in results.scenarios} == {"control", "a", "b"}
    assert {row.a for row in results.comparisons} | {row.b for row in results.comparisons} == {"a", "b"}


def test_the_history_that_the_conductor_wrote_stands_before_the_runs(tmp_path: Path) -> None:
    folder = health_campaign([100.0]).write(tmp_path / "campaign")
    HealthRecord(
        control="control",
        basis={},
        basis_sha256="",
        history=points([0.5, 0.501, 0.499, 0.5], "before"),
        acknowledged=[Acknowledgement(t_utc_s=EPOCH_UTC_S - 10.0, reason="the fan was changed")],
    ).write(folder / "health.json")
    health = analyse(folder).health
    assert [point.campaign for point in health.points] == ["before"] * 4 + ["synthetic"]
    assert health.verdict == "unknown"  # the operator went on after the history
    assert health.acknowledged[0].reason == "the fan was changed"


def test_without_a_control_workload_there_is_no_chart(tmp_path: Path) -> None:
    campaign = health_campaign([100.0, 100.0])
    campaign.config = {}
    assert analyse(campaign.write(tmp_path / "campaign")).health is None


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"relative_sd_max_pct": "1"}, r"\[health\] relative_sd_max_pct: .*found '1'"),
        ({"relative_sd_max_pct": -1}, r"\[health\] relative_sd_max_pct: .*greater than 0"),
        ({"rules": ["nelson"]}, r"\[health\] rules: 'nelson' is none of"),
        ({"rules": "drift"}, r"\[health\] rules: "),
        ({"control": 7}, r"\[health\] control: "),
    ],
)
def test_a_wrong_section_is_told(tmp_path: Path, section: dict[str, object], words: str) -> None:
    folder = health_campaign([100.0]).write(tmp_path / "campaign")
    document = json.loads((folder / "campaign.json").read_text())
    document["config"]["health"] = section
    (folder / "campaign.json").write_text(json.dumps(document))
    with pytest.raises(ConfigurationError, match=words):
        settings_of(Campaign.read(folder / "campaign.json"))


def test_a_change_of_level_begins_a_chart_of_its_own() -> None:
    steady = [10.0, 10.1, 9.9, 10.05, 9.95, 10.0]
    higher = [value + 3 for value in steady]
    none = np.zeros(18)
    assert change_points(np.array(steady), none) == []
    assert change_points(np.array([*steady, *higher, *steady]), none) == [6, 12]
    assert change_points(np.array([*steady, *higher]), np.full(12, 2.0)) == [], (
        "no more than the repeats scatter"
    )
    for n in range(5):  # too few, whatever they are
        assert change_points(np.array([1.0, 1.0, 1.0, 50.0][:n]), np.zeros(n)) == []


def test_level_changes_are_seldom_found_where_there_are_none() -> None:
    values = np.random.default_rng(1).normal(100, 1, (400, 20))
    found = sum(len(change_points(row, np.ones(20))) for row in values)
    assert found < 0.05 * len(values), "of 400 trends of 20 campaigns each"
