"""The meter's calibration: whether it may be applied, what it makes of a reading, and how old it is.

Model, with the line of the calibration ``P_ind = offset + gain * P_true``:

    P = (P_ind - offset) / gain

``meter.csv`` keeps ``P_ind``. The uncertainty of the line takes the place of the data sheet's percent
of reading, percent of range and counts; the influence of the power factor stays, because a
calibration is made at one power factor. Nothing is added for the time since the calibration: that is
what the finding ``calibration-old`` is for.
"""

from datetime import UTC, date, datetime

from analysis.maths.arrays import Floats
from records.finding_codes import calibration as codes
from records.findings import Finding
from records.meter import Calibration, Identity, MeterRecord

LONGEST_AGE_DAYS = 365
"""An older calibration is a finding; a year is the usual interval of recalibration."""

_GAIN_LIMITS = (0.5, 2.0)  # beyond, the file is damaged or was made on another quantity


def reason_against(meter: MeterRecord) -> str | None:
    """Say why the calibration in ``meter.json`` must not be applied; ``None`` when it may or is none."""
    calibration = meter.calibration
    if calibration.gain is None:
        return None
    if not _GAIN_LIMITS[0] <= calibration.gain <= _GAIN_LIMITS[1]:
        return f"its gain of {calibration.gain:g} cannot be that of a power meter"
    if calibration.of is None or not _is_same(calibration.of, meter.identity):
        return f"it was made with {_name(calibration.of)}, this is {_name(meter.identity)}"
    if calibration.simulated != meter.simulated:
        return "one of the two is a virtual instrument"
    if calibration.range_w != meter.accuracy.range_w:
        return (
            f"it was made on the range of {_watts(calibration.range_w)}, "
            f"the meter is on that of {_watts(meter.accuracy.range_w)}"
        )
    return None


def _is_same(calibrated: Identity, used: Identity) -> bool:
    """Compare all but the firmware, which an update may change and a calibration outlives."""
    return (calibrated.maker, calibrated.model, calibrated.serial) == (used.maker, used.model, used.serial)


def _name(identity: Identity | None) -> str:
    if identity is None:
        return "an unnamed meter"
    serial = f"serial {identity.serial}" if identity.serial else "without serial number"
    return f"{identity.maker} {identity.model} {serial}"


def _watts(range_w: float | None) -> str:
    return "no name" if range_w is None else f"{range_w:g} W"


def in_force(meter: MeterRecord) -> Calibration | None:
    """Return the calibration that the analysis applies, or ``None``."""
    calibration = meter.calibration
    return calibration if calibration.gain is not None and reason_against(meter) is None else None


def corrected_w(indicated_w: Floats, meter: MeterRecord) -> Floats:
    """Return true power from indications, ``(n,)``; unchanged where no calibration is in force."""
    calibration = in_force(meter)
    if calibration is None or calibration.gain is None:
        return indicated_w
    corrected: Floats = (indicated_w - (calibration.offset_w or 0.0)) / calibration.gain
    return corrected


def check_calibrations(runs: list[tuple[MeterRecord, float | None]]) -> list[Finding]:
    """Say which calibration is applied to the counted runs, which is not and why, and which is old.

    Args:
        runs: meter and start (UTC, seconds) of each counted run.

    Returns:
        One finding for each thing to say, however many runs it is about.
    """
    found: dict[Finding, None] = {}
    for meter, t_start_utc_s in runs:
        found |= dict.fromkeys(_check(meter, t_start_utc_s))
    return list(found)


def _check(meter: MeterRecord, t_utc_s: float | None) -> list[Finding]:
    calibration = meter.calibration
    findings = []
    reason = reason_against(meter)
    if reason:
        message = (
            f"the calibration of {calibration.date} is not applied: {reason}. Data-sheet limits are used"
        )
        findings.append(codes.CALIBRATION_OF_ANOTHER_METER.finding(message))
    elif calibration.gain is not None:
        message = (
            f"readings are corrected by the calibration of {calibration.date}: gain {calibration.gain:.6g} "
            f"(u = {calibration.gain_u or 0:.2g}), offset {calibration.offset_w or 0:.4g} W "
            f"(u = {calibration.offset_u_w or 0:.2g} W)"
        )
        findings.append(codes.CALIBRATION_APPLIED.finding(message))
    made = _date_of(calibration)
    if made is None:
        message = "calibration date of the meter not set: set calibration or calibration_date"
        return findings if meter.simulated else [*findings, codes.CALIBRATION_UNKNOWN.finding(message)]
    if t_utc_s is not None:
        age_days = (datetime.fromtimestamp(t_utc_s, tz=UTC).date() - made).days
        if age_days > LONGEST_AGE_DAYS:
            message = f"the meter was last calibrated on {made}, over a year before; calibrate it again"
            findings.append(codes.CALIBRATION_OLD.finding(message))
    return findings


def _date_of(calibration: Calibration) -> date | None:
    try:
        return date.fromisoformat(calibration.date or "")
    except ValueError:
        return None
