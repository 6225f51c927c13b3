"""``lab trackers apply``: corrected values, marked as what they are."""

from pathlib import Path

import click

from analysis.agreement.applying import Corrected, apply_to_table, apply_to_value
from analysis.agreement.verdict import short
from analysis.imports.number_forms import Mark, NumberOptions
from analysis.imports.reading import parse_number
from lab.cli.common import FiniteRange, json_option, number_options
from lab.cli.output import print_json, print_table, stdout
from lab.cli.paths import InputPath
from lab.cli.trackers.calibrate import formula_of
from records.errors import ConfigurationError, InputError, RecordError
from records.tracker_correction import TrackerCorrection
from reports.words.texts import printable

LABEL = "corrected, estimated"
"""What a corrected value is: no measurement."""


@click.command()
@click.argument("correction", metavar="FILE.json", type=InputPath(file=True))
@click.argument("values", metavar="VALUE...|TABLE.csv", nargs=-1, required=True)
@click.option(
    "--per",
    metavar="X",
    type=FiniteRange(min=0, min_open=True),
    help="Divisor of the values, where the correction was made with --per; the duration in s for a campaign.",
)
@number_options
@json_option
def apply(
    correction: Path,
    values: tuple[str, ...],
    per: float | None,
    decimal: Mark | None,
    thousands: str | None,
    as_json: bool,
) -> None:
    """Correct values of a tracker: numbers, or a table such as CodeCarbon's emissions.csv.

    Energies of a tracker that was calibrated with a campaign are in Wh and need their duration (--per, or the
    table's own). Each value has the interval in which the meter's value is expected, and is marked
    "corrected, estimated": it is not a measurement.

    \b
    lab trackers apply codecarbon.json emissions.csv
    lab trackers apply codecarbon.json 12.5 13.1 --per 600
    """
    try:
        record = TrackerCorrection.read(correction)
    except RecordError as error:
        raise InputError(str(error)) from error
    numbers = [parse_number(value) for value in values]
    if len(values) == 1 and numbers[0] is None:
        path = InputPath(file=True).convert(values[0], None, None)
        rows = apply_to_table(record, path, NumberOptions(decimal, thousands))
    else:
        rows = [
            apply_to_value(record, f"value {i}", _number(value, number), per)
            for i, (value, number) in enumerate(zip(values, numbers, strict=True), start=1)
        ]
    if as_json:
        print_json(
            {
                "label": LABEL,
                "correction": record.to_json(),
                "values": [
                    {
                        "name": row.name,
                        "estimated": row.estimated,
                        "corrected": row.corrected.value,
                        "corrected_low": row.corrected.low,
                        "corrected_high": row.corrected.high,
                        "extrapolated": row.extrapolated,
                    }
                    for row in rows
                ],
            }
        )
        return
    _print(record, rows)


def _number(text: str, number: float | None) -> float:
    if number is None:
        raise ConfigurationError(f"expected numbers, or one table; found {text!r}")
    return number


def _print(record: TrackerCorrection, rows: list[Corrected]) -> None:
    if record.simulated:
        stdout.print("SIMULATED meter: the correction is not a measurement", style="bold")
    stdout.print(printable(f"{formula_of(record)} (from {record.source})."))
    unit = "Wh" if record.unit == "W" else ""
    columns = ("", " / ".join(filter(None, (record.estimated, unit))), LABEL, "95 % interval", "")
    cells = [
        (
            row.name,
            short(row.estimated),
            short(row.corrected.value),
            f"{short(row.corrected.low)} to {short(row.corrected.high)}",
            "beyond the calibrated range" if row.extrapolated else "",
        )
        for row in rows
    ]
    print_table(tuple(printable(name) for name in columns), cells)
