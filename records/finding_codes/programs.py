"""Codes about the measured program and its record in ``programs/``."""

from records.findings import Chapter

CHAPTER = Chapter("The measured program")

PROGRAM_CHANGED = CHAPTER.refuse(
    "program-changed",
    "A file, a module or a package of the program is not the one that the campaign began with, or a file was "
    "edited during the run.",
    "Restore the program and continue with `lab resume`, or begin a new campaign.",
)
PROGRAM_WRITTEN = CHAPTER.warn(
    "program-written",
    "A module that was imported for the first time was written after the run began, so its recorded content "
    "may not be what was imported.",
    "Repeat the run if somebody edited the file; nothing to do if the program writes it.",
)
PROGRAM_UNLISTED = CHAPTER.warn(
    "program-unlisted",
    "A run used a file of the program that `programs/programs.json` does not list.",
    "Restore `programs/` from a copy.",
)
PROGRAM_REVISION = CHAPTER.info(
    "program-revision",
    "Another git revision was checked out during a run, but the recorded files of the program are the same.",
    "Nothing to do.",
)
PROGRAM_MODULES_UNKNOWN = CHAPTER.info(
    "program-modules-unknown",
    "The modules that a Python program imported are unknown, so that only the files that its command names "
    "are on record.",
    "Load `wattlab_probe` in the program, or set `launcher = true` for a Keras script.",
)
PROGRAM_RECORD_MISSING = CHAPTER.refuse(
    "program-record-missing",
    "`programs/programs.json` is missing, although the journal mentions it: which program was measured is "
    "unknown.",
    "Restore `programs/` from a copy.",
)
PROGRAM_RECORD_CHANGED = CHAPTER.refuse(
    "program-record-changed",
    "`programs/programs.json` is not the file whose hash the journal holds.",
    "Restore `programs/` from a copy.",
)
PROGRAM_COPY_MISSING = CHAPTER.refuse(
    "program-copy-missing",
    "A copy that `programs/programs.json` lists is missing, or is no plain file of this folder.",
    "Restore `programs/` from a copy.",
)
PROGRAM_COPY_CHANGED = CHAPTER.refuse(
    "program-copy-changed",
    "A file in `programs/` was changed after it was recorded.",
    "Restore `programs/` from a copy.",
)
