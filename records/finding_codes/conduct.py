"""Codes about the plan of a campaign and how its runs were carried out."""

from records.findings import Chapter

CHAPTER = Chapter("Plan and conduct")

SLOT_INCOMPLETE = CHAPTER.refuse(
    "slot-incomplete",
    "A slot of the plan has no valid run.",
    "Continue the campaign with `lab resume`; import a foreign log again.",
)
ATTEMPT_FAILED = CHAPTER.info(
    "attempt-failed",
    "An attempt failed or was stopped; the message gives the reason.",
    "Nothing to do if a later attempt is valid.",
)
PLAN_DIFFERS = CHAPTER.refuse(
    "plan-differs",
    "`run.json` differs from what the plan has for this folder.",
    "Restore `run.json` from a copy, or repeat the run.",
)
RUN_UNPLANNED = CHAPTER.warn(
    "run-unplanned",
    "A folder under `runs/` belongs to no slot of the plan; the analysis leaves it out.",
    "Remove the folder.",
)
SETTINGS_UNKNOWN = CHAPTER.refuse(
    "settings-unknown",
    "The `[analysis]` section of the campaign holds a value that the analysis does not know.",
    "Correct the section.",
)
CONFIG_CHANGED = CHAPTER.warn(
    "config-changed",
    "The configuration in `campaign.json` is not the one that was hashed when the campaign was planned.",
    "Restore `campaign.json` from a copy, or document the change.",
)
CAMPAIGN_CHANGED = CHAPTER.warn(
    "campaign-changed",
    "`campaign.json` was changed after the campaign began: its plan, marks or settings.",
    "Restore `campaign.json` from a copy, or document the change.",
)
REPEATS_MISSING = CHAPTER.warn(
    "repeats-missing",
    "A scenario has fewer valid repeats than planned.",
    "Continue with `lab resume`, or accept the wider interval.",
)
PRECISION_REACHED = CHAPTER.info(
    "precision-reached",
    "Blocks were added until the energies were known as well as was asked for.",
    "Nothing to do.",
)
PRECISION_NOT_REACHED = CHAPTER.warn(
    "precision-not-reached",
    "The energies of the campaign are not known as well as was asked for.",
    "Do what the message says: more blocks, a calibrated or better meter, longer runs, or a wider interval.",
)
JOURNAL_DIFFERS = CHAPTER.warn(
    "journal-differs",
    "The journal does not mention a run, or says that it ended differently.",
    "Find out how the run came into the folder.",
)
ORDER_DIFFERS = CHAPTER.info(
    "order-differs",
    "Some runs were measured later than the plan has them, as repeats after a failure are.",
    "Check that baselines were measured before and after these runs.",
)
RUNS_OVERLAP = CHAPTER.refuse(
    "runs-overlap",
    "Two runs on one SUT and one meter overlap in time.",
    "Repeat both runs.",
)
EXIT_CODE = CHAPTER.warn(
    "exit-code",
    "A run is marked as completed although its workload ended with a non-zero exit code.",
    "Read `stderr.log` of the run.",
)
GATE_CLOSED = CHAPTER.warn(
    "gate-closed",
    "The stability gate never opened, so the SUT was not settled when the run started.",
    "Repeat the run on an idle, cool SUT.",
)
GATE_OFF = CHAPTER.info(
    "gate-off",
    "The stability gate was off.",
    "Turn the gate on for measurements that matter.",
)
CAMPAIGN_IMPORTED = CHAPTER.info(
    "campaign-imported",
    "The campaign was imported from foreign logs: what a controller would have recorded is unknown.",
    "Nothing to do.",
)
IMPORT_MISSING = CHAPTER.warn(
    "import-missing",
    "`import.json` of an imported campaign is missing, so its source files are unknown.",
    "Restore the file from a copy, or import again.",
)
CAMPAIGN_SIMULATED = CHAPTER.warn(
    "campaign-simulated",
    "An instrument of this campaign is virtual: no number in it is a measurement.",
    "Measure with a real meter.",
)
SIMULATED_UNMARKED = CHAPTER.refuse(
    "simulated-unmarked",
    "A run used a virtual meter, but the campaign is not marked as simulated.",
    "Start a new campaign; do not use this one.",
)
DURATION_DRIFT = CHAPTER.warn(
    "duration-drift",
    "The durations of a scenario rise or fall over the campaign (regression, p < 0.01, more than 1 %).",
    "Look for heat, a full disk or other load on the SUT, and compare scenarios block by block.",
)
DURATION_OUTLIER = CHAPTER.info(
    "duration-outlier",
    "A run lasted clearly longer or shorter than the others of its scenario; it is kept.",
    "Look at its epochs and its power trace.",
)
DATA_GENERATED = CHAPTER.info(
    "data-generated",
    "A scenario was trained on synthetic images that the project generates.",
    "State this wherever you quote an accuracy.",
)
WEIGHTS_RANDOM = CHAPTER.info(
    "weights-random",
    "A scenario started from random weights where the published method uses trained ones.",
    "State this wherever you quote an accuracy.",
)
PROVENANCE_MIXED = CHAPTER.warn(
    "provenance-mixed",
    "Runs of one scenario used different data or weights.",
    "Do not compare these runs; repeat them with the same data and weights.",
)
