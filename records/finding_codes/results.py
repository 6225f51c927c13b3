"""Codes about results: baseline, induced energies, samples, trackers."""

from records.findings import Chapter

CHAPTER = Chapter("Results")

BASELINE_MISSING = CHAPTER.warn(
    "baseline-missing",
    "There is no valid baseline run without a tracker, so induced energies are empty.",
    "Add a baseline scenario.",
)
BASELINE_SINGLE = CHAPTER.warn(
    "baseline-single",
    "One baseline cannot show how well it repeats; the scatter of its readings is used instead.",
    "Plan at least two blocks.",
)
BASELINE_DRIFT = CHAPTER.warn(
    "baseline-drift",
    "The baseline power changes with time (regression, p < 0.05).",
    "Use the baseline `interpolated`, and warm up the SUT before the campaign.",
)
BASELINE_STEP = CHAPTER.warn(
    "baseline-step",
    "The baseline power steps between two baseline runs, or differs between the first and the second half of "
    "the blocks (p < 0.05).",
    "Find out what changed on the SUT.",
)
BASELINE_BUSY = CHAPTER.warn(
    "baseline-busy",
    "The SUT did other work during a baseline run (mean CPU or GPU load above 10 %), so induced energies are "
    "too small.",
    "Stop other programs on the SUT, and measure again; `lab doctor` shows the load.",
)
INDUCED_NOT_RESOLVED = CHAPTER.warn(
    "induced-not-resolved",
    "The interval of a scenario's mean induced energy includes zero: it cannot be told from the baseline.",
    "Quote the upper end of the interval only; plan longer runs or more repeats on an idle SUT.",
)
INDUCED_NEGATIVE = CHAPTER.warn(
    "induced-negative",
    "A run used less energy than the baseline; it is reported as measured.",
    "Look at the baselines before and after the run.",
)
SPAN_COVERAGE_LOW = CHAPTER.warn(
    "span-coverage-low",
    "Actions, epochs or calls of a valid run fall into a gap in the readings.",
    "Check their `coverage_pct` and their uncertainty.",
)
SPAN_BELOW_RESOLUTION = CHAPTER.info(
    "span-below-resolution",
    "Runs, actions, epochs or calls are shorter than three of the meter's intervals.",
    "Use a faster meter, or read the uncertainty of these spans before their energy.",
)
TRACKER_UNCOVERED = CHAPTER.warn(
    "tracker-uncovered",
    "The readings do not cover the window of a tracker, so it is not compared in this run.",
    "Repeat the run.",
)
TRACKER_EMPTY = CHAPTER.warn(
    "tracker-empty",
    "A tracker reported no energy.",
    "Read its output under `trackers/`.",
)
TRACKER_NO_SENSOR = CHAPTER.warn(
    "tracker-no-sensor",
    "A tracker has nothing to read on this machine; it has no energy, which is not 0 Wh.",
    "See `lab trackers list`.",
)
TRACKER_WINDOW = CHAPTER.warn(
    "tracker-window",
    "A tracker measured another window than the rating interval, by more than 1 % of it; it is not compared.",
    "Choose a longer program: the start of a tracker weighs less in it.",
)
TRACKER_CRASHED = CHAPTER.warn(
    "tracker-crashed",
    "A tracker failed; the run is valid and has no energy of it.",
    "Read its `output.log` under `trackers/`.",
)
TRACKER_HUNG = CHAPTER.warn(
    "tracker-hung",
    "A step of a tracker took longer than its limit, and it was ended; the run is valid.",
    "Read its `output.log` under `trackers/`.",
)
TRACKER_ORPHAN = CHAPTER.info(
    "tracker-orphan",
    "A tracker left processes running, which were ended; its energy is compared.",
    "Nothing, if later baselines are quiet.",
)
ESTIMATOR_ABSENT = CHAPTER.info(
    "estimator-absent",
    "A built-in estimator lacks what it needs and says nothing about any run.",
    "Set what the message names in `[estimators]`, or leave it.",
)
SCENARIO_BELOW_BASELINE = CHAPTER.warn(
    "scenario-below-baseline",
    "A scenario's mean induced energy is significantly below zero: the SUT was not in the same state as in "
    "the baseline.",
    "Find out what ran during the baseline, and measure baselines between the runs.",
)
ENERGY_OUTLIER = CHAPTER.info(
    "energy-outlier",
    "The energy of a run is an outlier (beyond 1.5 interquartile ranges); it is kept.",
    "Look at its power trace.",
)
ENERGY_NOT_NORMAL = CHAPTER.info(
    "energy-not-normal",
    "The energies of a scenario are not normally distributed (Shapiro-Wilk, p < 0.05).",
    "Read its interval with care.",
)
CALLS_BOUNDED = CHAPTER.info(
    "calls-bounded",
    "Of some call sites only an upper bound of the energy is known, alone or as a group: their calls are too "
    "short and too few for the meter, or always come together with others.",
    "Repeat these calls more often within a run, add runs, or use a faster meter.",
)
CALLS_CONTEXTS_LIMITED = CHAPTER.info(
    "calls-contexts-limited",
    "A run has more calling contexts than are kept apart. Calls in further contexts are counted in the "
    "context of their caller, so that their inclusive energy and the tree of contexts are less exact.",
    "Record fewer libraries with `--libs`, or profile a part of the program.",
)
