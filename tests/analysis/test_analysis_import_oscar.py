"""Lab data of OSCAR and KEcoLab: found by content, repaired with a finding, refused with file and line."""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from okular import BASE_W, LabFolder, baseline, usage

from analysis.campaign import analyse
from analysis.evidence import check
from analysis.imports.oscar.importer import import_oscar
from analysis.imports.oscar.marks import read_marks
from analysis.imports.reading import SourceText, read_text
from analysis.imports.repairs import Repairs
from analysis.imports.stamps import find_zone
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError, WattlabError
from records.imported import ImportRecord, read_import
from records.run import RunFolder

OKULAR = ("Standardnutzungsszenario", "Baseline", "Leerlauf")


def imported(folder: Path, timezone: str | None = None) -> Path:
    """Import the folders ``usage`` and ``baseline`` below ``folder``."""
    import_oscar(
        folder / "campaign",
        usage=folder / "usage",
        baseline=folder / "baseline",
        idle=None,
        timezone=timezone,
        version="0.0.0",
    )
    return folder / "campaign"


def small(folder: Path, used: LabFolder | None = None, base: LabFolder | None = None) -> Path:
    (used or usage()).write(folder / "usage")
    (base or baseline()).write(folder / "baseline")
    return folder


def record_of(campaign: Path) -> ImportRecord:
    record = read_import(campaign)
    assert record is not None
    return record


def codes_of(campaign: Path) -> Counter[str]:
    return Counter(finding["code"] for finding in record_of(campaign).findings)


def message_of(campaign: Path, code: str) -> str:
    (message,) = [f["message"] for f in record_of(campaign).findings if f["code"] == code]
    return str(message)


@pytest.fixture(scope="module")
def okular(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    used, base, idle = (reference / "okular" / name for name in OKULAR)
    out = tmp_path_factory.mktemp("okular") / "campaign"
    import_oscar(out, usage=used, baseline=base, idle=idle, timezone=None, version="0.0.0")
    yield out


def test_okular_has_thirty_usage_eleven_baseline_and_eleven_idle_runs(okular: Path) -> None:
    plan = CampaignFolder(okular).read().plan
    assert Counter(slot.scenario for slot in plan) == {"usage": 30, "baseline": 11, "idle": 11}
    assert [slot.block for slot in plan] == [1] * 30 + [2] * 11 + [3] * 11


def test_okular_has_113_marks_that_would_run_backwards(okular: Path) -> None:
    """The figure is that of the reference data's README; 115 stamps have fewer than three digits."""
    message = message_of(okular, "import-milliseconds-unpadded")
    assert "113 of 1020 marks would run backwards" in message
    assert "115 lines, first line 11" in message


def test_what_is_odd_about_okular_is_listed_and_nothing_refuses_it(okular: Path) -> None:
    found = check(okular)
    assert not [finding for finding in found if finding.level == "refuse"]
    codes = Counter(finding.code for finding in found)
    assert codes["import-sessions-apart"] == 2  # usage and idle lie 12 and 36 days from the baseline
    assert codes["import-text-form"] == 6
    assert codes["import-date-unpadded"] == 1
    for absent in ("exit-code", "gate-off", "stamps-backwards", "coverage-holes"):
        assert absent not in codes


def test_okular_names_its_sources_without_the_place_where_they_lay(okular: Path) -> None:
    record = record_of(okular)
    assert len(record.sources) == 9
    assert {source.name.partition("/")[0] for source in record.sources} == set(OKULAR)
    assert not [name for name in okular.rglob("*.json*") if str(okular.parent) in name.read_text()]


def test_the_induced_energy_is_that_of_the_known_power(tmp_path: Path) -> None:
    results = analyse(imported(small(tmp_path)))
    (row,) = [row for row in results.scenarios if row.scenario == "usage"]
    assert row.n == 3
    assert row.induced_wh == pytest.approx(6.0 * 20 / 3600, abs=1e-9)
    assert results.baseline.reference == "pooled"
    assert results.baseline.mean_power_w == pytest.approx(BASE_W)


def test_actions_keep_their_words_and_get_their_energy(tmp_path: Path) -> None:
    actions = analyse(imported(small(tmp_path))).actions
    assert {row.name for row in actions} == {"Präsentationsmodus"}
    assert [row.energy_wh for row in actions] == pytest.approx([(BASE_W + 6.0) * 10 / 3600] * 3)


def test_the_load_is_read_by_the_names_in_the_header(tmp_path: Path) -> None:
    (row,) = [row for row in analyse(imported(small(tmp_path))).scenarios if row.scenario == "usage"]
    # [DSK]ReadKBTot is kB/s, [DSK]ReadTot (3 here) operations/s.
    assert (
        row.hardware["disk_read_kib_s"],
        row.hardware["disk_write_kib_s"],
        row.hardware["cpu_load_pct"],
    ) == (40.0, 80.0, 7.0)


def test_files_are_found_by_content_whatever_their_names(tmp_path: Path) -> None:
    folder = small(tmp_path)
    for name, other in (("a.csv", "x.txt"), ("b.csv", "a.csv"), ("c.csv", "b.log"), ("x.txt", "c.csv")):
        (folder / "usage" / name).rename(folder / "usage" / other)
    (folder / "usage" / "notes.txt").write_text("measured on a Thursday\n")
    campaign = imported(folder)
    assert codes_of(campaign)["import-file-ignored"] == 1
    assert len(record_of(campaign).sources) == 6
    assert not [f for f in check(campaign) if f.level == "refuse"]


def test_without_a_hardware_log_the_load_is_unknown_and_said_to_be(tmp_path: Path) -> None:
    folder = small(tmp_path)
    (folder / "usage" / "c.csv").unlink()
    campaign = imported(folder)
    assert message_of(campaign, "import-hardware-missing").startswith("usage: no hardware log")
    loads = {row.scenario: row.hardware["cpu_load_pct"] for row in analyse(campaign).scenarios}
    assert loads == {"usage": None, "baseline": 7.0}


def test_a_run_over_midnight_takes_its_readings_from_both_days(tmp_path: Path) -> None:
    folder = small(tmp_path, used=usage(datetime(2022, 9, 22, 23, 59, 10)))
    lines = (folder / "usage/b.csv").read_text().splitlines()
    head, first = lines[:2], [line for line in lines if "22.09.22" in line]
    (folder / "usage/b.csv").write_text("\n".join([*head, *[x for x in lines if "23.09.22" in x]]) + "\n")
    (folder / "usage/z.csv").write_text("\n".join([*head, *first]) + "\n")
    results = analyse(imported(folder))
    assert [row.induced_wh for row in results.runs if row.scenario == "usage"] == pytest.approx(
        [6.0 * 20 / 3600] * 3
    )


def test_the_hour_that_comes_twice_is_told_apart_by_the_order(tmp_path: Path) -> None:
    """2022-10-30 03:00 in Berlin is 02:00 again; the second 02:00 is 01:00 UTC."""
    folder = small(tmp_path, used=usage(datetime(2022, 10, 30, 2, 59, 20)))
    for path in (folder / "usage").iterdir():
        text = path.read_text(encoding="utf-8-sig")
        for written in ("30.10.2022 03:", "30.10.22, 03:", "2022-10-30 03:"):
            text = text.replace(written, written.replace("03:", "02:"))
        path.write_text(text)
    campaign = imported(folder, timezone="Europe/Berlin")
    assert codes_of(campaign)["import-hour-twice"] == 3
    assert "import-timezone-assumed" not in codes_of(campaign)
    runs = [RunFolder(path).read() for path in sorted((campaign / "runs").iterdir())]
    starts = sorted(run.t_start_utc_s or 0.0 for run in runs if run.scenario == "usage")
    assert [start - starts[0] for start in starts] == pytest.approx([0.0, 25.0, 50.0])
    assert starts[0] == datetime.fromisoformat("2022-10-30T00:59:35+00:00").timestamp()


def test_stamps_in_the_hour_that_does_not_exist_are_named(tmp_path: Path) -> None:
    folder = small(tmp_path, used=usage(datetime(2022, 3, 27, 2, 30)))
    assert codes_of(imported(folder, timezone="Europe/Berlin"))["import-hour-missing"] == 3


def test_an_unknown_meter_has_no_accuracy_and_says_so(tmp_path: Path) -> None:
    folder = small(tmp_path)
    for name in ("usage", "baseline"):
        path = folder / name / "b.csv"
        path.write_text(path.read_text().replace(" [UMG604]", ""))
    campaign = imported(folder)
    assert codes_of(campaign)["import-accuracy-unknown"] == 1
    assert "import-meter-assumed" not in codes_of(campaign)


def test_a_known_meter_has_the_accuracy_of_its_sheet(tmp_path: Path) -> None:
    campaign = imported(small(tmp_path))
    assert codes_of(campaign)["import-meter-assumed"] == 1
    meter = analyse(campaign).meter
    assert (meter["identity"]["model"], meter["accuracy"]["reading_pct"]) == ("UMG604", 0.4)
    assert (meter["interval_s"], meter["sampling"], meter["resolution_w"]) == (1.0, "interval_mean", 0.001)
    assert meter["simulated"] is False


def test_readings_far_from_any_run_are_counted_and_left_out(tmp_path: Path) -> None:
    late = usage()
    late.seconds = 300
    campaign = imported(small(tmp_path, used=late))
    messages = [f["message"] for f in record_of(campaign).findings if f["code"] == "import-readings-outside"]
    # Three runs of 20 s from whole second to whole second have 21 stamps each.
    assert messages[0].startswith("usage: 237 of 300 readings lie in no run")
    kept = (campaign / "runs/0003-usage/meter.csv").read_text().splitlines()[1:]
    assert len(kept) == 41  # 10 s before and behind


def test_a_gap_in_the_power_log_refuses_the_run_and_says_what_to_do(tmp_path: Path) -> None:
    folder = small(tmp_path)
    lines = (folder / "usage/b.csv").read_text().splitlines()
    (folder / "usage/b.csv").write_text("\n".join(lines[:45] + lines[55:]) + "\n")
    (message,) = [f.message for f in check(imported(folder)) if f.code == "slot-incomplete"]
    assert message.startswith("slot 2 (usage, repeat 2)")
    assert "lab resume" not in message


def test_a_torn_last_line_is_left_out_with_a_finding(tmp_path: Path) -> None:
    folder = small(tmp_path)
    path = folder / "usage/b.csv"
    path.write_text(path.read_text() + "101;22.09.22, 09:0")
    assert codes_of(imported(folder))["import-line-torn"] == 1


def marks(lines: list[str]) -> tuple[list[float], Counter[str]]:
    """Starts and stops of the runs of an action log, and the codes of what was repaired."""
    repairs = Repairs()
    runs = read_marks(SourceText("log.csv", lines, "utf-8"), find_zone("UTC"), repairs)
    ends = [moment for run in runs for moment in (run.start.t_utc_s, run.stop.t_utc_s)]
    return ends, Counter(finding.code for finding in repairs.findings())


@given(st.lists(st.tuples(st.integers(1, 400_000), st.integers(1, 400_000)), min_size=1, max_size=30))
def test_milliseconds_without_leading_zeros_are_read_as_they_were_meant(
    steps_ms: list[tuple[int, int]],
) -> None:
    """A last run whose marks are 15 ms apart proves the kind of fraction, whatever came before."""
    at_ms, meant, lines = 1_663_837_437_000, [], []
    for step_ms in [*(step for pair in steps_ms for step in pair)]:
        at_ms += step_ms
        meant.append(at_ms / 1000)
    at_ms = (at_ms // 1000 + 1) * 1000
    meant += [(at_ms + 95) / 1000, (at_ms + 110) / 1000]
    for i, t_s in enumerate(meant):
        whole, ms = divmod(round(t_s * 1000), 1000)
        stamp = f"{datetime.fromtimestamp(whole).astimezone(find_zone('UTC')):%Y-%m-%d %H:%M:%S}.{ms}"
        lines.append(f"{stamp};{'stop' if i % 2 else 'start'}Testrun")
    ends, codes = marks(lines)
    assert ends == pytest.approx(meant, abs=1e-6)
    assert codes["import-milliseconds-unpadded"] == 1


def test_decimal_places_that_go_forward_stay_decimal_places() -> None:
    ends, codes = marks(["2022-09-22 09:00:00.5;startTestrun", "2022-09-22 09:00:20.25;stopTestrun"])
    assert ends[1] - ends[0] == pytest.approx(19.75)
    assert not codes


def test_padded_milliseconds_are_never_taken_for_unpadded_ones() -> None:
    """One stamp with a leading zero proves decimal places, even where a mark runs backwards."""
    lines = [
        "2022-09-22 09:00:00.098;startTestrun",
        "2022-09-22 09:00:20.9;startAction; a",
        "2022-09-22 09:00:20.1;stopAction",
        "2022-09-22 09:00:30.1;stopTestrun",
    ]
    ends, codes = marks(lines)
    assert ends[1] - ends[0] == pytest.approx(30.002)
    assert codes == {"import-marks-backwards": 1, "import-mark-alone": 1}


def test_marks_without_a_partner_are_left_out_and_counted() -> None:
    lines = [
        "2022-09-22 09:00:00.000;stopAction",
        "2022-09-22 09:00:01.000;startTestrun",
        "2022-09-22 09:00:02.000;startTestrun",
        "2022-09-22 09:00:03.000;startAction; a",
        "2022-09-22 09:00:09.000;stopTestrun",
        "2022-09-22 09:00:10.000;startTestrun",
    ]
    repairs = Repairs()
    (run,) = read_marks(SourceText("log.csv", lines, "utf-8"), find_zone("UTC"), repairs)
    assert (run.start.line, run.stop.line, run.actions) == (3, 5, [])
    (finding,) = repairs.findings()
    assert finding.code == "import-mark-alone"
    assert finding.message.startswith("log.csv: 4 lines, first line 1:")


def change(name: str, old: str, new: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return apply


def both_marks(folder: Path) -> None:
    (folder / "usage/d.csv").write_text((folder / "usage/a.csv").read_text())


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "no power log": (lambda f: (f / "usage/b.csv").unlink(), "usage: expected a power log"),
    "no action log": (lambda f: (f / "baseline/a.csv").unlink(), "baseline: expected one action log"),
    "two action logs": (both_marks, "found usage/a.csv, usage/d.csv"),
    "power in kW": (change("usage/b.csv", "avg[W]", "avg[kW]"), "usage/b.csv, line 2: expected power in [W]"),
    "a word for a number": (
        change("usage/b.csv", "10,000", "zehn"),
        "usage/b.csv, line 3: expected a number with a decimal comma, found 'zehn'",
    ),
    "a point among commas": (
        change("usage/b.csv", "10,000", "10.5"),
        "usage/b.csv, line 3: expected a number",
    ),
    "a field too few": (
        change("usage/b.csv", ";0,1;", ";"),
        "usage/b.csv, line 3: expected 5 fields, found 4",
    ),
    "a day that is none": (change("usage/b.csv", "22.09.22", "31.09.22"), "usage/b.csv, line 3: expected a"),
    "readings backwards": (
        change("usage/b.csv", "09:00:02", "09:00:00"),
        "usage/b.csv, line 4: expected a stamp that is not earlier",
    ),
    "a strange mark": (change("usage/a.csv", "stopAction", "pause"), "usage/a.csv, line 3: expected a date"),
    "no complete run": (
        lambda f: (f / "usage/a.csv").write_text("2022-09-22 09:00:00.000;startTestrun\n"),
        "usage/a.csv: expected a startTestrun with a later stopTestrun",
    ),
    "marks of another day": (
        lambda f: (f / "usage/a.csv").write_text((f / "baseline/a.csv").read_text()),
        "these logs do not belong together",
    ),
    "an empty file": (lambda f: (f / "usage/a.csv").write_text("\n"), "usage/a.csv: expected lines of text"),
    "no text": (lambda f: (f / "usage/a.csv").write_bytes(b"PK\0\0"), "usage/a.csv: expected a text file"),
    "a missing column": (
        change("usage/c.csv", "[MEM]Used", "[MEM]Free"),
        "usage/c.csv, line 1: expected a column '[MEM]Used'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_understood_is_refused_and_leaves_nothing(tmp_path: Path, case: str) -> None:
    damage, expected = REFUSED[case]
    folder = small(tmp_path)
    damage(folder)
    with pytest.raises(RecordError) as refusal:
        imported(folder)
    assert expected in str(refusal.value)
    assert sorted(path.name for path in folder.iterdir()) == ["baseline", "usage"]


@pytest.mark.parametrize("timezone", ["Berlin", "../etc/passwd", "", "+99:00"])
def test_a_time_zone_that_is_none_is_a_mistake_of_the_command(tmp_path: Path, timezone: str) -> None:
    with pytest.raises(ConfigurationError, match="--timezone"):
        imported(small(tmp_path), timezone=timezone)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = small(tmp_path)
    imported(folder)
    with pytest.raises(WattlabError, match="nothing is overwritten"):
        imported(folder)


KECOLAB_LOAD = (
    "#Date;Time;[CPU]Totl%;[MEM]Used;[NET]RxKBTot;[NET]TxKBTot;[DSK]ReadTot;[DSK]ReadKBTot;[DSK]WriteKBTot"
)


def kecolab_raw(folder: Path, power_w: float) -> None:
    """Logs as KEcoLab's own readers write them: four runs of 30 s, from 2023-08-10 18:00 in Berlin on."""
    folder.mkdir()
    start_us = 1_691_683_200_000_000
    powers = "".join(f"{start_us + 250_000 * i} {power_w:.2f}\n" for i in range(800))
    (folder / "readings.csv").write_text(powers)
    marks = "".join(
        f"iteration {i + 1};2023-08-10 18:0{i // 2}:{i % 2 * 40 + at:02d};{what}\n"
        for i in range(4)
        for at, what in ((2, "startTestrun"), (12, "startAction;go"), (17, "stopAction"), (19, "stopTestrun"))
    )
    (folder / "log.csv").write_text(marks)
    load = "".join(f"20230810;18:{i // 60:02d}:{i % 60:02d};5;1000;0;0;0;0;0\n" for i in range(200))
    (folder / "load.tab.gz").write_bytes(gzip.compress(f"# Collectl\n#\n{KECOLAB_LOAD}\n{load}".encode()))


def test_the_raw_logs_of_kecolab_are_read_as_they_are(tmp_path: Path) -> None:
    kecolab_raw(tmp_path / "usage", 30.0)
    kecolab_raw(tmp_path / "baseline", 20.0)
    results = analyse(imported(tmp_path, "Europe/Berlin"))
    powers = {row.scenario: row.mean_power_w for row in results.scenarios}
    assert powers == {"usage": pytest.approx(30.0), "baseline": pytest.approx(20.0)}
    assert {row.n for row in results.scenarios} == {4}
    assert results.runs[0].hardware["cpu_load_pct"] == pytest.approx(5.0)


def test_row_names_of_r_stand_below_no_column(tmp_path: Path) -> None:
    folder = small(tmp_path)
    for part in ("usage", "baseline"):
        path = folder / part / "b.csv"
        header, *rows = path.read_text().splitlines()[1:]
        assert header.startswith("Nummer;")
        path.write_text("\n".join([header.removeprefix("Nummer;"), *rows]) + "\n")
    named = analyse(imported(folder))
    usual = analyse(imported(small(tmp_path / "usual")))
    assert [row.energy_wh for row in named.runs] == [row.energy_wh for row in usual.runs]


def test_a_packed_log_that_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(b"time;power\n1;2\n"))
    assert read_text(path).lines == ["time;power", "1;2"]
    path.write_bytes(b"\x1f\x8bno gzip at all")
    with pytest.raises(RecordError, match="damaged"):
        read_text(path)
