"""``lab export``: a campaign as a package or in a third-party format."""

from pathlib import Path
from typing import Any

import click

from lab.cli.common import campaign_argument, json_option
from lab.cli.output import print_json, progress_bar, stdout
from lab.cli.paths import OutputFile, OutputFolder, OutputPath
from records.errors import ConfigurationError

_SUFFIXES = {
    "package": ".zip",
    "de-uz-215": ".xlsx",
    "mlperf-log": "",
    "boamps": "",
    "perfetto": "",
    "speedscope": ".json",
    "greenlight": "",
}


@click.command()
@campaign_argument
@click.option(
    "--out",
    metavar="FILE",
    type=OutputPath(),
    required=True,
    help="FILE.zip, FILE.xlsx or FILE.json, replaced if it exists; for the other forms a new folder.",
)
@click.option(
    "--as",
    "form",
    type=click.Choice(list(_SUFFIXES)),
    default="package",
    show_default=True,
    help="Replication package, spreadsheet of DE-UZ 215 Annex 2, MLPerf Power logs, BoAmps reports, or "
    "recorded calls for ui.perfetto.dev, for speedscope.app or as GREENLIGHT profiles.",
)
@click.option(
    "--license",
    "licence",
    metavar="NAME",
    help="Licence of the package or of the BoAmps reports, e.g. CC-BY-4.0.",
)
@json_option
def export(folder: Path, out: Path, form: str, licence: str | None, as_json: bool) -> None:
    """Export an analysed campaign, by default as a replication package that anyone can check and recompute.

    The package holds records, results, report, configuration, programs, checksums and metadata. The same
    campaign always gives the same bytes. docs/how-to/publish-a-campaign.md says what it discloses.

    \b
    lab export campaigns/20260131-120000-demo --out demo.zip
    lab export campaigns/20260131-120000-demo --as de-uz-215 --out demo.xlsx
    lab export campaigns/20260131-120000-demo --as mlperf-log --out logs
    lab export campaigns/20260131-120000-demo --as boamps --out reports
    lab export campaigns/20260131-120000-demo --as perfetto --out traces
    lab export campaigns/20260131-120000-demo --as speedscope --out demo.json
    lab export campaigns/20260131-120000-demo --as greenlight --out profiles
    """
    from lab.conduct.exporting import refuse_running

    if _SUFFIXES[form] and out.suffix.lower() != _SUFFIXES[form]:
        raise ConfigurationError(
            f"--out {out}: expected a name that ends in {_SUFFIXES[form]} for --as {form}"
        )
    (OutputFile() if _SUFFIXES[form] else OutputFolder(new=True)).check(out)
    if licence is not None and form not in ("package", "boamps"):
        raise ConfigurationError("--license: expected only with --as package or boamps, which name it")
    refuse_running(folder)
    document = _EXPORTS[form](folder, out, licence)
    if as_json:
        print_json(document)
        return
    if document["simulated"]:
        stdout.print("SIMULATED meter: no number of this campaign is a measurement", style="bold")
    for name in document.get("left_out", []):
        stdout.print(f"left out: {name}")
    if "to_fill" in document:
        stdout.print(f"Drafts; before publishing, fill in: {', '.join(document['to_fill'])}")
    words = ", ".join(f"{document[key]} {unit}" for key, unit in _UNITS.items() if key in document)
    stdout.print(f"Written: {out} ({words})")
    if "sha256" in document:
        stdout.print(f"SHA-256: {document['sha256']}")


_UNITS = {name: name for name in ("files", "bytes", "runs", "reports", "profiles", "rows")}


def _package(folder: Path, out: Path, licence: str | None) -> dict[str, Any]:
    from lab.conduct.exporting import replication_of
    from reports.exports.package import write_package

    with progress_bar("reading") as show:
        packed = write_package(
            folder,
            out,
            replication_of(folder),
            licence=licence,
            progress=lambda what, done, total: show(done, total, what),
        )
    return {
        "path": str(out),
        "files": packed.files,
        "bytes": packed.archive_bytes,
        "unpacked_bytes": packed.bytes,
        "sha256": packed.sha256,
        "simulated": packed.simulated,
        "left_out": packed.left_out,
    }


def _de_uz_215(folder: Path, out: Path, _licence: str | None) -> dict[str, Any]:
    from reports.exports.sheet import write_sheet

    written = write_sheet(folder, out)
    return {
        "path": str(out),
        "rows": written.rows,
        "bytes": out.stat().st_size,
        "simulated": written.simulated,
    }


def _mlperf_log(folder: Path, out: Path, _licence: str | None) -> dict[str, Any]:
    from reports.exports.mlperf_log import write_mlperf_logs

    written = write_mlperf_logs(folder, out)
    return {
        "path": str(out),
        "runs": written.runs,
        "simulated": written.simulated,
        "left_out": written.left_out,
    }


def _boamps(folder: Path, out: Path, licence: str | None) -> dict[str, Any]:
    from reports.exports.boamps import write_boamps

    written = write_boamps(folder, out, licence=licence)
    return {
        "path": str(out),
        "reports": written.reports,
        "simulated": written.simulated,
        "to_fill": list(written.to_fill),
    }


def _perfetto(folder: Path, out: Path, _licence: str | None) -> dict[str, Any]:
    from reports.exports.trace_events import write_trace_events

    written = write_trace_events(folder, out)
    return {
        "path": str(out),
        "runs": written.runs,
        "simulated": written.simulated,
        "left_out": written.left_out,
    }


def _speedscope(folder: Path, out: Path, _licence: str | None) -> dict[str, Any]:
    from reports.exports.speedscope import write_speedscope

    written = write_speedscope(folder, out)
    return {"path": str(out), "profiles": written.profiles, "simulated": written.simulated}


def _greenlight(folder: Path, out: Path, _licence: str | None) -> dict[str, Any]:
    from reports.exports.greenlight import write_greenlight

    written = write_greenlight(folder, out)
    return {
        "path": str(out),
        "profiles": written.profiles,
        "simulated": written.simulated,
        "left_out": written.left_out,
    }


_EXPORTS = {
    "package": _package,
    "de-uz-215": _de_uz_215,
    "mlperf-log": _mlperf_log,
    "boamps": _boamps,
    "perfetto": _perfetto,
    "speedscope": _speedscope,
    "greenlight": _greenlight,
}
