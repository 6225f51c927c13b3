"""The driver of the graphics cards' energy counters, on cards made of numbers."""

import time
from typing import Any

import pytest

from meter.drivers.nvml import NvmlCounters
from meter.line.errors import PortLost
from records.errors import ConfigurationError, DeviceError
from records.meter import STAND_IN, MeasuringPoint, is_stand_in, measuring_point


class NvmlError(Exception):
    """As ``pynvml.NVMLError``."""


class Cards:
    """Speaks as the part of ``pynvml`` that the driver uses; the counters are in millijoules."""

    NVMLError = NvmlError

    def __init__(self, *energies_mj: int, works: bool = True) -> None:
        self.energies_mj = dict(enumerate(energies_mj))
        self.works = works
        self.users = 0

    def nvmlInit(self) -> None:  # noqa: N802
        if not self.works:
            raise NvmlError("Driver Not Loaded")
        self.users += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.users -= 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.energies_mj)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802
        return index

    def nvmlDeviceGetName(self, card: int) -> str:  # noqa: N802
        return f"X{card}"

    def nvmlDeviceGetTotalEnergyConsumption(self, card: int) -> int:  # noqa: N802
        if not self.works:
            raise NvmlError("GPU is lost")
        return self.energies_mj[card]


def opened(cards: Cards, **options: Any) -> NvmlCounters:
    driver = NvmlCounters(options, cards)
    driver.open("nvml", 0.5)
    return driver


@pytest.mark.parametrize(
    ("gpus", "names", "joules"),
    [("all", "0 X0 + 1 X1", 150.0), ("1", "1 X1", 50.0), ("0, 1", "0 X0 + 1 X1", 150.0)],
)
def test_a_reading_is_the_mean_power_of_the_chosen_cards(gpus: str, names: str, joules: float) -> None:
    cards = Cards(1_000, 2_000)
    driver = opened(cards, gpus=gpus)
    assert driver.identify().model == f"NVML {names} ({STAND_IN})"
    assert driver.instrument_settings()["measuring_point"] == "inside"
    driver.start()
    begun_s = time.monotonic()
    cards.energies_mj = {0: 101_000, 1: 52_000}
    reading = driver.read(2.0)
    assert reading is not None and reading.power_w is not None
    assert joules / (time.monotonic() - begun_s + 0.05) <= reading.power_w <= joules / 0.45
    driver.release()
    assert cards.users == 0


@pytest.mark.parametrize("after_mj", [(5, 2_000), (5, 900_000)])
def test_counters_that_begin_again_give_no_power(after_mj: tuple[int, int]) -> None:
    cards = Cards(1_000, 2_000)
    driver = opened(cards)
    driver.start()
    cards.energies_mj = dict(enumerate(after_mj))
    reading = driver.read(2.0)
    assert reading is not None and (reading.power_w, reading.flag) == (None, "malformed")


def test_a_card_that_falls_off_the_bus_is_a_lost_port() -> None:
    cards = Cards(1_000)
    driver = opened(cards)
    driver.start()
    cards.works = False
    with pytest.raises(PortLost, match="GPU is lost"):
        driver.read(2.0)


@pytest.mark.parametrize(
    ("cards", "gpus", "found"),
    [
        (Cards(), "all", "found none"),
        (Cards(1, 2), "2", "found 0, 1"),
        (Cards(works=False), "all", "Not Loaded"),
    ],
)
def test_cards_that_are_not_there_are_refused(cards: Cards, gpus: str, found: str) -> None:
    with pytest.raises(DeviceError, match=found):
        opened(cards, gpus=gpus)


def test_the_port_is_the_machine_itself() -> None:
    with pytest.raises(ConfigurationError, match="nvml"):
        NvmlCounters({}, Cards(1)).open("/dev/ttyUSB0", 0.5)


@pytest.mark.parametrize(
    ("driver", "inside"),
    [("nvml", True), ("rapl+nvml", True), ("wattsup_pro+rapl", True), ("wattsup_pro+shelly", False)],
)
def test_a_sum_that_holds_a_counter_is_no_measurement_at_the_wall(driver: str, inside: bool) -> None:
    assert (measuring_point(driver) is MeasuringPoint.INSIDE, is_stand_in(driver)) == (inside, inside)
