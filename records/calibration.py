"""A calibration as a document: ``lab meter calibrate`` writes it, ``[meter] calibration`` names it.

The line is that of the indication over the true power, ``P_ind = offset + gain * P_true``. So a
meter that shows 1 % too much has a gain of 1.01.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from records.documents import Document
from records.meter import Calibration, Identity


@dataclass(kw_only=True)
class Level:
    """One level of load.

    Attributes:
        true_w, true_u_w: power by the reference, and what of its standard uncertainty is this level's
            own; what all levels share is in `ReferenceRecord`.
        indicated_w, indicated_u_w: mean indication of the meter, and its standard uncertainty.
        readings: how many the mean is of.
        residual_w: indication minus line.
        limit_w: the data sheet's limit of error at this indication; ``None`` where it is not known.
    """

    true_w: float
    true_u_w: float
    indicated_w: float
    indicated_u_w: float
    readings: int
    residual_w: float
    limit_w: float | None = None


@dataclass(kw_only=True)
class ReferenceRecord:
    """What told the true power.

    Attributes:
        kind: ``meter``, read at the same time, or ``load``, whose power is known.
        words: who or what it is, for people.
        u_pct: standard uncertainty that all levels share in proportion, in percent.
        u_w: standard uncertainty that all levels share as a constant, in W.
        basis: where these two come from.
    """

    kind: Literal["meter", "load"]
    words: str
    u_pct: float
    u_w: float
    basis: str


@dataclass(kw_only=True)
class AsFound:
    """The calibration before an adjustment of the same meter.

    Attributes:
        date, certificate, reference, levels: of `CalibrationRecord`.
        sha256: of the file that holds it.
    """

    date: str
    certificate: str | None
    reference: ReferenceRecord
    levels: list[Level]
    sha256: str


@dataclass(kw_only=True)
class CalibrationRecord(Document):
    """A calibration.

    Attributes:
        date: of the calibration, ``YYYY-MM-DD``; ``created_utc_s`` to the second.
        certificate: number or name given to it, or ``None``.
        driver: of the meter; ``identity`` which one; ``options`` with which it was read, ranges
            among them; ``range_w`` its range in watts where it has several.
        interval_s: time between readings.
        reference: see `ReferenceRecord`.
        gain, gain_u, offset_w, offset_u_w, gain_offset_cov: the line, with standard uncertainties and
            covariance; the reference's uncertainty is in them.
        residual_sd_w: standard deviation of the levels about the line.
        levels: see `Level`.
        simulated: whether the meter or the reference is a virtual instrument.
        limits: the data sheet's limits of error, as it writes them.
        laboratory, customer, operator, conditions: who calibrated, for whom, and in which surroundings, as
            given.
        next_due: when the meter is to be calibrated again, ``YYYY-MM-DD``.
        as_found: before an adjustment; ``None`` where the meter was not adjusted.
    """

    SCHEMA: ClassVar[str] = "wattlab.calibration/1"

    date: str
    created_utc_s: float
    certificate: str | None
    driver: str
    identity: Identity
    options: dict[str, Any] = field(default_factory=dict)
    range_w: float | None = None
    interval_s: float
    reference: ReferenceRecord
    gain: float
    gain_u: float
    offset_w: float
    offset_u_w: float
    gain_offset_cov: float
    residual_sd_w: float
    levels: list[Level]
    simulated: bool
    limits: str | None = None
    laboratory: str | None = None
    customer: str | None = None
    operator: str | None = None
    conditions: str | None = None
    next_due: str | None = None
    as_found: AsFound | None = None

    def for_meter_json(self) -> Calibration:
        """Return what a log made with this calibration carries."""
        return Calibration(
            date=self.date,
            certificate=self.certificate,
            gain=self.gain,
            gain_u=self.gain_u,
            offset_w=self.offset_w,
            offset_u_w=self.offset_u_w,
            gain_offset_cov=self.gain_offset_cov,
            residual_sd_w=self.residual_sd_w,
            of=self.identity,
            range_w=self.range_w,
            simulated=self.simulated,
        )
