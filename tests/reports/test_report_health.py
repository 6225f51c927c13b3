"""The chapter on the lab's health: what the chart says, in words, in shapes and in numbers."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from chapter_page import cells, made, page_of, verdict
from hypothesis import given, settings
from hypothesis import strategies as st
from report_example import HOSTILE, HOSTILE_IMAGE, START_UTC_S, Plan, example, nothing_counted
from report_in_browser import bad_labels
from typed_rows import change, row_of

from analysis.health.judge import judge
from records.health import ControlPoint
from records.results import Results
from records.rows.standards import HealthRow
from records.settings.analysis import HealthSettings
from reports.blocks.svg import drawing_style
from reports.campaign.health.chapter import chapter
from reports.campaign.health.control_chart import control_chart_panel
from reports.campaign.page import render

QUIET = [10.0, 10.01, 9.99, 10.0, 10.01, 9.99, 10.0, 10.01]


def with_health(
    energies_wh: list[float],
    *,
    before: int = 0,
    stops_utc_s: tuple[float, ...] = (),
    control: str = "control",
) -> Results:
    """Results whose control runs have these energies; so many of them are of an earlier campaign."""
    results = example(Plan(repeats=1, seconds=12, epochs=0, tracker=None))
    own = results.campaign.id
    points = [
        ControlPoint(
            campaign="earlier" if n < before else own,
            run_dir=f"{n + 1:04d}-control",
            t_utc_s=START_UTC_S + 600.0 * n,
            energy_wh=energy_wh,
            energy_u_wh=0.1,
            energy_random_u_wh=1e-4,
        )
        for n, energy_wh in enumerate(energies_wh)
    ]
    chart = judge(points, own, stops_utc_s, HealthSettings(control=control))
    results.settings["health"] = {"control": control, "rules": ["beyond-limits", "shift"]}
    results.health = {
        "control": control,
        "verdict": chart.verdict,
        "n": len(points) - before,
        "n_history": before,
        "centre_wh": chart.limits.centre if chart.limits else None,
        "lower_wh": chart.limits.lower if chart.limits else None,
        "upper_wh": chart.limits.upper if chart.limits else None,
        "sd_wh": chart.limits.sigma if chart.limits else None,
        "relative_sd_pct": chart.relative_sd_pct,
        "relative_sd_max_pct": 1.0,
        "signals": [asdict(signal) for signal in chart.signals],
        "acknowledged": [{"t_utc_s": t, "reason": "beyond-limits, looked at the fan"} for t in stops_utc_s],
        "stopped": None,
        "points": [
            {
                **asdict(judged.point),
                "phase": judged.phase,
                "signals": " ".join(signal.rule for signal in judged.signals),
                "centre_wh": judged.limits.centre if judged.limits else None,
                "lower_wh": judged.limits.lower if judged.limits else None,
                "upper_wh": judged.limits.upper if judged.limits else None,
            }
            for judged in chart.points
        ],
    }
    return results


def panel_text(results: Results) -> str:
    (section,) = [s for s in page_of(chapter, results).all("section") if s.attributes.get("id") == "health"]
    (svg,) = [s for s in section.all("svg") if s.attributes.get("role") == "img"]
    return svg.text


def test_without_a_control_workload_the_report_says_what_to_add() -> None:
    assert "[health] control" in made(chapter, example(Plan(repeats=1))).absent
    assert "[health] control" in made(chapter, nothing_counted()).absent


@pytest.mark.parametrize(
    ("energies_wh", "tone", "words"),
    [
        (QUIET, "good", "The lab was in order: the 8 runs of control scatter by 0.083 % of their mean"),
        ([*QUIET, 10.1], "warn", "too small to matter"),
        ([*QUIET, 10.2], "refuse", "a change above that is signalled by beyond-limits"),
        (QUIET[:2], "warn", "2 of at least 3"),
    ],
)
def test_the_verdict_comes_first_in_words(energies_wh: list[float], tone: str, words: str) -> None:
    # 0.083 %: the standard deviation of the eight energies is 0.00835 Wh, their mean 10.00125 Wh.
    said = verdict(made(chapter, with_health(energies_wh)))
    assert said.tone == tone
    assert words in said.words


def test_a_signal_is_a_word_in_the_drawing_and_in_its_description() -> None:
    quiet, loud = panel_text(with_health(QUIET)), panel_text(with_health([*QUIET, 10.2]))
    assert "No signal." in quiet
    assert "beyond-limits" not in quiet
    assert "run 9: beyond-limits" in loud
    (word,) = [t for t in page_of(chapter, with_health([*QUIET, 10.2])).all("text") if "beyond" in t.text]
    assert word.text == "beyond-limits"


def test_words_of_signals_and_phases_stand_clear_of_the_runs(browser: Any, tmp_path: Path) -> None:
    energies = [*QUIET, *QUIET, 10.06, 10.2, *(10.05, 10.06) * 4]
    path = tmp_path / "health.html"
    results = with_health(energies, before=8, stops_utc_s=(START_UTC_S + 600 * 17.5,))
    path.write_text(render(results, (chapter,)), encoding="utf-8")
    browser.open(path.as_uri())
    assert bad_labels(browser.driver) == []


def test_campaigns_and_phases_have_their_borders() -> None:
    stopped = with_health([*QUIET, 10.2, 10.21, 10.2, 10.22], before=4, stops_utc_s=(START_UTC_S + 5000,))
    text = panel_text(stopped)
    assert "new phase" in text
    assert "of an earlier one" in text
    assert "12 runs of 2 campaigns" in text
    assert "new phase" not in panel_text(with_health(QUIET))
    assert "of an earlier one" not in panel_text(with_health(QUIET))
    first = verdict(made(chapter, stopped))
    assert (first.tone, "it had stopped before" in first.words) == ("warn", True)
    assert "the 3 runs of control since the last resume" in first.words
    assert "looked at the fan" in page_of(chapter, stopped).text


def test_the_table_has_the_lines_by_which_each_run_was_judged() -> None:
    # By hand, at the third run: mean 10, ranges 0.02 and 0.04, sigma = 0.03 / 1.128 = 0.0266,
    # limits 10 -+ 0.0798; the third run lies (9.98 - 10) / 0.0266 = -0.75 sigma from the centre.
    rows = cells(made(chapter, with_health([10.0, 10.02, 9.98])), "health-points")
    assert (rows[0]["Centre"], rows[1]["Upper limit"]) == ("–", "–")
    third = rows[2]
    assert (third["Lower limit"], third["Centre"], third["Upper limit"]) == (
        "9920",
        "10\u202f000",
        "10\u202f080",
    )
    assert third["From the centre"] == "−0.75"
    assert third["Phase"] == "1"


def test_the_numbers_behind_the_chart_are_the_table_of_the_results() -> None:
    found = made(chapter, with_health(QUIET))
    (sheet,) = found.sheets
    assert sheet.data is not None
    assert sheet.data.source == "health"
    assert "n = 8" in sheet.caption
    assert "1.128" in sheet.how


def test_axes_have_units_and_simulated_numbers_say_so() -> None:
    text = panel_text(with_health(QUIET))
    assert "energy / mWh" in text
    assert "control run, in the order of time (n = 8)" in text
    assert text.count("SIMULATED") >= 2


def test_a_stop_that_nobody_looked_at_is_said() -> None:
    results = with_health([*QUIET, 10.2])
    change(results.health, stopped="beyond-limits, 0009-control")
    assert "not been resumed: beyond-limits, 0009-control" in page_of(chapter, results).text


def test_hostile_names_stay_text() -> None:
    results = with_health([*QUIET, 10.2], control=HOSTILE)
    for row in results.health.points:
        change(row, campaign=HOSTILE_IMAGE, run_dir=HOSTILE_IMAGE)
    change(results.health.points[-1], signals=HOSTILE)
    change(results.health.signals[0], rule=HOSTILE, message=HOSTILE)
    page = page_of(chapter, results)
    assert page.all("img") == []
    assert not [item for item in page.all("script") if "alert" in "".join(item.texts)]
    assert HOSTILE in page.text


POINT = st.fixed_dictionaries(
    {
        "energy_wh": st.floats(1e-6, 1e6),
        "phase": st.integers(0, 2),
        "campaign": st.sampled_from(["a", "b"]),
        "signals": st.sampled_from(["", "shift", "drift relative-sd"]),
        "energy_random_u_wh": st.floats(0, 1),
    }
)


@settings(max_examples=12)
@given(st.lists(POINT, min_size=1, max_size=40), st.booleans())
def test_any_control_runs_can_be_drawn(columns: list[dict[str, object]], judged: bool) -> None:
    lines = {"centre_wh": 1.0, "upper_wh": 1.3, "lower_wh": 0.7} if judged else {}
    points = [row_of(HealthRow, **row, **lines) for row in columns]
    with drawing_style():
        svg = control_chart_panel("x", "Any", points, simulated=False, own="a")
    assert f"(n = {len(points)})" in svg
    assert ("warning, 2 σ to 3 σ" in svg) is judged
