"""Any table: what is read, what is left out and named, what is refused."""

from math import sqrt
from pathlib import Path

import pytest

from analysis.agreement.question import Question
from analysis.agreement.table import ALL, TableAgreement, agree_table
from records.errors import ConfigurationError, RecordError

PAGE = Path(__file__).resolve().parents[2] / "docs/explanation/tracker-agreement.md"

ROWS = [(f"{'gpu' if i % 2 else 'cpu'}", 10 + i, 100.0 + 7 * i, 80.0 + 5 * i + (-1) ** i) for i in range(12)]


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "pairs.csv"
    path.write_bytes(text.encode(encoding))
    return path


def table(delimiter: str = ",", comma: bool = False) -> str:
    lines = [delimiter.join(("device", "duration_s", "meter_j", "tracker_j"))]
    for row in ROWS:
        fields = [str(value) for value in row]
        lines.append(delimiter.join(f.replace(".", ",") if comma else f for f in fields))
    return "\n".join(lines) + "\n"


def ask(path: Path, **changes: object) -> TableAgreement:
    return agree_table(path, Question("meter_j", "tracker_j", **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (table(), "utf-8"),
        (table(), "utf-8-sig"),
        (table(";", comma=True), "cp1252"),
        (table("\t"), "utf-16"),
        (table(";").replace("\n", "\r\n"), "utf-8"),
        (table().replace("cpu", '"a, b"'), "utf-8"),
    ],
    ids=["plain", "byte order mark", "German", "UTF-16 with tabs", "CRLF", "quoted"],
)
def test_delimiter_decimal_mark_and_encoding_are_found_by_content(
    tmp_path: Path, text: str, encoding: str
) -> None:
    (part,) = ask(write(tmp_path, text, encoding)).parts
    assert part.pairs.measured.tolist() == [row[2] for row in ROWS]
    assert part.pairs.estimated.tolist() == [row[3] for row in ROWS]


def test_both_and_the_step_are_divided(tmp_path: Path) -> None:
    (part,) = ask(write(tmp_path, table()), per="duration_s", resolution=3.6).parts
    assert part.pairs.measured.tolist() == pytest.approx([row[2] / row[1] for row in ROWS])
    assert part.pairs.estimated.tolist() == pytest.approx([row[3] / row[1] for row in ROWS])
    assert part.pairs.measured_u.tolist() == pytest.approx([3.6 / sqrt(6) / row[1] for row in ROWS])


def test_all_rows_come_first_and_then_the_groups_in_the_order_of_their_names(tmp_path: Path) -> None:
    found = ask(write(tmp_path, table()), by=("device",))
    assert [part.name for part in found.parts] == [ALL, "cpu", "gpu"]
    assert [part.found.n for part in found.parts] == [12, 6, 6]
    assert found.parts[0].found.grouped and found.parts[0].found.units == 2
    assert found.parts[1].pairs.measured.tolist() == [row[2] for row in ROWS if row[0] == "cpu"]
    two = ask(write(tmp_path, table()), by=("device", "duration_s"))
    assert len(two.parts) == 13 and "cpu, 10" in [part.name for part in two.parts]


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    header, *lines = table().splitlines()
    first = ask(write(tmp_path, table()), by=("device",))
    second = ask(write(tmp_path, "\n".join([header, *reversed(lines)])), by=("device",))
    for one, other in zip(first.parts, second.parts, strict=True):
        assert one.name == other.name
        assert one.found.columns().to_json() == pytest.approx(other.found.columns().to_json(), nan_ok=True)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("cpu,10,,80", "'meter_j' is empty"),
        ("cpu,10,100,n/a", "'tracker_j' is no number: 'n/a'"),
        ("cpu,10,nan,80", "'meter_j' is no number: 'nan'"),
        ("cpu,10,inf,80", "'meter_j' is no number: 'inf'"),
        ("cpu,10,1e99,80", "'meter_j' is beyond any meter: '1e99'"),
        ("cpu,10,100", "3 fields where the header has 4"),
        ("cpu,0,100,80", "'duration_s' is 0, which cannot divide"),
        ("cpu,-5,100,80", "'duration_s' is -5, which cannot divide"),
    ],
)
def test_a_row_that_cannot_be_compared_is_left_out_and_named(tmp_path: Path, line: str, reason: str) -> None:
    header, first, *others = table().splitlines()
    text = "\n".join([header, first, line, "", *others])
    found = ask(write(tmp_path, text), per="duration_s")
    assert [(row.line, row.reason) for row in found.left_out] == [(3, reason)]
    assert found.rows == 13
    assert found.parts[0].found.n == 12


def test_no_row_with_both_values_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"none of 2 has them; line 2: 'meter_j' is empty") as caught:
        ask(write(tmp_path, "meter_j,tracker_j\n,1\n,2\n"))
    assert caught.value.exit_code == 1
    with pytest.raises(RecordError, match="none of 0"):
        ask(write(tmp_path, "meter_j,tracker_j\n"))


@pytest.mark.parametrize("text", ["", "\n\n", "just words\nand more\n"])
def test_what_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordError, match=r"pairs\.csv"):
        ask(write(tmp_path, text))


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="expected a text file here"):
        ask(tmp_path / "nothing.csv")


def test_an_unknown_column_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, table())
    for question, words in (
        (Question("metre_j", "tracker_j"), "no column 'metre_j'; did you mean 'meter_j'?"),
        (Question("meter_j", "traker_j"), "no column 'traker_j'; did you mean 'tracker_j'?"),
        (Question("meter_j", "tracker_j", by=("devise",)), "did you mean 'device'?"),
        (Question("meter_j", "tracker_j", per="x"), "it has device, duration_s, meter_j, tracker_j"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            agree_table(path, question)
        assert words in str(caught.value)


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="one column 'meter_j', found 2"):
        ask(write(tmp_path, "meter_j,tracker_j,meter_j\n1,2,3\n"))


@pytest.mark.parametrize("changes", [{"margin_pct": 0}, {"margin_pct": 100}, {"resolution": -1}])
def test_a_margin_or_step_that_makes_no_sense_is_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match="expected"):
        Question("a", "b", **changes)  # type: ignore[arg-type]


def test_rows_of_a_simulated_meter_mark_the_answer(tmp_path: Path) -> None:
    lines = table().splitlines()
    text = "\n".join(
        [f"{lines[0]},simulated", *(f"{line},false" for line in lines[1:-1]), f"{lines[-1]},True"]
    )
    assert ask(write(tmp_path, text)).simulated
    assert not ask(write(tmp_path, text.replace("True", "false"))).simulated


def test_320_real_runs(reference: Path) -> None:
    # The README beside the table: two runs have no reading of the meter, whose step is 3600 J.
    path = reference / "tracker-vs-meter" / "fischer2025_pairs.csv"
    question = Question("meter_j", "codecarbon_j", "duration_s", ("device",), resolution=3600)
    found = agree_table(path, question)
    assert (found.rows, [row.line for row in found.left_out]) == (320, [5, 285])
    _, cpu, gpu = found.parts
    assert (cpu.found.n, gpu.found.n) == (120, 198)
    assert cpu.found.ratio.value == pytest.approx(0.6733, abs=5e-5)
    assert gpu.found.ratio.value == pytest.approx(0.7669, abs=5e-5)
    for part in (cpu, gpu):
        assert part.found.equivalence.verdict == "no"
        assert part.found.true_limits.sd < part.found.limits.sd


def test_the_page_on_these_runs_says_what_the_command_says(reference: Path) -> None:
    # docs/explanation/tracker-agreement.md: ratio, factor and limits of every row of its table.
    path = reference / "tracker-vs-meter" / "fischer2025_pairs.csv"
    page = PAGE.read_text()
    parts = []
    for by in (("device",), ("device", "batch")):
        parts += agree_table(
            path, Question("meter_j", "codecarbon_j", "duration_s", by, resolution=3600)
        ).parts[1:]
    assert len(parts) == 11
    for part in parts:
        found = part.found
        true, seen = found.true_limits, found.limits
        low, high = (f"{-found.scale.percent(limit.value):.1f} %" for limit in (true.lower, true.upper))
        seen_low, seen_high = (
            f"{-found.scale.percent(limit.value):.1f} %" for limit in (seen.lower, seen.upper)
        )
        factor = f"{found.factor.value:.3f} ({found.factor.low:.3f} to {found.factor.high:.3f})"
        share = f"{100 * found.meter_share:.0f} %"
        row = f"| {found.n} |"
        lines = [line for line in page.splitlines() if line.startswith("|") and factor in line]
        assert len(lines) == 1, part.name
        for words in (row, f"{low} to {high} low", f"{seen_low} to {seen_high} low", f"| {share} |"):
            assert words in lines[0], (part.name, words)
