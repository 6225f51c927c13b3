"""The campaign of programs that a command line names: baselines and the programs, on a given bench."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.config.file import build_config, check_drivers
from lab.config.model import LabConfig
from lab.config.secrets import check_secrets

BASELINE = "baseline"


def config_of_programs(
    bench: Mapping[str, Any],
    scenarios: Sequence[Mapping[str, Any]],
    *,
    source: str,
    folder: Path,
    title: str,
    repeats: int,
    precision_pct: float | None,
    baseline_s: float,
    gated: bool,
    out: str | None,
    more: Mapping[str, Any] | None = None,
) -> LabConfig:
    """Return the configuration of a campaign that stops at the first program that fails.

    Args:
        bench: sections of the bench, as in ``lab.toml``; at least ``meter``.
        scenarios: of the programs; that of the baseline is added.
        source: what messages call the configuration.
        folder: working directory of the programs.
        title: of the campaign.
        repeats: runs of each program; with a wanted precision at most so many.
        precision_pct: half of the wanted 95 % interval, in percent of the induced energy, or ``None``.
        baseline_s: length of a baseline in seconds.
        gated: whether the stability gate is waited for.
        out: folder for campaigns, or ``None``.
        more: further sections.

    Raises:
        ConfigurationError: the bench or a program cannot be used.
    """
    document: dict[str, Any] = {**bench, **(more or {})}
    campaign = {"title": title, "repeats": repeats, "stop_on_failure": True, "precision_pct": precision_pct}
    document["campaign"] = campaign if out is None else {**campaign, "out": out}
    if not gated:
        document["gate"] = {**document.get("gate", {}), "enabled": False}
    baseline = {"name": BASELINE, "kind": "baseline", "duration_s": baseline_s}
    document["scenario"] = [baseline, *scenarios]
    check_secrets(document, source)
    config = build_config(document, source, folder)
    check_drivers(config, source)
    return config
