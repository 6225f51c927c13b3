"""Tables of `lab analyse` that stand only where lab.toml asks for them: requirement and eco-label."""

from lab.cli.output import print_table, stdout
from records.results import Results, Row


def print_requirement(results: Results) -> None:
    """Print ratings, software efficiency and the verdicts of the proofs; nothing without a requirement."""
    values = results.iso14756
    if not values:
        return
    stdout.print("\nISO/IEC 14756", style="bold")
    rows = [
        (
            row["scenario"],
            row["task"],
            row["tasks"],
            f"{row['mean_execution_s']:.2f}",
            *(f"{row[name]:.3f}" for name in ("r_th", "r_me", "r_ti")),
            "yes" if row["satisfied"] else "no",
        )
        for row in values["task_types"]
    ]
    print_table(("scenario", "task", "n", "mean s", "R_TH", "R_ME", "R_TI", "satisfied"), rows)
    for row in values["efficiency"]:
        stdout.print(_efficiency_words(row))
    for proof in dict.fromkeys(row["proof"] for row in values["proofs"]):
        lines = [row for row in values["proofs"] if row["proof"] == proof]
        failed = [row for row in lines if not row["holds"]]
        verdict = f"{len(failed)} of {len(lines)} lines do not hold (proofs.csv)" if failed else "holds"
        stdout.print(f"proof of {proof}: {verdict}")
    stdout.print(values["marked"])


def _efficiency_words(row: Row) -> str:
    values = [f"{name} {row[key]:.3f}" for name, key in _EFFICIENCY.items() if row[key] is not None]
    return f"{row['scenario']} against {row['reference']}, {row['task']}: {', '.join(values)}"


_EFFICIENCY = {"I_TH": "i_th", "I_ME": "i_me", "I_TI": "i_ti", "I_E": "i_e", "I_E induced": "i_e_induced"}


def print_ecolabel(results: Results) -> None:
    """Print the values of DE-UZ 215; nothing without an ``[ecolabel]`` section."""
    if not results.ecolabel:
        return
    stdout.print("\nDE-UZ 215", style="bold")
    rows = [
        (
            row["scenario"],
            row["quantity"],
            f"{row['load']:.4g} {row['unit']}",
            f"{row['base']:.4g} {row['unit']}",
            "" if row["effective"] is None else f"{row['effective']:.4g} {row['unit']}",
            "" if row["utilisation"] is None else f"{row['utilisation']:.6g} {row['utilisation_unit']}",
            "" if row["change_pct"] is None else f"{row['change_pct']:+.1f} %",
        )
        for row in results.ecolabel
    ]
    columns = ("scenario", "quantity", "load", "base", "effective", "utilisation", "against certified")
    print_table(columns, rows)
