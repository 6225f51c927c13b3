"""What a driver declares about its instrument, as data and in words: for the command line and the pages."""

from dataclasses import asdict
from typing import Any

from meter.options import Option
from meter.spec import MeterSpec

_KINDS = {int: "whole number", float: "number", str: "text"}


def declared(spec: MeterSpec, has_twin: bool) -> dict[str, Any]:
    """Return everything a driver declares, fit for JSON.

    Args:
        spec: of the driver.
        has_twin: whether there is a virtual instrument of it.
    """
    accuracy = asdict(spec.accuracy)
    accuracy.pop("extra", None)
    return {
        "driver": spec.driver,
        "maker": spec.maker,
        "model": spec.model,
        "link": link(spec),
        "quantities": list(spec.quantities),
        "sampling": spec.sampling,
        "averaging_s": spec.averaging_s,
        "fastest_interval_s": spec.fastest_interval_s,
        "latency_s": spec.latency_s,
        "latency_u_s": spec.latency_u_s,
        "resolution_w": spec.resolution_w,
        "accuracy": accuracy,
        "power_limits_w": list(spec.power_limits_w),
        "usb_ids": list(spec.usb_ids),
        "options": [{**asdict(option), "kind": option.kind.__name__} for option in spec.options],
        "unverified": list(spec.unverified),
        "virtual": has_twin,
    }


def link(spec: MeterSpec) -> str:
    """Return how an instrument is connected, in words."""
    return f"serial, {spec.line}" if spec.line.baud else "network"


def option_in_words(option: Option) -> str:
    """Return kind, choices or limits, and default of an option."""
    if option.choices:
        wanted = ", ".join(map(str, option.choices))
    elif option.limits is not None:
        wanted = f"{_KINDS[option.kind]} from {option.limits[0]:g} to {option.limits[1]:g}"
    else:
        wanted = _KINDS[option.kind]
    return wanted if option.default is None else f"{wanted}; default {option.default}"


def rows(spec: MeterSpec, has_twin: bool) -> list[tuple[str, str]]:
    """Return label and text of each declaration, in the order of a data sheet; options left out."""
    mean_s = spec.averaging_s
    sampling = {"interval_mean": "mean of its interval", "instantaneous": "instantaneous value"}[
        spec.sampling
    ]
    if mean_s is not None and spec.sampling == "interval_mean":
        sampling = f"mean of {mean_s:g} s; read less often, an instantaneous value"
    return [
        ("driver", spec.driver),
        ("instrument", f"{spec.maker} {spec.model}"),
        ("connection", link(spec)),
        ("a reading is", sampling),
        ("fastest interval", f"{spec.fastest_interval_s:g} s"),
        ("quantities", ", ".join(spec.quantities)),
        ("resolution of the power", f"{spec.resolution_w:g} W"),
        ("limits of error of the power", spec.accuracy.in_words()),
        ("lowest and highest power", f"{spec.power_limits_w[0]:g} W to {spec.power_limits_w[1]:g} W"),
        ("latency", f"{spec.latency_s:g} s, standard uncertainty {spec.latency_u_s:.3g} s"),
        ("USB ids", ", ".join(spec.usb_ids) or "none of its own"),
        ("virtual twin", "yes" if has_twin else "no"),
    ]
