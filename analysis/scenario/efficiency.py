"""Energy efficiency: useful work done per used energy (docs/explanation/method.md#efficiency)."""

from records.rows.families import USEFUL_WORK, UsefulWork


def factors(
    work: list[dict[UsefulWork, float]],
    energy_wh: list[float | None],
    induced_wh: list[float | None],
    *,
    resolved: bool = True,
) -> dict[str, float | None]:
    """Return ``<kind>_per_wh`` and ``<kind>_per_induced_wh`` of a scenario for every useful work.

    Each is the ratio of the sums over the runs that report the kind: work and energy of the same
    runs, so that a run with little energy does not weigh more than its share. A factor is ``None``
    where no run reports the kind, or the energy is not positive or cannot be told from zero.

    Args:
        work: useful work of each run, by kind.
        energy_wh: gross energy of each run.
        induced_wh: energy of each run above the baseline.
        resolved: whether its mean can be told from zero.
    """
    result: dict[str, float | None] = {}
    for kind in USEFUL_WORK:
        gross = [(w[kind], e) for w, e in zip(work, energy_wh, strict=True) if kind in w and e is not None]
        net = [(w[kind], e) for w, e in zip(work, induced_wh, strict=True) if kind in w and e is not None]
        result[f"{kind}_per_wh"] = _ratio(gross)
        result[f"{kind}_per_induced_wh"] = _ratio(net) if resolved else None
    return result


def _ratio(pairs: list[tuple[float, float]]) -> float | None:
    energy_wh = sum(energy for _, energy in pairs)
    return sum(work for work, _ in pairs) / energy_wh if energy_wh > 0 else None


def wh_to_target(epochs: list[tuple[float | None, float | None]], target: float | None) -> float | None:
    """Return the energy from the start of the run to the end of the first epoch that meets a target.

    Args:
        epochs: in order: validation accuracy and energy from the start of the run, Wh.
        target: validation accuracy to reach, as a share.

    Returns:
        Wh, or ``None`` when there is no target or no epoch reaches it.
    """
    if target is None:
        return None
    reached = (wh for accuracy, wh in epochs if accuracy is not None and accuracy >= target)
    return next(reached, None)
