"""Fill the table of ``docs/reference/tracker-comparison.md`` from a campaign with trackers.

    lab export CAMPAIGN --out PACKAGE
    python tools/tracker_page.py [PACKAGE]
    python tools/tracker_page.py --check    # exit 1 where the page is not what the package gives

The package is unpacked and analysed anew. Without a name it is the one in the repository. What a tracker
reads and its quirks are those of ``docs/reference/trackers.md``.
"""

import re
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analysis.agreement.estimators.claims import ESTIMATORS  # noqa: E402 (found by the line above)
from analysis.agreement.trackers import ALL  # noqa: E402
from analysis.campaign import analyse  # noqa: E402
from analysis.imports.package import import_package  # noqa: E402
from records.results import Results  # noqa: E402
from records.rows.agreement import AgreementRow, TrackerRow  # noqa: E402
from reports.words.numbers import in_interval, interval, plain  # noqa: E402

PACKAGE = ROOT / "docs" / "data" / "trackers-simulated.zip"
PAGE = ROOT / "docs" / "reference" / "tracker-comparison.md"
FACTS = ROOT / "docs" / "reference" / "trackers.md"
_NONE = "-"
_COLUMNS = (
    "tracker",
    "works where it can read",
    "method in this campaign",
    "scope",
    "tracker / wall (95 %)",
    "limits, single runs",
    "cost in Wh (95 %)",
    "own CPU s per min",
    "runs and windows",
    "quirks",
)


def main(paths: list[str]) -> int:
    """Write the page, or check it."""
    check = "--check" in paths
    package = next((Path(path) for path in paths if path != "--check"), PACKAGE)
    with TemporaryDirectory(prefix="wattlab-page-") as folder:
        import_package(package, Path(folder) / "campaign")
        results = analyse(Path(folder) / "campaign", estimators=True)
    text = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(r"(<!-- comparison -->\n).*?(<!-- end comparison -->)", re.DOTALL)
    made = pattern.sub(lambda match: f"{match[1]}{page_table(results)}\n{match[2]}", text)
    if check:
        return 0 if made == text else 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


def page_table(results: Results) -> str:
    """Return the table of a campaign in Markdown, a line for each tracker that is known or was run."""
    facts = FACTS.read_text(encoding="utf-8")
    reads, quirks = _facts(facts, "methods"), _facts(facts, "quirk")
    run = dict.fromkeys(row.tracker for row in results.trackers)
    names = [*reads, *(name for name in run if name not in reads)]
    lines = [_line(name, results, reads.get(name, _NONE), quirks.get(name, _NONE)) for name in names]
    marked = "**SIMULATED.** " if results.campaign.simulated else ""
    facts_of = results.campaign
    head = f"{marked}{facts_of.title}: {facts_of.slots_completed} runs, {facts_of.repeats} of each."
    rows = [_COLUMNS, ("---",) * len(_COLUMNS), *lines]
    return head + "\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _facts(text: str, column: str) -> dict[str, str]:
    """Return a column of the table of the trackers' page that has it, by the name of the tracker."""
    lines = text.splitlines()
    heads = [i for i, line in enumerate(lines) if line.startswith("| tracker |")]
    head = next(i for i in heads if f"| {column} |" in lines[i])
    place = _cells(lines[head]).index(column)
    found = {}
    for line in lines[head + 2 :]:
        if not line.startswith("|"):
            break
        cells = _cells(line)
        found[cells[0].strip("`")] = cells[place]
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _line(name: str, results: Results, reads: str, quirks: str) -> tuple[str, ...]:
    rows = [row for row in results.trackers if row.tracker == name]
    if not rows:
        return (f"`{name}`", reads, "not in this campaign", *[_NONE] * 6, quirks)
    over_all = next((r for r in results.agreement if (r.tracker, r.scenario) == (name, ALL)), None)
    estimated = name in ESTIMATORS
    return (
        f"`{name}` {'(estimated)' if estimated else rows[0].version}",
        "any machine, see [settings](configuration.md#estimators)" if estimated else reads,
        _method(rows),
        _scope(rows),
        _ratio(over_all),
        _limits(over_all),
        "none" if estimated else _cost(name, results),
        "none" if estimated else _own_cpu(rows),
        _windows(rows),
        quirks,
    )


def _method(rows: list[TrackerRow]) -> str:
    found = dict.fromkeys(row.method for row in rows if row.method)
    return "; ".join(re.sub(r'[{}"]', "", method) for method in found) or _NONE


def _scope(rows: list[TrackerRow]) -> str:
    scopes = dict.fromkeys(" of ".join(filter(None, (row.scope, row.extent))) for row in rows if row.scope)
    return "; ".join(scopes) or _NONE


def _ratio(row: AgreementRow | None) -> str:
    if row is None or row.compared.total_ratio is None:
        return _NONE
    ends = row.compared.total_ratio_low, row.compared.total_ratio_high
    return _with_ends(row.compared.total_ratio, *ends)


def _limits(row: AgreementRow | None) -> str:
    if row is None or row.assessed.ratio_lower is None:
        return _NONE
    return f"{plain(row.assessed.ratio_lower, 3)} to {plain(row.assessed.ratio_upper, 3)}"


def _cost(name: str, results: Results) -> str:
    cells = [
        f"{row.a}: {_with_ends(row.difference, row.difference_low, row.difference_high)}"
        for row in results.comparisons
        if row.b == f"{row.a}+{name}" and row.quantity == "induced_wh"
    ]
    return "; ".join(cells) or _NONE


def _with_ends(value: float, low: float | None, high: float | None) -> str:
    ends = f" {interval(low, high)}" if low is not None and high is not None else ""
    return f"{in_interval(value, low, high)}{ends}"


def _own_cpu(rows: list[TrackerRow]) -> str:
    known = [
        (row.tracker_cpu_s, row.t_stop_utc_s - row.t_start_utc_s)
        for row in rows
        if row.tracker_cpu_s is not None and row.t_start_utc_s is not None and row.t_stop_utc_s is not None
    ]
    seconds = sum(length_s for _, length_s in known)
    return plain(60 * sum(cpu_s for cpu_s, _ in known) / seconds, 2) if seconds else _NONE


def _windows(rows: list[TrackerRow]) -> str:
    outcomes = Counter(row.outcome or "ok" for row in rows)
    return ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
