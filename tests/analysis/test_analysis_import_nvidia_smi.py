"""Logs of nvidia-smi: the forms of its CSV and of dmon, several cards, local time, hostile files."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.campaign import analyse
from analysis.imports.nvidia_smi.importer import SmiOptions, import_nvidia_smi
from analysis.imports.nvidia_smi.log import SmiLog, read_log
from analysis.imports.reading import read_text
from analysis.imports.repairs import Repairs
from records.errors import ConfigurationError, RecordError
from records.gpu import GpuRecord, read_gpu
from records.imported import read_import
from records.meter import MeterRecord, read_readings
from records.results import Results

HEADER = (
    "timestamp, name, index, pstate, temperature.gpu, utilization.gpu [%], memory.used [MiB], power.draw [W]"
)
ROW = "2026/01/31 {time}, NVIDIA GeForce RTX 3070 Ti, {card}, P2, 41, 37 %, 512 MiB, {power:.2f} W"


def times(count: int, step_ms: int = 500, start: str = "12:00:00") -> list[str]:
    hour, minute, second = map(int, start.split(":"))
    first_ms = ((hour * 60 + minute) * 60 + second) * 1000
    stamps = [first_ms + step_ms * i for i in range(count)]
    return [
        f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
        for ms in stamps
    ]


def log(powers: tuple[float, ...] = (100.0,), count: int = 40, header: str = HEADER) -> str:
    """A log of one row per card and half second."""
    rows = [
        ROW.format(time=time, card=card, power=power)
        for time in times(count)
        for card, power in enumerate(powers)
    ]
    return "\n".join([header, *rows]) + "\n"


def parse(tmp_path: Path, text: str, columns: tuple[str, ...] = ()) -> SmiLog:
    path = tmp_path / "gpu.csv"
    path.write_text(text, encoding="utf-8")
    return read_log(read_text(path), Repairs(), columns)


IN_UTC = SmiOptions(timezone="UTC")


def run_import(tmp_path: Path, text: str, options: SmiOptions = IN_UTC) -> Results:
    (tmp_path / "train.csv").write_text(text, encoding="utf-8")
    import_nvidia_smi([tmp_path / "train.csv"], [], tmp_path / "out", "0", options)
    return analyse(tmp_path / "out")


def codes(folder: Path) -> set[str]:
    record = read_import(folder)
    assert record is not None
    return {finding["code"] for finding in record.findings}


def test_a_log_becomes_a_run_between_its_first_and_its_last_reading(tmp_path: Path) -> None:
    results = run_import(tmp_path, log())
    (row,) = results.runs
    # 40 readings half a second apart: the run is from the second to the last but one
    assert row.duration_s == pytest.approx(18.5)
    assert row.coverage_pct == pytest.approx(100.0)
    assert row.energy_wh == pytest.approx(100.0 * 18.5 / 3600, rel=1e-6)
    assert (row.hardware["gpu_load_pct"], row.hardware["gpu_memory_used_mib"]) == (37.0, 512.0)
    assert {
        "import-not-at-the-wall",
        "import-accuracy-unknown",
        "import-window-unknown",
        "import-no-marks",
    } <= codes(tmp_path / "out")
    meter = MeterRecord.read(tmp_path / "out" / "runs" / "0001-train" / "meter.json")
    assert meter.sampling == "instantaneous"
    assert "NVML power reading" in meter.identity.model


def test_power_of_several_cards_is_added_and_each_is_kept(tmp_path: Path) -> None:
    results = run_import(tmp_path, log(powers=(100.0, 50.0, 25.0)))
    assert results.runs[0].mean_power_w == pytest.approx(175.0)
    meters = tmp_path / "out" / "runs" / "0001-train" / "meters"
    assert sorted(path.name for path in meters.iterdir()) == ["gpu0", "gpu1", "gpu2"]
    assert set(read_readings(meters / "gpu1" / "meter.csv").frame["power_w"]) == {50.0}


def test_a_round_that_misses_a_card_has_no_power(tmp_path: Path) -> None:
    lines = log(powers=(100.0, 50.0)).splitlines()
    del lines[22]  # the second card of a round in the middle
    results = run_import(tmp_path, "\n".join(lines) + "\n")
    assert results.refused  # one gap of a second in 18.5 s
    readings = read_readings(tmp_path / "out" / "runs" / "0001-train" / "meter.csv").frame
    assert list(readings["flag"]).count("nodata") == 1


def test_cards_of_one_name_without_an_index_are_refused_and_not_taken_for_one(tmp_path: Path) -> None:
    # 2 ms after the first card the second one answers; the last round is cut after the first.
    stamps = [f"12:00:{i // 2:02d}.{i % 2 * 2:03d}" for i in range(41)]
    rows = [f"2026/01/31 {time}, NVIDIA X, 120.00 W" for time in stamps]
    text = "\n".join(["timestamp, name, power.draw [W]", *rows]) + "\n"
    with pytest.raises(RecordError, match="index or uuid"):
        run_import(tmp_path, text)


def test_cards_of_different_names_are_told_apart_by_them(tmp_path: Path) -> None:
    rows = [f"2026/01/31 12:00:{i:02d}.000, NVIDIA {name}, 120.00 W" for i in range(20) for name in "XY"]
    found = run_import(tmp_path, "\n".join(["timestamp, name, power.draw [W]", *rows]) + "\n")
    assert found.runs[0].mean_power_w == pytest.approx(240.0)


def test_a_card_that_tells_nothing_at_all_is_named_and_left_out_of_the_sum(tmp_path: Path) -> None:
    text = log((120.0, 777.0)).replace("777.00 W", "[N/A]")
    found = run_import(tmp_path, text)
    assert found.runs[0].mean_power_w == pytest.approx(120.0)
    assert "import-card-silent" in {finding.code for finding in found.findings}


@pytest.mark.parametrize("unknown", ["[N/A]", "N/A", "[Not Supported]", "[Unknown Error]", "ERR!"])
def test_what_a_card_does_not_know_is_nothing(unknown: str, tmp_path: Path) -> None:
    text = log().replace("41,", f"{unknown},")
    first, _, rest = text.partition("100.00 W")
    found = parse(tmp_path, f"{first}{unknown}{rest}")
    assert found.samples[0].values["temperature_c"] is None
    assert [sample.values["power_w"] for sample in found.samples[:2]] == [None, 100.0]


def test_units_in_the_header_and_behind_the_values_mean_the_same(tmp_path: Path) -> None:
    text = log()
    bare = text.replace(" %,", ",").replace(" MiB,", ",").replace(" W\n", "\n")
    assert parse(tmp_path, bare).samples == parse(tmp_path, text).samples


def test_a_log_without_header_needs_the_names_of_its_fields(tmp_path: Path) -> None:
    rows = log().partition("\n")[2]
    with pytest.raises(RecordError, match=r"gpu\.csv, line 1: expected a header.*--columns"):
        parse(tmp_path, rows)
    names = tuple(name.partition(" ")[0] for name in HEADER.split(", "))
    assert parse(tmp_path, rows, names).samples[0].values["power_w"] == 100.0


def test_the_instantaneous_power_is_preferred(tmp_path: Path) -> None:
    text = (
        "timestamp, power.draw [W], power.draw.instant [W]\n"
        "2026/01/31 12:00:00.000, 90.00 W, 100.00 W\n"
        "2026/01/31 12:00:00.500, 90.00 W, 101.00 W\n"
    )
    found = parse(tmp_path, text)
    assert found.power_field == "power.draw.instant"
    assert [sample.values["power_w"] for sample in found.samples] == [100.0, 101.0]


def test_dmon_with_date_and_time(tmp_path: Path) -> None:
    header = (
        "#Date       Time        gpu    pwr  gtemp  mtemp     sm    mem    enc    dec   mclk   pclk\n"
        "#YYYYMMDD   HH:MM:SS    Idx      W      C      C      %      %      %      %    MHz    MHz\n"
    )
    rows = [
        f" 20260131   12:00:{second:02d}      0  {18 + second}  41   -  37   3   0   0   9501   1920\n"
        for second in range(8)
    ]
    found = parse(tmp_path, header + "".join(rows[:4]) + header + "".join(rows[4:]))
    assert [sample.values["power_w"] for sample in found.samples] == [18.0 + i for i in range(8)]
    assert found.samples[3].values["clock_memory_mhz"] == 9501.0
    assert run_import(tmp_path, header + "".join(rows)).runs[0].mean_power_w == pytest.approx(21.5)


def test_fields_that_have_no_place_are_named(tmp_path: Path) -> None:
    run_import(tmp_path, log().replace("pstate", "fan.speed").replace("P2", "30"))
    assert "import-columns-ignored" in codes(tmp_path / "out")


def test_logs_of_one_name_in_two_folders_are_two_scenarios(tmp_path: Path) -> None:
    for name, hour in (("cnn", "12"), ("rnn", "13")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "smi.csv").write_text(log().replace(" 12:", f" {hour}:"), encoding="utf-8")
    logs = [tmp_path / name / "smi.csv" for name in ("cnn", "rnn")]
    import_nvidia_smi(logs, [], tmp_path / "out", "0", IN_UTC)
    assert [row.scenario for row in analyse(tmp_path / "out").scenarios] == ["cnn", "rnn"]


def test_baselines_give_induced_energies(tmp_path: Path) -> None:
    for name, power in (("quiet.csv", 20.0), ("a.csv", 100.0), ("b.csv", 120.0)):
        text = log(powers=(power,))
        hour = {"quiet.csv": "12", "a.csv": "13", "b.csv": "14"}[name]
        (tmp_path / name).write_text(text.replace(" 12:", f" {hour}:"), encoding="utf-8")
    import_nvidia_smi(
        [tmp_path / "a.csv", tmp_path / "b.csv"],
        [tmp_path / "quiet.csv"],
        tmp_path / "out",
        "0",
        SmiOptions(timezone="UTC", scenario="job"),
    )
    rows = analyse(tmp_path / "out").scenarios
    assert [(row.scenario, row.n) for row in rows] == [("baseline", 1), ("job", 2)]
    assert rows[1].induced_wh == pytest.approx(90.0 * 18.5 / 3600, rel=1e-6)


# --- local time --------------------------------------------------------------------------------------


def start_utc_s(tmp_path: Path, text: str, timezone: str | None) -> float:
    return float(run_import(tmp_path, text, SmiOptions(timezone=timezone)).runs[0].t_start_utc_s)


def test_stamps_are_local_times_of_the_zone_that_is_named(tmp_path: Path) -> None:
    # 2026-01-31 12:00:00.5 in Berlin, which is UTC+1 then
    assert start_utc_s(tmp_path, log(), "Europe/Berlin") == pytest.approx(1769857200.5)
    assert "import-timezone-assumed" not in codes(tmp_path / "out")


def test_without_a_zone_utc_is_assumed_and_said(tmp_path: Path) -> None:
    assert start_utc_s(tmp_path, log(), None) == pytest.approx(1769860800.5)
    assert "import-timezone-assumed" in codes(tmp_path / "out")


def test_an_unknown_zone_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--timezone Mars"):
        run_import(tmp_path, log(), SmiOptions(timezone="Mars"))


def test_midnight_and_the_end_of_summer_time_keep_the_duration(tmp_path: Path) -> None:
    # 2025-10-26 in Berlin: 02:59:59.5 summer time is followed by 02:00:00 winter time
    stamps = [f"2025/10/26 {time}" for time in times(20, start="02:59:50")]
    stamps += [f"2025/10/26 {time}" for time in times(20, start="02:00:00")]
    rows = [f"{stamp}, {100:.2f} W" for stamp in stamps]
    text = "\n".join(["timestamp, power.draw [W]", *rows]) + "\n"
    assert run_import(tmp_path, text, SmiOptions(timezone="Europe/Berlin")).runs[0].duration_s == 18.5
    assert "import-hour-twice" in codes(tmp_path / "out")
    (tmp_path / "again").mkdir()
    with pytest.raises(RecordError, match=r"train\.csv, line 22: expected a later time"):
        run_import(tmp_path / "again", text)


def test_midnight_is_no_step(tmp_path: Path) -> None:
    stamps = [f"2026/01/31 {time}" for time in times(20, start="23:59:50")]
    stamps += [f"2026/02/01 {time}" for time in times(20, start="00:00:00")]
    text = "\n".join(["timestamp, power.draw [W]", *(f"{stamp}, 100.00 W" for stamp in stamps)]) + "\n"
    assert run_import(tmp_path, text).runs[0].duration_s == 18.5


# --- real logs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("setting", "rows"), [("setting-500ms", 282), ("setting-100ms", 1907)])
def test_real_idle_logs_are_read_whole_and_in_their_time_zone(
    setting: str, rows: int, reference: Path, tmp_path: Path
) -> None:
    """``start_times.txt`` beside each log has the UTC of its start; the lab was in Halifax."""
    folder = reference / "greenlight" / "fecom" / "idle" / setting
    options = SmiOptions(("timestamp", "power.draw", "temperature.gpu"), "America/Halifax")
    import_nvidia_smi([folder / "nvidia_smi.txt"], [], tmp_path / "out", "0", options)
    (run,) = (tmp_path / "out" / "runs").iterdir()
    started_ns = int((folder / "start_times.txt").read_text().split()[-1])
    readings = read_readings(run / "meter.csv").frame
    assert 0 < float(readings["t_utc_s"].iloc[0]) - started_ns / 1e9 < 0.05
    watts = [
        float(line.split(",")[1].split()[0]) for line in (folder / "nvidia_smi.txt").read_text().splitlines()
    ]
    assert len(watts) == rows
    assert readings["power_w"].tolist() == watts
    gpu = read_gpu(run)
    assert gpu is not None
    assert len(gpu.frame) == rows
    assert GpuRecord.read(run / "gpu.json").averaging_window.startswith("unknown")


# --- hostile files ---------------------------------------------------------------------------------------

GOOD = log(count=5)

HOSTILE = {
    "empty": ("", "empty"),
    "header only": (HEADER + "\n", "two rows"),
    "zero bytes": (GOOD.replace("37 %", "\0\0"), "zero bytes"),
    "a line of 10 MB": (GOOD + "1" * 10_000_000 + "\n", "line 7.*4096 characters"),
    "too few fields": (GOOD.replace(", P2", "", 1), "line 2.*8 fields.*found 7"),
    "negative power": (GOOD.replace("100.00 W", "-1.00 W", 1), "line 2.*not negative"),
    "nan": (GOOD.replace("100.00 W", "nan W", 1), "line 2.*number.*power_w"),
    "another unit": (GOOD.replace("100.00 W", "100.00 mW", 1), "line 2.*power_w in W"),
    "kilowatts in the header": (GOOD.replace("[W]", "[kW]"), "line 1.*power_w in W"),
    "a state with a unit": (GOOD.replace("P2", "2C", 1), "line 2.*pstate in no unit"),
    "unsorted": (GOOD.replace("12:00:00.500", "11:00:00.500"), "line 3.*later time"),
    "no such time": (GOOD.replace("12:00:00.500", "12:61:00.500"), "line 3"),
    "no power at all": (
        GOOD.replace("power.draw", "fan.speed").replace("[W]", "[%]"),
        "line 1.*column of power",
    ),
    "no time stamps": (GOOD.replace("timestamp, ", "").replace("2026/01/31 ", ""), "time stamp"),
    "pmon": ("# gpu        pid  type    sm   mem   enc   dec   command\n", "line 1.*column of power"),
    "two cards without an index": (
        log((100.0, 50.0)).replace(" index,", " fan.speed,"),
        "line 3.*index or uuid",
    ),
    "two headers": (GOOD + "timestamp, power.draw [W]\n", "line 7.*the header"),
    "cards that never tell": (GOOD.replace("100.00 W", "[N/A]"), "no card tells"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_understood_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    text, reason = HOSTILE[name]
    with pytest.raises(RecordError, match=rf"(?s)train\.csv.*{reason}"):
        run_import(tmp_path, text)
    assert not (tmp_path / "out").exists()


def test_a_log_in_utf_16_as_a_windows_shell_writes_it(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_bytes(log().replace("\n", "\r\n").encode("utf-16"))
    import_nvidia_smi([tmp_path / "train.csv"], [], tmp_path / "out", "0", IN_UTC)
    assert analyse(tmp_path / "out").runs[0].mean_power_w == pytest.approx(100.0)
    assert "import-text-form" in codes(tmp_path / "out")
    assert "import-line-torn" not in codes(tmp_path / "out")


@given(cut=st.integers(1, len(GOOD)))
@settings(deadline=None, max_examples=40)
def test_a_torn_log_never_gives_another_number(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("torn")
    path = folder / "gpu.csv"
    path.write_text(GOOD[:cut], encoding="utf-8")
    try:
        import_nvidia_smi([path], [], folder / "out", "0", IN_UTC)
    except RecordError:
        return
    (run,) = (folder / "out" / "runs").iterdir()
    assert set(read_readings(run / "meter.csv").frame["power_w"]) == {100.0}
    assert ("import-line-torn" in codes(folder / "out")) == (cut < len(GOOD))
