"""tegrastats of NVIDIA Jetson boards: both generations of its lines, and the process around it.

The lines are written after the documented formats; none comes from a board.
"""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analysis.run.clock import ClockFit
from analysis.run.hardware import make_hardware
from records.jetson import read_jetson
from sut.collectors.tegrastats import JetsonReading, parse

OLD = (
    "RAM 1903/3956MB (lfb 2x1MB) SWAP 0/1978MB IRAM 0/252kB(lfb 252kB) CPU [2%@1479,off,off,3%@1479] "
    "EMC_FREQ 7%@1600 GR3D_FREQ 45%@921 APE 25 PLL@27C CPU@29.5C PMIC@100C GPU@28C AO@38C thermal@28.5C "
    "POM_5V_IN 3220/3100 POM_5V_GPU 121/80 POM_5V_CPU 644/644"
)
NEW = (
    "01-31-2026 12:00:00 RAM 2900/30536MB (lfb 5x4MB) SWAP 0/15268MB (cached 0) CPU [1%@729,0%@729,off,off] "
    "EMC_FREQ 0%@2133 GR3D_FREQ 99%@[1300,1300] VIC_FREQ 729 APE 174 cpu@45.25C soc2@41C tj@46C gpu@-256C "
    "VDD_IN 4953mW/4953mW VDD_CPU_GPU_CV 1071mW/1071mW VDD_SOC 1453mW/1450mW"
)


@pytest.mark.parametrize(
    ("line", "reading"),
    [
        (
            OLD,
            JetsonReading(45, 7, 29.5, 28.0, {"POM_5V_IN": 3.22, "POM_5V_GPU": 0.121, "POM_5V_CPU": 0.644}),
        ),
        (
            NEW,
            JetsonReading(99, 0, 45.25, None, {"VDD_IN": 4.953, "VDD_CPU_GPU_CV": 1.071, "VDD_SOC": 1.453}),
        ),
        (OLD.partition("POM")[0] + "BCPU@31C MCPU@33C", JetsonReading(45, 7, 33.0, 28.0, {})),
        ("something else", JetsonReading(None, None, None, None, {})),
    ],
)
def test_a_line_of_either_generation_is_read(line: str, reading: JetsonReading) -> None:
    assert parse(line) == reading


def tool(folder: Path, *lines: str, ends: bool = False) -> dict[str, str]:
    """Put a tegrastats on the path that prints lines, one each interval, the last one again and again."""
    script = folder / "tegrastats"
    last = "" if ends else f'while sleep 0.05; do echo "{lines[-1]}"; done'
    printed = "\n".join(f'echo "{line}"; sleep 0.05' for line in lines)
    script.write_text(f'#!/bin/sh\n[ "$*" = "--interval 100" ] || exit 9\n{printed}\n{last}\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def collectors(run_dir: Path, env: dict[str, str], *options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "sut.collectors.collect", "--out", str(run_dir), "--interval", "0.1"]
    return subprocess.Popen(
        [*command, "--collectl", "never", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )


def test_its_lines_become_rows_with_a_column_for_each_rail(run_dir, tmp_path, wait_until) -> None:
    missing = NEW.replace("VDD_SOC 1453mW/1450mW", "")
    with collectors(run_dir, tool(tmp_path, NEW, missing, NEW)) as process:
        assert "tegrastats" in json.loads(process.stdout.readline())["collectors"]
        path = run_dir / "jetson.csv"
        wait_until(lambda: path.read_text().count("\n") >= 5, "four rows")
        process.terminate()
        assert process.wait() == 0
    table = read_jetson(run_dir)
    assert table.damaged_lines == []
    assert list(table.frame)[5:] == ["VDD_IN_w", "VDD_CPU_GPU_CV_w", "VDD_SOC_w"]
    assert table.numbers("VDD_SOC_w")[:3] == pytest.approx([1.453, np.nan, 1.453], nan_ok=True)
    assert table.frame["t_utc_s"].is_monotonic_increasing
    assert not (run_dir / "tegrastats.log").exists()
    hardware = make_hardware(None, None, None, table.numbers("t_utc_s")[0], ClockFit(), jetson=table)
    (means,) = hardware.means(np.array([0.0]), np.array([0.1]))
    assert means["gpu_load_pct"] == pytest.approx(99.0) and means["gpu_temperature_c"] is None


def test_one_that_ends_by_itself_ends_the_collectors_with_its_name(run_dir, tmp_path) -> None:
    with collectors(run_dir, tool(tmp_path, OLD, ends=True)) as process:
        assert process.wait() == 3
        assert "tegrastats: expected it to record until the end of the run" in process.stderr.read()


def test_it_is_left_alone_where_that_is_asked(run_dir, tmp_path) -> None:
    with collectors(run_dir, tool(tmp_path, OLD), "--tegrastats", "never") as process:
        assert "tegrastats" not in json.loads(process.stdout.readline())["collectors"]
        process.terminate()
    assert not (run_dir / "jetson.csv").exists()
