"""The index: what is found, what is in the database, what the page shows, and what is never overwritten."""

import json
import os
import re
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_campaigns import made, put, with_control, write
from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example
from report_page import Page
from typed_rows import change

from benchmarks.index import PAGE, queries
from records.errors import ConfigurationError, RecordError
from records.health import ControlPoint
from records.imported import ImportRecord, Source
from records.results import tables_of
from records.rows.standards import RuleRow
from reports.index.columns import by_column, fit, type_of, wider
from reports.index.database import writing
from reports.index.entries import read_entry
from reports.index.find import LeftOut, campaign_at, find_campaigns
from reports.index.page import address
from reports.index.writing import Index, write_index


def index(top: Path) -> Index:
    return write_index(top, top / "index.duckdb", top / "index.html")


def fill(top: Path) -> list[LeftOut]:
    """Write the database alone: drawing the page takes longer than all the rest."""
    left_out = []
    with writing(top / "index.duckdb") as database:
        for place in find_campaigns(top):
            read = read_entry(place)
            if isinstance(read, LeftOut):
                left_out.append(read)
            else:
                database.add(*read)
    return left_out


def ask(top: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(top / "index.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def page(top: Path) -> Page:
    return Page((top / "index.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two measured campaigns and a simulated one; the first without a tracker."""
    top = tmp_path_factory.mktemp("three")
    put(top / "a", made(0, simulated=False))
    put(top / "deep/er/b", made(1, simulated=False, repeats=3))
    put(top / "c", made(2, tracker="codecarbon"))
    assert index(top).left_out == []
    return top


def test_every_table_of_every_campaign_is_in_the_database(three: Path) -> None:
    for folder, results in (("a", made(0, simulated=False)), ("c", made(2, tracker="codecarbon"))):
        for name, table in tables_of(results).items():
            columns, rows = table.row.CONTRACT, table.rows
            (found,) = ask(three, f"SELECT count(*) FROM {name} WHERE folder = '{folder}'")[0]
            assert found == len(rows), name
            names = {row[0] for row in ask(three, f"DESCRIBE {name}")}
            assert {"campaign", "folder", "simulated"} <= names
            assert {f"row_{c}" if c == "campaign" else c for c in columns} <= names, name


def test_the_numbers_are_those_of_the_results_to_the_last_digit(three: Path) -> None:
    expected = [(row.slot, row.energy_wh) for row in made(1, simulated=False, repeats=3).runs]
    assert ask(three, "SELECT slot, energy_wh FROM runs WHERE folder = 'deep/er/b' ORDER BY slot") == expected


def test_a_column_that_a_campaign_does_not_have_is_null_there(three: Path) -> None:
    kinds = {row[0]: row[1] for row in ask(three, "DESCRIBE runs")}
    assert (kinds["energy_wh"], kinds["slot"], kinds["scenario"]) == ("DOUBLE", "BIGINT", "VARCHAR")
    assert (kinds["simulated"], kinds["tracker"]) == ("BOOLEAN", "VARCHAR")
    assert ask(three, "SELECT count(*) FROM runs WHERE folder = 'a' AND tracker IS NOT NULL") == [(0,)]
    assert ask(three, "SELECT DISTINCT tracker FROM runs WHERE tracker IS NOT NULL") == [("codecarbon",)]


def test_simulated_is_said_of_every_row_and_campaign(three: Path) -> None:
    assert ask(three, "SELECT folder, simulated FROM campaigns ORDER BY folder") == [
        ("a", False),
        ("c", True),
        ("deep/er/b", False),
    ]
    assert ask(three, "SELECT DISTINCT simulated FROM budgets WHERE folder = 'c'") in ([(True,)], [])
    text = page(three).text
    assert "a virtual instrument stood in for the power meter in 1 of 3 campaigns" in " ".join(text.split())
    assert not [item for item in page(three).all("div") if item.attributes.get("class") == "simulated"]


def test_the_view_gives_induced_energies_with_intervals_in_the_order_of_time(three: Path) -> None:
    rows = ask(three, "SELECT folder, scenario, induced_wh, induced_low_wh FROM induced_per_scenario")
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), key=["a", "deep/er/b", "c"].index)
    by_key = {(folder, scenario): values for folder, scenario, *values in rows}
    row = next(r for r in made(2, tracker="codecarbon").scenarios if r.scenario == "cnn")
    assert by_key["c", "cnn"] == [row.induced_wh, row.induced_low_wh]


def test_the_questions_of_the_how_to_can_be_asked(three: Path) -> None:
    found = queries(PAGE.read_text(encoding="utf-8"))
    assert len(found) == 4
    for query in found[:2]:
        assert ask(three, query), query
    for query in found[2:]:
        ask(three, query)


def test_energies_have_one_unit_on_the_page_and_wh_in_the_tables_to_take_along(three: Path) -> None:
    shown = page(three)
    assert not re.search(r"\bWh\b", shown.text.partition("Left out")[0])
    records = shown.records
    assert shown.sources <= set(records)
    by_folder = {row["folder"]: row for row in records["campaigns"]}
    simulated = {folder: row["simulated"] for folder, row in by_folder.items()}
    assert simulated == {"a": False, "deep/er/b": False, "c": True}
    means = {
        row.scenario: row.energy_wh for row in made(0, simulated=False).scenarios if row.kind != "baseline"
    }
    least, most = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    found = [
        by_folder["a"][name]
        for name in ("least_scenario", "least_energy_wh", "most_scenario", "most_energy_wh")
    ]
    assert found == [least, means[least], most, means[most]]
    trend = [row["energy_wh"] for row in records["trend_energy"] if row["folder"] == "a"]
    assert sorted(trend) == sorted(row.energy_wh for row in made(0, simulated=False).scenarios)


def test_only_simulated_campaigns_make_a_simulated_page(tmp_path: Path) -> None:
    put(tmp_path / "a", made(0))
    index(tmp_path)
    assert [item for item in page(tmp_path).all("div") if item.attributes.get("class") == "simulated"]


def test_the_same_campaigns_give_the_same_page(three: Path) -> None:
    before = (three / "index.html").read_text()
    index(three)
    assert (three / "index.html").read_text() == before


# -- what is left out -------------------------------------------------------------------------------


def test_what_cannot_be_used_is_left_out_with_its_reason_and_the_rest_is_there(tmp_path: Path) -> None:
    put(tmp_path / "sound", made(0))
    bare = put(tmp_path / "not-analysed", made(1))
    for path in (bare / "results").iterdir():
        path.unlink()
    torn = put(tmp_path / "torn", made(2))
    whole = (torn / "results/results.json").read_text()
    (torn / "results/results.json").write_text(whole[: len(whole) // 2])
    newer = put(tmp_path / "newer", made(3))
    (newer / "results/results.json").write_text(whole.replace("wattlab.results/1", "wattlab.results/99"))
    odd = put(tmp_path / "odd", made(4))
    document = json.loads(whole)
    document["runs"][0]["Energy_Wh"] = 1.0
    (odd / "results/results.json").write_text(json.dumps(document))
    found = index(tmp_path)
    assert [entry.place.folder for entry in found.entries] == ["sound"]
    reasons = {left.place.folder: left.reason for left in found.left_out}
    assert "Run `lab analyse" in reasons["not-analysed"]
    assert "expected a JSON document" in reasons["torn"]
    assert "newer Wattlab" in reasons["newer"]
    assert "'energy_wh' and 'Energy_Wh' cannot be told apart in SQL" in reasons["odd"]
    assert dict(ask(tmp_path, "SELECT * FROM left_out")) == reasons
    assert ask(tmp_path, "SELECT DISTINCT folder FROM runs") == [("sound",)]
    assert "4 left out." in page(tmp_path).text


def test_links_and_hidden_folders_are_passed_over_and_nothing_is_looked_for_in_a_campaign(
    tmp_path: Path,
) -> None:
    outside = put(tmp_path / "outside/x", made(0))
    top = tmp_path / "top"
    inner = put(top / "a", made(1))
    put(inner / "runs/copy", made(2))
    put(top / ".trash/old", made(3))
    (top / "link").symlink_to(outside)
    (top / "again").symlink_to(inner)
    (top / "loop").symlink_to(top)
    assert [place.folder for place in find_campaigns(top)] == ["a"]


def test_results_that_are_a_link_are_not_read(tmp_path: Path) -> None:
    outside = put(tmp_path / "outside", made(0))
    folder = put(tmp_path / "top/a", made(1))
    (folder / "results").rename(tmp_path / "gone")
    (folder / "results").symlink_to(outside / "results")
    (left,) = fill(tmp_path / "top")
    assert "it is a link" in left.reason
    assert ask(tmp_path / "top", "SELECT count(*) FROM induced_per_scenario") == [(0,)]


def test_a_folder_that_cannot_be_read_is_listed(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    put(tmp_path / "a", made(0))
    (tmp_path / "closed").mkdir(mode=0)
    (left,) = [place for place in find_campaigns(tmp_path) if isinstance(place, LeftOut)]
    assert (left.place.folder, "cannot be read" in left.reason) == ("closed", True)


def test_no_campaign_at_all_is_an_error_and_writes_nothing(tmp_path: Path) -> None:
    for top in (tmp_path, tmp_path / "absent"):
        with pytest.raises(ConfigurationError, match="expected"):
            write_index(top, tmp_path / "i.duckdb", tmp_path / "i.html")
    assert list(tmp_path.iterdir()) == []


def test_the_same_campaign_in_two_folders_counts_once(tmp_path: Path) -> None:
    put(tmp_path / "a", made(0))
    put(tmp_path / "b", made(1))
    put(tmp_path / "copy-of-a", made(0))
    found = index(tmp_path)
    assert [entry.place.folder for entry in found.entries] == ["a", "b"]
    (left,) = found.left_out
    assert (left.place.folder, left.sound) == ("copy-of-a", True)
    assert ask(tmp_path, "SELECT DISTINCT folder FROM runs ORDER BY folder") == [("a",), ("b",)]


def test_an_import_of_the_same_files_is_the_same_campaign_under_any_name(tmp_path: Path) -> None:
    for number, sha256 in ((0, "a" * 64), (1, "a" * 64), (2, "b" * 64)):
        folder = put(tmp_path / str(number), made(number))
        ImportRecord(
            format="csv",
            options={},
            sources=[Source(name="meter.csv", bytes=1, sha256=sha256)],
            created_utc_s=float(number),
            wattlab_version="0.0.0",
        ).write(folder / "import.json")
    places = [place for place in find_campaigns(tmp_path) if not isinstance(place, LeftOut)]
    entries = [entry for place in places if not isinstance(entry := read_entry(place), LeftOut)]
    first, again, other = (entry.identity for entry, _ in entries)
    assert first == again != other


# -- what is never overwritten ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "empty", "another database", "folder", "dangling link"])
def test_what_is_no_index_is_never_overwritten(tmp_path: Path, kind: str) -> None:
    put(tmp_path / "a", made(0))
    path = tmp_path / "index.duckdb"
    if kind == "text":
        path.write_text("my notes")
    elif kind == "empty":
        path.touch()
    elif kind == "another database":
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE campaigns (mine INTEGER)")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "nowhere")
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ConfigurationError, match="--out"):
        index(tmp_path)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert not (tmp_path / "index.html").exists()
    assert not [item for item in tmp_path.iterdir() if ".part" in item.name]


def test_a_page_that_is_no_index_is_never_overwritten(tmp_path: Path) -> None:
    put(tmp_path / "a", made(0))
    (tmp_path / "index.html").write_text("<h1>My home page</h1>")
    with pytest.raises(ConfigurationError, match="--page"):
        index(tmp_path)
    assert (tmp_path / "index.html").read_text() == "<h1>My home page</h1>"
    assert not (tmp_path / "index.duckdb").exists()


def test_an_index_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    put(tmp_path / "a", made(0))
    fill(tmp_path)
    with pytest.raises(RuntimeError, match="power cut"), writing(tmp_path / "index.duckdb"):
        raise RuntimeError("power cut")
    assert ask(tmp_path, "SELECT folder FROM campaigns") == [("a",)]
    put(tmp_path / "b", made(1))
    fill(tmp_path)
    assert ask(tmp_path, "SELECT folder FROM campaigns ORDER BY folder") == [("a",), ("b",)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "index.duckdb"]


# -- hostile texts ----------------------------------------------------------------------------------


def test_hostile_texts_and_folders_stay_text(tmp_path: Path) -> None:
    names = (HOSTILE, HOSTILE_IMAGE, "'; DROP TABLE runs; --")
    strange = [
        HOSTILE.replace("/", "_"),
        "a\"b'c",
        "%2e%2e",
        "?q#f",
        "new\nline",
        os.fsdecode(b"\xff\xfe"),
        "\u202eevil",
    ]
    for number, folder in enumerate(strange):
        results = made(number, names=names, title=HOSTILE_IMAGE, gpu=False)
        change(results.runs[0], **{"stränge \"column'": HOSTILE, "nul": "a\0b"})
        place = put(tmp_path / folder, results)
        (place / "report.html").write_text("<p>report</p>")
    found = index(tmp_path)
    assert found.left_out == []
    assert ask(tmp_path, "SELECT count(DISTINCT folder) FROM campaigns") == [(len(strange),)]
    assert ask(tmp_path, "SELECT DISTINCT scenario FROM runs WHERE scenario LIKE '%DROP%'") == [(names[2],)]
    html = page(tmp_path)
    assert not html.all("img", "iframe", "object", "embed")
    for element in html.all("a", "svg", "div", "td", "th"):
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"]
    hrefs = [a.attributes["href"] for a in html.all("a") if "report.html" in a.attributes["href"]]
    assert len(hrefs) == len(strange)
    assert all(re.fullmatch(r"\./[A-Za-z0-9._~%-]+/report\.html", href) for href in hrefs), hrefs


@given(st.lists(st.text(min_size=1), min_size=1))
def test_an_address_is_plain_and_leads_back_to_its_names(names: list[str]) -> None:
    from urllib.parse import unquote

    found = address([name for name in names if name != ".."])
    assert re.fullmatch(r"\./[A-Za-z0-9._~%/-]*", found)
    assert [unquote(part) for part in found.split("/")[1:]] == [n for n in names if n != ".."] or [""]


@pytest.mark.parametrize(
    "parts", [("..",), ("a", "..", "a"), (".", "a"), ("",), ("a\0",), ("a/../b",), ("link",), (".h", "x")]
)
def test_no_path_leads_out(tmp_path: Path, parts: tuple[str, ...]) -> None:
    top = tmp_path / "top"
    put(top / "a", made(0))
    put(top / ".h/x", made(1))
    (top / "link").symlink_to(put(tmp_path / "b", made(2)))
    found = campaign_at(top, parts)
    assert found is None or (found[0].folder, found[1]) == ("a", parts[1:])
    assert campaign_at(top, ("a",)) is not None


# -- columns ----------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.lists(st.integers(), max_size=2),
)


@given(st.lists(VALUES))
def test_a_type_holds_all_of_its_values(values: list[object]) -> None:
    import pyarrow as pa

    from reports.index.database import _ARROW

    kind = type_of(values)
    assert (kind is None) == all(value is None for value in values)
    if kind is not None:
        array = pa.array([fit(value, kind) for value in values], _ARROW[kind])
        assert array.null_count == sum(value is None for value in values)


@given(st.lists(VALUES), st.lists(VALUES))
def test_the_type_of_two_lists_is_that_of_both_together(first: list[object], second: list[object]) -> None:
    assert wider(type_of(first), type_of(second)) == type_of([*first, *second])


def test_a_column_that_changes_its_kind_between_campaigns_becomes_text(tmp_path: Path) -> None:
    for number, value in enumerate([1, 2.5, "many", [1, 2], None, True]):
        results = made(number)
        change(results.runs[0], odd=value)
        put(tmp_path / str(number), results)
    assert fill(tmp_path) == []
    rows = ask(tmp_path, "SELECT folder, odd FROM runs WHERE odd IS NOT NULL ORDER BY folder")
    assert rows == [("0", "1.0"), ("1", "2.5"), ("2", "many"), ("3", "[1, 2]"), ("5", "true")]


@pytest.mark.parametrize("columns", [{"": 1}, {"a\nb": 1}, {"a": 1, "A": 2}, {"x" * 201: 1}])
def test_what_cannot_be_a_table_says_so(columns: dict[str, int]) -> None:
    with pytest.raises(RecordError, match="rules"):
        by_column([RuleRow(rule="oscar", values=dict(columns))], "rules")


# -- figures ----------------------------------------------------------------------------------------


def test_there_is_a_panel_for_each_scenario_and_its_numbers_beside_it(three: Path) -> None:
    panels = {
        svg.attributes.get("id") for svg in page(three).all("svg") if svg.attributes.get("role") == "img"
    }
    assert {f"trend-induced-{n}" for n in range(6)} <= panels  # idle, cnn, transfer; with the tracker, too
    assert {f"trend-energy-{n}" for n in range(7)} <= panels  # and the baseline
    (figure,) = [f for f in page(three).all("figure") if f.attributes["id"] == "figure-trend-induced"]
    assert figure.text.count("SIMULATED") >= 6


def test_a_control_run_is_shown_once_as_its_own_campaign_judged_it(tmp_path: Path) -> None:
    before: list[ControlPoint] = []
    energies = [[10.0, 10.1, 9.9], [10.05, 13.0]]
    for number, energies_wh in enumerate(energies):
        results = made(number)
        with_control(put(tmp_path / str(number), results), results, before, energies_wh)
    index(tmp_path)
    rows = ask(tmp_path, "SELECT folder, energy_wh, signals FROM control_runs")
    assert [row[:2] for row in rows] == [(str(n), e) for n, es in enumerate(energies) for e in es]
    assert rows[-1][2], "the last one is far off"
    assert ask(tmp_path, "SELECT count(*) FROM health") == [(8,)]  # the second one's history is in its table
    (panel,) = [svg for svg in page(tmp_path).all("svg") if svg.attributes.get("id") == "control-0"]
    assert "5 runs of 2 campaigns, 9.900 to 13.00 Wh. Signals: run 5: " in panel.text


def test_a_campaign_has_its_energy_a_sparkline_and_its_status_in_a_row(three: Path) -> None:
    (found,) = [item for item in page(three).all("table") if item.attributes.get("id") == "table-campaigns"]
    entries = [read for place in find_campaigns(three) if not isinstance(read := read_entry(place), LeftOut)]
    assert len(page(three).all("polyline")) == len(entries)
    for entry, _ in entries:
        assert entry.status.chip in found.text
        assert entry.duration_s is not None and f"{entry.duration_s / 60:.1f}" in found.text


def test_a_new_version_of_wattlab_is_marked_in_the_trend(tmp_path: Path) -> None:
    for number, version in enumerate(["1.0.0", "1.0.0", "1.1.0"]):
        results = made(number)
        change(results.campaign, wattlab_version=version)
        put(tmp_path / str(number), results)
    other = made(1)
    change(other.campaign, wattlab_version="2.0.0", created_utc_s=made(1).campaign.created_utc_s + 1.0)
    other.environment["sut"]["host"] = "another machine"
    other.meter["identity"]["serial"] = "another meter"
    other.meter["identity"]["model"] = "Another model"
    put(tmp_path / "other", other)
    index(tmp_path)
    (panel,) = [svg for svg in page(tmp_path).all("svg") if svg.attributes.get("id") == "trend-energy-0"]
    assert "1.1.0" in panel.text and "1.0.0" not in panel.text
    assert "2.0.0" not in panel.text, "another bench has had no other version"


def test_a_step_of_the_level_is_marked_in_the_trend_of_its_scenario(tmp_path: Path) -> None:
    levels = [1.0, 1.003, 0.998, 1.001, 0.997, 1.002, 1.3, 1.303, 1.298]
    for number, level in enumerate(levels):
        results = made(number)
        for row in results.scenarios:
            if row.scenario == "cnn" and not row.tracker:
                step_wh = 2.0 * level - row.energy_wh
                change(row, energy_wh=2.0 * level, energy_sd_wh=0.001, induced_wh=row.induced_wh + step_wh)
        put(tmp_path / str(number), results)
    index(tmp_path)
    found = page(tmp_path)
    marked = [svg.text for svg in found.all("svg") if "Change at" in svg.text]
    assert len(marked) == 2  # gross and induced energy of the one scenario; 1.3 * 2 Wh less the mean before
    assert all("Change at Campaign 6: +0.5997 Wh" in text for text in marked)
    assert not any("Change at" in text.replace("Change at Campaign 6", "") for text in marked)


def test_the_table_is_filtered_and_sorted(browser, three: Path) -> None:
    browser.open((three / "index.html").as_uri())
    ask_page = browser.driver.execute_script
    titles = (
        "return [...document.querySelectorAll('#table-campaigns tbody tr')]"
        ".filter(row => !row.hidden).map(row => row.cells[0].textContent.trim())"
    )
    assert ask_page(titles) == ["Campaign 2", "Campaign 1", "Campaign 0"]
    ask_page("document.querySelector('#table-campaigns th .sort').click()")
    assert ask_page(titles) == ["Campaign 0", "Campaign 1", "Campaign 2"]
    ask_page("document.querySelector('.filter').value = 'deep/er'")
    ask_page("document.querySelector('.filter').dispatchEvent(new Event('input'))")
    assert ask_page(titles) == ["Campaign 1"]


def test_dates_that_are_none_do_not_break_the_page(tmp_path: Path) -> None:
    for number, created_utc_s in enumerate([1e300, -1e17, 2.5e11]):
        results = made(number)
        folder = put(tmp_path / str(number), results)
        change(results.campaign, created_utc_s=created_utc_s)
        write(results, folder)
    assert index(tmp_path).left_out == []
    assert "No figure here" in page(tmp_path).text


def test_a_campaign_without_any_run_has_its_line(tmp_path: Path) -> None:
    results = example(Plan())
    results.runs, results.scenarios, results.epochs, results.traces = [], [], [], []
    put(tmp_path / "a", results)
    assert index(tmp_path).left_out == []
    assert "A campaign that never happened" in page(tmp_path).text
    assert ask(tmp_path, "SELECT count(*) FROM induced_per_scenario") == [(0,)]


def test_the_browser_has_nothing_to_complain_of(browser, three: Path) -> None:
    browser.complaints()
    browser.open((three / "index.html").as_uri())
    assert browser.complaints() == []
    browser.check_figures(13)
    browser.open((three / "index.html").as_uri(), 390)
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") == 390
