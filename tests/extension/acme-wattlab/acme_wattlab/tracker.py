"""Acme Watch, a tracker that takes 10 W for every program.

    python tracker.py --run-dir D --interval S --country C -- COMMAND...

A program of the standard library: it runs in the tracker's environment, where the lab is not installed.
"""

import argparse
import csv
import json
import subprocess
import sys
import time
from pathlib import Path

ASSUMED_W = 10.0


def main() -> int:
    """Run the command, write ``trackers.csv``, and return the command's exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--run-dir", type=Path, required=True)
    parser.add_argument("--interval", type=float, required=True)
    parser.add_argument("--country", required=True)
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    t_start_utc_s = time.time()
    code = subprocess.call(args.command)
    t_stop_utc_s = time.time()
    row = {
        "tracker": "acme_watch",
        "version": "1.0",
        "t_start_utc_s": f"{t_start_utc_s:.6f}",
        "t_stop_utc_s": f"{t_stop_utc_s:.6f}",
        "energy_wh": ASSUMED_W * (t_stop_utc_s - t_start_utc_s) / 3600,
        "cpu_wh": "",
        "gpu_wh": "",
        "ram_wh": "",
        "emissions_kg": "",
        "interval_s": args.interval,
        "scope": "machine",
        "settings": json.dumps({"assumed_w": ASSUMED_W}),
    }
    with open(args.run_dir / "trackers.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
    return code


if __name__ == "__main__":
    sys.exit(main())
