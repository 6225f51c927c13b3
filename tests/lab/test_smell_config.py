"""``[[smell]]`` of lab.toml: what is accepted, what reaches the analysis, and how mistakes are worded."""

from pathlib import Path

import pytest

from lab.config.file import parse_config
from records.campaign import Campaign
from records.errors import ConfigurationError
from records.settings.analysis import settings_of

BENCH = """
[meter]
driver = "wattsup_pro"
port = "virtual"

[analysis]
grid_co2_g_per_kwh = 381.0
grid_co2_source = "UBA 2023, Germany"

[[scenario]]
name = "baseline"
kind = "baseline"
duration_s = 10.0

[[scenario]]
name = "clean"
command = ["true"]

[[scenario]]
name = "imr"
command = ["true"]

[[smell]]
name = "IMR"
smelly = "imr"
clean = "clean"
code = "WL101"
"""


def test_a_smell_reaches_the_analysis_with_its_published_figures(tmp_path: Path) -> None:
    config = parse_config(BENCH, "lab.toml", tmp_path).to_json()
    campaign = Campaign(
        id="c",
        created_utc_s=0.0,
        wattlab_version="0",
        simulated=True,
        seed=1,
        config=config,
        config_sha256="",
        plan=[],
    )
    settings = settings_of(campaign)
    (smell,) = settings.smells
    assert (smell.smelly, smell.clean, smell.code) == ("imr", "clean", "WL101")
    assert [one.pct for one in smell.published] == [31.78, -2.9, -5.5, -1.0]
    assert settings.to_json()["grid_co2_g_per_kwh"] == 381.0


@pytest.mark.parametrize(("text", "figures"), [("{}", []), ('{ "arXiv 1" = 12.5 }', [(12.5, "arXiv 1")])])
def test_published_figures_can_be_others_or_none(
    tmp_path: Path, text: str, figures: list[tuple[float, str]]
) -> None:
    (smell,) = parse_config(f"{BENCH}published_pct = {text}\n", "lab.toml", tmp_path).smell
    assert list(smell.published) == figures


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('smelly = "imr"', 'smelly = "imt"', "[[smell]] 'IMR' smelly: there is no workload scenario 'imt'"),
        ('clean = "clean"', 'clean = "baseline"', "no workload scenario 'baseline'"),
        ('clean = "clean"', 'clean = "imr"', "expected two scenarios"),
        ('"WL101"', '"WL999"', "no rule of `lab smells` is named 'WL999'"),
        ('"WL101"', '"W1"', "[[smell]] 'IMR' code"),
        ('smelly = "imr"', 'smelli = "imr"', "did you mean 'smelly'?"),
        ('grid_co2_source = "UBA 2023, Germany"', "", "grid_co2_g_per_kwh and grid_co2_source together"),
        (
            "[[smell]]",
            '[[smell]]\nname = "IMR"\nsmelly = "imr"\nclean = "clean"\n\n[[smell]]',
            "two smells are named 'IMR'",
        ),
    ],
)
def test_a_mistake_is_worded_with_its_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in BENCH
    with pytest.raises(ConfigurationError) as error:
        parse_config(BENCH.replace(old, new, 1), "lab.toml", tmp_path)
    assert words in str(error.value)
