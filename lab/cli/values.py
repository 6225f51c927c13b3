"""Tables of `lab analyse` that stand only where lab.toml asks for them: requirement and eco-label."""

from lab.cli.output import print_table, stdout
from records.results import Results
from records.rows.standards import EfficiencyRow


def print_requirement(results: Results) -> None:
    """Print ratings, software efficiency and the verdicts of the proofs; nothing without a requirement."""
    values = results.iso14756
    if values is None:
        return
    stdout.print("\nISO/IEC 14756", style="bold")
    rows = [
        (
            row.scenario,
            row.task,
            row.tasks,
            f"{row.mean_execution_s:.2f}",
            *(f"{rating:.3f}" for rating in (row.r_th, row.r_me, row.r_ti)),
            "yes" if row.satisfied else "no",
        )
        for row in values.task_types
    ]
    print_table(("scenario", "task", "n", "mean s", "R_TH", "R_ME", "R_TI", "satisfied"), rows)
    for efficiency in values.efficiency:
        stdout.print(_efficiency_words(efficiency))
    for proof in dict.fromkeys(line.proof for line in values.proofs):
        lines = [line for line in values.proofs if line.proof == proof]
        failed = [line for line in lines if not line.holds]
        verdict = f"{len(failed)} of {len(lines)} lines do not hold (proofs.csv)" if failed else "holds"
        stdout.print(f"proof of {proof}: {verdict}")
    stdout.print(values.marked)


def _efficiency_words(row: EfficiencyRow) -> str:
    found = {
        "I_TH": row.i_th,
        "I_ME": row.i_me,
        "I_TI": row.i_ti,
        "I_E": row.i_e,
        "I_E induced": row.i_e_induced,
    }
    values = [f"{name} {value:.3f}" for name, value in found.items() if value is not None]
    return f"{row.scenario} against {row.reference}, {row.task}: {', '.join(values)}"


def print_ecolabel(results: Results) -> None:
    """Print the values of DE-UZ 215; nothing without an ``[ecolabel]`` section."""
    if not results.ecolabel:
        return
    stdout.print("\nDE-UZ 215", style="bold")
    rows = [
        (
            row.scenario,
            row.quantity,
            f"{row.load:.4g} {row.unit}",
            f"{row.base:.4g} {row.unit}",
            "" if row.effective is None else f"{row.effective:.4g} {row.unit}",
            "" if row.utilisation is None else f"{row.utilisation:.6g} {row.utilisation_unit}",
            "" if row.change_pct is None else f"{row.change_pct:+.1f} %",
        )
        for row in results.ecolabel
    ]
    columns = ("scenario", "quantity", "load", "base", "effective", "utilisation", "against certified")
    print_table(columns, rows)
