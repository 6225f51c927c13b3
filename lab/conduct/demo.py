"""The demonstration's campaign, in sizes that suit this machine."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lab.conduct.campaign import OpenCampaign
from lab.conduct.conductor import Outcome
from lab.conduct.plan import duration, estimate, make_plan
from lab.conduct.rehearsal import choose_sizes, rehearse
from lab.config.file import parse_config
from lab.config.model import LabConfig
from lab.config.template import DEFAULT_SIZES, demo_text
from lab.envs.places import HOME, is_checkout, python_of
from sut.preflight import check_background_load

SHORT_S = 165.0
"""Planned time of the short demonstration; trackers and the gate take it to less than four minutes."""

_QUICK = ("baseline", "cnn")


def parsed(text: str) -> LabConfig:
    """Return the configuration of a demonstration; its campaign goes below the working folder."""
    config = parse_config(text, "the demonstration's lab.toml", HOME if is_checkout() else Path.cwd())
    here = str(Path(config.campaign.out).absolute())
    return config.model_copy(update={"campaign": config.campaign.model_copy(update={"out": here})})


def quick_part(config: LabConfig) -> LabConfig:
    """Return one repeat of a demonstration without transfer learning."""
    campaign = config.campaign.model_copy(update={"repeats": 1})
    scenarios = [scenario for scenario in config.scenario if scenario.name in _QUICK]
    return config.model_copy(update={"campaign": campaign, "scenario": scenarios})


def adapted(tell: Callable[[str], None]) -> LabConfig:
    """Return the short demonstration with sizes that suit this machine.

    Args:
        tell: gets a line before it is tried, and a warning where this machine is slow or busy.

    Raises:
        SutError: the training does not run here.
    """
    tell("Trying a short training, to choose sizes that suit this machine")
    load = check_background_load()
    rehearsal = rehearse(python_of("cpu"))
    sizes = choose_sizes(
        rehearsal,
        lambda candidate: _seconds(parsed(demo_text(candidate))) <= SHORT_S,
        gated=load.ok is not False,
    )
    config = parsed(demo_text(sizes))
    if not sizes.gated:
        tell(
            f"Warning: {load.message}. Runs do not wait for rest and may have gaps, so that energies "
            f"scatter more"
        )
    if sizes.images < DEFAULT_SIZES.images:
        tell(
            f"Warning: this machine is slow or busy. Trainings use {sizes.images} pictures instead of "
            f"{DEFAULT_SIZES.images}; the campaign takes about {duration(_seconds(config))}"
        )
    return config


def at_rest_or_not(
    opened: OpenCampaign, run: Callable[[OpenCampaign], Outcome], tell: Callable[[str], None]
) -> Outcome:
    """Run a campaign; what is missing then is tried once more without the stability gate.

    Args:
        opened: the campaign.
        run: runs what is left of it.
        tell: gets a warning before runs are tried again.
    """
    outcome = run(opened)
    if not outcome.missing or not opened.config.gate.enabled:
        return outcome
    tell(
        f"Warning: runs without a result: {len(outcome.missing)}. They are tried again without the stability "
        f"gate, so that their energies scatter more"
    )
    gate = opened.config.gate.model_copy(update={"enabled": False})
    return run(replace(opened, config=opened.config.model_copy(update={"gate": gate})))


def _seconds(config: LabConfig) -> float:
    return sum(estimate(config, slot).seconds for slot in make_plan(config, seed=0))
