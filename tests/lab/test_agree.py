"""``lab agree``: words first, then numbers; exit codes; one JSON document."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lab.cli import cli

TABLE = "device,seconds,meter_j,tracker_j\n" + "".join(
    f"{'gpu' if i % 2 else 'cpu'},{10 + i % 3},{100 + 7 * i},{(100 + 7 * i) * 0.78 + (-1) ** (i // 2):.2f}\n"
    for i in range(20)
)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text(TABLE)
    return path


def agree(path: Path, *options: str, measured: str = "meter_j", estimated: str = "tracker_j") -> Result:
    arguments = ["agree", str(path), "--measured", measured, "--estimated", estimated, *options]
    return CliRunner().invoke(cli, arguments, catch_exceptions=False)


def test_the_answer_in_words_comes_first(pairs: Path) -> None:
    done = agree(pairs, "--by", "device")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("tracker_j reads 22.0 % low for all rows (0.780 of meter_j in total")
    (cpu,) = [line for line in lines if line.startswith("tracker_j reads 2") and " low for cpu " in line]
    assert "95 % interval" in cpu and "n = 10" in cpu and "outside" in cpu
    assert "All 20 rows have both values." in done.stdout


def test_every_number_is_in_the_document(pairs: Path) -> None:
    done = agree(
        pairs, "--per", "seconds", "--by", "device", "--tolerance", "30", "--resolution", "2", "--json"
    )
    document = json.loads(done.stdout)
    assert (document["per"], document["by"], document["resolution"]) == ("seconds", ["device"], 2.0)
    assert [group["group"] for group in document["groups"]] == ["all rows", "cpu", "gpu"]
    cpu = document["groups"][1]
    assert cpu["total_ratio"] == pytest.approx(0.78, abs=0.01)
    assert cpu["factor_low"] < 1 / 0.78 < cpu["factor_high"]
    assert cpu["equivalent"] == "yes"
    assert 0 < cpu["meter_share"] <= 1
    assert cpu["true_sd"] < cpu["sd"]
    assert document["simulated"] is False


def test_repeats_of_the_same_work_are_no_independent_evidence(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    ratios = [0.7, 0.74, 0.78, 0.82, 0.86]
    rows = [
        f"gpu,model {m},{100 + 20 * m + i},{ratio * (100 + 20 * m + i):.3f}\n"
        for m, ratio in enumerate(ratios)
        for i in range(6)
    ]
    path.write_text("device,model,meter_j,tracker_j\n" + "".join(rows))
    plain, nested = (
        json.loads(agree(path, "--by", "device", "--json", *options).stdout)["groups"][0]
        for options in ((), ("--nested", "model"))
    )
    assert plain["total_ratio"] == nested["total_ratio"]
    assert nested["total_ratio_high"] - nested["total_ratio_low"] > 2 * (
        plain["total_ratio_high"] - plain["total_ratio_low"]
    )
    assert (plain["groups"], nested["groups"]) == (None, 5)
    assert nested["effective_n"] == pytest.approx(5, abs=0.5)


def test_bias_at_levels_is_printed_and_in_the_document(pairs: Path) -> None:
    options = ("--at", "120,160:60", "--meter-u", "1")
    done = agree(pairs, *options)
    assert "Bias at levels" in done.stdout
    low, high = json.loads(agree(pairs, *options, "--json").stdout)["groups"][0]["levels"]
    assert (low["at"], low["allowable"], low["decision"]) == (120.0, 6.0, "outside")
    assert (high["at"], high["allowable"], high["decision"]) == (160.0, 60.0, "within")
    assert low["bias"] == pytest.approx(-0.22 * 120, abs=1)


@pytest.mark.parametrize("levels", ["much", "100,", "0", "100:-1", "100:nan"])
def test_levels_that_make_no_sense_exit_with_2(pairs: Path, levels: str) -> None:
    done = agree(pairs, "--at", levels)
    assert done.exit_code == 2
    assert "--at" in done.stderr


def test_a_group_that_bends_the_slope_is_named_on_screen_and_in_the_document(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    rows = [(f"model {i // 5}", 236 + 4 * i + i % 3, 120 + 4 * i) for i in range(30)]
    rows += [("tiny", 230 + i % 3, 55 + i % 2) for i in range(5)]
    path.write_text("model,wall_w,gpu_w\n" + "".join(f"{m},{x},{y}\n" for m, x, y in rows))
    done = agree(path, "--by", "model", measured="wall_w", estimated="gpu_w")
    assert "depends on tiny" in done.stdout
    group = json.loads(agree(path, "--by", "model", "--json", measured="wall_w", estimated="gpu_w").stdout)[
        "groups"
    ][0]
    assert group["influential"] == "tiny"
    assert group["influence"][0]["unit"] == "tiny" and group["influence"][0]["bends"] is True
    assert group["slope_without"] == pytest.approx(1.0, abs=0.02)
    assert len(group["influence"]) == 7


def test_a_meter_that_is_too_coarse_gives_no_verdict(pairs: Path) -> None:
    done = agree(pairs, "--meter-u", "2")
    assert "cannot say" in done.stdout.splitlines()[0]
    (group,) = json.loads(agree(pairs, "--meter-u", "2", "--json").stdout)["groups"]
    assert (group["decision"], group["meter_u_pct"]) == ("cannot say", pytest.approx(2, rel=0.01))


def test_rows_left_out_are_counted_and_named(pairs: Path) -> None:
    pairs.write_text(TABLE + "cpu,10,,80\ncpu,10,80,much\n")
    done = agree(pairs)
    assert "2 of 22 rows left out:" in done.stdout
    assert "line 22: 'meter_j' is empty" in done.stdout
    assert "line 23: 'tracker_j' is no number: 'much'" in done.stdout
    assert [row["line"] for row in json.loads(agree(pairs, "--json").stdout)["left_out"]] == [22, 23]


def test_many_rows_left_out_are_counted_but_not_all_printed(pairs: Path) -> None:
    pairs.write_text(TABLE + "cpu,10,,80\n" * 50)
    done = agree(pairs)
    assert "50 of 70 rows left out:" in done.stdout
    assert "and 30 more (--json names all)" in done.stdout
    assert len(json.loads(agree(pairs, "--json").stdout)["left_out"]) == 50


def test_a_group_with_too_few_rows_says_so(pairs: Path) -> None:
    pairs.write_text(TABLE + "npu,10,100,80\nnpu,10,100,70\n")
    done = agree(pairs, "--by", "device")
    assert "too few rows for an interval, n = 2" in done.stdout
    assert "2 rows: too few for any interval or limit" in done.stdout


def test_an_unknown_column_exits_with_2_and_the_nearest(pairs: Path) -> None:
    done = agree(pairs, measured="meter")
    assert done.exit_code == 2
    assert "no column 'meter'; did you mean 'meter_j'?" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "option", [("--tolerance", "0"), ("--tolerance", "nan"), ("--resolution", "-1"), ("--resolution", "inf")]
)
def test_an_option_that_makes_no_sense_exits_with_2(pairs: Path, option: tuple[str, str]) -> None:
    done = agree(pairs, *option)
    assert done.exit_code == 2
    assert option[0] in done.stderr
    assert done.stdout == ""


def test_no_complete_pair_exits_with_1(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("meter_j,tracker_j\n,1\n2,\n")
    done = agree(path)
    assert done.exit_code == 1
    assert "none of 2 has them" in done.stderr


def test_what_a_simulated_meter_says_is_marked(pairs: Path) -> None:
    pairs.write_text(
        "\n".join(f"{line},{'simulated' if i == 0 else 'True'}" for i, line in enumerate(TABLE.splitlines()))
    )
    assert agree(pairs).stdout.startswith("SIMULATED meter")
    assert json.loads(agree(pairs, "--json").stdout)["simulated"] is True


def test_the_page_is_written_beside_the_words(pairs: Path, tmp_path: Path) -> None:
    done = agree(pairs, "--out", str(tmp_path / "page.html"))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == f"Written: {tmp_path / 'page.html'}"
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")


def test_markup_in_names_is_printed_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    text = TABLE.replace("tracker_j", "[red]tracker[/red]").replace("meter_j", "[/b]meter")
    path.write_text(text.replace("cpu", "[bold]cpu"))
    done = agree(path, "--by", "device", measured="[/b]meter", estimated="[red]tracker[/red]")
    assert "[red]tracker[/red] reads" in done.stdout
    assert "for [bold]cpu" in done.stdout
    assert "in the unit of [/b]meter;" in done.stdout


def test_a_table_of_our_own_results_can_be_asked(tmp_path: Path) -> None:
    # The lab's trackers.csv has the two columns that are wanted, and says whether the meter was simulated.
    path = tmp_path / "trackers.csv"
    rows = "".join(f"codecarbon,cnn,{7 + i / 10},{9 + i / 10},True\n" for i in range(5))
    path.write_text("tracker,scenario,energy_wh,meter_wh,simulated\n" + rows)
    done = agree(path, "--by", "tracker", measured="meter_wh", estimated="energy_wh")
    assert "SIMULATED" in done.stdout
    assert "energy_wh reads 2" in done.stdout


def test_a_table_cannot_drive_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(TABLE.replace("cpu", "c\x1b[2Jpu").replace("gpu", "g\u202epu"))
    done = agree(path, "--by", "device")
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout
    assert "c\ufffd[2Jpu" in done.stdout


def test_the_table_gives_the_verdict_of_the_sentence(pairs: Path) -> None:
    done = agree(pairs, "--meter-u", "5")
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("all rows  20 ")]
    assert done.stdout.splitlines()[0].count("cannot say") == 1
    assert row.rstrip().endswith("cannot say")


def test_measured_values_of_zero_give_no_percentage_and_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "zeros.csv"
    path.write_text("meter_j,tracker_j\n" + "0,0\n" * 4)
    assert "inf" not in agree(path).stdout
    (group,) = json.loads(agree(path, "--json").stdout)["groups"]
    assert (group["decision"], group["meter_u_pct"]) == ("cannot say", None)
