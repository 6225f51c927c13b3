"""Codes about the files of a campaign: complete, unchanged, readable."""

from records.findings import Chapter

CHAPTER = Chapter("Files")

RECORD_DAMAGED = CHAPTER.refuse(
    "record-damaged",
    "A file cannot be read: it is not valid JSON or not a valid table, or a required value is missing.",
    "Restore the file from a copy, or repeat the run.",
)
FILE_MISSING = CHAPTER.refuse(
    "file-missing",
    "A file that every run must have, or that `run.json` lists, is missing.",
    "Restore the file from a copy, or repeat the run.",
)
FILE_CHANGED = CHAPTER.refuse(
    "file-changed",
    "A file was changed after its hash was recorded at the end of the run.",
    "Restore the file from a copy, or repeat the run.",
)
FILE_OUTSIDE = CHAPTER.refuse(
    "file-outside",
    "A name in a run folder, or one that `run.json` lists, leads out of the folder; nothing was read there.",
    "Put a copy of the file in the place of the link, or repeat the run.",
)
FILE_UNLISTED = CHAPTER.warn(
    "file-unlisted",
    "A file was added to the run folder after the run ended.",
    "Remove the file, or document why it is there.",
)
HOST_IMPORTED = CHAPTER.info(
    "host-imported",
    "The host samples of a run were added later by `lab import collectl`.",
    "Check that the clock and the time zone of that log are right.",
)
HASHES_MISSING = CHAPTER.warn(
    "hashes-missing",
    "`run.json` holds no hashes, so a later change of the files would not be detected.",
    "Repeat the run if that matters.",
)
LINES_DAMAGED = CHAPTER.warn(
    "lines-damaged",
    "Some lines of a file are torn or damaged; the analysis leaves them out.",
    "Inspect the file; the coverage of the run shows whether the loss matters.",
)
COLLECTORS_MISSING = CHAPTER.warn(
    "collectors-missing",
    "There is neither `collectl.tab` nor `host.csv`, so the load of the SUT is unknown. Imported campaigns "
    "do not get this finding.",
    "Run `lab doctor` and fix what it reports about collectors.",
)
COLLECTORS_REMARK = CHAPTER.info(
    "collectors-remark",
    "collectl wrote remarks to `collectl.log`, for example that it skipped a record.",
    "Read `collectl.log` if the load of the SUT matters.",
)
TRACKER_MISSING = CHAPTER.warn(
    "tracker-missing",
    "A run with a tracker has no `trackers.csv`.",
    "Read `stderr.log` of the run to see why the tracker wrote nothing.",
)
CALLS_MISSING = CHAPTER.refuse(
    "calls-missing",
    "A run whose scenario has its API calls recorded holds no record of them: none was made, or it was lost.",
    "Name libraries that the program calls: see `lab profile FILE --list` and `stderr.log` of the run.",
)
CALLS_INCOMPLETE = CHAPTER.warn(
    "calls-incomplete",
    "Parts of a run's record of API calls are missing or torn; what is there was read.",
    "Repeat the run, or count the calls of what the message names to the time outside all calls.",
)
JOURNAL_MISSING = CHAPTER.warn(
    "journal-missing",
    "`journal.jsonl`, the log of the controller, is missing.",
    "Restore the journal from a copy.",
)
JOURNAL_TORN = CHAPTER.info(
    "journal-torn",
    "Lines of the journal are torn, usually because the controller was killed.",
    "Nothing to do.",
)
ENVIRONMENT_MISSING = CHAPTER.warn(
    "environment-missing",
    "`environment.json`, the inventory of SUT and meter, is missing.",
    "Restore the inventory from a copy.",
)
