"""Fill the tables of results in ``docs/reference/records.md`` from the typed rows.

    python tools/results_page.py            write the page
    python tools/results_page.py --check    exit 1 when the page differs from the rows

What stands between ``<!-- tables -->`` and ``<!-- end tables -->`` is made here from
`records.results.Results` and ``records/rows/``; everything else on the page is written by hand.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from records.results import result_tables  # noqa: E402 (found by the line above)
from records.rows.row import Column, ResultRow  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "records.md"
_TABLES = re.compile(r"(<!-- tables -->\n).*?(<!-- end tables -->)", re.DOTALL)


def filled(text: str) -> str:
    """Return the page with every table in its place."""
    files: dict[type[ResultRow], list[str]] = {}
    for name, row in result_tables().items():
        files.setdefault(row, []).append(f"`{name}.csv`")
    tables = "\n".join(_table(row, names) for row, names in files.items())
    return _TABLES.sub(lambda match: f"{match[1]}\n{tables}\n{match[2]}", text)


def _table(row: type[ResultRow], names: list[str]) -> str:
    contract = [column for column in row.COLUMNS if column.name in row.CONTRACT]
    further = [column for column in row.COLUMNS if column.name not in row.CONTRACT]
    what = (row.__doc__ or "").partition("\n")[0]
    lines = [f"### {', '.join(names)}", "", f"A row holds {what[:1].lower()}{what[1:]}", ""]
    lines += ["`" + ",".join(column.name for column in contract) + "`", ""]
    lines += ["| column | unit | meaning |", "|---|---|---|", *map(_line, contract)]
    if further:
        lines += ["| *further columns:* | | |", *map(_line, further)]
    return "\n".join([*lines, ""])


def _line(column: Column) -> str:
    return f"| `{column.name}` | {column.unit} | {column.meaning} |"


def main(arguments: list[str]) -> int:
    """Write or check the page; return the exit code."""
    text = PAGE.read_text(encoding="utf-8")
    made = filled(text)
    if "--check" in arguments:
        if made != text:
            print(f"{PAGE.relative_to(ROOT)}: differs from the rows; run python tools/results_page.py")
        return int(made != text)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
