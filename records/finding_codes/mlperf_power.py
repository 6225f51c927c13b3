"""Codes about imported results of MLPerf Power."""

from records.findings import Chapter

CHAPTER = Chapter(
    "Imported results of MLPerf Power",
    "Each is about the run whose samples or load it concerns; the testing phase, where it concerns both.",
)

RESULT = CHAPTER.info(
    "mlperf-result",
    "The message says which published result a scenario is.",
    "Nothing to do.",
)
SAMPLING_ASSUMED = CHAPTER.info(
    "mlperf-sampling-assumed",
    "No file of a result says whether a sample is a mean or an instantaneous value.",
    "Compare both with `--sampling`.",
)
ZONE = CHAPTER.info(
    "mlperf-zone",
    "The stamps are not in UTC as the format demands; they were converted. The message also gives the zone "
    "that `server.json` declares.",
    "Nothing to do.",
)
ZONE_UNKNOWN = CHAPTER.warn(
    "mlperf-zone-unknown",
    "Nothing shows the time zone of the stamps, or in no zone does the load lie within its phase.",
    "Check `power/server.json` and `client.json`.",
)
CLOCKS = CHAPTER.info(
    "mlperf-clocks",
    "The message gives the offset between the clocks of the two hosts.",
    "Nothing to do; the default rule corrects for it.",
)
CLOCKS_APART = CHAPTER.warn(
    "mlperf-clocks-apart",
    "The clocks were more than 500 ms apart, the limit of the published check.",
    "Prefer the default rule, which corrects for it.",
)
CLOCKS_UNKNOWN = CHAPTER.warn(
    "mlperf-clocks-unknown",
    "Nothing shows the offset between the clocks of the two hosts.",
    "Check where the load begins and ends in the trace.",
)
SAMPLE_MISSED = CHAPTER.warn(
    "mlperf-sample-missed",
    "PTDaemon missed samples (-2); they leave gaps.",
    "The coverage of the run shows whether the loss matters.",
)
SAMPLE_OVERRANGE = CHAPTER.warn(
    "mlperf-sample-overrange",
    "A channel was out of range; its values are negated.",
    "Nothing to do in a ranging phase; otherwise do not use the result.",
)
SAMPLE_UNAVAILABLE = CHAPTER.warn(
    "mlperf-sample-unavailable",
    "Samples have no power (-1).",
    "The coverage of the run shows whether the loss matters.",
)
STAMPS_IRREGULAR = CHAPTER.warn(
    "mlperf-stamps-irregular",
    "Steps between stamps differ from the interval by more than 10 %; this includes duplicates.",
    "Prefer the default rule.",
)
SAMPLES_FEW = CHAPTER.warn(
    "mlperf-samples-few",
    "The load has fewer good samples than intervals.",
    "Prefer the default rule.",
)
ENDS_MISSING = CHAPTER.warn(
    "mlperf-ends-missing",
    "The samples begin after the start of the load or end before its end.",
    "Do not use the result.",
)
LINE_TORN = CHAPTER.warn(
    "mlperf-line-torn",
    "The last line of `spl.txt` is cut off and was left out.",
    "Nothing to do.",
)
MARK = CHAPTER.warn(
    "mlperf-mark",
    "Lines of `spl.txt` carry the mark of another measurement.",
    "Check that this is the right file.",
)
PTD_LOG_MISSING = CHAPTER.warn(
    "mlperf-ptd-log-missing",
    "The log of PTDaemon is missing or does not mention the phase: ranges and complaints are unknown.",
    "Get `power/ptd_logs.txt`.",
)
UNCERTAINTY_EXCEEDED = CHAPTER.warn(
    "mlperf-uncertainty-exceeded",
    "PTDaemon found the uncertainty of samples above its limit.",
    "See the budget of the default rule.",
)
UNCERTAINTY_UNKNOWN = CHAPTER.info(
    "mlperf-uncertainty-unknown",
    "PTDaemon could not determine the uncertainty of samples, as is always so with automatic ranges.",
    "See the budget of the default rule.",
)
PTD_COMPLAINT = CHAPTER.warn(
    "mlperf-ptd-complaint",
    "PTDaemon logged other errors and warnings; the message counts them by kind.",
    "Read its log.",
)
RANGE_CHANGED = CHAPTER.warn(
    "mlperf-range-changed",
    "A range was changed while samples were taken.",
    "Do not use the result.",
)
RANGE_LOW = CHAPTER.warn(
    "mlperf-range-low",
    "The current is below a fifth of its range, so the range term dominates the accuracy limits.",
    "See the budget.",
)
RANGING_DIFFERS = CHAPTER.warn(
    "mlperf-ranging-differs",
    "The mean power differs by more than 5 % from the ranging phase, in which the ranges were chosen.",
    "Compare both traces.",
)
FILE_CHANGED = CHAPTER.warn(
    "mlperf-file-changed",
    "A file does not have the SHA-1 that `server.json` lists for it.",
    "Get the file as published.",
)
FILE_UNUSABLE = CHAPTER.warn(
    "mlperf-file-unusable",
    "A file that a result stands without is empty or damaged; the result was imported as if it were absent.",
    "Get the file as published.",
)
RESULT_INVALID = CHAPTER.warn(
    "mlperf-result-invalid",
    "The load generator does not call its result valid.",
    "Do not quote the result.",
)
