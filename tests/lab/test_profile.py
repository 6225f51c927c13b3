"""``lab profile``: what campaign it makes, how a budget is judged, what is refused before anything runs."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from lab_bench import journal, lab
from typed_rows import part_of

from lab.cli import cli
from lab.cli.profile_run import budget_words
from lab.config.model import LabConfig
from lab.profiling.budget import Budget, Judgement, energy_j
from lab.profiling.configuration import Profile, Variation, profile_config
from records.errors import ConfigurationError
from records.results import Results

METER = {"meter": {"driver": "wattsup_pro", "port": "virtual"}}


def config_of(**changes: Any) -> LabConfig:
    wanted: dict[str, Any] = {"program": ("train.py",), "python": "/env/bin/python", "libs": ("keras",)}
    return profile_config(Profile(**wanted | changes), METER, Path("/bench"), None)


def test_a_profile_is_a_campaign_of_baselines_and_the_program() -> None:
    config = config_of(arguments=("--epochs", "3"), sync_device=True)
    baseline, program = config.scenario
    assert (baseline.kind, baseline.duration_s, config.campaign.repeats) == ("baseline", 30.0, 5)
    assert (program.name, program.command) == ("train", ["{python}", "train.py", "--epochs", "3"])
    assert program.calls is not None
    assert (program.calls.libs, program.calls.sync_device, program.calls.sizes) == (["keras"], True, True)
    assert config.pythons() == {"profiled": "/env/bin/python"}


def test_the_whole_program_is_measured_without_a_record_of_calls() -> None:
    assert config_of(mode="project").find_scenario("train").calls is None


@pytest.mark.parametrize(("gate", "enabled", "per_call"), [("none", False, "run"), ("call", True, "call")])
def test_the_gate_is_none_or_before_each_call(gate: str, enabled: bool, per_call: str) -> None:
    config = config_of(gate=gate)
    calls = config.find_scenario("train").calls
    assert calls is not None
    assert (config.gate.enabled, calls.gate) == (enabled, per_call)


def test_a_varied_option_is_a_scenario_for_each_value() -> None:
    vary = Variation("--size", ("10", "2e3"))
    config = config_of(mode="data-size", vary=vary)
    commands = {scenario.name: scenario.command for scenario in config.scenario if scenario.command}
    assert commands == {
        "train-10": ["{python}", "train.py", "--size=10"],
        "train-2e3": ["{python}", "train.py", "--size=2e3"],
    }


def test_words_of_the_program_that_look_like_placeholders_stay_as_they_are() -> None:
    config = config_of(arguments=("{run_dir}",))
    assert config.find_scenario("train").command == ["{python}", "train.py", "{{run_dir}}"]


@pytest.mark.parametrize("program", ["/other/train.py", "../other/train.py"])
def test_a_program_elsewhere_is_on_record_as_well(program: str) -> None:
    assert config_of(program=(program,)).program.include == ["/other"]
    assert config_of(program=("parts/../train.py",)).program.include == []


def test_each_value_has_a_scenario_however_long_the_names_are() -> None:
    vary = Variation("--data", (f"{'b' * 19}c", f"{'b' * 19}d"))
    config = config_of(program=(f"{'a' * 20}.py",), vary=vary)
    assert [scenario.command[-1][-1] for scenario in config.scenario if scenario.command] == ["c", "d"]


def test_a_notebook_runs_only_with_its_calls_on_record() -> None:
    with pytest.raises(ConfigurationError, match="--mode method"):
        config_of(program=("n.ipynb",), mode="project")


def test_the_rules_of_the_bench_hold_for_its_profiles() -> None:
    bench = METER | {"analysis": {"coverage_min_pct": 95.0}}
    wanted = Profile(program=("train.py",), python="/env/bin/python", libs=("keras",))
    assert profile_config(wanted, bench, Path("/bench"), None).analysis.coverage_min_pct == 95.0


def test_what_is_no_python_program_is_told(folder: Path) -> None:
    (folder / "train.txt").write_text("")
    result = profile("train.txt", "--list")
    assert (result.exit_code, ".py or .ipynb" in result.output) == (2, True)


def test_sizes_need_an_option_that_grows() -> None:
    with pytest.raises(ConfigurationError, match="--vary"):
        config_of(mode="data-size")


@pytest.mark.parametrize(
    ("text", "joules"), [("50J", 50.0), ("1.5 kJ", 1500.0), ("0.2Wh", 720.0), (" 20 mJ ", 0.02)]
)
def test_an_energy_is_a_number_with_a_unit(text: str, joules: float) -> None:
    assert energy_j(text) == pytest.approx(joules)


@pytest.mark.parametrize("text", ["50", "J", "-3J", "50 W", "nanJ", "5 jj"])
def test_what_is_no_energy_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="expected an energy"):
        energy_j(text)


RESULTS: Results = part_of(
    Results,
    {
        **{key: {} for key in ("campaign", "settings", "environment", "meter")},
        "scenarios": [
            {
                "scenario": "train",
                "energy_wh": 100 / 3600,
                "energy_low_wh": 90 / 3600,
                "energy_high_wh": 110 / 3600,
            }
        ],
        "call_sites": [
            {
                "scenario": "train",
                "api": "keras.Model.fit",
                "energy_inclusive_j": 50.0,
                "energy_inclusive_low_j": 45.0,
                "energy_inclusive_high_j": 55.0,
            },
            {"scenario": "train", "api": "keras.Model.fit", "bound_inclusive_j": 5.0, "label": "bounded"},
        ],
    },
)


@pytest.mark.parametrize(
    ("of", "joules", "verdict"),
    [
        ("run", 110.0, "within"),
        ("run", 100.0, "cannot say"),
        ("run", 89.0, "above"),
        ("induced", 50.0, "cannot say"),
        ("keras.Model.fit", 60.0, "within"),
        ("keras.Model.fit", 56.0, "cannot say"),
        ("keras.Model.fit", 44.0, "above"),
    ],
)
def test_a_budget_is_kept_or_broken_only_by_the_whole_interval(of: str, joules: float, verdict: str) -> None:
    (judgement,) = Budget(joules, of).judge(RESULTS, ["train"])
    assert judgement.verdict == verdict


def test_a_large_energy_is_a_plain_number_in_the_verdict_on_a_budget() -> None:
    words = budget_words(Judgement("run", 5e4, 45678.0, 44000.0, 47000.0, "within"))
    figures = "".join(words.split())
    assert all(number in figures for number in ("50000J", "45678J", "44000to47000J")), words


@pytest.mark.parametrize(("ends", "option"), [((40.0, 60.0), "--precision"), ((None, None), "--repeats")])
def test_an_open_verdict_on_a_budget_names_what_may_decide_it(
    ends: tuple[float | None, float | None], option: str
) -> None:
    assert option in budget_words(Judgement("run", 50.0, 50.0, *ends, "cannot say"))


def nested_in(*parents: int | None) -> Results:
    """Results of an API at two sites, the second with 50 J called from some contexts, in the first."""
    site = {
        "scenario": "train",
        "api": "a.B",
        "energy_inclusive_low_j": 50.0,
        "energy_inclusive_high_j": 50.0,
    }
    edges = [{"node": 1, "site": 1}, {"node": 2, "parent": 1, "site": 7}]
    edges += [{"node": n, "parent": parent, "site": 2} for n, parent in enumerate(parents, start=3)]
    return part_of(
        Results,
        {
            **{key: {} for key in ("campaign", "settings", "environment", "meter")},
            "call_sites": [{**site, "site": n, "energy_inclusive_j": 50.0} for n in (1, 2)],
            "call_edges": [{"scenario": "train", **edge} for edge in edges],
        },
    )


@pytest.mark.parametrize(
    ("parents", "low_j", "high_j"), [((None,), 100.0, 100.0), ((2,), 50.0, 50.0), ((None, 2), 50.0, 100.0)]
)
def test_a_call_within_another_call_of_the_same_api_counts_once(
    parents: tuple[int | None, ...], low_j: float, high_j: float
) -> None:
    (judgement,) = Budget(60.0, "a.B").judge(nested_in(*parents), ["train"])
    assert (judgement.low_j, judgement.high_j) == (low_j, high_j)


def test_a_budget_of_an_api_that_was_not_called_is_wrong_usage() -> None:
    with pytest.raises(ConfigurationError, match=r"keras\.Model\.fit"):
        Budget(1.0, "keras.Model.evaluate").judge(RESULTS, ["train"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text("print(1)\n")
    return tmp_path


def profile(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["profile", *arguments])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "expected a program"),
        (("absent.py",), "absent.py"),
        (("train.py",), "lab init"),
        (("train.py", "--port", "/dev/absent"), "--driver"),
        (("train.py", "--driver", "wattsup_pro"), "--port"),
        (("train.py", "--port", "virtual", "--python", "no-such-python"), "--python no-such-python"),
        (("train.py", "--port", "virtual", "--budget", "50"), "expected an energy"),
        (("train.py", "--port", "virtual", "--budget", "1e999J"), "expected an energy"),
        (("train.py", "--port", "virtual", "--budget-of", "induced"), "--budget 50J"),
        (
            ("train.py", "--port", "virtual", "--mode", "project", "--budget", "1J", "--budget-of", "a.B"),
            "a.B",
        ),
        (("train.py", "--port", "virtual", "--repeats-max", "9"), "--precision"),
        (("train.py", "--port", "virtual", "--mode", "data-size"), "--vary"),
        (("train.py", "--port", "virtual", "--vary", "--size=10"), "two or more values"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_made(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    result = profile(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert [path.name for path in folder.iterdir()] == ["train.py"]


def test_a_machine_behind_ssh_needs_an_interpreter_of_its_own(folder: Path) -> None:
    (folder / "lab.toml").write_text(
        '[sut]\nhost = "sut1"\n[meter]\ndriver = "wattsup_pro"\nport = "virtual"\n'
        '[[scenario]]\nname = "baseline"\nkind = "baseline"\nduration_s = 9\n'
    )
    result = profile("train.py")
    assert result.exit_code == 2
    assert "--python" in result.output


@pytest.mark.slow
def test_a_whole_program_is_profiled_and_held_to_its_budget(folder: Path) -> None:
    (folder / "train.py").write_text("import sys, time; time.sleep(2); print(sys.argv)\n")
    options = [
        "--port",
        "virtual",
        "--mode",
        "project",
        "--gate",
        "none",
        "--repeats",
        "3",
        "--baseline",
        "3",
    ]
    result = lab(
        "profile", "train.py", *options, "--budget", "1J", "--json", "--", "--epochs", "3", cwd=folder
    )
    document = json.loads(result.stdout)
    assert result.returncode == 1, result.stderr
    assert document["simulated"] is True
    assert [row["n"] for row in document["scenarios"]] == [4, 3]
    assert [judgement["verdict"] for judgement in document["budget"]] == ["above"]
    assert Path(folder / document["report"]).is_file()
    output = folder / document["campaign"] / "runs/0002-train/stdout.log"
    assert output.read_text() == "['train.py', '--epochs', '3']\n"


@pytest.mark.slow
def test_a_program_that_fails_ends_its_profile_at_once(folder: Path) -> None:
    (folder / "train.py").write_text("import no_such_library\n")
    options = ["--port", "virtual", "--gate", "none", "--baseline", "3", "--out", "c"]
    result = lab("profile", "train.py", *options, "--python", sys.executable, cwd=folder)
    assert result.returncode == 1
    assert "no_such_library" in result.stderr
    names = ["0001-baseline", "0002-train", "0002-train.2"]
    assert sorted(path.name for path in (folder / "c/runs").iterdir()) == names
    assert journal(folder / "c")[-1]["what"] == "campaign stopped"


GATED = """
[meter]
driver = "wattsup_pro"
port = "virtual"
[gate]
readings = 3
power_std_over_mean = 1.0
try_s = 10.0
[run]
lead_in_s = 1.0
lead_out_s = 2.0
[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 3
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_calls_of_a_notebook_wait_for_the_gate_and_come_back_with_their_cells(folder: Path) -> None:
    cells = ["import numpy as np", "x = np.arange(3_000_000)[::-1].copy()", "print(np.sort(x)[0])"]
    document = {"cells": [{"cell_type": "code", "execution_count": 7, "source": cell} for cell in cells]}
    (folder / "n.ipynb").write_text(json.dumps(document))
    (folder / "lab.toml").write_text(GATED)
    options = ["--libs", "numpy", "--gate", "call", "--repeats", "1", "--baseline", "3", "--out", "c"]
    result = lab("profile", "n.ipynb", *options, "--python", sys.executable, "--json", cwd=folder)
    assert result.returncode == 0, result.stderr
    rows = {row["api"] or row["kind"]: row for row in json.loads(result.stdout)["calls"]}
    place = {key: rows["numpy.sort"][key] for key in ("file", "cell", "line", "execution_count")}
    assert place == {"file": "n.ipynb", "cell": 3, "line": 1, "execution_count": 7}
    assert rows["numpy.sort"]["argument_bytes"] >= 24_000_000
    waits = [entry for entry in journal(folder / "c") if entry["what"] == "call gate"]
    assert len(waits) == sum(row["calls"] for row in rows.values() if row["kind"] == "call")
    waited_s = sum(entry["waited_s"] for entry in waits)
    assert rows["gate"]["time_exclusive_s"] == pytest.approx(waited_s, abs=2.0)
    assert rows["numpy.sort"]["time_exclusive_s"] < waited_s
    assert (folder / "c/runs/0002-n/stdout.log").read_text() == "0\n"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_energy_of_a_call_is_given_at_each_size_of_its_arguments(folder: Path) -> None:
    (folder / "lab.toml").write_text(GATED)
    (folder / "sizes.py").write_text(
        "import sys\nimport numpy as np\nx = np.zeros(int(sys.argv[1][4:]))\nfor _ in range(20): np.sort(x)\n"
    )
    options = ["--libs", "numpy", "--gate", "none", "--repeats", "1", "--baseline", "3", "--out", "c"]
    vary = ["--mode", "data-size", "--vary", "--n=100000,400000"]
    result = lab("profile", "sizes.py", *options, *vary, "--python", sys.executable, "--json", cwd=folder)
    assert result.returncode == 0, result.stderr
    calls = json.loads(result.stdout)["calls"]
    sizes = {row["scenario"]: row["argument_bytes"] for row in calls if row["api"] == "numpy.sort"}
    assert sizes["sizes-400000"] == pytest.approx(4 * sizes["sizes-100000"], rel=0.01)
