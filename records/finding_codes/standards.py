"""Codes about a requirement of ISO/IEC 14756 and about the eco-label DE-UZ 215."""

from records.findings import Chapter

CHAPTER = Chapter(
    "Requirement and eco-label", "These appear only with `[requirement]` or `[ecolabel]` in `lab.toml`."
)

REQUIREMENT_MISSED = CHAPTER.info(
    "requirement-missed",
    "A rating of a task type is below 1.",
    "See [ISO/IEC 14756](../explanation/iso14756.md) for what the ratings mean.",
)
REQUIREMENT_UNSEEN = CHAPTER.warn(
    "requirement-unseen",
    "No valid run has a task of that name.",
    "Correct the name, or let the program mark the action.",
)
PROOF_MISSING = CHAPTER.warn(
    "proof-missing",
    "A line of a validity proof does not hold, or there is no evidence for it.",
    "Compare the figure and the limit in the message.",
)
ECOLABEL_RUNS = CHAPTER.warn(
    "ecolabel-runs",
    "There are fewer baseline, idle or usage runs than DE-UZ 215 requires.",
    "Plan more repeats.",
)
ECOLABEL_LENGTHS = CHAPTER.warn(
    "ecolabel-lengths",
    "Baseline, idle and usage runs do not have the same length.",
    "Set `duration_s` of the scenarios.",
)
ECOLABEL_CAPACITY = CHAPTER.info(
    "ecolabel-capacity",
    "A full capacity is unknown or not above the baseline, so nothing is allocated.",
    "Set `[ecolabel.full]`.",
)
ECOLABEL_EXCEEDED = CHAPTER.warn(
    "ecolabel-exceeded",
    "A value is more than 10 % above that of the certified version.",
    "The label needs a new application.",
)
