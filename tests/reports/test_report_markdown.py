"""The answer of a campaign as Markdown: what it holds, and that no name in it is markup."""

from report_example import HOSTILE, HOSTILE_IMAGE, Plan, example
from typed_rows import change

from records.results import Results
from reports.exports.campaign import campaign_markdown

FINDINGS = [
    {"level": "refuse", "run_dir": "0003-cnn", "code": "coverage-low", "message": "covered 50 %"},
    {"level": "warn", "run_dir": "", "code": "baseline-drift", "message": "drifts"},
    {"level": "warn", "run_dir": "", "code": "baseline-drift", "message": "drifts"},
]


def small(**changes: object) -> Results:
    return example(Plan(**{"repeats": 2, "seconds": 12, "epochs": 0, **changes}))


def tables(text: str) -> list[list[list[str]]]:
    """Return the body of each table, as cells."""
    found: list[list[list[str]]] = []
    before = ""
    for line in text.splitlines():
        if line.startswith("|---"):
            found.append([])
        elif line.startswith("|") and before.startswith("|") and found:
            found[-1].append([cell.strip() for cell in line.strip("|").split(" |")])
        before = line
    return found


def test_it_holds_the_answer_a_row_per_scenario_and_a_row_per_code() -> None:
    results = small(findings=FINDINGS)
    scenarios, findings = tables(campaign_markdown(results))
    assert [row[0] for row in scenarios] == [row.scenario.replace("+", " + ") for row in results.scenarios]
    assert [(row[0], row[1].split()[0]) for row in findings] == [
        ("error", "coverage-low"),
        ("warning", "baseline-drift"),
    ]


def test_what_is_simulated_is_said_first() -> None:
    for simulated in (True, False):
        first = campaign_markdown(small(simulated=simulated)).split("**")[1]
        assert first.startswith("SIMULATED") == simulated


def test_no_name_of_a_campaign_is_markup() -> None:
    results = small(names=(HOSTILE, HOSTILE_IMAGE, "[a](b)"))
    change(results.campaign, title=HOSTILE, id=HOSTILE)
    text = campaign_markdown(results)
    assert "<" not in text.replace("\\<", "")
    assert "](" not in text.replace("\\]", "")
