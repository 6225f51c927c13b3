"""Columns of the tables of ``results/``: what other programs rely on, in order.

Further columns may follow them.
"""

from records.trackers import TRACKER_COLUMNS


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
    "energy_random_u_wh",
)
"""One row per run of the control workload, those of earlier campaigns first. ``signals`` names the rules
that it met, ``centre_wh`` and the limits are those by which it was judged, ``phase`` counts the stops after
which the operator went on, ``energy_random_u_wh`` is the part of ``energy_u_wh`` that differs from run to
run."""

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
