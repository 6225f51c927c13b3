"""``results/``: what the analysis found, as one JSON document and tidy CSV tables.

Which tables there are, and what a row of each is, is in the fields of `Results`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from shlex import quote
from typing import Any, ClassVar, Self, cast, get_args, get_origin, get_type_hints

from records.campaign import CampaignFolder
from records.documents import Document, build, check_schema
from records.errors import InputError, RecordError, SchemaError
from records.files import read_json, write_parts_atomically
from records.meter import MeasuringPoint, is_stand_in
from records.rows.agreement import AgreementRow, TrackerRow
from records.rows.benches import BenchRow
from records.rows.budgets import BudgetRow
from records.rows.calls import CallEdgeRow, CallFitRow, CallProfileRow, CallSiteRow
from records.rows.findings import FindingRow
from records.rows.parts import BaselineSummary, CampaignFacts, ControlChart, Iso14756
from records.rows.row import ResultRow
from records.rows.runs import EpochRow, RefusedRow, RunRow, SpanRow
from records.rows.scenarios import ScenarioRow
from records.rows.smells import SmellRow
from records.rows.standards import EcolabelRow, RuleRow
from records.rows.statistics import ComparisonRow, CorrelationRow, MixedModelRow, StatisticsRow
from records.rows.traces import Trace
from records.tables import write_table


@dataclass(kw_only=True)
class Results(Document):
    """``results.json``: everything the report shows. A list of rows is also a CSV file (`tables_of`).

    Attributes:
        campaign: facts of the campaign.
        rule: rule of the analysis (``default``, ...).
        settings: settings of the analysis: ``coverage_min_pct``, ``baseline``, ``confidence``,
            ``useful_work`` (kinds to show), ``target_val_accuracy`` (by scenario).
        environment: ``environment.json`` without its schema.
        meter: ``meter.json`` of the first counted run without its ledger.
        refused: attempts that are not counted; no CSV file.
        comparisons: the trackers' own cost, then all pairs of scenarios without a tracker.
        agreement: trackers against the wall, gross; ``agreement_scopes`` against the wall net and by
            component.
        provenance: by scenario, what the workload said of its data and weights.
        traces: what is drawn of the counted runs; no CSV file.
        rule_rows, rule_spans: what a published rule (`lab analyse --rule`) gives next to the default one, per
            scenario or run, and per span.
        iso14756: ``None`` without a requirement, in JSON an empty object.
        ecolabel: values of DE-UZ 215; empty without an ``[ecolabel]`` section.
        health: the control chart of the lab; ``None`` without a control workload, in JSON an empty object.
        imported: ``import.json`` without its schema; empty for a campaign that was measured here.
        findings: worst first.
        call_sites, call_edges, call_profile, call_fits: of recorded calls; without such a record neither a
            member of the document nor a CSV file. Likewise ``smells`` without a ``[[smell]]``,
            and ``benches`` of a campaign on one bench.
    """

    SCHEMA: ClassVar[str] = "wattlab.results/1"

    campaign: CampaignFacts
    rule: str
    settings: dict[str, Any]
    environment: dict[str, Any]
    meter: dict[str, Any]
    runs: list[RunRow]
    refused: list[RefusedRow] = field(default_factory=list, metadata={"csv": None})
    actions: list[SpanRow] = field(default_factory=list)
    epochs: list[EpochRow] = field(default_factory=list)
    calls: list[SpanRow] = field(default_factory=list)
    scenarios: list[ScenarioRow] = field(default_factory=list)
    comparisons: list[ComparisonRow] = field(default_factory=list)
    trackers: list[TrackerRow] = field(default_factory=list)
    agreement: list[AgreementRow] = field(default_factory=list)
    agreement_scopes: list[AgreementRow] = field(default_factory=list)
    baseline: BaselineSummary = field(default_factory=BaselineSummary)
    provenance: dict[str, Any] = field(default_factory=dict)
    traces: list[Trace] = field(default_factory=list)
    rule_rows: list[RuleRow] = field(default_factory=list, metadata={"csv": "rules"})
    rule_spans: list[RuleRow] = field(default_factory=list)
    budgets: list[BudgetRow] = field(default_factory=list)
    statistics: list[StatisticsRow] = field(default_factory=list)
    correlations: list[CorrelationRow] = field(default_factory=list)
    mixed_models: list[MixedModelRow] = field(default_factory=list)
    iso14756: Iso14756 | None = None
    ecolabel: list[EcolabelRow] = field(default_factory=list)
    health: ControlChart | None = None
    imported: dict[str, Any] = field(default_factory=dict)
    findings: list[FindingRow] = field(default_factory=list)
    call_sites: list[CallSiteRow] = field(default_factory=list, metadata={"rare": True})
    call_edges: list[CallEdgeRow] = field(default_factory=list, metadata={"rare": True})
    call_profile: list[CallProfileRow] = field(default_factory=list, metadata={"rare": True})
    call_fits: list[CallFitRow] = field(default_factory=list, metadata={"rare": True})
    smells: list[SmellRow] = field(default_factory=list, metadata={"rare": True})
    benches: list[BenchRow] = field(default_factory=list, metadata={"rare": True})

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the document; see `Document.read`."""
        document = read_json(path)
        check_schema(document.pop("schema", None), cls.SCHEMA, path)
        for part in ("iso14756", "health"):
            document[part] = document.get(part) or None
        return cast(Self, build(cls, document, str(path)))

    def to_json(self) -> dict[str, Any]:
        """Return the document as JSON types, its schema first."""
        return {name: _plain(value) for name, value in self._members()}

    def write(self, path: Path) -> None:
        """Write the document atomically, one row a line: some campaigns have a hundred thousand."""
        write_parts_atomically(path, _json_lines(self._members()))

    def _members(self) -> Iterator[tuple[str, Any]]:
        yield "schema", self.SCHEMA
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name != "extra" and not (item.metadata.get("rare") and not value):
                yield item.name, value
        yield from self.extra.items()


def _plain(value: Any) -> Any:
    if isinstance(value, ResultRow | Trace):
        return value.to_json()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        plain = {
            item.name: _plain(getattr(value, item.name)) for item in fields(value) if item.name != "extra"
        }
        return plain | getattr(value, "extra", {})
    return value


def _json(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _json_lines(members: Iterator[tuple[str, Any]]) -> Iterator[str]:
    for number, (name, value) in enumerate(members):
        yield f"{',' if number else '{'}\n{_json(name)}: "
        if isinstance(value, list) and value:
            yield "[\n" + _json(value[0])
            yield from (",\n" + _json(row) for row in value[1:])
            yield "\n]"
        else:
            yield "{}" if value is None else _json(value)
    yield "\n}\n"


@dataclass(frozen=True)
class ResultTable:
    """A table of the results.

    Attributes:
        row: what a row of it is.
        rows: the rows.
    """

    row: type[ResultRow]
    rows: list[ResultRow]


@cache
def result_tables() -> dict[str, type[ResultRow]]:
    """Return what a row of each table is, by the name of its CSV file."""
    return {name: row for name, (_, row) in _tables_in(Results).items()}


@cache
def rare_tables() -> frozenset[str]:
    """Return the tables that are only written where they have rows."""
    return frozenset(item.name for item in fields(Results) if item.metadata.get("rare"))


def tables_of(results: Results) -> dict[str, ResultTable]:
    """Return every table by the name of its CSV file, rare ones only where they have rows."""
    tables = {
        name: ResultTable(row, _rows_at(results, path)) for name, (path, row) in _tables_in(Results).items()
    }
    return {name: table for name, table in tables.items() if table.rows or name not in rare_tables()}


def _rows_at(part: Any, path: tuple[str, ...]) -> list[ResultRow]:
    for name in path:
        part = [] if part is None else getattr(part, name)
    return list(part)


@cache
def _tables_in(part: type) -> dict[str, tuple[tuple[str, ...], type[ResultRow]]]:
    """Return the way to each list of rows in a document, and its row."""
    found: dict[str, tuple[tuple[str, ...], type[ResultRow]]] = {}
    hints = get_type_hints(part)
    for item in fields(part):
        name = item.metadata.get("csv", item.name)
        options = [option for option in get_args(hints[item.name]) if isinstance(option, type)]
        if name is None or not options:
            continue
        if get_origin(hints[item.name]) is list and issubclass(options[0], ResultRow):
            found[name] = ((item.name,), options[0])
        elif is_dataclass(options[0]):
            inner = _tables_in(options[0])
            found |= {name: ((item.name, *path), row) for name, (path, row) in inner.items()}
    return found


def write_results(results: Results, folder: Path) -> None:
    """Write ``results.json`` and the CSV tables next to it; the folder is made.

    Every row has the column ``simulated``, so that a table that is passed on alone cannot be taken
    for measured; where counters stood in for a meter, ``measuring_point`` says so likewise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    marks: dict[str, Any] = {"simulated": results.campaign.simulated}
    if is_stand_in(str(results.meter.get("driver"))):
        marks["measuring_point"] = MeasuringPoint.INSIDE.value
    tables = tables_of(results)
    for name in rare_tables() - set(tables):
        (folder / f"{name}.csv").unlink(missing_ok=True)
    for name, table in tables.items():
        rows = [{**row.to_json(), **marks} for row in table.rows]
        write_table(folder / f"{name}.csv", table.row.CONTRACT, rows)
    results.write(folder / "results.json")


def read_results(folder: Path) -> Results:
    """Read ``results.json`` of a results folder.

    Raises:
        RecordError: the folder is in no campaign, it was not analysed yet, or the document is damaged.
    """
    path = folder / "results.json"
    if not path.is_file():
        CampaignFolder(folder.parent).read()  # says so where there is no campaign, or a damaged one
        raise InputError(
            f"{path}: expected the results of the analysis, but there are none. "
            f"Run `lab analyse {quote(str(folder.parent))}` first"
        )
    try:
        return Results.read(path)
    except SchemaError:
        raise
    except RecordError as error:
        raise RecordError(f"{error}. Run `lab analyse {quote(str(folder.parent))}` again") from None
