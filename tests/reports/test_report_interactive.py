"""The interactive traces in a real browser: all that was recorded is there, and can be looked at closely."""

import base64
import re

import numpy as np
import pytest
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example
from report_in_browser import DARK, INKED, POINTS_BETWEEN, RANGES, emulated, opened, press, settle
from typed_rows import change

from benchmarks.report import synthetic_results
from records.results import Results
from reports.campaign.page import render
from reports.campaign.power import traces
from reports.campaign.power.chapter import chapter
from reports.campaign.power.interactive.live import live_traces
from reports.campaign.power.interactive.models import traces_document
from reports.campaign.view import view_of


def with_hardware(results: Results, names: tuple[str, ...] = ("import <b>data</b>", "train")) -> Results:
    """Add what the collectors sampled, and where the actions lie."""
    for row in results.traces:
        t_s = np.arange(0.5, row.duration_s)
        change(
            row,
            hardware={
                name: {"t_s": t_s.tolist(), "values": (20 + 10 * np.sin(t_s / 5)).round(2).tolist()}
                for name in (
                    "cpu_load_pct",
                    "gpu_load_pct",
                    "gpu_power_w",
                    "cpu_temperature_c",
                    "ram_used_kib",
                )
            },
        )
    for number, row in enumerate(results.actions):
        change(row, **{"name": names[number % len(names)], "start_s": 2.0 * number % 20, "depth": 1})
    return results


def bin_in_fours(row):
    """Leave of a trace what the analysis leaves of one with too many readings, and make a gap in it."""
    fours = np.array(row.power_w)[: len(row.power_w) // 4 * 4].reshape(-1, 4)
    kept = np.delete(np.arange(len(fours)), slice(20, 40))
    change(
        row, **{"bin_s": 4.0, "t_s": (4.0 * (kept + 1)).tolist(), "readings": 4 * len(kept), "mean_w": 60.0}
    )
    for name, values in (
        ("power_w", fours.mean(axis=1)),
        ("low_w", fours.min(axis=1)),
        ("high_w", fours.max(axis=1)),
    ):
        change(row, **{name: values[kept].round(3).tolist()})


@pytest.fixture(scope="module")
def results():
    found = with_hardware(example(Plan(repeats=2, seconds=900, tracker=None)))
    bin_in_fours(found.traces[-1])
    return found


@pytest.fixture(scope="module")
def page(results):
    return render(results)


@pytest.fixture(scope="module")
def address(page, tmp_path_factory):
    path = tmp_path_factory.mktemp("interactive") / "report.html"
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


def test_it_is_drawn_without_a_complaint_and_nothing_is_asked_of_anybody(browser, address):
    browser.complaints()
    driver = opened(browser, address)
    settle(driver)
    assert browser.complaints() == []
    assert (
        driver.execute_script("return performance.getEntriesByType('resource').map(item => item.name)") == []
    )
    assert sum(inked > 100 for inked in driver.execute_script(INKED)) == 6  # lanes, power, four of hardware
    shown = "return getComputedStyle(document.querySelector(arguments[0])).display"
    assert driver.execute_script(shown, "#figure-power > .panels") == "none"
    assert driver.execute_script(shown, "#traces-figure") == "block"


def test_every_point_of_the_results_is_in_the_page(browser, results, address):
    driver = opened(browser, address)
    runs = driver.execute_script(
        "return wattlab.traces.figure.data.runs.map(run => ({name: run.name, "
        "series: Object.fromEntries(Object.entries(run.series).map(([k, s]) => "
        "[k, [[...s.t], [...s.v], [...s.low], [...s.high], s.gaps]]))}))"
    )
    by_name = {run["name"]: run["series"] for run in runs}
    assert len(by_name) == len(results.traces)
    for row in results.traces:
        times, powers, low, high, gaps = by_name[row.run_dir]["power_w"]
        assert powers == pytest.approx(row.power_w, abs=5.1e-4)
        assert low == pytest.approx(row.low_w or row.power_w, abs=5.1e-4)
        assert high == pytest.approx(row.high_w or row.power_w, abs=5.1e-4)
        assert gaps == ([20] if row.bin_s else [])
        step_s = row.bin_s or row.interval_s
        assert times == pytest.approx([t - step_s / 2 for t in row.t_s], abs=5.1e-4)
        assert by_name[row.run_dir]["gpu_power_w"][1] == row.hardware["gpu_power_w"]["values"]
        assert set(by_name[row.run_dir]) == {
            "power_w",
            "cpu_load_pct",
            "gpu_load_pct",
            "gpu_power_w",
            "cpu_temperature_c",
        }


def test_zooming_moves_all_panels_and_shows_more_of_what_is_there(browser, address):
    driver = opened(browser, address, 500)
    whole = driver.execute_script(RANGES)
    assert len({tuple(pair) for pair in whole}) == 1
    stretch = whole[0][1] / 40
    before = driver.execute_script(POINTS_BETWEEN, 0, stretch)
    driver.execute_script("wattlab.traces.figure.show(0, arguments[0])", stretch)
    settle(driver)
    assert driver.execute_script(RANGES) == [[0, pytest.approx(stretch)]] * len(whole)
    assert driver.execute_script(POINTS_BETWEEN, 0, stretch) > 1.5 * before


def test_keys_buttons_wheel_and_drag_move_and_zoom(browser, address):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    driver = opened(browser, address)
    plots = driver.find_element(By.CSS_SELECTOR, ".traces-plots")
    span = "const {start, end} = wattlab.traces.figure.time; return [start, end]"
    whole = driver.execute_script(span)

    plots.send_keys("+", "+")
    zoomed = driver.execute_script(span)
    assert zoomed[1] - zoomed[0] == pytest.approx((whole[1] - whole[0]) * 0.36)
    plots.send_keys(Keys.ARROW_RIGHT)
    moved = driver.execute_script(span)
    assert moved[0] > zoomed[0]
    assert moved[1] - moved[0] == pytest.approx(zoomed[1] - zoomed[0])
    plots.send_keys("0")
    assert driver.execute_script(span) == whole

    press(driver, "button[data-act=in]")
    assert driver.execute_script(span)[0] > whole[0]
    press(driver, "button[data-act=all]")
    assert driver.execute_script(span) == whole

    press(driver, "button[data-drag=box]")
    ActionChains(driver).move_to_element(plots).click_and_hold().move_by_offset(120, 10).release().perform()
    settle(driver)
    boxed = driver.execute_script(span)
    assert boxed[1] - boxed[0] < 0.3 * (whole[1] - whole[0])

    plots.send_keys("0")
    middle = driver.execute_script(
        "const box = arguments[0].getBoundingClientRect(); return [box.x + box.width / 2, box.y + 250]", plots
    )
    ActionChains(driver).move_to_element(plots).click().perform()
    wheel = {"type": "mouseWheel", "x": middle[0], "y": middle[1], "deltaX": 0, "deltaY": -120}
    driver.execute_cdp_cmd("Input.dispatchMouseEvent", wheel)
    settle(driver)
    wheeled = driver.execute_script(span)
    assert whole[0] < wheeled[0] < wheeled[1] < whole[1]


def test_the_figure_is_one_stop_of_the_tab_key(browser, address):
    stops = """
    const found = [];
    const look = (root) => {
      for (const item of root.querySelectorAll('*')) {
        if (item.tabIndex >= 0) found.push(item.className);
        if (item.shadowRoot) look(item.shadowRoot);
      }
    };
    look(document.querySelector('#traces-figure'));
    return found.filter(name => name.includes('bk-') || name.includes('plots'));
    """
    assert opened(browser, address).execute_script(stops) == ["traces-plots"]


def test_the_wheel_scrolls_the_page_until_the_reader_steps_into_the_figure(browser, address):
    driver = opened(browser, address)
    driver.execute_script("document.activeElement.blur()")
    tools = (
        "return wattlab.traces.figure.columns.flatMap(name => "
        "wattlab.traces.figure.model(`frame-${name}`).toolbar.tools.map(tool => tool.active))"
    )
    assert not any(driver.execute_script(tools))
    driver.execute_script("document.querySelector('.traces-plots').focus()")
    assert sum(driver.execute_script(tools)) == 2 * 5


def test_pointing_at_a_line_tells_run_time_and_value(browser, results, address):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    driver = opened(browser, address)
    plots = driver.find_element(By.CSS_SELECTOR, ".traces-plots")
    ActionChains(driver).move_to_element_with_offset(plots, 0, -100).perform()
    settle(driver)
    said = driver.find_element(By.CSS_SELECTOR, ".traces-read").text
    assert said.startswith("SIMULATED · ")
    assert any(row.run_dir in said for row in results.traces)
    assert " s · power " in said
    assert " W" in said


def test_a_scenario_can_be_left_out_and_another_run_be_shaded(browser, results, address):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import Select

    driver = opened(browser, address)
    settle(driver)
    lines = "return wattlab.traces.figure.model('lines-power_w').data.xs.length"
    before = driver.execute_script(lines)
    press(driver, ".traces-legend button")
    button = driver.find_element(By.CSS_SELECTOR, ".traces-legend button")
    assert button.get_attribute("aria-pressed") == "false"
    assert driver.execute_script(lines) == before - 3  # two runs and their mean
    strips = "return wattlab.traces.figure.model('strips-cpu_load_pct').data.x0"
    first = driver.execute_script(strips)
    select = Select(driver.find_element(By.CSS_SELECTOR, ".traces-run select"))
    assert len(select.options) == len(results.traces)
    select.select_by_index(len(results.traces) - 1)
    settle(driver)
    assert driver.execute_script(strips) != first


def means_of(results, zero_s):
    """Return the mean trace of each scenario, its runs laid on each other at ``zero_s`` by run folder."""
    means = []
    for item in view_of(results).scenarios:
        lines = [
            (t_s - zero_s[row.run_dir], power_w)
            for row in item.traces
            if row.run_dir in zero_s
            for t_s, power_w in [traces.trace_of(row)]
        ]
        begin = min(-zero for zero in zero_s.values())
        shifted = [(t_s - begin, power_w) for t_s, power_w in lines]
        t_s, mean_w = traces.mean_trace(shifted, traces.mean_step_s(item.traces)) if lines[1:] else ([], [])
        means.append([[float(t) + begin for t in t_s], [float(mean) for mean in mean_w]])
    return means


MEANS = """
return wattlab.traces.figure.data.scenarios.map(({mean}) => mean ? [[...mean.t], [...mean.v]] : [[], []]);
"""


def test_the_mean_on_the_screen_is_the_one_on_paper(browser, results, address):
    means = means_of(results, {row.run_dir: 0.0 for row in results.traces})
    assert all(len(t_s) > 100 for t_s, _ in means)
    shown = opened(browser, address).execute_script(MEANS)
    assert shown == [[pytest.approx(t_s), pytest.approx(mean_w)] for t_s, mean_w in means]


def test_runs_are_laid_on_each_other_where_a_chosen_action_begins_first(browser, results, address):
    from selenium.webdriver.support.ui import Select

    zero_s = {}
    for row in results.actions:
        if row.name == "train":
            zero_s[row.run_dir] = min(row.start_s, zero_s.get(row.run_dir, np.inf))
    assert len(set(zero_s.values())) > 1 and len(zero_s) < len(results.traces)
    driver = opened(browser, address)
    select = Select(driver.find_element("css selector", ".traces-align select"))
    select.select_by_visible_text(f"train ({len(zero_s)} of {len(results.traces)} runs)")
    settle(driver)
    zeros = driver.execute_script(
        "return Object.fromEntries(wattlab.traces.figure.data.runs.map(run => [run.name, run.zero]))"
    )
    assert {name: zero for name, zero in zeros.items() if zero is not None} == zero_s
    means = means_of(results, zero_s)
    shown = driver.execute_script(MEANS)
    assert shown == [[pytest.approx(t_s), pytest.approx(mean_w)] for t_s, mean_w in means]
    lines = driver.execute_script("return wattlab.traces.figure.model('lines-power_w').data.xs.length")
    assert lines == len(zero_s) + sum(bool(t_s) for t_s, _ in means)
    strips = driver.execute_script("return wattlab.traces.figure.model('strips-power_w').data.x0")
    assert 0 in strips
    assert driver.execute_script(RANGES)[0][0] == -max(zero_s.values())
    off = driver.find_elements("css selector", ".traces-legend button:disabled")
    assert [button.text for button in off] == [
        item.name
        for item in view_of(results).scenarios
        if not any(row.run_dir in zero_s for row in item.traces)
    ]
    select.select_by_index(0)
    settle(driver)
    assert driver.execute_script(RANGES)[0][0] == 0
    assert not driver.find_elements("css selector", ".traces-legend button:disabled")


def test_names_are_text_whatever_they_hold(browser, tmp_path):
    hostile = with_hardware(
        example(Plan(repeats=1, tracker=None, names=(HOSTILE, HOSTILE_IMAGE, "$$\\frac{1}{2}$$ @x{safe}"))),
        (HOSTILE, HOSTILE_IMAGE),
    )
    for row in (*hostile.traces, *hostile.actions, *hostile.epochs, *hostile.runs):
        change(row, run_dir=f"{row.run_dir}{HOSTILE_IMAGE}</script>")
    path = tmp_path / "hostile.html"
    path.write_text(render(hostile), encoding="utf-8")
    browser.complaints()
    driver = opened(browser, path.as_uri(), 390)
    driver.execute_script(
        "const figure = wattlab.traces.figure, run = figure.data.runs[3];"
        "figure.say('power_w', {run, series: run.series.power_w, place: 5}, 5)"
    )
    settle(driver)
    assert browser.complaints() == []
    assert (
        driver.execute_script("return document.querySelectorAll('#traces-figure :is(img, script, b)').length")
        == 0
    )
    assert HOSTILE_IMAGE in driver.execute_script("return document.querySelector('.traces-read').textContent")
    assert driver.execute_script("return document.documentElement.scrollWidth") == 390


def test_dark_mode_takes_other_colours_at_once(browser, address):
    driver = opened(browser, address)
    colours = (
        "const figure = wattlab.traces.figure;"
        "return [figure.model('lines-power_w').data.colour[0], "
        "[...figure.document.all_models].find(model => model.type === 'Grid').grid_line_color]"
    )
    light = driver.execute_script(colours)
    with emulated(driver, features=DARK):
        changed = driver.execute_script(colours)
    assert all(before != after for before, after in zip(light, changed, strict=True))


def test_on_paper_stand_the_drawings(browser, address):
    driver = opened(browser, address)
    with emulated(driver, media="print"):
        shown = "return getComputedStyle(document.querySelector(arguments[0])).display"
        assert driver.execute_script(shown, "#traces-figure") == "none"
        assert driver.execute_script(shown, "#figure-power > .panels") == "grid"
    pdf = base64.b64decode(driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert pdf.startswith(b"%PDF")
    described = re.findall(rb"/Alt *\((.*?)\)", pdf)
    assert sum(b"Power over time of scenario" in words for words in described) == 4
    assert not any(b"interactive" in words for words in described)


def test_readers_without_scripts_have_the_drawings(browser, address):
    driver = browser.driver
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(address)
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    shown = "return getComputedStyle(document.querySelector(arguments[0])).display"
    assert driver.execute_script(shown, "#traces-figure") == "none"
    assert driver.execute_script(shown, "#figure-power > .panels") == "grid"


def test_the_same_results_give_the_same_figure(results):
    first = live_traces(view_of(results))
    traces_document.cache_clear()
    assert live_traces(view_of(results)) == first


def test_the_policy_opens_nothing_for_the_figure(page):
    policy = page.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert "unsafe" not in policy
    assert "http" not in policy


def test_without_traces_there_is_no_figure_and_no_script_for_it():
    results = example(Plan(repeats=2))
    results.traces = []
    made = chapter(view_of(results))
    assert made.absent
    assert not any(sheet.live for sheet in made.sheets)


def test_a_campaign_of_120_hours_opens_is_drawn_and_can_be_zoomed_to_the_second(browser, tmp_path):
    path = tmp_path / "long.html"
    path.write_text(render(synthetic_results(120 * 3600)), encoding="utf-8")
    assert path.stat().st_size < 4e6
    browser.complaints()
    driver = opened(browser, path.as_uri())
    assert browser.complaints() == []
    assert driver.execute_script(
        "return wattlab.traces.figure.data.runs.map(run => run.series.power_w.t.length)"
    ) == ([3600] * 120)
    assert sum(inked > 100 for inked in driver.execute_script(INKED)) == 7
    driver.execute_script("wattlab.traces.figure.show(1000, 1060)")
    settle(driver)
    assert driver.execute_script(RANGES) == [[1000, 1060]] * 7
    in_view = driver.execute_script(POINTS_BETWEEN, 1000, 1060)
    assert in_view == 60 * (120 + 4)  # every second of every run, and of the mean of each scenario


def test_dragging_in_the_strip_shows_that_stretch(browser, address):
    from selenium.webdriver import ActionChains

    driver = opened(browser, address)
    driver.execute_script("document.querySelector('.traces-overview').scrollIntoView({block: 'center'})")
    settle(driver)
    strip = driver.find_element("css selector", ".traces-overview")
    quarter = strip.size["width"] // 4
    ends = driver.execute_script(RANGES)[0]
    actions = ActionChains(driver, duration=50)
    actions.move_to_element_with_offset(strip, -quarter, 0).click_and_hold()
    actions.move_by_offset(2 * quarter, 0).release().perform()
    settle(driver)
    start, end = driver.execute_script(RANGES)[0]
    assert 0.15 * ends[1] < start < 0.3 * ends[1] < 0.6 * ends[1] < end < 0.85 * ends[1]
    actions = ActionChains(driver, duration=50)
    actions.move_to_element_with_offset(strip, 0, 0).click_and_hold()
    actions.move_by_offset(quarter // 2, 0).release().perform()
    settle(driver)
    moved = driver.execute_script(RANGES)[0]
    assert moved[0] > start and moved[1] - moved[0] == pytest.approx(end - start)
