"""Make simulated campaigns, index them, and ask the questions of docs/how-to/query-many-campaigns.md.

    python -m benchmarks.index [--campaigns 6] [--blocks 3] [--seed 1]

The queries are read from that page, so that it cannot tell of columns that are not there. Every campaign has
another meter of one class; all is simulated and nothing was measured.
"""

import argparse
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

from analysis.campaign import analyse
from benchmarks.simulated_bench import CLASSES, Bench, write_campaign
from records.campaign import CampaignFolder
from reports.index.writing import write_index

PAGE = Path(__file__).parent.parent / "docs/how-to/query-many-campaigns.md"
_DAY_S = 86400.0


def queries(text: str) -> list[str]:
    """Return the SQL of a page: its indented blocks that begin with SELECT."""
    blocks = [
        "\n".join(line[4:] for line in block.splitlines())
        for block in text.split("\n\n")
        if block.startswith("    SELECT")
    ]
    return [block for block in blocks if block.rstrip().endswith(";")]


def make(top: Path, campaigns: int, blocks: int, seed: int) -> None:
    """Write and analyse simulated campaigns, one a day."""
    for number in range(campaigns):
        folder = top / f"day-{number + 1}"
        random = np.random.default_rng([seed, number])
        write_campaign(Bench(CLASSES[0], random).record(blocks)[0], folder)
        campaign = CampaignFolder(folder).read()
        campaign.id = folder.name
        campaign.created_utc_s += _DAY_S * number
        campaign.write(CampaignFolder(folder).campaign_json)
        analyse(folder)


def main() -> None:
    """Print the answers, and how long the index took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaigns", type=int, default=6)
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        make(top, options.campaigns, options.blocks, options.seed)
        begun_s = time.perf_counter()
        database = top / "index.duckdb"
        found = write_index(top, database, top / "index.html")
        took_s = time.perf_counter() - begun_s
        with duckdb.connect(str(database), read_only=True) as connection:
            for query in queries(PAGE.read_text(encoding="utf-8")):
                print(connection.sql(query))
        kib = database.stat().st_size / 1024
        print(f"{len(found.entries)} campaigns indexed in {took_s:.1f} s; database {kib:.0f} KiB")


if __name__ == "__main__":
    main()
