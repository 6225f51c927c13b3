"""Two profiles of a program of which a line was changed: sites are matched, and their joules compared."""

import json
from math import hypot
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from compared_campaign import write_compared
from recorded_program import write_program
from report_example import HOSTILE
from report_page import Page
from typed_rows import row_of

from analysis.comparing.calls import CallDifference
from analysis.comparing.scenarios import compare_scenarios
from lab.cli import cli
from records.campaign import CampaignFolder
from records.results import read_results, write_results
from records.rows.calls import CallSiteRow
from reports.pages.compare.page import render

BEFORE = "import np\n\nx = np.load(FILE)\nnp.sort(x)\nnp.dot(x, x)\nnp.dot(x, x.T)\n"
AFTER = "import np\nimport os\n\nx = np.load(FILE)\nnp.sort(x, kind='stable')\nnp.dot(x, x.T)\n"


def site(api: str, line: int, energy_j: float | None, reach_j: float = 1.0, **columns: Any) -> dict[str, Any]:
    ends = {} if energy_j is None else {"low_j": energy_j - reach_j, "high_j": energy_j + reach_j}
    return {
        "kind": "call",
        "api": api,
        "file": "train.py",
        "line": line,
        "end_line": line,
        "expression": api,
        "label": "measured" if energy_j is not None else "bounded",
        "induced_exclusive_j": energy_j,
        **{f"induced_exclusive_{end}": value for end, value in ends.items()},
        **columns,
    }


def profile(folder: Path, text: str, *sites: dict[str, Any]) -> Path:
    """Write an analysed campaign whose scenario ``cnn`` has these call sites."""
    write_compared(folder, {"cnn": (1.00, 1.02, 0.99), "other": (1.0, 1.1, 1.2)}, simulated=True)
    results = read_results(CampaignFolder(folder).results)
    results.call_sites = [
        row_of(CallSiteRow, scenario="cnn", site=number, **columns)
        for number, columns in enumerate(sites, start=1)
    ]
    write_results(results, folder / "results")
    write_program(folder, {"train.py": text}, scenarios=("cnn",))
    return folder


@pytest.fixture
def campaigns(tmp_path: Path) -> tuple[Path, Path]:
    before = profile(
        tmp_path / "before",
        BEFORE,
        site("np.load", 3, 20.0),
        site("np.sort", 4, 50.0, 3.0),
        site("np.dot", 5, 7.0),
        site("np.dot", 6, 9.0),
    )
    after = profile(
        tmp_path / "after",
        AFTER,
        site("np.load", 4, 20.5),
        site("np.sort", 5, 62.0, 4.0),
        site("np.dot", 6, 9.1),
    )
    return before, after


def differences(campaigns: tuple[Path, Path]) -> list[CallDifference]:
    compared = compare_scenarios(campaigns[0], "cnn", f"{campaigns[1]}:cnn").calls
    assert compared is not None
    return compared.differences


def lines(found: list[CallDifference]) -> dict[tuple[int | None, int | None], str]:
    return {(one.a and one.a.line, one.b and one.b.line): one.match for one in found}


def test_sites_are_matched_where_lines_moved_and_where_a_line_was_changed(
    campaigns: tuple[Path, Path],
) -> None:
    found = lines(differences(campaigns))
    assert found == {(3, 4): "moved", (4, 5): "changed", (5, None): "only A", (6, 6): "same"}


def test_the_largest_difference_comes_first_with_its_interval(campaigns: tuple[Path, Path]) -> None:
    first, second, *rest = differences(campaigns)
    assert (first.row.api, first.difference_j) == ("np.sort", pytest.approx(12.0))
    assert (first.low_j, first.high_j) == (pytest.approx(12 - hypot(3, 4)), pytest.approx(12 + hypot(3, 4)))
    assert first.is_significant
    # A call that was taken out saves its energy.
    assert (second.row.api, second.difference_j, second.low_j) == ("np.dot", -7.0, pytest.approx(-8.0))
    assert not any(one.is_significant for one in rest)


def test_without_the_text_the_order_of_the_calls_decides(campaigns: tuple[Path, Path]) -> None:
    (campaigns[1] / "programs/train.py").unlink()
    found = lines(differences(campaigns))
    assert found[(3, 4)] == "moved"
    assert (5, 6) in found  # the first of two alike


def test_a_function_that_stands_elsewhere_is_found(tmp_path: Path) -> None:
    parts = [site("np.load", 1, 5.0, function="f"), site("np.dot", 2, 6.0, function="g")]
    before = profile(tmp_path / "before", "np.load(f)\nnp.dot(g)\n", *parts)
    swapped = [site("np.dot", 1, 6.0, function="g"), site("np.load", 2, 5.0, function="f")]
    after = profile(tmp_path / "after", "np.dot(g)\nnp.load(f)\n", *swapped)
    assert lines(differences((before, after))) == {(1, 2): "moved", (2, 1): "moved"}


def test_another_way_to_write_the_same_api_is_found(tmp_path: Path) -> None:
    before = profile(tmp_path / "before", "a\n", site("np.dot", 1, 5.0, expression="np.dot"))
    after = profile(tmp_path / "after", "b\n", site("np.dot", 1, 5.0, expression="numpy.dot"))
    assert lines(differences((before, after))) == {(1, 1): "changed"}


def test_the_same_expression_with_another_name_of_its_api_is_found(tmp_path: Path) -> None:
    before = profile(tmp_path / "before", "a\n", site("keras.Model.fit", 1, 5.0, expression="model.fit"))
    after = profile(tmp_path / "after", "a\n", site("keras.Trainer.fit", 1, 5.0, expression="model.fit"))
    assert lines(differences((before, after))) == {(1, 1): "same"}


def test_groups_are_matched_by_what_they_hold(tmp_path: Path) -> None:
    def grouped(*apis: str) -> list[dict[str, Any]]:
        members = [site(api, 1, None, group=len(apis) + 1) for api in apis]
        return [*members, {**site("", 1, 3.0, kind="group"), "line": None, "end_line": None}]

    before = profile(tmp_path / "before", "a\n", *grouped("np.dot", "np.sort"))
    alike = profile(tmp_path / "alike", "a\n", *grouped("np.dot", "np.sort"))
    other = profile(tmp_path / "other", "a\n", *grouped("np.dot", "np.load"))
    (one,) = differences((before, alike))
    assert (one.match, one.row.expression) == ("same", "dot, sort together")
    assert {one.match for one in differences((before, other))} == {"only A", "only B"}


def test_a_site_that_is_in_a_group_on_one_side_only_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    members = [site("np.dot", 1, None, group=3), site("np.sort", 2, None, group=3)]
    group = {**site("", 1, 30.0, kind="group"), "line": None, "end_line": None}
    before = profile(tmp_path / "before", "a\nb\n", *members, group)
    after = profile(tmp_path / "after", "a\nb\n", site("np.dot", 1, 20.0), site("np.sort", 2, 10.0))
    for sides in ((before, after), (after, before)):
        found = differences(sides)
        assert {one.row.api: one.match for one in found if one.row.api} == {
            "np.dot": "same",
            "np.sort": "same",
        }
        assert [one.difference_j for one in found] == [None] * 3
        assert not any(one.is_significant for one in found)


def test_a_bound_gives_no_difference(tmp_path: Path) -> None:
    before = profile(tmp_path / "before", "a\n", site("np.dot", 1, None, bound_exclusive_j=0.5))
    after = profile(tmp_path / "after", "a\n", site("np.dot", 1, 5.0))
    (one,) = differences((before, after))
    assert (one.difference_j, one.is_significant) == (None, False)
    assert "≤ 0.5" in Page(render(compare_scenarios(before, "cnn", f"{after}:cnn"))).text


def test_the_page_draws_and_tabulates_the_differences(campaigns: tuple[Path, Path]) -> None:
    page = Page(render(compare_scenarios(campaigns[0], "cnn", f"{campaigns[1]}:cnn")))
    (section,) = [one for one in page.all("section") if one.attributes.get("id") == "calls"]
    (figure,) = section.all("figure")
    assert "SIMULATED" in figure.all("desc")[0].text
    assert "np.sort" in figure.all("desc")[0].text
    (table,) = [one for one in section.all("table") if one.attributes["id"] == "table-call-differences-data"]
    assert len(table.all("tbody")[0].all("tr")) == 4


def test_without_calls_there_is_no_such_part(campaigns: tuple[Path, Path]) -> None:
    compared = compare_scenarios(campaigns[0], "other", f"{campaigns[1]}:cnn")
    assert compared.calls is None
    assert not [one for one in Page(render(compared)).all("section") if one.attributes.get("id") == "calls"]


def test_the_command_names_the_call_that_changed(campaigns: tuple[Path, Path]) -> None:
    arguments = ["compare", str(campaigns[0]), "cnn", f"{campaigns[1]}:cnn"]
    shown = CliRunner().invoke(cli, arguments)
    assert shown.exit_code == 0, shown.output
    assert "np.sort in train.py:4 uses 12.0 J more induced energy" in shown.stdout
    document = json.loads(CliRunner().invoke(cli, [*arguments, "--json"]).stdout)["calls"]
    assert document["induced"] is True
    assert [(one["api"], one["match"], one["difference_j"]) for one in document["sites"]][:2] == [
        ("np.sort", "changed", 12.0),
        ("np.dot", "only A", -7.0),
    ]
    assert document["sites"][1]["b"] is None


def test_nothing_in_a_site_becomes_markup(tmp_path: Path) -> None:
    one = site("np.dot", 1, 5.0, function=HOSTILE, file=HOSTILE, expression=HOSTILE)
    before, after = (profile(tmp_path / name, "a\n", one) for name in ("before", "after"))
    html = render(compare_scenarios(before, "cnn", f"{after}:cnn"))
    assert HOSTILE not in html
    Page(html)
