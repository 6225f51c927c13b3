"""``lab compare`` as an operator meets it: words first, then figures; exit codes; JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from compared_campaign import write_compared
from lab_bench import lab


def write_campaign(
    folder: Path, *, simulated: bool = False, findings: list[dict[str, Any]] | None = None
) -> Path:
    """Write a campaign with two interleaved scenarios: b needs 3 % less in every block."""
    shifts = (0.0, 0.02, -0.01, 0.03, 0.01, -0.02)
    samples = {
        "a": tuple(1.0 + shift for shift in shifts),
        "b": tuple(0.97 + shift + 0.001 * (block % 3) for block, shift in enumerate(shifts, start=1)),
    }
    return write_compared(folder, samples, simulated=simulated, findings=findings)


def test_the_verdict_comes_first_and_in_words(tmp_path: Path) -> None:
    done = lab("compare", write_campaign(tmp_path / "c"), "a", "b")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()  # means 1.005 and 0.976 Wh
    assert lines[0].startswith("b uses 2.89 % less induced energy than a: difference −0.02900 Wh")
    assert "Significant at 95 % (paired t test over 6 blocks, p < 0.001)" in lines[0]
    assert any(line.startswith("Wilcoxon") for line in lines)
    assert any(line.startswith("difference Wh, bootstrap BCa") for line in lines)
    assert "SIMULATED" not in done.stdout


def test_json_is_one_document_with_the_same_words(tmp_path: Path) -> None:
    done = lab("compare", write_campaign(tmp_path / "c", simulated=True), "a", "b", "--margin", "5", "--json")
    document = json.loads(done.stdout)
    assert document["verdict"] == "lower"
    assert document["tests"] == {"t": True, "rank": True, "bootstrap": True, "total": None}
    assert document["words"].startswith("b uses")
    assert document["comparison"]["design"] == "paired"
    assert document["equivalence_p"] < 0.05
    assert (document["simulated"], document["refusals"]) == (True, [])


def test_a_page_is_written_beside_the_figures(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = lab("compare", write_campaign(tmp_path / "c"), "a", "b", "--out", page)
    assert done.stdout.splitlines()[-1].startswith("Written: ")
    assert done.stdout.splitlines()[0] in page.read_text(encoding="utf-8").replace("&#39;", "'").replace(
        "&lt;", "<"
    )


def test_simulated_figures_are_marked_before_anything_else(tmp_path: Path) -> None:
    done = lab(
        "compare", write_campaign(tmp_path / "c", simulated=True), "a", "b", "--quantity", "duration_s"
    )
    assert done.stdout.startswith("SIMULATED meter: no number below is a measurement")
    assert "used the same time" in done.stdout


def test_what_refuses_the_data_is_printed_and_ends_with_1(tmp_path: Path) -> None:
    finding = {"level": "refuse", "run_dir": "0003-a", "code": "slot-incomplete", "message": "no run counts"}
    done = lab("compare", write_campaign(tmp_path / "c", findings=[finding]), "a", "b")
    assert done.returncode == 1
    assert "rejected: 0003-a: slot-incomplete: no run counts" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["a", "bb"], 2, "there is no scenario 'bb'; did you mean 'b'? known: a, b"),
        (["a", "a"], 2, "they are the same one"),
        (["a", "b", "--quantity", "joule"], 2, "'joule' is not one of"),
        (["a", "b", "--margin", "0"], 2, "0 is not in the range"),
        (["a", "b", "--quantity", "energy_wh"], 1, "--quantity may be induced_wh, duration_s for it"),
        (["a", "nowhere:b"], 2, "nowhere: no campaign here (there is no such folder)"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    done = lab("compare", write_campaign(tmp_path / "c"), *arguments)
    assert done.returncode == code
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_gate_is_open_where_b_is_shown_to_need_no_more(tmp_path: Path) -> None:
    done = lab("compare", write_campaign(tmp_path / "c"), "a", "b", "--fail-if-more", "1%", "--json")
    assert (done.returncode, json.loads(done.stdout)["gate"]["verdict"]) == (0, "within")


def test_a_gate_stays_shut_where_b_needs_more_and_where_nothing_can_be_said(tmp_path: Path) -> None:
    folder = write_campaign(tmp_path / "c")
    summary = tmp_path / "summary.md"
    above = lab("compare", folder, "b", "a", "--fail-if-more", "1%", "--summary", summary, "--json")
    unknown = lab("compare", folder, "b", "a", "--fail-if-more", "3%", "--summary", summary, "--json")
    found = [json.loads(done.stdout)["gate"]["verdict"] for done in (above, unknown)]
    assert (found, above.returncode, unknown.returncode) == (["above", "cannot say"], 1, 1)
    text = summary.read_text(encoding="utf-8")
    assert text.count("### a against b") == 2
    assert "SIMULATED" not in text


def test_the_summary_says_that_it_is_simulated(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    lab("compare", write_campaign(tmp_path / "c", simulated=True), "a", "b", "--summary", summary)
    assert "**SIMULATED" in summary.read_text(encoding="utf-8")
