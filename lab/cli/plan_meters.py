"""Meters of `lab plan`, as their data sheets have them."""

from analysis.planning.expected import PlannedMeter
from analysis.uncertainty.meter_errors import MeterErrors
from meter.registry import driver_class
from records.errors import ConfigurationError
from records.meter import Calibration, Identity, MeterRecord

METERS = ("shelly", "wattsup_pro", "eastron_sdm120", "eastron_sdm630", "yokogawa_wt310", "zes_lmg95")
"""One meter of each class of limits of error, the coarsest first."""

_USUAL_INTERVAL_S = 1.0


def data_sheet_meter(driver: str) -> PlannedMeter:
    """Return a meter with the limits of error of its data sheet, read every second if it can.

    Raises:
        ConfigurationError: no driver has this name, or its meter has no limits of error.
    """
    spec = driver_class(driver).spec
    if not spec.accuracy.stated:
        raise ConfigurationError(
            f"--meter {driver}: expected a meter with limits of error, but none are published for this one. "
            f"Choose another, or plan from a campaign that it measured"
        )
    interval_s = max(_USUAL_INTERVAL_S, spec.fastest_interval_s)
    record = MeterRecord(
        driver=driver,
        port="",
        identity=Identity(maker=spec.maker, model=spec.model),
        sampling=spec.sampling,
        interval_s=interval_s,
        latency_s=spec.latency_s,
        latency_u_s=spec.latency_u_s,
        resolution_w=spec.resolution_w,
        accuracy=spec.accuracy,
        calibration=Calibration(),
        simulated=False,
    )
    return PlannedMeter(f"{driver} ({spec.accuracy.reading_pct:g} %)", interval_s, MeterErrors.of(record))
