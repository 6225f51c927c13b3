"""Columns of a run's ``trackers.csv``. Standard library only: the runner writes them on the SUT."""

TRACKER_COLUMNS = (
    "tracker",
    "version",
    "t_start_utc_s",
    "t_stop_utc_s",
    "energy_wh",
    "cpu_wh",
    "gpu_wh",
    "ram_wh",
    "emissions_kg",
    "interval_s",
    "scope",
    "settings",
)
"""What every ``trackers.csv`` has.

``scope`` says what the tracker claims to see, e.g. ``cpu+gpu+ram``; ``settings`` is a JSON object
with whatever decides the number.
"""

CONDUCT_COLUMNS = (
    "outcome",
    "outcome_text",
    "extent",
    "method",
    "window_s",
    "tracker_cpu_s",
    "build_s",
    "start_s",
    "stop_s",
    "warnings",
)
"""What those have that a runner wrote: how it went with the tracker.

``outcome`` is one of `OUTCOMES`, ``outcome_text`` the reason in words. ``extent`` is ``machine``, ``process
tree`` or ``device``; ``method`` how it comes by each component, ``window_s`` how long it measured as it says.
``tracker_cpu_s`` is the CPU time of its own processes within the rating interval, ``build_s`` to ``stop_s``
how long these steps took, all outside of it. ``warnings`` are lines of its own output.
"""

CONDUCT_TEXTS = ("outcome", "outcome_text", "extent", "method", "warnings")
"""Those of `CONDUCT_COLUMNS` that hold text."""

TRACKED = ("ok", "window", "orphan")
"""Outcomes of runs during which the tracker worked to the end."""

OUTCOMES = ("ok", "no-sensor", "window", "crashed", "hung", "orphan")
"""How it can go: it gave an energy; it has nothing to read here; it measured another window than the rating
interval; it failed; a step took longer than allowed; it left processes running, which had to be ended."""
