"""``results/``: what the analysis found, as one JSON document and tidy CSV tables.

Rows are plain dictionaries; the tuples below are the columns that other programs rely on, in
order. Further columns may follow them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

from records.documents import Document
from records.errors import RecordError
from records.files import write_parts_atomically
from records.findings import FINDING_COLUMNS
from records.tables import write_table
from records.trackers import TRACKER_COLUMNS

Row = dict[str, Any]


def _estimates(*names: str) -> tuple[str, ...]:
    """Return the columns of numbers that have an interval: value, lower and upper end."""
    return tuple(f"{name}{end}" for name in names for end in ("", "_low", "_high"))


HARDWARE_COLUMNS = (
    "cpu_load_pct",
    "ram_used_kib",
    "disk_read_kib_s",
    "disk_write_kib_s",
    "net_rx_kib_s",
    "net_tx_kib_s",
    "cpu_temperature_c",
    "gpu_load_pct",
    "gpu_memory_load_pct",
    "gpu_memory_used_mib",
    "gpu_power_w",
    "gpu_temperature_c",
)
"""Time means over the window of a row; empty where the SUT has no such sensor."""

USEFUL_WORK = (
    "val_accuracy",
    "macro_f1",
    "precision",
    "recall",
    "correct",
    "samples",
    "epochs",
    "runs",
)
"""Kinds of useful work (METHOD section 4); the efficiency columns are ``<kind>_per_wh`` and
``<kind>_per_induced_wh``. ``correct`` and ``samples`` are counts, the first four are shares."""

RUN_COLUMNS = (
    "slot",
    "scenario",
    "kind",
    "repeat",
    "block",
    "tracker",
    "t_start_utc_s",
    "duration_s",
    "coverage_pct",
    "mean_power_w",
    "energy_wh",
    "energy_u_wh",
    "baseline_power_w",
    "baseline_wh",
    "induced_wh",
    "induced_u_wh",
)

EPOCH_COLUMNS = (
    "slot",
    "scenario",
    "repeat",
    "epoch",
    "duration_s",
    "coverage_pct",
    "energy_wh",
    "energy_u_wh",
    "induced_wh",
    "induced_u_wh",
    "accuracy",
    "val_accuracy",
    "loss",
    "val_loss",
    "gpu_temperature_c",
)

ACTION_COLUMNS = (
    "slot",
    "scenario",
    "repeat",
    "name",
    "depth",
    "duration_s",
    "coverage_pct",
    "energy_wh",
    "energy_u_wh",
    "induced_wh",
    "induced_u_wh",
)

CALL_COLUMNS = ACTION_COLUMNS

SCENARIO_COLUMNS = (
    "scenario",
    "kind",
    "n",
    "duration_s",
    "duration_sd_s",
    "mean_power_w",
    "energy_wh",
    "energy_sd_wh",
    "energy_u_wh",
    "induced_wh",
    "induced_sd_wh",
    "induced_u_wh",
    "induced_low_wh",
    "induced_high_wh",
    "wh_per_epoch",
    "induced_wh_per_epoch",
)
"""One row per scenario and tracker. ``scenario`` is ``NAME`` for the runs without a tracker and
``NAME+TRACKER`` for those with one; the columns ``base_scenario`` and ``tracker`` hold the parts."""

COMPARISON_COLUMNS = (
    "a",
    "b",
    "quantity",
    "n_a",
    "n_b",
    "mean_a",
    "mean_b",
    "difference",
    "difference_low",
    "difference_high",
    "ratio",
)
"""``difference`` is b minus a with its 95 % interval."""

PAIR_COLUMNS = (
    "family",
    "family_size",
    "design",
    "pairs",
    "se",
    "df",
    "t",
    "p",
    "p_holm",
    "rank_test",
    "rank_p",
    "bca_low",
    "bca_high",
    "bca_seed",
    "ratio_low",
    "ratio_high",
    "hedges_g",
    "hedges_g_low",
    "hedges_g_high",
    "cliffs_delta",
    "cliffs_delta_low",
    "cliffs_delta_high",
    "repeats_1_pct",
    "repeats_5_pct",
    "repeats_observed",
    "total_u",
    "total_low",
    "total_high",
    "ratio_total_low",
    "ratio_total_high",
    "note",
)
"""What a comparison of two scenarios has beside `COMPARISON_COLUMNS`.
``design`` is ``paired`` (by block) or ``unpaired``; ``p`` of the t test, ``p_holm`` adjusted over its family
(all pairs in one quantity); ``total_*`` and ``ratio_total_*`` with the meter's and the baseline's part."""

STATISTICS_COLUMNS = (
    "scenario",
    "quantity",
    "n",
    "mean",
    "sd",
    "sd_pct",
    "median",
    "min",
    "max",
    "iqr",
    "mean_low",
    "mean_high",
    "normality_p",
    "outliers",
    "drift_per_run",
    "drift_low",
    "drift_high",
    "drift_p",
    "drift_tau",
    "drift_tau_p",
)
"""One row per scenario and quantity, by its scatter alone. ``outliers`` names run folders."""

CORRELATION_COLUMNS = (
    "scenario",
    "x",
    "y",
    "epochs",
    "runs",
    "r",
    "r_low",
    "r_high",
    "p",
    "rho",
    "rho_p",
    "r_within",
    "r_within_low",
    "r_within_high",
    "r_within_df",
    "r_within_p",
    "published_r",
    "note",
)
"""One row per scenario and companion ``y`` of the energy of its epochs: Pearson's ``r`` over all epochs,
Spearman's ``rho``, and ``r_within``, the repeated-measures correlation within runs."""

MIXED_MODEL_COLUMNS = (
    "quantity",
    "reference",
    "scenario",
    "estimate",
    "se",
    "df",
    "low",
    "high",
    "p",
    "n",
    "blocks",
    "block_sd",
    "residual_sd",
    "converged",
    "note",
)
"""One row per quantity and scenario: the mean of the reference, else the difference from it."""

TRACKER_RESULT_COLUMNS = (
    "slot",
    "scenario",
    "repeat",
    *TRACKER_COLUMNS,
    "meter_wh",
    "meter_u_wh",
    "meter_net_wh",
    "error_wh",
    "ratio",
    "ratio_net",
    "meter_random_u_wh",
    "meter_net_u_wh",
    "collector_gpu_wh",
)
"""One row per run and tracker. The meter's energies are those of the tracker's own window:
``meter_wh`` gross, ``meter_net_wh`` minus the baseline; ``error_wh`` is tracker minus ``meter_wh``,
``ratio`` and ``ratio_net`` tracker over meter. ``meter_random_u_wh`` is what of ``meter_u_wh`` differs from
run to run, ``collector_gpu_wh`` the sampled GPU power over the same window."""

COMPARED_COLUMNS = (
    "groups",
    *_estimates("total_ratio", "factor"),
    "growth_p",
    "scale",
    *_estimates("mean_difference"),
    "sd",
    *_estimates("lower", "upper"),
    "meter_share",
    "true_sd",
    *_estimates("true_lower", "true_upper"),
    "mape_pct",
    *_estimates("concordance"),
    "error_ratio",
    *_estimates("deming_slope", "deming_intercept", "passing_bablok_slope", "passing_bablok_intercept"),
    "linearity_p",
    "margin_pct",
    *_estimates("equivalence_pct"),
    "equivalence_p",
    "equivalent",
    "notes",
)
"""What the comparison of an estimator with a meter gives (`analysis.agreement`). On the scale ``linear``
the mean difference, the standard deviations and the limits are in the values' unit, on the scale
``logarithmic`` in percent of the measured value. ``equivalent`` is ``yes``, ``no`` or ``not shown``."""

AGREEMENT_COLUMNS = (
    "tracker",
    "scenario",
    "n",
    "tracker_wh",
    "meter_wh",
    "meter_net_wh",
    "ratio",
    "ratio_net",
    "bias_wh",
    "bias_low_wh",
    "bias_high_wh",
    "against",
    "scope",
    "reference_wh",
    *COMPARED_COLUMNS,
    "verdict",
)
"""One row per tracker and scenario, and one per tracker with scenario ``all``; energies are sums over
the runs, ``ratio`` the ratio of the sums, ``bias_wh`` the mean of tracker minus reference per run with its
95 % interval. ``against`` is ``wall`` (gross), in ``agreement_scopes`` ``wall net`` of the baseline or
``gpu`` by the collector, ``scope`` says in words what is compared with what,
``verdict`` what came out."""

HEALTH_COLUMNS = (
    "campaign",
    "run_dir",
    "t_utc_s",
    "energy_wh",
    "energy_u_wh",
    "phase",
    "signals",
    "centre_wh",
    "lower_wh",
    "upper_wh",
)
"""One row per run of the control workload, those of earlier campaigns first. ``signals`` names the rules
that it met, ``centre_wh`` and the limits are those by which it was judged, ``phase`` counts the stops after
which the operator went on."""


TASK_TYPE_COLUMNS = (
    "scenario",
    "task",
    "runs",
    "tasks",
    "rating_interval_s",
    "throughput_per_h",
    "throughput_ref_per_h",
    "mean_execution_s",
    "mean_execution_low_s",
    "mean_execution_high_s",
    "mean_execution_ref_s",
    "timely_throughput_per_h",
    "r_th",
    "r_me",
    "r_ti",
    "satisfied",
    "energy_wh",
    "induced_wh",
)
"""One row per scenario and task type of the requirement; ``*_ref_*`` are its reference values, energies
the means per task."""

EFFICIENCY_COLUMNS = (
    "scenario",
    "reference",
    "task",
    "i_th",
    "i_me",
    "i_ti",
    "i_e",
    "i_e_low",
    "i_e_high",
    "i_e_induced",
    "i_e_induced_low",
    "i_e_induced_high",
)
"""Software efficiency against the reference scenario; above 1 is better than that."""

PROOF_COLUMNS = ("proof", "scenario", "quantity", "value", "limit", "holds", "words")
"""One row per line of a validity proof; ``holds`` is empty where nothing can be said."""

ECOLABEL_COLUMNS = (
    "scenario",
    "quantity",
    "unit",
    "n",
    "load",
    "base",
    "full",
    "net",
    "allocation",
    "effective",
    "effective_u",
    "duration_s",
    "utilisation",
    "utilisation_u",
    "utilisation_unit",
    "certified",
    "change_pct",
    "within",
)
"""One row per scenario and quantity of DE-UZ 215; ``load``, ``base``, ``full``, ``net`` and ``effective`` in
``unit``."""

RULE_COLUMNS = ("rule",)
"""Of ``rules.csv`` (one row per scenario, run or channel) and ``rule_spans.csv``: which rule. Its own columns
follow, units as suffixes; docs/explanation/method.md has them by rule."""

BUDGET_TERMS = (
    "gain",
    "offset",
    "calibration",
    "power_factor",
    "latency",
    "clock",
    "fit",
    "split",
    "resolution",
    "gap",
    "sampling",
    "baseline",
    "repeats",
)
"""Terms of a budget; ``docs/explanation/uncertainty.md`` describes each."""

BUDGET_COLUMNS = (
    "of",
    "scenario",
    "slot",
    "run_dir",
    "name",
    "quantity",
    "value",
    "u",
    "df",
    "low",
    "high",
    *(f"u_{term}" for term in BUDGET_TERMS),
)
"""One row per thing and quantity: ``of`` is ``scenario``, ``comparison``, ``tracker``, ``baseline``, ``run``,
``action``, ``epoch`` or ``call``. ``u`` and the terms ``u_*`` are standard uncertainties in the unit of the
value; ``df`` is empty where it is infinite; a term that is zero is empty."""


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
            are too many (`analysis.thinning`), ``bin_s`` is not ``None``, and these are the ends of bins
            of that width and the means of their readings, with the smallest and largest in ``low_w`` and
            ``high_w``.
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


def write_results(results: Results, folder: Path) -> None:
    """Write ``results.json`` and the CSV tables beside it; the folder is made.

    Every row has the column ``simulated``, so that a table that is passed on alone cannot be taken
    for measured.
    """
    folder.mkdir(parents=True, exist_ok=True)
    simulated = bool(results.campaign.get("simulated"))
    tables = {name: (columns, getattr(results, name)) for name, columns in _TABLES.items()}
    tables["rules"] = (RULE_COLUMNS, results.rule_rows)
    for name, (part, key, columns) in _TABLES_WITHIN.items():
        tables[name] = (columns, getattr(results, part).get(key, []))
    for name, (columns, found) in tables.items():
        write_table(folder / f"{name}.csv", columns, [{**row, "simulated": simulated} for row in found])
    results.write(folder / "results.json")


def read_results(folder: Path) -> Results:
    """Read ``results.json`` of a results folder.

    Raises:
        RecordError: the campaign was not analysed yet, or the document is damaged.
    """
    path = folder / "results.json"
    if not path.is_file():
        raise RecordError(
            f"{path}: expected the results of the analysis, but there are none. "
            f"Run `lab analyse {folder.parent}` first"
        )
    return Results.read(path)
