"""Codes about the order of events, and about clocks."""

from records.findings import Chapter

CHAPTER = Chapter("Order and time")

RUN_SPAN_MISSING = CHAPTER.refuse(
    "run-span-missing",
    "The events have no complete `run` span, so nothing proves the rating interval.",
    "Repeat the run.",
)
RATING_INTERVAL_DIFFERS = CHAPTER.refuse(
    "rating-interval-differs",
    "`run.json` and the `run` span in `events.jsonl` give different rating intervals.",
    "Repeat the run.",
)
SPAN_UNFINISHED = CHAPTER.warn(
    "span-unfinished",
    "A span has no stop because its process died within it.",
    "Read `stderr.log` of the run.",
)
SPAN_UNSTARTED = CHAPTER.warn(
    "span-unstarted",
    "A span stops without having started; it is left out.",
    "Look for damaged lines in `events.jsonl`.",
)
SPAN_ID_TWICE = CHAPTER.warn(
    "span-id-twice",
    "Two spans have the same id; only the last one is used.",
    "Correct the program that writes the events.",
)
SPAN_BACKWARDS = CHAPTER.warn(
    "span-backwards",
    "A span stops before it starts; it is left out.",
    "Check the clocks of the SUT.",
)
SPAN_ORPHAN = CHAPTER.warn(
    "span-orphan",
    "A span names a parent that is not in the file.",
    "Look for damaged lines in `events.jsonl`.",
)
SPAN_OUTSIDE_PARENT = CHAPTER.warn(
    "span-outside-parent",
    "A span starts before or ends after its parent.",
    "Correct the program that writes the events.",
)
PHASES_BUFFERED = CHAPTER.warn(
    "phases-buffered",
    "Lines that tell of several phases or epochs arrived together, so that the times of these are not known.",
    "Let the program write each line at once: flush, or `stdbuf -oL` before a program in C.",
)
CLOCK_STEPPED = CHAPTER.refuse(
    "clock-stepped",
    "The wall clock moved against the monotonic clock by more than 0.1 % of the rating interval.",
    "Stop what sets the clock in steps, and repeat the run.",
)
CLOCK_STEP = CHAPTER.warn(
    "clock-step",
    "The wall clock moved by more than 10 ms against the monotonic clock within the run.",
    "Stop what sets the clock in steps, and repeat the run.",
)
CLOCK_SET = CHAPTER.warn(
    "clock-set",
    "The SUT's clock was set between two runs; each run is placed by the comparisons on its own side.",
    "Let the clock be slewed, not set, during a campaign.",
)
CONTROLLER_CLOCK_SET = CHAPTER.warn(
    "controller-clock-set",
    "The controller's wall clock was set in mid-campaign; times between runs are wrong by as much.",
    "Let the clock be slewed, not set, during a campaign.",
)
STAMPS_OUTSIDE = CHAPTER.warn(
    "stamps-outside",
    "A run lies before the campaign began, or outside the time that the journal has for it.",
    "Check the clocks of SUT and controller.",
)
STAMPS_BACKWARDS = CHAPTER.warn(
    "stamps-backwards",
    "Readings are stamped earlier than the readings before them: the clock was set back.",
    "Stop what sets the clock in steps, and repeat the run.",
)
