"""What one row of each table of ``results/`` is, in words."""

RESULT_FILES = {
    "runs": "a counted run: times, power, energy, baseline, induced energy, hardware, useful work",
    "actions": "an action of a run: its duration and energy",
    "epochs": "an epoch of a run: its energy, accuracy, loss and companions",
    "calls": "a call of a run: its duration and energy",
    "scenarios": "a scenario: means over its runs with their scatter, uncertainty and intervals",
    "comparisons": "two scenarios in one quantity: difference, ratio, intervals, tests",
    "statistics": "a scenario and quantity: description of the scatter of its runs",
    "correlations": "a scenario and what the energy of its epochs is correlated with",
    "mixed_models": "a quantity and scenario: estimate with the block as random effect",
    "trackers": "a run with a tracker: what it said, and what the meter said of the same time",
    "agreement": "a tracker and scenario: how far it is from the meter at the wall",
    "agreement_scopes": "a tracker, scenario and reference: the same against the wall net or one component",
    "budgets": "a result and quantity: its uncertainty, term by term",
    "ecolabel": "a scenario and quantity of DE-UZ 215",
    "rules": "what a published rule gives of a scenario, run or channel",
    "rule_spans": "what a published rule gives of a span",
    "findings": "a finding about the data",
    "health": "a run of the control workload on its chart",
    "task_types": "a scenario and task type: its ratings after ISO/IEC 14756",
    "software_efficiency": "a scenario and task type against the reference scenario",
    "proofs": "a line of a validity proof",
}
"""By the name of the CSV file (`records.results.tables_of`)."""
