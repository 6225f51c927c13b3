"""Write ``source/smells/costs.toml`` from analysed campaigns whose ``lab.toml`` has [[smell]] tables.

    python tools/smell_costs.py CAMPAIGN...
    python tools/smell_pages.py                 # then the pages of the rules

Only smells with a `code` are written: those are the costs that `lab smells` prints with a finding. Of a
campaign whose baselines found the machine at other work (`baseline-busy`) only the memory is taken.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import tomli_w  # noqa: E402 (after the line above, as all of these)

from records.finding_codes.results import BASELINE_BUSY  # noqa: E402
from records.results import Results, read_results  # noqa: E402
from records.rows.smells import SmellRow  # noqa: E402
from reports.words.smells import cost_words  # noqa: E402

TABLE = ROOT / "source" / "smells" / "costs.toml"
QUANTITIES = {
    "time": ("duration_s", "clock"),
    "memory of the process": ("rss_growth_mib_per_epoch", "process"),
    "memory of the GPU": ("gpu_memory_growth_mib_per_epoch", "gpu"),
    "energy": ("energy_wh", "meter"),
}


def costs_of(results: Results) -> dict[str, Any]:
    """Return what a campaign says of the cost of smells that have a rule."""
    campaign = results.campaign
    names = dict.fromkeys(row.smell for row in results.smells if row.code)
    busy = any(row.code == BASELINE_BUSY.code for row in results.findings)
    wanted = {name: key for name, key in QUANTITIES.items() if not busy or name.startswith("memory")}
    return {
        "title": campaign.title,
        "date": datetime.fromtimestamp(campaign.created_utc_s, UTC).date().isoformat(),
        "simulated": campaign.simulated,
        "loaded": busy,
        "cost": [_cost([row for row in results.smells if row.smell == name], wanted) for name in names],
    }


def _cost(rows: list[SmellRow], wanted: dict[str, tuple[str, str]]) -> dict[str, Any]:
    by_place = {(row.quantity, row.instrument): row for row in rows}
    quantities = {name: cost_words(by_place[key]) for name, key in wanted.items() if key in by_place}
    return {
        "code": rows[0].code,
        "smell": rows[0].smell,
        "pairs": max(row.pairs for row in rows),
        "quantities": quantities,
    }


def main(arguments: list[str]) -> int:
    """Write the table; return the exit code."""
    if not arguments:
        print("expected at least one folder of an analysed campaign")
        return 2
    found = [costs_of(read_results(Path(folder) / "results")) for folder in arguments]
    if not any(campaign["cost"] for campaign in found):
        print(
            "expected [[smell]] tables with a code and runs of both scenarios, found none in these campaigns"
        )
        return 1
    head = "# Made by tools/smell_costs.py from analysed campaigns with [[smell]].\n\n"
    TABLE.write_text(head + tomli_w.dumps({"campaign": found}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
