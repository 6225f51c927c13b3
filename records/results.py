"""``results/``: what the analysis found, as one JSON document and tidy CSV tables.

Rows are plain dictionaries; `records.result_columns` has the columns of every table.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

from records.campaign import CampaignFolder
from records.documents import Document
from records.errors import RecordError, SchemaError
from records.files import write_parts_atomically
from records.findings import FINDING_COLUMNS
from records.result_columns import (
    ACTION_COLUMNS,
    AGREEMENT_COLUMNS,
    BUDGET_COLUMNS,
    CALL_COLUMNS,
    COMPARISON_COLUMNS,
    CORRELATION_COLUMNS,
    ECOLABEL_COLUMNS,
    EFFICIENCY_COLUMNS,
    EPOCH_COLUMNS,
    HEALTH_COLUMNS,
    MIXED_MODEL_COLUMNS,
    PAIR_COLUMNS,
    PROOF_COLUMNS,
    RULE_COLUMNS,
    RUN_COLUMNS,
    SCENARIO_COLUMNS,
    STATISTICS_COLUMNS,
    TASK_TYPE_COLUMNS,
    TRACKER_RESULT_COLUMNS,
)
from records.tables import write_table

Row = dict[str, Any]


@dataclass(kw_only=True)
class Results(Document):
    """``results.json``: everything the report shows.

    Attributes:
        campaign: ``id``, ``title``, ``created_utc_s``, ``wattlab_version``, ``simulated``, ``seed``,
            ``config_sha256``, ``blocks``, ``repeats``, ``slots_planned``, ``slots_completed``.
        rule: rule of the analysis (``default``, ...).
        settings: what the analysis was told: ``coverage_min_pct``, ``baseline``, ``confidence``,
            ``useful_work`` (kinds to show), ``target_val_accuracy`` (by scenario).
        environment: ``environment.json`` without its schema.
        meter: ``meter.json`` of the first counted run without its ledger.
        runs: one row per counted run: `RUN_COLUMNS`, ``run_dir``, `HARDWARE_COLUMNS`, useful work by
            `USEFUL_WORK` name, ``wh_to_target``, ``epochs``, cadence figures.
        refused: one row per attempt that is not counted: ``run_dir``, ``scenario``, ``tracker``,
            ``status``, ``reason``.
        actions, epochs, calls: one row per span, with `HARDWARE_COLUMNS`; epochs also have ``tracker``,
            ``run_dir``, ``epoch_start_s`` (from the start of the run) and ``cumulative_wh``.
        scenarios: `SCENARIO_COLUMNS`, then ``base_scenario``, ``tracker``, ``energy_low_wh``,
            ``energy_high_wh``, ``energy_median_wh``, ``energy_min_wh``, ``energy_max_wh``,
            ``energy_iqr_wh``, ``epochs``, `HARDWARE_COLUMNS`, efficiency factors.
        comparisons: `COMPARISON_COLUMNS`: the trackers' own cost, then with `PAIR_COLUMNS` all pairs of
            scenarios without a tracker.
        trackers: `TRACKER_RESULT_COLUMNS`. agreement: `AGREEMENT_COLUMNS`, against the wall, gross;
            agreement_scopes: the same against the wall net and by component.
        baseline: ``reference``, ``n``, ``mean_power_w``, ``mean_power_u_w``, ``sd_w``, ``drift_w_per_h``,
            ``drift_low_w_per_h``, ``drift_high_w_per_h``, ``drift_p``, ``block_change_w``,
            ``block_change_p``; keys are ``None`` where too few baselines exist to say.
        provenance: by scenario, what the workload said of its data and weights.
        traces: per counted run ``run_dir``, ``slot``, ``scenario``, ``tracker``, ``interval_s``,
            ``duration_s``, ``readings`` and ``mean_w`` (number and mean of the readings), ``t_s`` (end of
            each reading's interval, from the start of the rating interval) and ``power_w``. Where there
            are too many (`analysis.power.thinning`), ``bin_s`` is not ``None``, and these are the ends of
            bins of that width and the means of their readings, with the smallest and largest in ``low_w`` and
            ``high_w``. ``hardware`` has by `HARDWARE_COLUMNS` name, where sampled, ``t_s`` (middle of the
            time that each sample speaks for) and ``values`` (``None`` in a gap); of too many samples the
            smallest and largest of every stretch (`analysis.run.hardware_trace`).
        rule_rows, rule_spans: what a published rule (`lab analyse --rule`) gives beside the default one, per
            scenario or run, and per span.
        budgets: `BUDGET_COLUMNS`, the uncertainty budget; what is empty is left out.
        statistics: `STATISTICS_COLUMNS`; description of every scenario, quantity by quantity.
        correlations: `CORRELATION_COLUMNS`; of the energy of epochs with what was seen in them.
        mixed_models: `MIXED_MODEL_COLUMNS`; of each quantity over the scenarios, block as group.
        iso14756: values and proofs after ISO/IEC 14756: ``marked`` (what is to be said of the formulas),
            ``satisfied``, ``valid``, ``task_types`` (`TASK_TYPE_COLUMNS`), ``efficiency``
            (`EFFICIENCY_COLUMNS`), ``proofs`` (`PROOF_COLUMNS`); empty without a requirement.
        ecolabel: values of DE-UZ 215 by `ECOLABEL_COLUMNS`; empty without an ``[ecolabel]`` section.
        health: the control chart of the lab; empty without a control workload. ``control``, ``verdict``
            (``unknown`` | ``in control`` | ``signal`` | ``out of control``), ``n``, ``n_history``, the lines
            of the present phase ``centre_wh``, ``lower_wh``, ``upper_wh``, ``sd_wh`` (from moving ranges),
            ``relative_sd_pct``, ``relative_sd_max_pct``, ``signals`` (of this campaign in the present phase:
            ``rule``, ``run_dir``, ``phase``, ``size_pct``, ``stops``, ``message``), ``acknowledged``
            (``t_utc_s``, ``reason``), ``stopped``, ``points`` (`HEALTH_COLUMNS`).
        imported: ``import.json`` without its schema; empty for a campaign that was measured here.
        findings: `records.findings.Finding` as dictionaries, worst first.
    """

    SCHEMA: ClassVar[str] = "wattlab.results/1"

    campaign: dict[str, Any]
    rule: str
    settings: dict[str, Any]
    environment: dict[str, Any]
    meter: dict[str, Any]
    runs: list[Row]
    refused: list[Row] = field(default_factory=list)
    actions: list[Row] = field(default_factory=list)
    epochs: list[Row] = field(default_factory=list)
    calls: list[Row] = field(default_factory=list)
    scenarios: list[Row] = field(default_factory=list)
    comparisons: list[Row] = field(default_factory=list)
    trackers: list[Row] = field(default_factory=list)
    agreement: list[Row] = field(default_factory=list)
    agreement_scopes: list[Row] = field(default_factory=list)
    baseline: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    traces: list[Row] = field(default_factory=list)
    rule_rows: list[Row] = field(default_factory=list)
    rule_spans: list[Row] = field(default_factory=list)
    budgets: list[Row] = field(default_factory=list)
    statistics: list[Row] = field(default_factory=list)
    correlations: list[Row] = field(default_factory=list)
    mixed_models: list[Row] = field(default_factory=list)
    iso14756: dict[str, Any] = field(default_factory=dict)
    ecolabel: list[Row] = field(default_factory=list)
    health: dict[str, Any] = field(default_factory=dict)
    imported: dict[str, Any] = field(default_factory=dict)
    findings: list[Row] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the document, its schema first; rows are JSON types already and are not copied."""
        parts = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "extra"}
        return {"schema": self.SCHEMA, **parts, **self.extra}

    def write(self, path: Path) -> None:
        """Write the document atomically, one row a line: some campaigns have a hundred thousand."""
        write_parts_atomically(path, _json_lines(self.to_json()))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _json_lines(document: dict[str, Any]) -> Iterator[str]:
    for number, (name, value) in enumerate(document.items()):
        yield f"{',' if number else '{'}\n{_json(name)}: "
        if isinstance(value, list) and value:
            yield "[\n" + _json(value[0])
            yield from (",\n" + _json(row) for row in value[1:])
            yield "\n]"
        else:
            yield _json(value)
    yield "\n}\n"


_TABLES = {
    "runs": RUN_COLUMNS,
    "actions": ACTION_COLUMNS,
    "epochs": EPOCH_COLUMNS,
    "calls": CALL_COLUMNS,
    "scenarios": SCENARIO_COLUMNS,
    "comparisons": (*COMPARISON_COLUMNS, *PAIR_COLUMNS),
    "statistics": STATISTICS_COLUMNS,
    "correlations": CORRELATION_COLUMNS,
    "mixed_models": MIXED_MODEL_COLUMNS,
    "trackers": TRACKER_RESULT_COLUMNS,
    "agreement": AGREEMENT_COLUMNS,
    "agreement_scopes": AGREEMENT_COLUMNS,
    "budgets": BUDGET_COLUMNS,
    "ecolabel": ECOLABEL_COLUMNS,
    "rule_spans": RULE_COLUMNS,
    "findings": FINDING_COLUMNS,
}

_TABLES_WITHIN = {
    "health": ("health", "points", HEALTH_COLUMNS),
    "task_types": ("iso14756", "task_types", TASK_TYPE_COLUMNS),
    "software_efficiency": ("iso14756", "efficiency", EFFICIENCY_COLUMNS),
    "proofs": ("iso14756", "proofs", PROOF_COLUMNS),
}
"""Tables that are lists within a part of the document: name of the file, part, key, columns."""


def tables_of(results: Results) -> dict[str, tuple[tuple[str, ...], list[Row]]]:
    """Return every table: by the name of its CSV file, the columns that come first and the rows."""
    tables = {name: (columns, getattr(results, name)) for name, columns in _TABLES.items()}
    tables["rules"] = (RULE_COLUMNS, results.rule_rows)
    for name, (part, key, columns) in _TABLES_WITHIN.items():
        tables[name] = (columns, getattr(results, part).get(key, []))
    return tables


def write_results(results: Results, folder: Path) -> None:
    """Write ``results.json`` and the CSV tables beside it; the folder is made.

    Every row has the column ``simulated``, so that a table that is passed on alone cannot be taken
    for measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    simulated = bool(results.campaign.get("simulated"))
    for name, (columns, found) in tables_of(results).items():
        write_table(folder / f"{name}.csv", columns, [{**row, "simulated": simulated} for row in found])
    results.write(folder / "results.json")


def read_results(folder: Path) -> Results:
    """Read ``results.json`` of a results folder.

    Raises:
        RecordError: the folder is in no campaign, it was not analysed yet, or the document is damaged.
    """
    path = folder / "results.json"
    if not path.is_file():
        CampaignFolder(folder.parent).read()  # says so where there is no campaign, or a damaged one
        raise RecordError(
            f"{path}: expected the results of the analysis, but there are none. "
            f"Run `lab analyse {folder.parent}` first"
        )
    try:
        return Results.read(path)
    except SchemaError:
        raise
    except RecordError as error:
        raise RecordError(f"{error}. Run `lab analyse {folder.parent}` again") from None
