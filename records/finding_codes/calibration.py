"""Codes about the calibration of the meter."""

from records.findings import Chapter

CHAPTER = Chapter("Calibration of the meter")

CALIBRATION_APPLIED = CHAPTER.info(
    "calibration-applied",
    "The readings were corrected by the calibration that `[meter] calibration` names; the message gives "
    "gain and offset.",
    "Nothing to do.",
)
CALIBRATION_OF_ANOTHER_METER = CHAPTER.warn(
    "calibration-of-another-meter",
    "The calibration belongs to another meter or another range, or only one of the two is virtual: it is "
    "not applied.",
    "Name the right calibration file, or calibrate this meter.",
)
CALIBRATION_OLD = CHAPTER.warn(
    "calibration-old",
    "The meter was calibrated more than a year before the run.",
    "Calibrate the meter again.",
)
CALIBRATION_UNKNOWN = CHAPTER.info(
    "calibration-unknown",
    "The calibration date of the meter is not set; the limits of its data sheet are used.",
    "Set `calibration` or `calibration_date` in lab.toml.",
)
