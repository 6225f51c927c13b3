"""Values of DE-UZ 215: the published check value, units that cannot be mixed, conditions of the label."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import Instrument, SyntheticCampaign, SyntheticRun

from analysis.campaign import analyse
from analysis.ecolabel.values import utilisation
from records.errors import ConfigurationError
from records.results import Results
from records.rows.standards import EcolabelRow
from records.settings.ecolabel import UNITS, Ecolabel, magnitude
from records.settings.mistakes import read_model


def test_the_published_check_value_of_the_cpu() -> None:
    """docs/explanation/method.md#isoiec-14756-and-de-uz-215: 8.0917663 % load, 0.14 % base, 502 s, full 100
    % give 3997.3830 %*s."""
    values = utilisation(8.0917663, 0.14, 100.0, 502.0)
    assert values["utilisation"] == pytest.approx(3997.3830, abs=5e-5)


def test_without_a_base_the_effective_use_is_the_load() -> None:
    assert utilisation(30.0, 0.0, 100.0, 10.0)["effective"] == 30.0


@given(st.floats(0.0, 50.0), st.floats(0.1, 50.0))
def test_full_load_has_the_whole_capacity_allotted(base: float, room: float) -> None:
    full = base + room
    assert utilisation(full, base, full, 1.0)["effective"] == pytest.approx(full)


def test_without_a_capacity_only_the_net_load_is_said() -> None:
    assert utilisation(5.0, 2.0, None, 1.0) == {
        "net": 3.0,
        "allocation": None,
        "effective": None,
        "utilisation": None,
    }


# Units


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("16 GiB", "MB", 17179.869184),
        ("16 GB", "MB", 16000.0),
        ("125 MB/s", "Mbit/s", 1000.0),
        ("1 Gbit/s", "Mbit/s", 1000.0),
        ("80 %", "percent", 80.0),
        ("3997 %*s", "percent*s", 3997.0),
        ("0.4 kW", "W", 400.0),
    ],
)
def test_a_quantity_is_converted_from_the_unit_it_is_written_in(text: str, unit: str, value: float) -> None:
    assert magnitude(text, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("16 GB/s", "MB"),  # a rate is no amount
        ("16 GB", "MB/s"),
        ("16", "MB"),  # a factor of 1270 began with a number whose unit was left out
        (16, "MB"),
        ("16 MB", "percent"),
        ("1 kWh", "W"),
        ("-1 MB", "MB"),
        ("0 MB", "MB"),
        ("nan MB", "MB"),
        ("five MB", "MB"),
        ("5 bananas", "W"),
        ("5 W*", "W"),
        ("9" * 400 + " W", "W"),
        (None, "W"),
    ],
)
def test_a_quantity_of_another_kind_or_without_a_unit_is_refused(text: object, unit: str) -> None:
    with pytest.raises(ValueError, match="expected a number above 0 with a unit"):
        magnitude(text, unit)


@given(st.text(max_size=30), st.sampled_from(sorted(UNITS.values())))
def test_any_text_is_a_positive_quantity_or_refused(text: str, unit: str) -> None:
    with contextlib.suppress(ValueError):
        assert 0 < magnitude(text, unit) < float("inf")


def test_an_unknown_quantity_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="full\\] gpu: unknown key"):
        read_model(Ecolabel, {"scenario": "use", "full": {"gpu": "100 %"}}, "lab.toml")


# A campaign: baseline 5 % CPU and 40 W, usage 80 % and 100 W (tests/analysis/synthetic.py)


def campaign(ecolabel: dict[str, Any], repeats: int = 2, usage_s: float = 20.0) -> SyntheticCampaign:
    runs = []
    for slot in range(1, 3 * repeats + 1):
        scenario, kind, power_w = (
            ("baseline", "baseline", None),
            ("idle", "idle", 50.0),
            ("use", "workload", 100.0),
        )[(slot - 1) % 3]
        block = (slot + 2) // 3
        runs.append(
            SyntheticRun(
                slot,
                scenario,
                100.0 * slot,
                usage_s if scenario == "use" else 20.0,
                kind,
                repeat=block,
                block=block,
                power_w=power_w,
            )
        )
    config = {"ecolabel": ecolabel} if ecolabel else {}
    return SyntheticCampaign(runs, config=config, instrument=Instrument(phase_s=0.0))


def analysed(tmp_path: Path, ecolabel: dict[str, Any], **changes: Any) -> Results:
    return analyse(campaign(ecolabel, **changes).write(tmp_path / "c"))


def value(results: Results, scenario: str, quantity: str) -> dict[str, Any]:
    (row,) = [r for r in results.ecolabel if (r.scenario, r.quantity) == (scenario, quantity)]
    return row.to_json()


def test_the_values_of_a_campaign_are_those_computed_by_hand(tmp_path: Path) -> None:
    """CPU: net 75, allocation 75 / 95, effective 75 + 75 / 95 * 5. Power: net 60, 60 / 80 of 40 W on top."""
    results = analysed(tmp_path, {"scenario": "use", "full": {"power": "120 W"}})
    cpu, power = value(results, "use", "cpu"), value(results, "use", "power")
    assert tuple(cpu) == EcolabelRow.CONTRACT
    assert cpu["effective"] == pytest.approx(75 + 75 / 95 * 5)
    assert cpu["utilisation"] == pytest.approx(20 * (75 + 75 / 95 * 5))
    assert cpu["utilisation_unit"] == "percent*s"
    assert power["effective"] == pytest.approx(60 + 60 / 80 * 40, rel=1e-3)
    assert power["utilisation"] == pytest.approx((60 + 60 / 80 * 40) * 20 / 3600, rel=1e-3)
    assert power["utilisation_unit"] == "Wh"
    assert {row.scenario for row in results.ecolabel} == {"use", "idle"}


def test_memory_is_given_in_megabytes_of_a_million_bytes(tmp_path: Path) -> None:
    ram = value(analysed(tmp_path, {"scenario": "use", "full": {"ram": "2 GiB"}}), "use", "ram")
    assert (ram["unit"], ram["load"], ram["full"]) == (
        "MB",
        pytest.approx(1024.0),
        pytest.approx(2147.483648),
    )


def test_a_capacity_that_is_unknown_or_below_the_baseline_leaves_the_value_out(tmp_path: Path) -> None:
    results = analysed(tmp_path, {"scenario": "use", "full": {"power": "30 W"}})
    for quantity in ("power", "network"):
        row = value(results, "use", quantity)
        assert (row["effective"], row["utilisation"]) == (None, None)
    assert value(results, "use", "power")["net"] == pytest.approx(60, rel=1e-3)
    assert "ecolabel-capacity" in {f.code for f in results.findings}


def test_a_later_version_may_use_ten_percent_more_and_no_more(tmp_path: Path) -> None:
    cpu = 20 * (75 + 75 / 95 * 5)
    for factor, within in ((1.09, True), (1.11, False)):
        certified = {"cpu": f"{cpu / factor:.6f} %*s"}
        results = analysed(tmp_path / f"{factor}", {"scenario": "use", "certified": certified})
        row = value(results, "use", "cpu")
        assert row["change_pct"] == pytest.approx(100 * (factor - 1), abs=1e-3)
        assert row["within"] is within
        assert ("ecolabel-exceeded" in {f.code for f in results.findings}) is not within


def test_too_few_runs_and_unequal_lengths_are_findings(tmp_path: Path) -> None:
    found = [
        f for f in analysed(tmp_path, {"scenario": "use"}, usage_s=25.0).findings if "ecolabel" in f.code
    ]
    words = " ".join(f.message for f in found)
    for expected in ("2 valid baseline", "2 valid idle", "2 valid usage", "20.0 to 25.0 s"):
        assert expected in words


def test_without_the_section_there_is_no_value_and_no_finding(tmp_path: Path) -> None:
    results = analysed(tmp_path, {})
    assert results.ecolabel == []
    assert not [f for f in results.findings if f.code.startswith("ecolabel")]
