"""Codes about what an importer repaired, assumed or left out."""

from records.findings import Chapter

CHAPTER = Chapter(
    "Imported campaigns",
    "What `lab import` repaired, assumed or left out is kept in `import.json`, and `lab check` lists it like "
    "every other finding. Findings about lines give their number and the first of them.",
)

TEXT_FORM = CHAPTER.info(
    "import-text-form",
    "A file has a byte order mark, CRLF line ends or decimal commas, or is not UTF-8.",
    "Nothing to do.",
)
TIMEZONE_ASSUMED = CHAPTER.warn(
    "import-timezone-assumed",
    "Stamps without a time zone were taken as UTC.",
    "Declare the zone with `--timezone`.",
)
HOUR_TWICE = CHAPTER.warn(
    "import-hour-twice",
    "Local stamps fall into the hour that occurs twice when summer time ends; their order told them apart.",
    "Check the first of these lines.",
)
HOUR_MISSING = CHAPTER.warn(
    "import-hour-missing",
    "Local stamps fall into the hour that summer time skips: that clock does not follow summer time.",
    "Give its zone as an offset, for example `--timezone +01:00`.",
)
DATE_UNPADDED = CHAPTER.info(
    "import-date-unpadded",
    "Dates are written without leading zeros, as in `2022-9-22`.",
    "Nothing to do.",
)
MILLISECONDS_UNPADDED = CHAPTER.warn(
    "import-milliseconds-unpadded",
    "Milliseconds without leading zeros (`.98` means 98 ms) were corrected; the stamps as written are kept.",
    "Nothing to do here; other programs misread these stamps.",
)
MARKS_BACKWARDS = CHAPTER.warn(
    "import-marks-backwards",
    "A mark is earlier than the mark before it; it is kept.",
    "Check the program that wrote the log.",
)
MARK_ALONE = CHAPTER.warn(
    "import-mark-alone",
    "A start without a stop, or a stop without a start, was left out.",
    "Check the log around that line.",
)
LINE_TORN = CHAPTER.warn(
    "import-line-torn",
    "The last line of a file is cut off and was left out.",
    "Nothing to do.",
)
READINGS_OUTSIDE = CHAPTER.info(
    "import-readings-outside",
    "Some readings lie in no run; those close to a run are kept with it, the others are left out.",
    "Nothing to do.",
)
FILE_IGNORED = CHAPTER.info(
    "import-file-ignored",
    "A file in the given folder is not one that the importer knows.",
    "Nothing to do.",
)
HARDWARE_MISSING = CHAPTER.warn(
    "import-hardware-missing",
    "There is no log of the load of the SUT next to the power log.",
    "Nothing to do; the load of the SUT stays unknown.",
)
METER_ASSUMED = CHAPTER.info(
    "import-meter-assumed",
    "The accuracy limits of the meter were taken from secondary sources.",
    "Correct them from its data sheet.",
)
ACCURACY_UNKNOWN = CHAPTER.warn(
    "import-accuracy-unknown",
    "The accuracy of the meter is not known, so its part is missing in every uncertainty.",
    "Give its accuracy limits from its data sheet.",
)
BASELINE_POOLED = CHAPTER.info(
    "import-baseline-pooled",
    "The baselines are a session of their own: the mean of all is used, not the neighbours in time.",
    "Nothing to do.",
)
SESSIONS_APART = CHAPTER.warn(
    "import-sessions-apart",
    "Scenario and baseline were measured more than a day apart; no interval shows what changed in between.",
    "Measure them together.",
)
NOT_AT_THE_WALL = CHAPTER.warn(
    "import-not-at-the-wall",
    "Readings are software counters (RAPL, NVML), not a wall meter; they cover only part of the computer.",
    "Measure at the wall where the whole computer matters.",
)
WINDOW_UNKNOWN = CHAPTER.warn(
    "import-window-unknown",
    "The log does not say over what time NVML averages its power: short events are smeared or missed.",
    "Log `power.draw.instant` or the energy counter.",
)
IDLE_BEFORE_CALL = CHAPTER.info(
    "import-idle-before-call",
    "FECoM profiles have no baseline of the idle system; their net energies subtract the 20 s before each "
    "call.",
    "Use `lab analyse --rule fecom` for those net energies.",
)
NO_MARKS = CHAPTER.info(
    "import-no-marks",
    "The log has no marks: a run goes from the first to the last reading; with `nvidia-smi`, from the second "
    "to the last but one.",
    "Cut the log where the work began and ended.",
)
COLUMNS_IGNORED = CHAPTER.info(
    "import-columns-ignored",
    "The log has fields for which the records have no column.",
    "Nothing to do.",
)
COLUMN_MISSING = CHAPTER.info(
    "import-column-missing",
    "collectl did not record some values; their columns stay empty.",
    "Record them if they matter.",
)
ARCHIVE_TORN = CHAPTER.warn(
    "import-archive-torn",
    "A compressed log is cut off; what could be unpacked is used.",
    "Nothing to do.",
)
MIDNIGHT = CHAPTER.info(
    "import-midnight",
    "Times of day without a date passed midnight; the next day was assumed.",
    "Check `--start`.",
)
HEADER_AGAIN = CHAPTER.info(
    "import-header-again",
    "The header of a table is repeated within it; the repetition was left out.",
    "Nothing to do.",
)
POWER_NODATA = CHAPTER.warn(
    "import-power-nodata",
    "Rows have no power, or the instrument marked that there is none; they are kept with a flag.",
    "The coverage of the run shows whether the loss matters.",
)
POWER_OVERRANGE = CHAPTER.warn(
    "import-power-overrange",
    "The instrument marked rows as out of range; they are kept with a flag.",
    "Measure with a higher range.",
)
CARD_SILENT = CHAPTER.warn(
    "import-card-silent",
    "A card reports no power in any row; the power of the run is that of the others.",
    "Read the energy as a lower bound, or measure at the wall.",
)
POWER_NEGATIVE = CHAPTER.warn(
    "import-power-negative",
    "Readings of a consumer are below zero; they are kept with a flag.",
    "Look for a counter that wrapped or a clamp that was turned round while logging.",
)
POWER_IMPLAUSIBLE = CHAPTER.warn(
    "import-power-implausible",
    "Readings are the end of a register, or contradicted by volts and amperes; they are kept with a flag.",
    "Check the registers that the logger reads, and the wiring of the meter.",
)
POWER_FROZEN = CHAPTER.warn(
    "import-power-frozen",
    "The power stands still for hundreds of readings, while it changes elsewhere.",
    "Check whether the logger repeated the last value after it had lost its meter.",
)
LINE_COMMENT = CHAPTER.info(
    "import-line-comment",
    "Lines that are comments were left out.",
    "Nothing to do.",
)
FOOTER = CHAPTER.info(
    "import-footer",
    "Lines below the table, such as totals, were left out.",
    "Nothing to do.",
)
UNIT_IN_CELLS = CHAPTER.info(
    "import-unit-in-cells",
    "The cells name the unit of the power themselves; it was used.",
    "Nothing to do.",
)
TIME_UNIT = CHAPTER.info(
    "import-time-unit",
    "The name of the time column shows that it is not in seconds; it was converted.",
    "Nothing to do; `--time-unit` says it explicitly.",
)
ROWS_REVERSED = CHAPTER.info(
    "import-rows-reversed",
    "The newest row stands first; the rows were put in the order of time.",
    "Nothing to do.",
)
DEVICES_SUMMED = CHAPTER.info(
    "import-devices-summed",
    "The readings of several devices under one stamp were added up.",
    "Check that they are parts of one system.",
)
POWER_MALFORMED = CHAPTER.warn(
    "import-power-malformed",
    "Records of a Watts up? are damaged; they are kept with a flag.",
    "The coverage of the run shows whether the loss matters.",
)
WATTSUP_FORM = CHAPTER.info(
    "wattsup-form",
    "The message says which of the known forms the log has.",
    "Nothing to do.",
)
WATTSUP_NO_STAMPS = CHAPTER.warn(
    "wattsup-no-stamps",
    "The log has no stamps: its readings are placed one interval apart, and lost readings go unnoticed.",
    "Log with stamps.",
)
WATTSUP_INTERVAL_ASSUMED = CHAPTER.warn(
    "wattsup-interval-assumed",
    "The log has neither stamps nor an interval: one second was assumed.",
    "Give `--interval`.",
)
WATTSUP_VOLTAGE_ODD = CHAPTER.warn(
    "wattsup-voltage-odd",
    "The voltage is not that of any mains: columns or units may differ from those assumed.",
    "Check columns and units of the file.",
)
