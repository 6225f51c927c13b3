"""``lab smells``: resource-leak smells in Python programs and notebooks."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from lab.cli.common import json_option
from lab.cli.output import make_stderr, print_json, stdout
from lab.cli.paths import CampaignFolderPath, InputPath, OutputFile
from lab.cli.visible import visible
from lab.version import VERSION
from records.errors import ConfigurationError
from reports.words.texts import counted
from source.smells.baseline import BaselineError, baseline_text, read_baseline, without_known
from source.smells.costs import shortly
from source.smells.engine import Search, Smell, search
from source.smells.registry import BY_CODE
from source.smells.settings import NearestSettings, SettingsError, is_known


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=InputPath(file=True, folder=True))
@json_option
@click.option("--sarif", is_flag=True, help="Print one SARIF 2.1.0 document, for code hosts.")
@click.option("--output", metavar="FILE", type=OutputFile(), help="File for the findings instead of stdout.")
@click.option("--select", metavar="CODES", help="Codes or their beginnings to look for; all by default.")
@click.option("--ignore", metavar="CODES", help="Codes or their beginnings to leave out.")
@click.option(
    "--baseline", metavar="FILE", type=InputPath(file=True), help="File of known findings to leave out."
)
@click.option(
    "--write-baseline", metavar="FILE", type=OutputFile(), help="File to write all findings to, as known."
)
@click.option("--explain", metavar="CODE", help="Rule to explain.")
@click.option(
    "--watch-run",
    metavar="CAMPAIGN",
    type=CampaignFolderPath(),
    help="Analysed campaign; searches its recorded programs and shows what their scenarios cost.",
)
@click.pass_context
def smells(
    ctx: click.Context,
    paths: tuple[Path, ...],
    as_json: bool,
    sarif: bool,
    output: Path | None,
    select: str | None,
    ignore: str | None,
    baseline: Path | None,
    write_baseline: Path | None,
    explain: str | None,
    watch_run: Path | None,
) -> None:
    """Find resource-leak smells of TensorFlow, Keras and PyTorch in programs and notebooks.

    Exit code 1 when something is found. A comment `# noqa: WL101` silences a line.

    \b
    lab smells train.py models/
    lab smells --explain WL101
    lab smells --watch-run campaigns/20260131-120000-demo
    """
    if explain is not None:
        stdout.print(_explained(explain))
        return
    if watch_run is not None:
        others = {"PATH": paths, "--sarif": sarif, "--output": output, "--select": select, "--ignore": ignore}
        others |= {"--baseline": baseline, "--write-baseline": write_baseline}
        if given := [name for name, value in others.items() if value]:
            raise ConfigurationError(f"--watch-run, {given[0]}: expected --watch-run alone or with --json")
        from lab.cli.smells_of_campaign import print_smells_of_campaign

        ctx.exit(print_smells_of_campaign(watch_run, as_json))
    if not paths:
        raise ConfigurationError("expected at least one PATH; `lab smells .` searches this folder")
    if as_json and sarif:
        raise ConfigurationError("--json, --sarif: expected at most one of them")
    found = _search(paths, select, ignore)
    if not found.files and not found.unread:
        raise ConfigurationError(
            f"{', '.join(map(str, paths))}: expected Python files or notebooks, found none but excluded ones"
        )
    root = Path.cwd()
    if write_baseline is not None:
        write_baseline.write_text(baseline_text(found.smells, root), encoding="utf-8")
        make_stderr().print(f"Written: {write_baseline} ({counted(len(found.smells), 'finding')})")
        return
    if baseline is not None:
        found.smells = without_known(found.smells, _known(baseline), root)
    _write(_document(found, as_json, sarif, root), output)
    if not as_json and not sarif:
        _print_summary(found)
    ctx.exit(1 if found.smells else 0)


def _search(paths: Iterable[Path], select: str | None, ignore: str | None) -> Search:
    chosen = None if select is None else _codes("--select", select)
    settings = NearestSettings(chosen, () if ignore is None else _codes("--ignore", ignore))
    try:
        return search(paths, settings)
    except SettingsError as error:
        raise ConfigurationError(str(error)) from error


def _codes(option: str, text: str) -> tuple[str, ...]:
    codes = tuple(code.strip().upper() for code in text.split(",") if code.strip())
    for code in codes:
        if not is_known(code):
            raise ConfigurationError(f"{option} {code}: expected a code such as WL101, or its beginning")
    return codes


def _known(baseline: Path) -> Any:
    try:
        return read_baseline(baseline)
    except BaselineError as error:
        raise ConfigurationError(str(error)) from error


def _document(found: Search, as_json: bool, sarif: bool, root: Path) -> str | dict[str, Any]:
    if sarif:
        from reports.exports.sarif import sarif_document

        return sarif_document(found.smells, VERSION, root)
    if as_json:
        unread = [{"path": str(note.path), "reason": note.reason} for note in found.unread]
        return {
            "findings": [finding(smell) for smell in found.smells],
            "files": found.files,
            "lines": found.lines,
            "unread": unread,
        }
    return "".join(f"{line}\n" for smell in found.smells for line in _lines(smell))


def finding(smell: Smell) -> dict[str, Any]:
    """Return a smell as it is in JSON."""
    rule = BY_CODE[smell.code]
    return {
        "code": smell.code,
        "name": rule.name,
        "path": str(smell.path),
        "cell": smell.cell,
        "line": smell.line,
        "column": smell.column,
        "message": smell.message,
        "fix": rule.fix,
        "measured": rule.measured,
    }


def _lines(smell: Smell) -> Iterable[str]:
    rule = BY_CODE[smell.code]
    cell = f"cell {smell.cell}:" if smell.cell is not None else ""
    yield f"{visible(str(smell.path))}:{cell}{smell.line}:{smell.column}: {smell.code} {smell.message}"
    yield f"    {rule.fix} Cost: {shortly(rule.code)}."


def _write(document: str | dict[str, Any], output: Path | None) -> None:
    if output is not None:
        text = document if isinstance(document, str) else json.dumps(document, indent=2) + "\n"
        output.write_text(text, encoding="utf-8")
    elif isinstance(document, str):
        click.echo(document, nl=False)
    else:
        print_json(document)


def _print_summary(found: Search) -> None:
    stderr = make_stderr()
    for note in found.unread:
        stderr.print(f"{note.path}: not read: {note.reason}")
    findings, files, lines = (
        counted(number, word)
        for number, word in ((len(found.smells), "finding"), (found.files, "file"), (found.lines, "line"))
    )
    stderr.print(f"{findings} in {files}, {lines}.")


def _explained(code: str) -> str:
    from records.near_match import unknown_name

    rule = BY_CODE.get(code.upper())
    if rule is None:
        raise ConfigurationError(unknown_name("--explain", code, BY_CODE))
    return (
        f"{rule.code} {rule.name} ({rule.abbreviation}); {', '.join(rule.frameworks)}\n\n"
        f"Why: {rule.why}\n\nFix: {rule.fix}\n\nLimits: {rule.limits}\n\nMeasured cost: {rule.measured}"
    )
