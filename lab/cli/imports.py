"""``lab import``: a foreign log becomes a campaign."""

import click

from lab.cli.common import LabGroup


@click.group(
    "import",
    cls=LabGroup,
    commands_at={
        "oscar": "lab.cli.import_oscar:oscar",
        "kecolab": "lab.cli.import_oscar:kecolab",
        "mlperf-power": "lab.cli.import_mlperf:mlperf_power",
        "fecom": "lab.cli.import_fecom:fecom",
        "wattsup-log": "lab.cli.import_tables:wattsup_log",
        "nvidia-smi": "lab.cli.import_collectors:nvidia_smi",
        "collectl": "lab.cli.import_collectors:collectl",
        "csv": "lab.cli.import_tables:csv",
    },
)
def import_() -> None:
    """Turn a foreign log into a campaign, which then is analysed as any other."""
