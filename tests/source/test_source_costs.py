"""What smells were measured to cost, as a finding and the page of its rule say it."""

from pathlib import Path

import source.smells
from source.smells.costs import NOT_MEASURED, costs_in, measured_cost, shortly
from source.smells.registry import BY_CODE

TABLE = """
[[campaign]]
title = "Short"
date = "2026-11-29"
simulated = true
loaded = false

[[campaign.cost]]
code = "WL102"
smell = "IMR"
pairs = 5

[campaign.cost.quantities]
time = "+3.2 % (1.0 to 5.4)"
energy = "+3.0 % (0.9 to 5.1)"
"""


def test_a_simulated_energy_is_marked_and_a_time_is_not() -> None:
    (cost,) = costs_in(TABLE)
    assert (cost.code, cost.pairs, cost.campaign) == ("WL102", 5, "Short, 2026-11-29")
    time, energy = cost.words.split(";")
    assert "SIMULATED" in energy
    assert "SIMULATED" not in time
    (measured,) = costs_in(TABLE.replace("simulated = true", "simulated = false"))
    assert "SIMULATED" not in measured.words


def test_a_loaded_machine_is_named() -> None:
    (quiet,), (loaded,) = costs_in(TABLE), costs_in(TABLE.replace("loaded = false", "loaded = true"))
    assert len(loaded.campaign) > len(quiet.campaign)


def test_a_finding_has_one_cost_and_says_where_the_others_are() -> None:
    assert shortly("WL102").startswith(measured_cost("WL102").partition("; IMR")[0])
    assert "--explain WL102" in shortly("WL102")
    assert shortly("WL999") == NOT_MEASURED


def test_the_table_that_is_shipped_holds_costs_of_rules() -> None:
    text = (Path(source.smells.__file__).parent / "costs.toml").read_text(encoding="utf-8")
    costs = costs_in(text)
    assert {cost.code for cost in costs} <= set(BY_CODE)
    assert all(cost.smell in measured_cost(cost.code) for cost in costs)
    assert measured_cost("WL999") == NOT_MEASURED
