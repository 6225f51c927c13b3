"""``lab import acme-log``: logs of the Acme recorder, lines of Unix seconds and watts."""

from pathlib import Path

import click

from analysis.imports.parts import ImportedRun
from analysis.imports.writing import CampaignWriter, scenario_name
from lab.cli.common import json_option
from lab.cli.imports.group import out_option, print_import
from lab.version import VERSION
from records.errors import RecordError
from records.finding_codes.imports import NO_MARKS
from records.meter import Accuracy, Calibration, Identity, MeterRecord

INTERVAL_S = 1.0


@click.command("acme-log")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@out_option
@json_option
def acme_log(files: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Import logs of the Acme recorder; each FILE is a run."""
    with CampaignWriter(out, importer="acme-log", options={}, version=VERSION) as writer:
        for path in files:
            writer.source(path, path.name)
            run = writer.add(read_run(path))
            writer.find(NO_MARKS.finding(f"{path.name}: from the first to the last reading"), run)
    print_import(out, as_json)


def read_run(path: Path) -> ImportedRun:
    """Read a log as a run.

    Raises:
        RecordError: a line is none.
    """
    t_utc_s, power_w = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            stamp, power = map(float, line.split())
        except ValueError:
            raise RecordError(f"{path.name}: line {number}: expected SECONDS WATTS, found {line!r}") from None
        t_utc_s.append(stamp)
        power_w.append(power)
    return ImportedRun(
        scenario=scenario_name(path.stem),
        kind="workload",
        t_start_utc_s=t_utc_s[0],
        t_stop_utc_s=t_utc_s[-1],
        meter=_METER,
        readings={"t_utc_s": t_utc_s, "power_w": power_w},
    )


_METER = MeterRecord(
    driver="acme-log",
    port="",
    identity=Identity(maker="Acme", model="Recorder"),
    sampling="interval_mean",
    interval_s=INTERVAL_S,
    latency_s=0.0,
    latency_u_s=INTERVAL_S / 2 / 3**0.5,
    resolution_w=0.1,
    accuracy=Accuracy(reading_pct=1.0),
    calibration=Calibration(),
    simulated=False,
)
