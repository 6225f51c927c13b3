"""What ``lab analyse --rule`` prints: the rule's numbers to all their digits, and all findings."""

from typing import Any

from analysis.rules import rule_source
from lab.cli.finding_output import print_finding_table
from lab.cli.output import print_table, stdout
from records.results import Results
from records.rows.findings import FindingRow


def print_rule(results: Results) -> None:
    """Print what a published rule gives, before the default rule's table."""
    stdout.print(f"Rule {results.rule}: {rule_source(results.rule)}")
    rows = [row.values for row in results.rule_rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    names = [name for name in names if any(row.get(name) is not None for row in rows)]
    if len(rows) < len(names):  # few rows of many quantities read better standing
        first, *others = names
        columns = (first, *(_digits(row.get(first)) for row in rows))
        print_table(columns, [(name, *(_digits(row.get(name)) for row in rows)) for name in others])
    else:
        print_table(names, [[_digits(row.get(name)) for name in names] for row in rows])
    stdout.print("\nDefault rule, with uncertainties:")


def print_findings(results: Results) -> None:
    """Print every finding, those of one kind about several runs of a scenario as one line."""
    kinds: dict[tuple[str, str], list[FindingRow]] = {}
    for finding in results.findings:
        key = (finding.code, finding.run_dir.partition("-")[2] or finding.message)
        kinds.setdefault(key, []).append(finding)
    print_finding_table((f[0].level, _where(f), f[0].code, f[0].message) for f in kinds.values())


def _where(findings: list[FindingRow]) -> str:
    first = findings[0].run_dir or "campaign"
    return first if len(findings) == 1 else f"{first} and {len(findings) - 1} more"


def _digits(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.9g}"
    return "" if value is None else str(value)
