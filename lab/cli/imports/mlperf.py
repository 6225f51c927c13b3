"""``lab import mlperf-power``: published results of MLPerf Power."""

from pathlib import Path
from typing import get_args

import click

from lab.cli.common import json_option
from lab.cli.imports.group import out_option, print_import
from lab.cli.paths import InputPath
from lab.version import VERSION
from records.meter import Sampling


@click.command("mlperf-power")
@click.argument("folders", metavar="RESULT_DIR...", nargs=-1, required=True, type=InputPath(folder=True))
@click.option(
    "--sampling",
    type=click.Choice(get_args(Sampling)),
    default="interval_mean",
    show_default=True,
    help="Meaning of a sample, which no file of a result states.",
)
@out_option
@json_option
def mlperf_power(folders: tuple[Path, ...], sampling: Sampling, out: Path, as_json: bool) -> None:
    """Import results of MLPerf Power with the logs of SPEC PTDaemon published next to them.

    Every folder below RESULT_DIR that holds performance/run_1/spl.txt becomes two runs: the testing phase,
    which the published figure is of, and the ranging phase before it, as a scenario of its own. The load
    from power_begin to power_end is the rating interval. Irregularities of the logs are listed as findings.

    \b
    lab import mlperf-power inference_results_v1.0/closed/NVIDIA --out campaigns/mlperf
    lab analyse campaigns/mlperf --rule mlperf
    """
    from analysis.imports.mlperf_power.importer import import_mlperf_power

    import_mlperf_power(out, list(folders), version=VERSION, sampling=sampling)
    print_import(out, as_json)
