"""Codes about the readings of the meter and the uncertainty they leave."""

from records.findings import Chapter

CHAPTER = Chapter("Readings")

COVERAGE_LOW = CHAPTER.refuse(
    "coverage-low",
    "The readings cover less of the rating interval than `coverage_min_pct`.",
    "Check cable and port of a live meter and repeat the run; look for the missing rows of an imported log.",
)
COVERAGE_GAPS = CHAPTER.info(
    "coverage-holes",
    "There are small gaps. The adjacent readings are used instead, and the uncertainty includes a bound on "
    "the error.",
    "Nothing to do.",
)
LEAD_IN_MISSING = CHAPTER.warn(
    "lead-in-missing",
    "The readings begin after the start of the run.",
    "Start recording before the run; the conductor does this with its lead-in.",
)
LEAD_OUT_MISSING = CHAPTER.warn(
    "lead-out-missing",
    "The readings end less than one interval after the run.",
    "Continue recording after the run; the conductor does this with its lead-out.",
)
INTERVAL_DIFFERS = CHAPTER.warn(
    "interval-differs",
    "The sampling interval of the readings differs from the declared one.",
    "Correct `interval_s` in lab.toml, or `--interval` of the import.",
)
CADENCE_UNEVEN = CHAPTER.info(
    "cadence-uneven",
    "The readings follow no fixed interval; each holds from the stamp before it to its own.",
    "Nothing is lost; a meter that sends by its own clock places the borders of a run more exactly.",
)
JITTER_HIGH = CHAPTER.warn(
    "jitter-high",
    "The arrival times have so much jitter that readings may be assigned to the wrong interval.",
    "Keep the controller free of other load; in an imported log, bear in mind how it was stamped.",
)
READINGS_DUPLICATE = CHAPTER.warn(
    "readings-duplicate",
    "Several readings arrived for one interval; the first one is used.",
    "Check driver and port of a live meter; look for rows that an imported log has twice.",
)
READINGS_LATE = CHAPTER.info(
    "readings-late",
    "Readings arrived more than half an interval late; they count for the interval they belong to.",
    "Nothing to do.",
)
RESTART_UNMARKED = CHAPTER.info(
    "restart-unmarked",
    "After a gap the readings have another phase, without a row `reconnected`: the meter or what logged it "
    "was started anew.",
    "Nothing to do; each part is laid on its own cadence, and the gap counts as one.",
)
READINGS_FLAGGED = CHAPTER.info(
    "readings-flagged",
    "Some rows have a flag and no power: no data, malformed, over range and others.",
    "The coverage of the run shows whether the loss matters.",
)
COUNTER_BACK = CHAPTER.warn(
    "energy-counter-back",
    "The meter's own energy counter ran back or was reset while the meter was logged.",
    "Check whether the meter was restarted, or another program talks to it. The energy of the run is the sum "
    "of the powers and does not depend on the counter.",
)
POWER_STEPS = CHAPTER.warn(
    "power-steps",
    "The power steps as no supply of a machine does: to nothing and back, or to ten times as much for a "
    "single reading.",
    "Check plug, cable and driver, and what an imported log writes where it has no value. A machine with a "
    "battery can stop drawing power.",
)
CLOCK_UNCERTAIN = CHAPTER.refuse(
    "clock-uncertain",
    "What is unknown of the SUT's clock moves the energy of the run by more than `uncertainty_max_pct`.",
    "Shorten the way to the SUT: a wired network, no jump host, a quieter link; or make the run longer.",
)
UNCERTAINTY_HIGH = CHAPTER.warn(
    "uncertainty-high",
    "The relative standard uncertainty of an energy or an induced energy is above `uncertainty_max_pct`.",
    "Look at the largest term of its budget: use a better meter, a calibration, longer runs or more repeats.",
)
RANGE_UNKNOWN = CHAPTER.warn(
    "range-unknown",
    "The accuracy of the meter depends on its range, but `meter.json` names none: that term is left out.",
    "Set fixed ranges with `[meter.options]`, or calibrate the meter.",
)
POWER_FACTOR_UNKNOWN = CHAPTER.info(
    "power-factor-unknown",
    "The accuracy of the meter depends on the power factor, which the readings do not tell: that term is "
    "left out.",
    "Bear in mind that the uncertainty is slightly too small.",
)
