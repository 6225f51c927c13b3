"""Emissions and price of the electricity: as stated, else a published mean that says where it comes from."""

import re

import pytest

from records.electricity import EU_PRICE, WORLD_EMISSIONS, emissions_of, price_of
from records.settings.analysis import AnalysisSettings

STATED = {"price_per_kwh": 0.4, "price_currency": "EUR", "price_source": "contract of 2025"}


def settings(**analysis):
    return AnalysisSettings(**analysis).to_json()


def test_without_factors_the_published_means_stand_in_and_name_their_year_and_source():
    assert (emissions_of(settings()), price_of(settings())) == (WORLD_EMISSIONS, EU_PRICE)
    assert not WORLD_EMISSIONS.stated and not EU_PRICE.stated
    assert re.search(r"\b20\d\d, \w+", WORLD_EMISSIONS.source)
    assert re.search(r"\b20\d\d, \w+", EU_PRICE.source)


def test_stated_factors_prevail():
    stated = settings(grid_co2_g_per_kwh=381.0, grid_co2_source="UBA 2023", **STATED)
    assert (emissions_of(stated).g_per_kwh, emissions_of(stated).source) == (381.0, "UBA 2023")
    price = price_of(stated)
    assert (price.per_kwh, price.currency, price.source, price.stated) == (
        0.4,
        "EUR",
        "contract of 2025",
        True,
    )


@pytest.mark.parametrize("missing", STATED)
def test_a_price_without_currency_or_source_is_an_error(missing):
    with pytest.raises(ValueError, match="price_source together"):
        settings(**{key: value for key, value in STATED.items() if key != missing})
