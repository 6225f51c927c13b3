"""Energy per call: recorded calls against the readings of the meter (docs/explanation/energy-per-call.md)."""
