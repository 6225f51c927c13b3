"""``lab measure``: which commands and meter a command line means, its campaign, and what it says."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lab_bench import LAB, lab
from typed_rows import part_of

from lab.cli import cli
from lab.measure.answer import answers_of, remarks_of
from lab.measure.bench import counter_bench, find_bench, meter_bench
from lab.measure.commands import MeasuredCommand, commands_of, stray_versus
from lab.measure.configuration import Measurement, measurement_config
from lab.measure.histogram import histogram_lines
from lab.measure.warmup import warm_up
from meter.line.ports import list_ports
from records.errors import ConfigurationError, DeviceError, ProgramFailed
from records.journal import read_journal
from records.journal_events import WarmedUp
from records.results import Results
from records.rows.parts import CampaignFacts
from sut.local import LocalSut
from sut.virtual.stage import why_no_stage
from workload.command import SCENARIOS_DIR


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        (None, "python train.py --epochs 3", {"train": "python train.py --epochs 3"}),
        (None, "python3 -c pass", {"python3": "python3 -c pass"}),
        (None, "python -m trainer.main", {"trainer-main": "python -m trainer.main"}),
        (None, "./Simulate --steps 3", {"simulate": "./Simulate --steps 3"}),
        ("Training A", "true", {"training-a": "true"}),
        (None, "baseline", {"baseline-command": "baseline"}),
        ("old", "true vs new -- false", {"old": "true", "new": "false"}),
        (None, "python a.py vs -- python b.py", {"a": "python a.py", "b": "python b.py"}),
        (None, "a -- b -- c", {"a": "a", "b": "b", "c": "c"}),
        (None, "python a.py -- python a.py 2", {"a-1": "python a.py", "a-2": "python a.py 2"}),
        (None, "npm run build -- --prod", {"npm": "npm run build -- --prod"}),
        ("old", "git log -- x vs new -- git log -- y", {"old": "git log -- x", "new": "git log -- y"}),
        (None, "play vs you", {"play": "play vs you"}),
    ],
)
def test_commands_are_told_apart_and_named(name: str | None, line: str, expected: dict[str, str]) -> None:
    found = commands_of(name, line.split())
    assert {command.name: " ".join(command.words) for command in found} == expected


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("./old --fast vs ./new", "./old --fast vs -- ./new"),
        ("./old vs", "./old vs -- COMMAND"),
        ("a vs -- b vs c", "b vs -- c"),
    ],
)
def test_a_versus_that_compares_nothing_is_noted(line: str, meant: str) -> None:
    note = stray_versus(commands_of(None, line.split()))
    assert note is not None
    assert note.endswith(meant)


@pytest.mark.parametrize("line", ["a vs -- b", "vs", "a -- b", "a versus b"])
def test_other_commands_have_no_such_note(line: str) -> None:
    assert stray_versus(commands_of(None, line.split())) is None


@pytest.mark.parametrize(
    ("name", "line"), [("a", "true vs b --"), ("a", "true vs a -- true"), ("Baseline", "true"), ("!", "true")]
)
def test_a_missing_command_and_names_that_cannot_be_used_are_wrong_usage(name: str, line: str) -> None:
    with pytest.raises(ConfigurationError, match=r"expected|named"):
        commands_of(name, line.split())


def test_a_measurement_is_a_campaign_of_baselines_and_the_commands() -> None:
    commands = [MeasuredCommand("a", ("echo", "{python}")), MeasuredCommand("b", ("true",))]
    wanted = Measurement(commands=commands, title="T", repeats=4, baseline_s=10.0, gate="none")
    config = measurement_config(wanted, meter_bench(None, "virtual").sections, Path("/project"), None)
    assert [(s.name, s.kind, s.command) for s in config.scenario] == [
        ("baseline", "baseline", None),
        ("a", "workload", ["echo", "{{python}}"]),
        ("b", "workload", ["true"]),
    ]
    assert (config.campaign.repeats, config.campaign.stop_on_failure, config.gate.enabled) == (4, True, False)


def test_a_wanted_precision_is_that_of_the_campaign() -> None:
    commands = [MeasuredCommand("a", ("true",))]
    wanted = Measurement(commands=commands, title="T", repeats=30, precision_pct=2.0, baseline_s=10.0)
    config = measurement_config(wanted, meter_bench(None, "virtual").sections, Path("/project"), "out")
    assert (config.campaign.precision_pct, config.campaign.repeats, config.campaign.out) == (2.0, 30, "out")


def test_only_a_trial_on_a_virtual_meter_forgives_lost_readings() -> None:
    assert meter_bench(None, "virtual").sections["analysis"]["coverage_min_pct"] < 99
    assert "analysis" not in meter_bench("wattsup_pro", "/dev/ttyUSB0").sections


def test_a_meter_is_read_as_fast_as_is_of_use() -> None:
    intervals_s = {
        driver: meter_bench(driver, "/dev/ttyUSB0").sections["meter"]["interval_s"]
        for driver in ("wattsup_pro", "yokogawa_wt310", "powersensor3")
    }
    assert intervals_s == {"wattsup_pro": 1.0, "yokogawa_wt310": 0.25, "powersensor3": 0.1}


def test_counters_of_cpu_and_graphics_cards_are_added_at_one_interval() -> None:
    bench = counter_bench(rapl=True, nvml=True)
    config = measurement_config(
        Measurement(commands=[MeasuredCommand("a", ("true",))], title="T", repeats=1, baseline_s=3.0),
        bench.sections,
        Path("/project"),
        None,
    )
    assert [(meter.driver, meter.interval_s) for _, meter in config.meter.all] == [
        ("rapl", 0.5),
        ("nvml", 0.5),
    ]
    assert counter_bench(rapl=False, nvml=True).sections["meter"]["driver"] == "nvml"


without_usb = pytest.mark.skipif(
    any(port.usb_id for port in list_ports()), reason="a USB adapter is plugged in: it may have a meter"
)


@without_usb
def test_without_a_meter_the_counters_of_the_cpu_are_used_and_it_is_said(tmp_path: Path) -> None:
    zone = tmp_path / "intel-rapl:0"
    zone.mkdir()
    for name, text in {"name": "package-0", "max_energy_range_uj": "1000000", "energy_uj": "1"}.items():
        (zone / name).write_text(text)
    bench = find_bench(["true"], tmp_path)
    assert (bench.sections["meter"]["driver"], bench.sections["meter"]["port"]) == ("rapl", str(tmp_path))
    assert "processor" in bench.notes[0]


@without_usb
def test_where_nothing_measures_energy_the_next_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"lab measure --port virtual -- python 'my train.py'"):
        find_bench(["python", "my train.py"], tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("python", "-c", "pass"),
        ("-n", "3", "--"),
        ("-n", "3", "--precision", "2%", "--port", "virtual", "--", "true"),
        ("--rapl", "--port", "virtual", "--", "true"),
        ("--driver", "wattsup_pro", "--", "true"),
        ("-n", "100001", "--port", "virtual", "--", "true"),
        ("--baseline", "1s", "--port", "virtual", "--", "true"),
        ("--port", "virtual", "--", "no-such-program"),
        ("--driver", "nonesuch", "--port", "virtual", "--", "true"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_named_before_anything_runs(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["measure", *arguments])
    assert (done.exit_code, done.stdout) == (2, ""), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "next_step"),
    [
        (["python train.py --epochs 3"], "sh -c 'python train.py --epochs 3'"),
        (["./my train.py"], "python './my train.py'"),
        (["train.py", "--epochs", "3"], "python ./train.py"),
        (["a-folder"], "Install it"),
        (["no-such-program"], "Install it"),
    ],
)
def test_a_program_that_is_not_found_is_answered_with_how_to_start_it(
    command: list[str], next_step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("train.py", "my train.py"):
        Path(name).touch()
    Path("a-folder").mkdir()
    done = CliRunner().invoke(cli, ["measure", "--port", "virtual", "--", *command])
    assert (done.exit_code, next_step in done.stderr) == (2, True), done.stderr


def row(**values: Any) -> dict[str, Any]:
    return {"scenario": "train", "kind": "workload", "n": 5, "duration_s": 47.0, **values}


def results_of(*rows: dict[str, Any], simulated: bool = False, driver: str = "wattsup_pro") -> Results:
    runs = [{"scenario": "train", "energy_wh": 0.28, "interval_found_s": 1.0}]
    found: Results = part_of(
        Results,
        {
            "campaign": part_of(CampaignFacts, {"simulated": simulated}),
            "settings": {"grid_co2_g_per_kwh": 380.0, "grid_co2_source": "somebody"},
            "meter": {"driver": driver},
            "scenarios": list(rows),
            "runs": runs,
        },
    )
    return found


TRAINING = row(
    energy_wh=0.28,
    energy_low_wh=0.27,
    energy_high_wh=0.29,
    induced_wh=0.13,
    induced_low_wh=0.09,
    induced_high_wh=0.18,
)


def test_the_sentence_holds_energy_induced_energy_with_its_interval_time_and_emissions() -> None:
    (answer,) = answers_of(results_of(TRAINING), ["train"])
    assert answer.co2_g == pytest.approx(0.28 * 1000 * 0.38)
    numbers = ("280", "130", "90", "180", "47", "106 g", "0.38 kg/kWh", "somebody")
    assert [number for number in numbers if number not in answer.sentence] == []
    assert "SIMULATED" not in answer.sentence and "plug" in answer.sentence


def test_a_simulated_number_and_one_of_counters_say_so() -> None:
    (simulated,) = answers_of(results_of(TRAINING, simulated=True), ["train"])
    (counted,) = answers_of(results_of(TRAINING, driver="rapl+nvml"), ["train"])
    assert simulated.sentence.startswith("SIMULATED")
    assert "RAPL + NVML" in counted.sentence and "not at the plug" in counted.sentence


def test_an_energy_that_is_lost_in_the_baseline_is_given_as_a_bound() -> None:
    unresolved = row(
        energy_wh=0.28, induced_wh=0.013, induced_low_wh=-0.1, induced_high_wh=0.12, induced_bound_wh=0.12
    )
    (answer,) = answers_of(results_of(unresolved), ["train"])
    assert "13" not in answer.sentence and "120" in answer.sentence
    assert any("-n" in remark for remark in remarks_of(results_of(unresolved), ["train"]))


def test_a_command_shorter_than_the_meters_intervals_is_to_be_repeated_within_a_run() -> None:
    assert remarks_of(results_of(row(duration_s=3.0)), ["train"]) == []
    (remark,) = remarks_of(results_of(row(duration_s=0.5)), ["train"])
    assert "seq 20" in remark


def test_the_histogram_counts_each_run_once_on_shared_bins() -> None:
    lines = histogram_lines({"a": [1.0, 1.1, 1.2, 2.0], "b": [2.0, 2.1, 3.0]}, unicode=False)
    counts = [int(line.split()[-1]) for line in lines if "#" in line]
    assert sum(counts) == 7
    labels = [line.partition("#")[0].strip() for line in lines if line.startswith("  ")]
    half = len(labels) // 2
    assert labels[:half] == labels[half:]
    assert any("█" in line for line in histogram_lines({"a": [1.0, 1.1, 2.0]}, unicode=True))


@pytest.mark.parametrize("energies", [[1.0, 2.0], [1.0, 1.0, 1.0]])
def test_a_histogram_that_would_show_nothing_is_not_drawn(energies: list[float]) -> None:
    assert histogram_lines({"a": energies}, unicode=True) == []


def test_a_warm_up_run_that_fails_is_named_with_its_last_words(tmp_path: Path) -> None:
    sut = LocalSut(tmp_path, tmp_path)
    command = MeasuredCommand("work", ("sh", "-c", "pwd > here; echo first; echo boom >&2; exit 7"))
    with pytest.raises(ProgramFailed, match=r"exit code 7.*boom"):
        warm_up(command, sut.resolve("."), sut)
    assert (tmp_path / "here").read_text().strip() == str(tmp_path)


def test_a_warm_up_run_gets_no_input_and_is_an_entry_of_the_journal(tmp_path: Path) -> None:
    sut = LocalSut(tmp_path, tmp_path)
    entry = warm_up(MeasuredCommand("work", ("sh", "-c", "cat && sleep 0.2")), sut.resolve("."), sut)
    assert (entry.scenario, entry.command) == ("work", ["sh", "-c", "cat && sleep 0.2"])
    assert entry.seconds >= 0.2 and entry.t_mono_s is not None


@pytest.mark.slow
def test_two_commands_are_measured_and_compared_in_a_fresh_folder(tmp_path: Path) -> None:
    done = lab(
        *("measure", "--port", "virtual", "-n", 1, "--gate", "none", "--json", "--warmup", 1, "short"),
        *("--", "sleep", "1", "vs", "long", "--", "sleep", "2"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["simulated"], found["completed"], found["missing"]) == (True, 4, [])
    assert [(one["name"], one["command"]) for one in found["commands"]] == [
        ("short", ["sleep", "1"]),
        ("long", ["sleep", "2"]),
    ]
    assert [(one["comparison"]["a"], one["comparison"]["b"]) for one in found["comparisons"]] == [
        ("short", "long")
    ]
    journal = read_journal(Path(tmp_path, found["report"]).parent / "journal.jsonl")[0]
    assert [entry.scenario for entry in journal[:2] if isinstance(entry, WarmedUp)] == ["short", "long"]
    assert Path(tmp_path, found["report"]).is_file() and list(tmp_path.iterdir()) == [tmp_path / "campaigns"]


@pytest.mark.slow
def test_counters_of_known_truth_give_the_energy_that_the_script_says(tmp_path: Path) -> None:
    reason = why_no_stage()
    if reason:
        pytest.skip(reason)
    (tmp_path / "truth.toml").write_text(
        "[[package]]\ncpu = {idle_w = 10, program_w = 100}\n[[gpu]]\npower = {idle_w = 20, program_w = 200}\n"
    )
    measure = ("measure", "--rapl", "--nvml", "-n", 1, "--gate", "none", "--baseline", "3s", "--json")
    command = ("python3", SCENARIOS_DIR / "scripted.py", 4)
    done = lab("trackers", "stage", "truth.toml", "--", *LAB, *measure, "--", *command, cwd=tmp_path)
    (row,) = [row for row in json.loads(done.stdout)["scenarios"] if row["scenario"] == "scripted"]
    assert row["induced_wh"] == pytest.approx((90 + 180) * 4 / 3600, rel=0.05)


@pytest.mark.slow
def test_a_failing_command_is_named_with_its_exit_code_and_last_words(tmp_path: Path) -> None:
    failing = ("sh", "-c", "echo boom >&2; exit 7")
    warmed = lab("measure", "--port", "virtual", "--warmup", 1, "--", *failing, cwd=tmp_path)
    assert (warmed.returncode, list(tmp_path.iterdir())) == (1, [])
    done = lab("measure", "--port", "virtual", "-n", 1, "--gate", "none", "--", *failing, cwd=tmp_path)
    assert done.returncode == 1
    assert "exit code 7" in done.stderr and "boom" in done.stderr and "lab resume" in done.stderr
