"""The tables of the report: scenarios, runs, actions, epochs, trackers, findings, refused attempts."""

from collections.abc import Callable
from statistics import fmean, stdev

from records.results import Row
from records.times import iso_utc
from reports.numbers import count, finite, interval, measured, plain, probability, spread
from reports.tables import Column, Table, table, text_column
from reports.view import View, numbers, scenario_key


def scenarios_table(view: View) -> Table:
    """Tabulate the scenarios: duration, power, energy, induced energy, per epoch."""
    columns = (
        Column("Scenario", lambda row: str(row["name"]), numeric=False),
        Column("n", lambda row: count(row["n"])),
        _with("Duration", "duration_s", "duration_sd_s", "s"),
        _sd("sd", "duration_sd_s", "s"),
        Column("Mean power", lambda row: plain(row.get("mean_power_w")), "W"),
        _with("Energy", "energy_wh", "energy_u_wh", "Wh"),
        _sd("sd", "energy_sd_wh", "Wh"),
        Column("95 % interval", _interval("energy_low_wh", "energy_high_wh"), "Wh"),
        _with("Induced", "induced_wh", "induced_u_wh", "Wh"),
        _sd("sd", "induced_sd_wh", "Wh"),
        Column("95 % interval", _interval("induced_low_wh", "induced_high_wh"), "Wh"),
        Column("Per epoch", lambda row: plain(row.get("wh_per_epoch")), "Wh"),
        Column("Induced per epoch", lambda row: plain(row.get("induced_wh_per_epoch")), "Wh"),
    )
    rows = [{**item.row, "name": item.name, "n": item.n} for item in view.scenarios]
    return table("scenarios", "Mean per run of each scenario", columns, rows, folded=False)


def runs_table(view: View) -> Table:
    """Tabulate the counted runs in the order in which they were measured."""
    columns = (
        text_column("Run", "run_dir", whole=True),
        Column("Scenario", _name, numeric=False),
        Column("Repeat", lambda row: count(row.get("repeat"))),
        Column("Block", lambda row: count(row.get("block"))),
        Column("Start", _start, "UTC", numeric=False, whole=True),
        Column("Duration", lambda row: plain(row.get("duration_s")), "s"),
        Column("Coverage", lambda row: plain(row.get("coverage_pct")), "%"),
        Column("Mean power", lambda row: plain(row.get("mean_power_w")), "W"),
        _with("Energy", "energy_wh", "energy_u_wh", "Wh"),
        _sd("u(energy)", "energy_u_wh", "Wh"),
        Column("Baseline", lambda row: plain(row.get("baseline_power_w")), "W"),
        Column("Baseline", lambda row: plain(row.get("baseline_wh")), "Wh"),
        _with("Induced", "induced_wh", "induced_u_wh", "Wh"),
        _sd("u(induced)", "induced_u_wh", "Wh"),
        Column("Epochs", lambda row: count(row.get("epochs"))),
        Column("Validation accuracy", lambda row: plain(row.get("val_accuracy"), 3)),
    )
    rows = sorted(view.results.runs, key=lambda row: finite(row.get("slot")) or 0.0)
    return table("runs", "Counted runs, in the order measured", columns, rows)


def actions_table(view: View) -> Table:
    """Tabulate the actions: mean over the runs of each scenario, in the order of their appearance."""
    groups: dict[tuple[str, str, float], list[Row]] = {}
    run_key = {str(row.get("run_dir")): scenario_key(row) for row in view.results.runs}
    for row in view.results.actions:
        key = run_key.get(str(row.get("run_dir")), scenario_key(row))
        groups.setdefault((key, str(row.get("name")), finite(row.get("depth")) or 0.0), []).append(row)
    names = {item.key: item.name for item in view.scenarios}
    order = [item.key for item in view.scenarios]
    rows = [
        _action_row(names.get(key, key), name, depth, found)
        for (key, name, depth), found in sorted(
            groups.items(), key=lambda item: order.index(item[0][0]) if item[0][0] in order else len(order)
        )
    ]
    columns = (
        Column("Scenario", lambda row: str(row["scenario"]), numeric=False),
        Column("Action", lambda row: str(row["name"]), numeric=False),
        Column("n", lambda row: count(row["n"])),
        _with("Duration", "duration_s", "duration_sd_s", "s"),
        _sd("sd", "duration_sd_s", "s"),
        _with("Energy", "energy_wh", "energy_sd_wh", "Wh"),
        _sd("sd", "energy_sd_wh", "Wh"),
        _with("Induced", "induced_wh", "induced_sd_wh", "Wh"),
        _sd("sd", "induced_sd_wh", "Wh"),
        Column("Least coverage", lambda row: plain(row["coverage_pct"]), "%"),
    )
    return table("actions", "Mean over the runs of each action", columns, rows)


def _action_row(scenario: str, name: str, depth: float, found: list[Row]) -> Row:
    row: Row = {"scenario": scenario, "name": "\u00a0\u00a0\u00a0" * int(depth) + name, "n": len(found)}
    for quantity, unit in (("duration", "s"), ("energy", "wh"), ("induced", "wh")):
        values = numbers(found, f"{quantity}_{unit}")
        row[f"{quantity}_{unit}"] = fmean(values) if values else None
        row[f"{quantity}_sd_{unit}"] = stdev(values) if len(values) > 1 else None
    coverage = numbers(found, "coverage_pct")
    row["coverage_pct"] = min(coverage) if coverage else None
    return row


def epochs_table(view: View) -> Table:
    """Tabulate every epoch of every counted run."""
    columns = (
        Column("Run", lambda row: str(row.get("run_dir") or row.get("slot")), numeric=False, whole=True),
        Column("Scenario", _name, numeric=False),
        Column("Epoch", lambda row: count(row.get("epoch"))),
        Column("Duration", lambda row: plain(row.get("duration_s")), "s"),
        Column("Coverage", lambda row: plain(row.get("coverage_pct")), "%"),
        _with("Energy", "energy_wh", "energy_u_wh", "Wh"),
        _sd("u(energy)", "energy_u_wh", "Wh"),
        _with("Induced", "induced_wh", "induced_u_wh", "Wh"),
        _sd("u(induced)", "induced_u_wh", "Wh"),
        Column("Accuracy", lambda row: plain(row.get("accuracy"), 3)),
        Column("Validation accuracy", lambda row: plain(row.get("val_accuracy"), 3)),
        Column("Loss", lambda row: plain(row.get("loss"), 3)),
        Column("Validation loss", lambda row: plain(row.get("val_loss"), 3)),
        Column("CPU load", lambda row: plain(row.get("cpu_load_pct"), 3), "%"),
        Column("CPU", lambda row: plain(row.get("cpu_temperature_c"), 3), "°C"),
        Column("GPU", lambda row: plain(row.get("gpu_temperature_c"), 3), "°C"),
    )
    return table("epoch-rows", "Epochs of all counted runs", columns, view.results.epochs)


def trackers_table(view: View) -> Table:
    """Tabulate what each tracker said of each run, and what the meter said of the same window."""
    columns = (
        Column("Run", lambda row: count(row.get("slot")), numeric=False),
        Column("Scenario", lambda row: str(row.get("scenario")), numeric=False),
        Column("Tracker", lambda row: f"{row.get('tracker')} {row.get('version') or ''}", numeric=False),
        text_column("Scope", "scope", whole=True),
        Column("Tracker", lambda row: plain(row.get("energy_wh")), "Wh"),
        Column("CPU", lambda row: plain(row.get("cpu_wh")), "Wh"),
        Column("GPU", lambda row: plain(row.get("gpu_wh")), "Wh"),
        Column("RAM", lambda row: plain(row.get("ram_wh")), "Wh"),
        _with("Meter", "meter_wh", "meter_u_wh", "Wh"),
        Column("Meter, net", lambda row: plain(row.get("meter_net_wh")), "Wh"),
        Column("Tracker − meter", lambda row: plain(row.get("error_wh")), "Wh"),
        Column("Tracker / meter", lambda row: plain(row.get("ratio"), 3)),
        text_column("Settings", "settings"),
    )
    return table("tracker-rows", "What the trackers said, run by run", columns, view.results.trackers)


def refused_table(view: View) -> Table:
    """Tabulate the attempts that do not count, with their reasons."""
    columns = (
        text_column("Attempt", "run_dir", whole=True),
        Column("Scenario", _name, numeric=False),
        text_column("Status", "status"),
        text_column("Reason", "reason"),
    )
    return table("refused", "Attempts that were not counted", columns, view.results.refused)


def baseline_table(view: View) -> Table:
    """Tabulate the baseline: its power and whether it drifted."""
    found = view.results.baseline
    columns = (
        Column("Runs", lambda row: count(row.get("n"))),
        _with("Mean power", "mean_power_w", "mean_power_u_w", "W"),
        _sd("u(mean)", "mean_power_u_w", "W"),
        _sd("sd between runs", "sd_w", "W"),
        Column("Drift", _drift, "W/h"),
        Column("95 % interval", _interval("drift_low_w_per_h", "drift_high_w_per_h"), "W/h"),
        Column("p", lambda row: probability(row.get("drift_p"))),
        Column("Change between blocks", lambda row: plain(row.get("block_change_w"), 3), "W"),
        Column("p", lambda row: probability(row.get("block_change_p"))),
    )
    return table(
        "baseline",
        "Baseline: the SUT with only its operating system",
        columns,
        [found] if finite(found.get("mean_power_w")) is not None else [],
    )


def _drift(row: Row) -> str:
    low, high = finite(row.get("drift_low_w_per_h")), finite(row.get("drift_high_w_per_h"))
    u = None if low is None or high is None else (high - low) / 2
    return measured(row.get("drift_w_per_h"), u)


def _name(row: Row) -> str:
    tracker = row.get("tracker")
    return f"{row.get('scenario')} + {tracker}" if tracker else str(row.get("scenario"))


def _start(row: Row) -> str:
    stamp = finite(row.get("t_start_utc_s"))
    return "–" if stamp is None else iso_utc(stamp).removesuffix(" UTC")


def _with(label: str, column: str, u_column: str, unit: str) -> Column:
    return Column(label, lambda row: measured(row.get(column), row.get(u_column)), unit)


def _sd(label: str, column: str, unit: str) -> Column:
    return Column(label, lambda row: spread(row.get(column)), unit)


def _interval(low: str, high: str) -> Callable[[Row], str]:
    def show(row: Row) -> str:
        text = interval(row.get(low), row.get(high))
        return "n = 1: no interval" if text == "–" and row.get("n") == 1 else text

    return show
