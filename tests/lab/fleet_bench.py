"""The file of a virtual bench of a fleet."""

from pathlib import Path

BENCH = """
[bench]
name = "{name}"
model = "Virtual computer"
[sut]
collectl = "never"
[meter]
driver = "wattsup_pro"
port = "virtual"
interval_s = 1.0
calibration = "cal.json"
[environments.cpu]
python = "env/bin/python"
"""


def write_bench(folder: Path, name: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(BENCH.format(name=name))
    return path
