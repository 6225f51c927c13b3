"""The overhead benchmark as the command it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_benchmark_gives_a_figure_or_a_reason_for_every_row():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.overhead", "--seconds", "15", "--json"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in json.loads(done.stdout)["rows"]}
    assert len(rows) == 6
    for row in rows.values():
        assert row["reason"] or row["total_cpu_s"] > 0
    assert rows["collectors, procfs"]["reason"] is None
    assert rows["collectors, procfs"]["steady_cpu_s_per_min"] > 0
