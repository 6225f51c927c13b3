"""The benches of a fleet in the chapter on energy."""

from dataclasses import replace

from report_example import HOSTILE, Plan, example
from typed_rows import change, emptied, row_of

from records.results import Results
from records.rows.benches import BenchRow
from reports.blocks.contract import Chapter
from reports.blocks.svg import drawing_style
from reports.campaign.energy.chapter import chapter
from reports.campaign.view import view_of


def drawn(results: Results) -> Chapter:
    with drawing_style():
        return chapter(view_of(results))


def of_fleet(**changes: object) -> Results:
    """Return results of a campaign of which each scenario ran on two benches."""
    results = example(Plan(repeats=4))
    results.benches += [
        row_of(
            BenchRow,
            scenario=row.scenario,
            quantity=quantity,
            bench=bench,
            n=2,
            mean=0.5,
            pct=pct,
            benches=2,
            sd=0.01,
            p=0.01,
            p_holm=0.02,
        )
        for row in results.scenarios
        for quantity in ("energy_wh", "duration_s")
        for bench, pct in (("a", -2.0), ("b", 2.0))
    ]
    for row in results.benches:
        change(row, **changes)
    return results


def test_every_scenario_stands_on_each_bench() -> None:
    results = of_fleet()
    made = drawn(results)
    (table,) = [table for table in made.tables if table.key == "benches"]
    assert len(table.rows) == len(results.benches)
    (sheet,) = [sheet for sheet in made.sheets if sheet.key == "benches-energy"]
    assert len(sheet.panels) == len(results.scenarios)


def test_energies_come_in_the_unit_of_the_report() -> None:
    results = of_fleet(mean=0.512345, sd=0.01)
    results.scenarios = [replace(row, energy_wh=0.5) for row in results.scenarios]
    (table,) = [table for table in drawn(results).tables if table.key == "benches"]
    energy, duration = table.rows[0], table.rows[2]
    assert energy[0].endswith(", mWh") and energy[4:6] == ["512", "10"]
    assert duration[0].endswith(", s") and duration[4] == "0.512"


def test_a_campaign_on_one_bench_has_no_such_part() -> None:
    made = drawn(example(Plan(repeats=4)))
    assert "benches" not in {block.key for block in [*made.tables, *made.sheets]}


def test_any_number_may_be_absent_and_a_name_is_only_text() -> None:
    results = of_fleet(bench=HOSTILE)
    results.benches[:] = [emptied(row, {"scenario", "quantity", "bench"}) for row in results.benches]
    made = drawn(results)
    (sheet,) = [sheet for sheet in made.sheets if sheet.key == "benches-energy"]
    assert not sheet.panels and sheet.absent
    of_hostile = drawn(of_fleet(bench=HOSTILE))
    assert all(HOSTILE not in panel for sheet in of_hostile.sheets for panel in sheet.panels)
