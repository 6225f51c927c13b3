"""``lab import``: a foreign log becomes a campaign."""

from collections import Counter
from importlib.metadata import EntryPoint
from pathlib import Path

import click

from lab.cli.finding_output import print_finding_table
from lab.cli.group import CommandAt, LabGroup
from lab.cli.output import print_json, stdout
from lab.cli.paths import OutputFolder
from records.campaign import CampaignFolder
from records.entry_points import foreign_points, load, package_of
from records.imported import read_import
from reports.words.texts import counted

GROUP = "wattlab.importers"


class ImportGroup(LabGroup):
    """Our importers, then those of other packages, which are imported only when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names: ours, then theirs."""
        return [*super().list_commands(ctx), *self._foreign()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module."""
        if cmd_name not in (foreign := self._foreign()):
            return super().get_command(ctx, cmd_name)
        command: click.Command = load(
            foreign[cmd_name], "a click command", lambda found: isinstance(found, click.Command)
        )
        return command

    def summaries(self) -> list[tuple[str, str]]:
        """Return name and summary of every command."""
        return super().summaries() + [
            (name, f"From {package_of(point)}") for name, point in self._foreign().items()
        ]

    def _foreign(self) -> dict[str, EntryPoint]:
        return foreign_points(GROUP, self.commands_at)


@click.group(
    "import",
    cls=ImportGroup,
    commands_at={
        "oscar": CommandAt("lab.cli.imports.oscar:oscar", "Lab data of the Blue Angel (OSCAR)"),
        "kecolab": CommandAt("lab.cli.imports.oscar:kecolab", "Lab data of KEcoLab"),
        "mlperf-power": CommandAt("lab.cli.imports.mlperf:mlperf_power", "Logs of MLPerf Power"),
        "fecom": CommandAt("lab.cli.imports.fecom:fecom", "Energy profiles of FECoM"),
        "wattsup-log": CommandAt("lab.cli.imports.tables:wattsup_log", "Logs of a Watts up? meter"),
        "nvidia-smi": CommandAt("lab.cli.imports.collectors:nvidia_smi", "Logs of nvidia-smi"),
        "collectl": CommandAt("lab.cli.imports.collectors:collectl", "Host samples for a campaign"),
        "csv": CommandAt("lab.cli.imports.tables:csv", "Power readings in a plain table"),
        "package": CommandAt("lab.cli.imports.package:package", "A replication package of `lab export`"),
    },
)
def import_() -> None:
    """Import a log or published results as a campaign, which is then analysed like any other."""


out_option = click.option(
    "--out",
    metavar="DIR",
    type=OutputFolder(new=True),
    required=True,
    help="Folder of the campaign, new or empty.",
)


def print_import(folder: Path, as_json: bool) -> None:
    """Say what was imported: runs, and every finding of the import.

    Args:
        folder: of the new campaign.
        as_json: as one JSON document.
    """
    record, plan = read_import(folder), CampaignFolder(folder).read().plan
    findings = record.findings if record else []
    if as_json:
        print_json({"campaign": str(folder), "runs": len(plan), "findings": findings})
        return
    print_finding_table((f["level"], f["run_dir"] or "campaign", f["code"], f["message"]) for f in findings)
    counts = Counter(slot.scenario for slot in plan)
    runs = ", ".join(f"{count} {scenario}" for scenario, count in counts.items())
    stdout.print(f"Written: {folder} with {counted(len(plan), 'run')} ({runs}).")
