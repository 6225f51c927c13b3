"""``lab measure`` runs and prints: a sentence for each command, its runs as a histogram, the comparison."""

import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import join
from typing import Any

from analysis.comparing.scenarios import Compared, compare_scenarios
from lab.cli.analyse import analyse_with_progress, refusing
from lab.cli.campaigns import outcome_json, run_campaign
from lab.cli.output import make_stderr, print_json, stdout
from lab.conduct.evaluated import Evaluated, run_and_evaluate
from lab.config.model import LabConfig
from lab.measure.answer import answers_of, remarks_of
from lab.measure.commands import MeasuredCommand
from lab.measure.histogram import histogram_lines
from lab.measure.warmup import warm_up
from records.errors import RecordError
from records.journal_events import WarmedUp
from records.results import Results
from reports.words.energy import unit_of_results
from reports.words.verdict import verdict_words
from sut.sut import Sut


def run_and_print(
    config: LabConfig,
    commands: Sequence[MeasuredCommand],
    notes: Sequence[str],
    warmup: int,
    out: Path | None,
    as_json: bool,
) -> int:
    """Run the campaign of a measurement and print the outcome; return the exit code.

    Args:
        config: of the campaign.
        commands: that are measured.
        notes: on the bench, told before anything runs.
        warmup: how often each command runs before.
        out: folder of the campaign, or ``None``.
        as_json: whether one JSON document is printed.
    """
    stderr = make_stderr()

    def warm_up_all(sut: Sut) -> list[WarmedUp]:
        done = []
        for command in commands:
            for number in range(1, warmup + 1):
                stderr.print(f"warm-up {number} of {warmup}: {join(command.words)}")
                done.append(warm_up(command, sut.resolve("."), sut))
        return done

    for note in notes:
        stderr.print(note)
    evaluated = run_and_evaluate(config, out, run_campaign, analyse_with_progress, warm_up_all)
    compared = _compared(evaluated.opened.folder.path, commands)
    if as_json:
        print_json(_json(evaluated, commands, compared))
    else:
        _print(evaluated, commands, compared)
    return 1 if evaluated.outcome.missing or refusing(evaluated.results) else 0


def _compared(folder: Path, commands: Sequence[MeasuredCommand]) -> list[Compared]:
    """Compare each further command with the first; those without a valid run are left out."""
    first, *others = commands
    compared = []
    for other in others:
        try:
            compared.append(compare_scenarios(folder, first.name, other.name))
        except RecordError:
            continue
    return compared


def _print(evaluated: Evaluated, commands: Sequence[MeasuredCommand], compared: Sequence[Compared]) -> None:
    results, names = evaluated.results, [command.name for command in commands]
    for answer in answers_of(results, names):
        stdout.print(answer.sentence, style="bold")
    for comparison in compared:
        stdout.print(verdict_words(comparison))
    _print_histogram(results, names)
    for remark in remarks_of(results, names):
        stdout.print(f"Note: {remark}")
    for finding in results.findings:
        if finding.level == "refuse":
            stdout.print(f"rejected: {finding.run_dir or 'campaign'}: {finding.message}")
    stdout.print(f"Campaign: {evaluated.opened.folder.path}")
    stdout.print(f"Report: {evaluated.report}")


def _print_histogram(results: Results, names: Sequence[str]) -> None:
    unit = unit_of_results(results)
    energies = {
        name: [
            run.energy_wh * unit.per_wh
            for run in results.runs
            if run.scenario == name and run.energy_wh is not None
        ]
        for name in names
    }
    unicode = stdout.is_terminal and (sys.stdout.encoding or "").lower().startswith("utf")
    lines = histogram_lines(energies, unicode=unicode)
    if lines:
        stdout.print(f"Energy of the runs, {unit.name}")
    for line in lines:
        stdout.print(line)


def _json(
    evaluated: Evaluated, commands: Sequence[MeasuredCommand], compared: Sequence[Compared]
) -> dict[str, Any]:
    results, words = evaluated.results, {command.name: list(command.words) for command in commands}
    return {
        **outcome_json(evaluated.opened, evaluated.outcome),
        "commands": [
            {"name": answer.row.scenario, "command": words[answer.row.scenario], **answer.to_json()}
            for answer in answers_of(results, list(words))
        ],
        "scenarios": [row.to_json() for row in results.scenarios],
        "comparisons": [{**one.to_json(), "words": verdict_words(one)} for one in compared],
        "remarks": remarks_of(results, list(words)),
        "report": str(evaluated.report),
    }
