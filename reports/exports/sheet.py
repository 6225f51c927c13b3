"""The values of DE-UZ 215, Annex 2, as a spreadsheet: product, conditions, values, findings, formulas."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from statistics import mean
from typing import Any

from analysis.ecolabel.values import LEAST_RUNS
from records.campaign import CampaignFolder
from records.errors import ConfigurationError, RecordError
from records.results import Results, read_results
from records.rows.runs import RunRow
from records.rows.standards import EcolabelRow
from records.settings.ecolabel import UNITS, UTILISATION_UNITS
from records.times import iso_utc
from reports.exports.workbook import Book, Number, Page, Value
from reports.words.environment import lines_of, meter_words

_NAMES = {
    "cpu": "CPU",
    "ram": "memory",
    "storage": "permanent storage, reading and writing",
    "network": "network, receiving and sending",
    "power": "electrical power",
}
_ABSENT = """\
{folder}: this campaign has no values of DE-UZ 215: its configuration has no section [ecolabel].
Add to lab.toml before measuring (docs/explanation/eco-label.md):

[ecolabel]
scenario = "NAME"        # the standard usage scenario

[ecolabel.full]          # what the hardware can give, each with its unit
storage = "500 MB/s"
network = "1 Gbit/s"
power = "120 W\""""

_FORMULAS = (
    ("net load", "load - base"),
    ("allocation", "net load / (full capacity - base)"),
    ("effective use", "net load + allocation * base"),
    (
        "hardware utilisation",
        "effective use * duration; of the electrical power in Wh (over 3600 s/h)",
    ),
    ("load, base", "means over the counted runs of their time means; base is that of the baseline runs"),
    ("full capacity", "CPU 100 %; memory as environment.json has it; otherwise [ecolabel.full] of lab.toml"),
    ("no full capacity", "there is no allocation then, and the row holds the net load alone"),
    (
        "u (k = 1)",
        "standard uncertainty of the mean by the scatter of the runs; sampling errors are not in it",
    ),
    ("change", "hardware utilisation against that of the certified version ([ecolabel.certified])"),
    ("source", "DE-UZ 215 (2020), Annex 2; units are converted by a unit library"),
)


@dataclass(frozen=True)
class Written:
    """What was written: number of rows of values."""

    rows: int
    simulated: bool


def write_sheet(folder: Path, out: Path) -> Written:
    """Write the spreadsheet of an analysed campaign; an existing file is replaced.

    Raises:
        ConfigurationError: the campaign's configuration has no section ``[ecolabel]``.
        RecordError: it was not analysed, or has nothing to compute a value from.
    """
    results = read_results(CampaignFolder(folder).results)
    settings = results.settings.get("ecolabel")
    if not isinstance(settings, dict):
        raise ConfigurationError(_ABSENT.format(folder=folder))
    if not results.ecolabel:
        raise RecordError(
            f"{folder}: expected counted runs of the baseline and of {settings.get('scenario')!r} with "
            f"hardware samples, but there are none of both; `lab check {quote(str(folder))}` says why"
        )
    simulated = results.campaign.simulated
    book = Book(f"DE-UZ 215, Annex 2: {results.campaign.title}", simulated)
    _product(book.sheet("Product and system"), results, settings)
    _conditions(book.sheet("Conditions"), results, settings)
    rows = _values(book.sheet("Values"), results)
    findings = ([row.level, row.code, row.run_dir, row.message] for row in results.findings)
    book.sheet("Findings").table(("level", "code", "where", "finding"), findings)
    book.sheet("How computed").table(("quantity", "formula or source"), _FORMULAS)
    book.save(out)
    return Written(rows, simulated)


def _product(page: Page, results: Results, settings: dict[str, Any]) -> None:
    campaign = results.campaign
    facts = {
        "standard usage scenario": settings.get("scenario"),
        "campaign": campaign.id,
        "planned": iso_utc(campaign.created_utc_s),
        "Wattlab": campaign.wattlab_version,
        "power meter": meter_words(results.meter) if results.meter else None,
        "meter's serial number": (results.meter.get("identity") or {}).get("serial"),
    }
    sut = results.environment.get("sut")
    page.table(("measured", ""), [(name, str(words)) for name, words in facts.items() if words])
    page.table(("system under test", ""), lines_of(sut if isinstance(sut, dict) else {}))


def _conditions(page: Page, results: Results, settings: dict[str, Any]) -> None:
    heads = ("runs", "scenario", "counted", "asked for", "enough", "shortest (s)", "mean (s)", "longest (s)")
    page.table(heads, _runs(results, str(settings.get("scenario"))))
    full, certified = settings.get("full") or {}, settings.get("certified") or {}
    page.table(
        ("quantity", "full capacity set", "unit", "certified utilisation", "unit of that"),
        [
            (
                _NAMES[name],
                Number(full.get(name)),
                _unit(unit),
                Number(certified.get(name)),
                _unit(UTILISATION_UNITS[name]),
            )
            for name, unit in UNITS.items()
        ],
    )


def _runs(results: Results, usage: str) -> Iterator[list[Value]]:
    for role, least in LEAST_RUNS.items():
        rows = [run for run in results.runs if not run.tracker and _role(run, usage) == role]
        durations_s = [run.duration_s for run in rows]
        names = ", ".join(dict.fromkeys(run.scenario for run in rows))
        yield [
            role,
            names,
            Number(len(rows)),
            Number(least),
            len(rows) >= least,
            *(Number(of(durations_s) if durations_s else None) for of in (min, mean, max)),
        ]


def _role(run: RunRow, usage: str) -> str:
    return "usage" if run.scenario == usage else run.kind


def _values(page: Page, results: Results) -> int:
    heads = (
        "scenario",
        "quantity",
        "unit",
        "runs",
        "load",
        "base",
        "full capacity",
        "net load",
        "allocation",
        "effective use",
        "u (k = 1)",
        "duration (s)",
        "hardware utilisation",
        "u (k = 1)",
        "unit",
        "certified",
        "change (%)",
        "within limit",
    )
    return page.table(heads, [_value(row) for row in results.ecolabel])


def _value(row: EcolabelRow) -> list[Value]:
    return [
        row.scenario,
        _NAMES.get(row.quantity, row.quantity),
        _unit(row.unit),
        Number(row.n),
        *map(Number, (row.load, row.base, row.full, row.net, row.allocation)),
        Number(row.effective, row.effective_u),
        Number(row.effective_u, row.effective_u),
        Number(row.duration_s),
        Number(row.utilisation, row.utilisation_u),
        Number(row.utilisation_u, row.utilisation_u),
        _unit(row.utilisation_unit),
        Number(row.certified),
        Number(row.change_pct),
        row.within,
    ]


def _unit(unit: str) -> str:
    return unit.replace("percent", "%").replace("*", "·")
