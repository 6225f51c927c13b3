"""Power readings that are no wall meter: RAPL and NVML, and what has to be said of them."""

from records.meter import Accuracy, Calibration, Identity, MeterRecord, Sampling

AVERAGED_S = 1.0
"""Longest averaging window of NVML's power reading: 1 s on Ampere and later, instantaneous before (NVML API
reference, nvmlDeviceGetPowerUsage); on some cards a part of the time only."""

NVML_U_S = AVERAGED_S / 2 / 3**0.5
"""A reading stands for a moment up to half its window before its stamp (rectangular)."""


NVML_WORDS = (
    "NVML's power reading is averaged over a window that the log does not state (instantaneous to 1 s, by "
    "card and driver) and can leave out a part of the time: short events are smeared or missed"
)
ACCURACY_WORDS = (
    "no limit of error is published for {}: the uncertainties hold no term for it and are too small"
)


def counter_record(
    *,
    driver: str,
    port: str,
    identity: Identity,
    sampling: Sampling,
    interval_s: float,
    latency_u_s: float,
    resolution_w: float,
) -> MeterRecord:
    """Return the ``meter.json`` of a counter whose limits of error nobody publishes.

    Args:
        driver: tool that read it.
        port: what it read.
        identity: of the counter.
        sampling: what a reading is.
        interval_s: time between readings.
        latency_u_s: standard uncertainty of the time that a reading stands for.
        resolution_w: of the power.
    """
    return MeterRecord(
        driver=driver,
        port=port,
        identity=identity,
        sampling=sampling,
        interval_s=interval_s,
        latency_s=0.0,
        latency_u_s=latency_u_s,
        resolution_w=resolution_w,
        accuracy=Accuracy(reading_pct=0.0),
        calibration=Calibration(),
        simulated=False,
    )
