"""Fill the tables of ``docs/explanation/tracker-truth.md`` from what ``lab trackers truth`` saw.

    lab trackers truth --faults --json > truth.json
    python tools/truth_page.py truth.json

Several files are taken together. What stands between the marks of the page is made here; everything else is
written by hand.
"""

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lab.trackers.truth_bench import Observation  # noqa: E402 (found by the line above)
from lab.trackers.truth_directions import effect_of_fault, judge  # noqa: E402

PAGE = ROOT / "docs" / "explanation" / "tracker-truth.md"
_DOCUMENTED = {True: "yes", False: "NO", None: "-"}


def main(paths: list[str]) -> int:
    """Write the page."""
    seen = [_observation(one) for path in paths for one in json.loads(Path(path).read_text())["observations"]]
    text = PAGE.read_text(encoding="utf-8")
    for mark, table in (("truth", _truth_table(seen)), ("faults", _fault_table(seen))):
        pattern = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- end {mark} -->)", re.DOTALL)
        text = pattern.sub(lambda match, table=table: f"{match[1]}{table}\n{match[2]}", text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


def _observation(document: dict[str, Any]) -> Observation:
    fields = {name: document[name] for name in Observation.__dataclass_fields__}
    return Observation(**fields | {"warnings": tuple(document["warnings"])})


def _truth_table(seen: list[Observation]) -> str:
    rows = []
    for one in seen:
        for line in judge(one) if one.fault is None else ():
            numbers = (line.truth_j, line.reported_j)
            cells = ["" if number is None else f"{number:.1f}" for number in numbers]
            cells.append("" if line.deviation_pct is None else f"{line.deviation_pct:+.1f} %")
            name = f"{one.tracker} {one.version}".strip()
            rows.append((name, one.script, line.part, *cells, _DOCUMENTED[line.as_documented], line.words))
    columns = ("tracker", "script", "part", "truth J", "reported J", "deviation", "as documented", "remark")
    return _markdown("SIMULATED", columns, rows)


def _fault_table(seen: list[Observation]) -> str:
    clean = {(one.tracker, one.script): one for one in seen if one.fault is None}
    rows = [
        (one.tracker, one.fault, *effect_of_fault(clean[one.tracker, one.script], one))
        for one in seen
        if one.fault is not None
    ]
    return _markdown("SIMULATED", ("tracker", "fault", "result", "evidence"), rows)


def _markdown(title: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [f"{title}:", "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    lines += [f"| {' | '.join(str(cell).replace('|', '/')[:160] for cell in row)} |" for row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
