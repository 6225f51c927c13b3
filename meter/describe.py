"""What a driver declares about its instrument, as data and in words: for the command line and the pages."""

from dataclasses import asdict
from typing import Any

from meter.contract import Meter
from meter.kinds.serial import SerialMeter
from meter.options import Option
from records.meter import Accuracy

_KINDS = {int: "whole number", float: "number", str: "text"}


def declared(driver: type[Meter], has_twin: bool) -> dict[str, Any]:
    """Return everything a driver declares, fit for JSON.

    Args:
        driver: the class.
        has_twin: whether there is a virtual instrument of it.
    """
    accuracy = asdict(driver.accuracy)
    accuracy.pop("extra", None)
    return {
        "driver": driver.driver,
        "maker": driver.maker,
        "model": driver.model,
        "link": link(driver),
        "quantities": list(driver.quantities),
        "sampling": driver.sampling,
        "averaging_s": driver.averaging_s,
        "fastest_interval_s": driver.fastest_interval_s,
        "latency_s": driver.latency_s,
        "latency_u_s": driver.latency_u_s,
        "resolution_w": driver.resolution_w,
        "accuracy": accuracy,
        "power_limits_w": list(driver.power_limits_w),
        "usb_ids": list(driver.usb_ids),
        "options": [{**asdict(option), "kind": option.kind.__name__} for option in driver.options],
        "unverified": list(driver.unverified),
        "virtual": has_twin,
    }


def link(driver: type[Meter]) -> str:
    """Return how an instrument is connected, in words."""
    return f"serial, {driver.line}" if issubclass(driver, SerialMeter) and driver.line.baud else "network"


def accuracy_in_words(accuracy: Accuracy) -> str:
    """Return limits of error as a data sheet writes them."""
    parts = [
        (accuracy.reading_pct, "% of reading"),
        (accuracy.range_pct, "% of range"),
        (accuracy.counts, "counts"),
        (accuracy.reactive_pct, "% of reactive power"),
    ]
    return " + ".join(f"{value:g} {unit}" for value, unit in parts if value) or "not stated"


def option_in_words(option: Option) -> str:
    """Return kind, choices or limits, and default of an option."""
    if option.choices:
        wanted = ", ".join(map(str, option.choices))
    elif option.limits is not None:
        wanted = f"{_KINDS[option.kind]} from {option.limits[0]:g} to {option.limits[1]:g}"
    else:
        wanted = _KINDS[option.kind]
    return wanted if option.default is None else f"{wanted}; default {option.default}"


def rows(driver: type[Meter], has_twin: bool) -> list[tuple[str, str]]:
    """Return label and text of each declaration, in the order of a data sheet; options left out."""
    mean_s = driver.averaging_s
    sampling = {"interval_mean": "mean of its interval", "instantaneous": "momentary value"}[driver.sampling]
    if mean_s is not None and driver.sampling == "interval_mean":
        sampling = f"mean of {mean_s:g} s; read less often, a momentary value"
    return [
        ("driver", driver.driver),
        ("instrument", f"{driver.maker} {driver.model}"),
        ("connection", link(driver)),
        ("a reading is", sampling),
        ("fastest interval", f"{driver.fastest_interval_s:g} s"),
        ("quantities", ", ".join(driver.quantities)),
        ("resolution of the power", f"{driver.resolution_w:g} W"),
        ("limits of error of the power", accuracy_in_words(driver.accuracy)),
        ("lowest and highest power", f"{driver.power_limits_w[0]:g} W to {driver.power_limits_w[1]:g} W"),
        ("latency", f"{driver.latency_s:g} s, standard uncertainty {driver.latency_u_s:.3g} s"),
        ("USB ids", ", ".join(driver.usb_ids) or "none of its own"),
        ("virtual twin", "yes" if has_twin else "no"),
    ]
